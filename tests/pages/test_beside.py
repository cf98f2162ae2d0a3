"""Work beside the requests: one thread at it, once more if asked for meanwhile."""

import threading
from unittest.mock import Mock

import pytest

from pages import beside


@pytest.fixture(autouse=True)
def no_database(monkeypatch):
    for name in ("close_old_connections", "connection"):
        monkeypatch.setattr(beside, name, Mock())


def finished(work):
    while thread := work._thread:
        thread.join(10)
        assert not thread.is_alive()


def test_it_does_the_work_once_more_when_it_was_asked_for_meanwhile():
    done, going, may_end = [], threading.Event(), threading.Event()

    def work():
        done.append(threading.current_thread())
        going.set()
        assert may_end.wait(10)

    aside = beside.Beside(work, "work")
    aside.ask()
    assert going.wait(10)
    aside.ask()
    aside.ask()
    may_end.set()
    finished(aside)
    assert len(done) == 2 and len(set(done)) == 1
    aside.ask()
    finished(aside)
    assert len(done) == 3


def test_it_outlives_work_that_fails(caplog):
    work = Mock(side_effect=[ZeroDivisionError, None])
    aside = beside.Beside(work, "work")
    aside.ask()
    finished(aside)
    assert "The work of 'work' failed" in caplog.text
    aside.ask()
    finished(aside)
    assert work.call_count == 2
