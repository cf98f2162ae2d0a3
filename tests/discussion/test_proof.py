"""The little work that a visitor's browser does unseen."""

import base64
import json
import threading

import pytest
from django.db import connection

from discussion import proof
from tests import base


@pytest.fixture
def page(workgroup):
    return base.make_minutes(workgroup)


def altered(answer, change):
    parts = json.loads(base64.b64decode(answer))
    change(parts)
    return base64.b64encode(json.dumps(parts).encode()).decode()


@pytest.mark.django_db
def test_an_answer_counts_once(page):
    answer = proof.solve(proof.challenge(page))
    assert proof.solved(answer, page)
    assert not proof.solved(answer, page)
    assert proof.solved(proof.solve(proof.challenge(page)), page)


@pytest.mark.django_db
def test_it_is_of_one_page_and_of_one_day(page, workgroup, settings):
    answer = proof.solve(proof.challenge(page))
    assert not proof.solved(answer, base.make_minutes(workgroup))
    settings.COMMENTS_TIMEOUT = -10
    old = proof.solve(proof.challenge(page))
    settings.COMMENTS_TIMEOUT = 3600
    assert not proof.solved(old, page)
    assert proof.solved(answer, page)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts["challenge"]["parameters"].update(keyPrefix=""),
        lambda parts: parts["challenge"]["parameters"].update(expiresAt=2**40),
        lambda parts: parts["challenge"]["parameters"].update(data={"page": 1}),
        lambda parts: parts["challenge"].update(signature="00" * 32),
        lambda parts: parts["challenge"].pop("signature"),
        lambda parts: parts["solution"].update(counter=parts["solution"]["counter"] + 1),
        lambda parts: parts["solution"].update(derivedKey="00" * 32),
        lambda parts: parts.pop("solution"),
        lambda parts: parts["challenge"].update(parameters=None),
    ],
)
def test_it_takes_no_altered_one(page, change):
    answer = proof.solve(proof.challenge(page))
    assert not proof.solved(altered(answer, change), page)
    assert proof.solved(altered(answer, lambda parts: None), page)


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ["", "-", "é", "e30=", "W10=", "bnVsbA==", "x" * 5_000, "[" * 900])
def test_it_takes_no_nonsense(page, odd):
    assert not proof.solved(odd, page)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_counts(page):
    answer = proof.solve(proof.challenge(page))
    answers, ready = [], threading.Barrier(12)

    def send():
        ready.wait()
        try:
            answers.append(proof.solved(answer, page))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(True) == 1 and len(answers) == 12
