"""What `make bench-search` measures with: the same texts each time, and a run that ends."""

import pytest

from tests.bench_search import bench, measuring
from tests.bench_search.generator import entries, entries_of, vocabulary

pytestmark = pytest.mark.whoosh_only(reason="it is about Whoosh's files beside other engines")


def test_it_invents_the_same_texts_from_the_same_seed():
    assert list(entries(50)) == list(entries(50))
    assert list(entries(50, seed=2)) != list(entries(50))
    assert list(entries(20)) == list(entries(50))[:20]


def test_it_invents_each_word_once():
    words = vocabulary("nl", 5_000)
    assert len(set(words)) == len(words) == 5_000


def test_its_texts_are_as_long_as_asked_on_average():
    for mean in (150, 450):
        lengths = [len(entry.text.split()) for entry in entries(3_000, mean=mean)]
        assert sum(lengths) / len(lengths) == pytest.approx(mean, rel=0.1)
        assert sorted(lengths)[1_500] < mean


def test_it_takes_texts_from_a_folder(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.md").write_text("un deux\n\ntrois")
    (tmp_path / "a.txt").write_text("mot " * 600 + "\n\n" + "fin")
    (tmp_path / "c.pdf").write_text("not a text")
    found = list(entries_of(tmp_path, 10))
    assert [entry.title for entry in found] == ["a", "a", "b"]
    assert found[2].text == "un deux trois"
    assert len(list(entries_of(tmp_path, 2))) == 2


def test_it_measures_a_small_corpus_to_the_end(
    workgroup, client, settings, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(bench, "ROUNDS", 2)
    bench.test_search(200, workgroup, client, settings, tmp_path)
    printed = capsys.readouterr().out
    core, _, calls = printed.partition("whole call")
    kinds = set(measuring.queries())
    assert core.count("counts the same: 5 of 5") == len(kinds)
    # Wagtail's has prefixes for completion only, and its phrases run from field to field.
    assert calls.count("counts the same: 5 of 5") >= len(kinds - {"prefix", "phrase"})
    assert "left out" not in printed
