"""The bench of search: its texts are the same each time, and it still runs."""

import itertools

import pytest

from tests.bench_search import measuring
from tests.bench_search.generator import entries, vocabulary


def test_the_same_seed_gives_the_same_texts():
    first = list(entries(20))
    assert first == list(itertools.islice(entries(40), 20))
    assert first != list(entries(20, seed=2))
    assert {entry.language for entry in entries(60)} == {"fr", "nl", "en"}
    words = vocabulary("nl", 500)
    assert len(set(words)) == 500 and all(word.isalpha() for word in words)


@pytest.mark.django_db
def test_ours_and_raw_fts5_count_alike(workgroup, tmp_path):
    measuring.fill(150, workgroup)
    fts = measuring.Fts(tmp_path / "fts.sqlite3")
    for kind, asked in measuring.queries(2).items():
        for typed, match in asked:
            kinds = ("action",) if kind == "filtered" else ()
            assert measuring.ours(typed)[0] == fts.ask(match, *kinds)[0], typed
