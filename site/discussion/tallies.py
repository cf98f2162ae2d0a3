"""Limits that hold to one, also when many ask at once: a row for each, counted by the database."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from discussion.models import Tally


def _key(what) -> str:
    return salted_hmac("discussion.tally", repr(what), algorithm="sha256").hexdigest()


def within(limit: int, seconds: int, *what) -> bool:
    """Whether this may be done once more: at most `limit` times in so many seconds.

    Counted when asked, also where the answer is no. `what` names it, an address perhaps: only a
    keyed hash of it is kept, and goes when its time is up.
    """
    key = _key(what)
    now = timezone.now()
    until = now + timedelta(seconds=seconds)
    Tally.objects.filter(until__lte=now).exclude(key=key).delete()
    for _attempt in range(3):
        rows = Tally.objects.filter(key=key)
        if rows.filter(until__lte=now).update(number=1, until=until):
            return limit > 0
        # One statement: of two at once the second counts from what the first has made.
        if rows.filter(number__lt=limit).update(number=F("number") + 1):
            return True
        try:
            with transaction.atomic():
                Tally.objects.create(key=key, number=1, until=until)
            return limit > 0
        except IntegrityError:  # it is there: made just now, or full
            if rows.filter(number__gte=limit, until__gt=now).exists():
                return False
    return False


def give_back(*what) -> None:
    """It was not done after all, or counts no more."""
    Tally.objects.filter(key=_key(what), number__gt=0).update(number=F("number") - 1)
