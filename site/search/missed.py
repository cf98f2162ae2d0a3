"""Counts the searches that found nothing, so that editors can do something about it.

A row is handled once something was done about it, and comes up again when it is searched for in
vain on a later day.

What is kept is the words, folded, the interface's language, how often, and the first and last
day: nothing of who searched. Only people's plain searches count, as for visits, and no words
that look like an address or a number of somebody's.
"""

import logging
import re
from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction
from django.db.models import Case, F, Q, When
from django.utils import timezone

from pages.languages import interface_language
from pages.visits import is_a_visit, little_patience
from search.asked import Asked
from search.finding import Search
from search.models import MissedQuery
from search.promotions import promoted_words
from search.query import parse, plain_words
from search.sources import Mask

log = logging.getLogger(__name__)

KEPT = timedelta(days=180)  # after the last time
MOST_ROWS = 5_000
LOOKED_AT = 50  # a page of the report
SHORTEST, LONGEST = 2, 100  # characters
_PERSONAL = re.compile(r"@|\d[\d\s./-]{4,}\d")


def record(search: Search, request) -> bool:
    """Counts a search that found nothing; says whether it did.

    A database that cannot be written to never costs the page.
    """
    words = _worth_counting(search)
    if not words or not is_a_visit(request):
        return False
    try:
        with little_patience(), transaction.atomic():
            _count(words, interface_language())
    except DatabaseError:
        log.warning("A search without results could not be counted", exc_info=True)
        return False
    return True


def recent():
    """What was searched for in vain and is still to be kept, with `handled`, whether it was.

    What has a promoted result is handled for as long as it has one.
    """
    handled = Q(handled_day__gte=F("last_day")) | Q(words__in=promoted_words())
    rows = MissedQuery.objects.filter(last_day__gte=timezone.localdate() - KEPT)
    return rows.annotate(handled=Case(When(handled, then=True), default=False))


def handle(rows) -> None:
    """Notes that something was done about these rows."""
    rows.update(handled_day=timezone.localdate())


def handle_found() -> None:
    """Handles what everybody would now find, of the searches most often in vain."""
    nobody = AnonymousUser()
    mask, found = Mask(nobody), []
    for row in recent().filter(handled=False).order_by("-times", "-last_day")[:LOOKED_AT]:
        search = Search(Asked(row.words, parse(row.words)), nobody, mask)
        if len(search.matched) and not search.degraded:
            found.append(row.pk)
    handle(MissedQuery.objects.filter(pk__in=found))


def _worth_counting(search: Search) -> str:
    """The folded words of a plain search that found nothing, "" for any other."""
    asked = search.asked
    typed_filters = not (asked.words.are_none and asked.words.without.are_none)
    dated = asked.words.before or asked.words.after
    if asked.is_filtered or typed_filters or dated or search.degraded or len(search.matched):
        return ""
    text, tokens = plain_words(asked.typed)
    words = " ".join(token.word for token in tokens)
    fits = len(text) <= LONGEST and len(words) >= SHORTEST
    return words if fits and not _PERSONAL.search(text) else ""


def _count(words: str, language: str) -> None:
    today = timezone.localdate()
    row = MissedQuery.objects.filter(words=words, language=language)
    if row.update(times=F("times") + 1, last_day=today):
        return
    _make_room(today)
    days = {"first_day": today, "last_day": today}
    MissedQuery.objects.get_or_create(words=words, language=language, defaults=days)


def _make_room(today) -> None:
    """Erases what is too old and, where the table is full, what was asked for least."""
    MissedQuery.objects.filter(last_day__lt=today - KEPT).delete()
    if MissedQuery.objects.count() >= MOST_ROWS:
        least = MissedQuery.objects.order_by("times", "last_day").values_list("pk", flat=True)
        MissedQuery.objects.filter(pk__in=list(least[: MOST_ROWS // 10])).delete()
