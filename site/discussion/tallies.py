"""Limits that hold to one, also when many ask at once: a row for each, counted by the database."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from discussion.models import Tally


def _key(what) -> str:
    return salted_hmac("discussion.tally", repr(what), algorithm="sha256").hexdigest()


def within(limit: int, seconds: int, *what, amount: int = 1) -> bool:
    """Whether this may be done once more: at most `limit` times in so many seconds.

    Counted where the answer is yes, as so many times as `amount` says. `what` names it, an address
    perhaps: only a keyed hash of it is kept, and goes when its time is up.
    """
    if amount > limit:
        return False
    key = _key(what)
    now = timezone.now()
    until = now + timedelta(seconds=seconds)
    Tally.objects.filter(until__lte=now).exclude(key=key).delete()
    for _attempt in range(3):
        rows = Tally.objects.filter(key=key)
        if rows.filter(until__lte=now).update(number=amount, until=until):
            return True
        # One statement: of two at once the second counts from what the first has made.
        if rows.filter(number__lte=limit - amount).update(number=F("number") + amount):
            return True
        try:
            with transaction.atomic():
                Tally.objects.create(key=key, number=amount, until=until)
            return True
        except IntegrityError:  # it is there: made just now, or full
            if rows.filter(number__gt=limit - amount, until__gt=now).exists():
                return False
    return False


def give_back(*what, amount: int = 1) -> None:
    """It was not done after all, or counts no more."""
    rows = Tally.objects.filter(key=_key(what), number__gte=amount)
    rows.update(number=F("number") - amount)
