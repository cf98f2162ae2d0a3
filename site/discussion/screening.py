"""What the machine thinks of a comment before anybody sees it."""

from typing import NamedTuple

from discussion.models import State


class Verdict(NamedTuple):
    """`state` is published or held; nothing is dropped. `refused` is said beside the form."""

    state: str = State.PUBLISHED
    reasons: list[str] = []
    score: float | None = None
    #: {field: sentence}: too many, too fast. The form comes back filled.
    refused: dict[str, str] = {}


def screen(form, page, user, request, policy) -> Verdict:
    """The verdict on a valid form. Called outside of the transaction that stores it."""
    return Verdict(State.HELD if policy.holds(user) else State.PUBLISHED)
