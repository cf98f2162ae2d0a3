"""A little work that a browser does unseen before a visitor's comment: Altcha's protocol, v2.

The page carries a challenge, static/js/proof.js finds a number whose SHA-256 begins with the
challenge's prefix, and the form sends it back. Nobody is asked anything and nothing is kept but
that a challenge was used. Without a script the comment is read by a moderator first.
"""

import base64
import binascii
import json
import time

import altcha
from django.conf import settings
from django.utils.crypto import salted_hmac

from discussion import tallies

ALGORITHM = "SHA-256"
#: Characters of an answer that are looked at.
LONGEST = 4_000


def challenge(page) -> str:
    """A new challenge for this page, as JSON for the script."""
    made = altcha.create_challenge(
        ALGORITHM,
        1,
        key_prefix=settings.COMMENT_PROOF_PREFIX,
        expires_at=int(time.time()) + settings.COMMENTS_TIMEOUT,
        data={"page": page.pk},
        hmac_secret=_secret(),
    )
    return json.dumps(made.to_dict())


def solved(answer: str, page) -> bool:
    """Whether this answers a challenge of ours for this page that nobody has answered yet."""
    try:
        if len(answer) > LONGEST:
            return False
        parameters = json.loads(base64.b64decode(answer, validate=True))["challenge"]["parameters"]
        right = altcha.verify_solution(answer, _secret()).verified
        return (
            right
            and parameters["data"] == {"page": page.pk}
            and tallies.within(1, settings.COMMENTS_TIMEOUT, "proof", parameters["nonce"])
        )
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def solve(given: str) -> str:
    """The answer to a challenge, as the script finds it: for tests, and to see what it costs."""
    asked = altcha.Challenge.from_dict(json.loads(given))
    found = altcha.solve_challenge(asked)
    answer = {"challenge": asked.to_dict(), "solution": found.to_dict()}
    return base64.b64encode(json.dumps(answer).encode()).decode()


def _secret() -> str:
    return salted_hmac("discussion.proof", "challenge", algorithm="sha256").hexdigest()
