"""Stored cross-site scripting: what attackers write, stored everywhere a commenter may write."""

import json
import os
import random
import uuid
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from accounts.models import SIGNATURE_LENGTH
from discussion import posting
from discussion.files import names
from discussion.models import CommentFile, PageComment, PendingComment
from glossary.models import Keyword, KeywordLabel, fold
from glossary.rules import MOST_LETTERS, PARTING, not_a_keyword
from tests import base

SOAK = bool(os.environ.get("SOAK"))
#: A list of more vectors that a developer may have beside the project: [[vector, source], …].
MORE = Path(settings.BASE_DIR).parent / "shared" / "data" / "xss-vectors.json"
#: How many comments stand on one page.
A_PAGE = 100
#: What search finds every one of them by.
WORD = "chevalement"


def vectors() -> list[str]:
    """All of them in a soak, else the same tenth of what the pinned package knows."""
    from brs_kb.payloads import get_all_payloads

    # No form of Django's lets NUL in.
    found = {entry.payload.replace("\0", "").strip() for entry in get_all_payloads().values()}
    assert len(found) >= 4_400, len(found)
    if not SOAK:
        return random.Random(20_260_312).sample(sorted(found), len(found) // 10)
    if MORE.exists():
        found |= {text.replace("\0", "").strip() for text, _source in json.loads(MORE.read_text())}
    return sorted(found - {""})


class Stored(NamedTuple):
    pages: list  # minutes, each with a thread of up to A_PAGE comments, a vector each
    many: list[PageComment]  # by a member, each with as many vectors as a comment may hold
    pending: list[PendingComment]  # the same, not confirmed
    keyword: Keyword  # that all carry
    author: object  # the member


def store(vectors: list[str]) -> Stored:
    """Each vector as message, name, keyword, name of a file and text of a file."""
    group = base.make_workgroup("Ceux du puits")
    author = base.make_user("Berthe", groups=["Members"])
    common = base.make_keyword("lampisterie", definition_fr="Où l’on rend sa lampe.")
    # One transaction, so that search is told once.
    with transaction.atomic():
        pages = [
            _thread(group, vectors[start : start + A_PAGE], common)
            for start in range(0, len(vectors), A_PAGE)
        ]
        page = base.make_minutes(group, title="Tout ensemble")
        many, pending = [], []
        for number, text in enumerate(_together(vectors)):
            many.append(_create(page, text, author.get_full_name(), author, [common]))
            # What Wagtail's list of moderators shows of an edited one: how it was before.
            many[-1].versions.create(text=text[::-1])
            _attach(many[-1], vectors[number])
            pending.append(_pending(page, text, vectors[number]))
    return Stored(pages, many, pending, common, author)


def _thread(group, vectors, common):
    page = base.make_minutes(group, title=f"Remarques à partir de {hash(vectors[0]) % 1000}")
    keywords, last = _keywords(vectors), None
    for vector in vectors:
        words = [common, *filter(None, [keywords.get(fold(word_of(vector)))])]
        # Each answers the one before, and so shows its name too.
        last = _create(page, f"{vector}\n\n{WORD}", vector, None, words, last)
        _attach(last, vector)
    return page


def word_of(vector) -> str:
    """What the field for keywords makes of it, in one keyword."""
    letters = "".join(letter for letter in vector if letter not in PARTING)
    return " ".join(letters.split())[:MOST_LETTERS].strip()


def _keywords(vectors) -> dict[str, Keyword]:
    """{folded: keyword} of those that can be one; at once, since there are many."""
    words = {fold(word): word for word in map(word_of, vectors) if word and not not_a_keyword(word)}
    known = {word.folded: word for word in Keyword.objects.filter(folded__in=words)}
    taken = set(Keyword.objects.values_list("name", flat=True))
    made = Keyword.objects.bulk_create(
        Keyword(name=word, folded=folded, slug=f"mot-{uuid.uuid4().hex[:12]}", offered=False)
        for folded, word in words.items()
        if folded not in known and word not in taken
    )
    KeywordLabel.objects.bulk_create(
        KeywordLabel(keyword=word, language="fr", text=word.name, folded=word.folded)
        for word in made
    )
    return known | {word.folded: word for word in made}


def _create(page, text, name, user, keywords, parent=None):
    comment = posting._create(
        page=page,
        words=[],
        writer=user or AnonymousUser(),
        name=" ".join(name.split())[:SIGNATURE_LENGTH],
        email="" if user else "visitor@plenum.example",
        user=user,
        comment=text[: settings.COMMENT_LENGTH],
        language="fr",
        parent_id=parent.pk if parent else 0,
    )
    comment.keywords.set(keywords)
    return comment


def _attach(comment, vector):
    return CommentFile.objects.create(
        comment=comment,
        file="comments/none",
        name=names.fitting(vector, "txt", "document"),
        kind="txt",
        size=len(vector),
        reading=CommentFile.Reading.READY,
        text=f"{WORD} {vector} {WORD}",
    )


def _pending(page, text, vector):
    pending = PendingComment.objects.create(
        page=page,
        name=" ".join(vector.split())[:SIGNATURE_LENGTH],
        email="visitor@plenum.example",
        comment=text,
        new_keywords=[word_of(vector)],
        language="fr",
        interface_language="fr",
        token=uuid.uuid4(),
        created_at=timezone.now(),
    )
    CommentFile.objects.create(
        pending=pending,
        file="comments/none",
        name=names.fitting(vector, "txt", "document"),
        kind="txt",
    )
    return pending


def _together(vectors):
    """The vectors in as few texts as hold them, a paragraph each."""
    text = ""
    for vector in vectors:
        vector = vector[: settings.COMMENT_LENGTH]
        if text and len(text) + len(vector) + 2 > settings.COMMENT_LENGTH:
            yield text
            text = ""
        text = f"{text}\n\n{vector}" if text else vector
    yield text
