"""Limits that hold to one."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from discussion import tallies
from discussion.models import Tally


@pytest.mark.django_db
def test_it_lets_so_many_through_and_no_more():
    assert [tallies.within(3, 60, "who") for _ in range(5)] == [True] * 3 + [False] * 2
    assert tallies.within(3, 60, "somebody else")
    assert not tallies.within(0, 60, "nobody")


@pytest.mark.django_db
def test_it_begins_again_when_the_time_is_up_and_forgets_the_rest():
    for who in ("a", "b"):
        assert tallies.within(1, 60, who) and not tallies.within(1, 60, who)
    Tally.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert tallies.within(1, 60, "a")
    assert Tally.objects.count() == 1 and not tallies.within(1, 60, "a")


@pytest.mark.django_db
def test_it_keeps_nobodys_address():
    tallies.within(1, 60, "address", "192.0.2.44")
    (row,) = Tally.objects.all()
    assert "192.0.2.44" not in row.key and len(row.key) == 64


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("expired", [False, True])
def test_it_is_exact_when_many_ask_at_once(expired):
    if expired:
        tallies.within(7, 60, "who")
        Tally.objects.update(until=timezone.now() - timedelta(seconds=1))
    answers, ready = [], threading.Barrier(20)

    def ask():
        ready.wait()
        try:
            answers.append(tallies.within(7, 60, "who"))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers.count(True), answers.count(False)) == (7, 13)
