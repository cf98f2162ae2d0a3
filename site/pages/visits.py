"""Count people's visits to a page without knowing who they are.

A visit is marked by a hash of a secret of the day, the address, the browser's name and the
page. The secret and all marks are destroyed when the day changes, so a mark can be linked
neither to a person nor to another page or day. No cookie is set and no address is kept.
Robots, previews, prefetches, reloads, people who work on the site, and readers whose browser
asks not to be followed are not counted.
"""

import hashlib
import logging
import secrets
from contextlib import contextmanager

from crawleruseragents import is_crawler
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts.duties import works_here
from pages.models import VisitCount, VisitMark, VisitSalt

log = logging.getLogger(__name__)


def is_a_visit(request) -> bool:
    """Whether this request is a person coming to read."""
    agent = request.headers.get("User-Agent", "")
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return (
        request.method == "GET"
        and not getattr(request, "is_preview", False)
        and bool(agent)
        and not is_crawler(agent)
        and "prefetch" not in purpose
        and request.headers.get("Sec-GPC") != "1"
        and request.headers.get("DNT") != "1"
        and not works_here(request.user)
    )


def record(request, page) -> bool:
    """Count this visit once a day; says whether it did.

    A database that cannot be written to never costs the page.
    """
    if not is_a_visit(request):
        return False
    try:
        with little_patience():
            return _record(request, page)
    except DatabaseError:
        log.warning("A visit could not be counted", exc_info=True)
        return False


def total(page) -> int:
    """How many visits the page has had."""
    if not page.pk:
        return 0
    if hasattr(page, "visits_before"):  # read with the page, before this visit was counted
        return page.visits_before + page.counted
    return VisitCount.objects.filter(page_id=page.pk).values_list("total", flat=True).first() or 0


def _record(request, page):
    seen = f"{request.META.get('REMOTE_ADDR', '')}\n{request.headers['User-Agent']}\n{page.pk}"
    mark = hashlib.blake2b(seen.encode(), key=_salt_of_today(), digest_size=16).digest()
    try:
        with transaction.atomic():
            VisitMark.objects.create(mark=mark, page_id=page.pk)
            if not VisitCount.objects.filter(page_id=page.pk).update(total=F("total") + 1):
                VisitCount.objects.get_or_create(page_id=page.pk, defaults={"total": 1})
    except IntegrityError:
        return False  # a reload
    return True


@contextmanager
def little_patience():
    """Let SQLite wait 0.2 s for another writer, not its usual 20: a reader is waiting."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute("PRAGMA busy_timeout = 200")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(usual)}")


def _salt_of_today() -> bytes:
    today = timezone.localdate()
    salt = VisitSalt.objects.filter(day=today).values_list("salt", flat=True).first()
    if salt is None:
        with transaction.atomic():
            VisitMark.objects.all().delete()
            VisitSalt.objects.exclude(day=today).delete()
            row, _ = VisitSalt.objects.get_or_create(
                day=today, defaults={"salt": secrets.token_bytes(32)}
            )
            salt = row.salt
    return bytes(salt)
