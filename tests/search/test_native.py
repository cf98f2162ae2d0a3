"""The native core: what Whoosh's own searcher finds, with the same scores, from arrays."""

import os
import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.index_folder import IndexUnavailableError, writing_lock
from search.native import MOST_WORDS
from search.native_memory import memory
from search.whoosh_files import NOTHING
from search.whoosh_index import WhooshIndex, query

COLUMNS = {"primary_key": "number", "number": "number", "word": "word", "words": "words"}
FIELDS = ("title", "text")


def index_at(path, columns=COLUMNS):
    return WhooshIndex(path, FIELDS, "1", columns)


def write(index, documents, removed=(), anew=False):
    """Writes documents by key in one step, so in a segment of their own unless merged."""
    with writing_lock(index.path.parent, 1), index.writing(anew=anew) as writer:
        for key, document in documents.items():
            writer.put(str(key), document)
        for key in removed:
            writer.remove(str(key))


def by_whoosh(index, wanted):
    return index._rank_by_whoosh(index._current(), wanted)


words = st.sampled_from(["a", "b", "c", "d", "e", "bb", "be", "éa"])
texts = st.lists(words, max_size=30).map(" ".join)
documents = st.fixed_dictionaries({}, optional={"title": texts, "text": texts})
boosts = st.sampled_from([0.3, 1.0, 4.0])
terms = st.builds(query.Term, st.sampled_from(FIELDS), words, boost=boosts)
phrases = st.builds(
    query.Phrase, st.sampled_from(FIELDS), st.lists(words, min_size=2, max_size=3), boost=boosts
)
# As our compiler makes them. Whoosh itself is wrong about others: it finds deleted documents by
# Not, and documents that it should leave out by AndNot after a phrase.
queries = st.recursive(
    terms | phrases | st.just(query.Every()),
    lambda parts: (
        st.builds(query.Or, st.lists(parts, min_size=1, max_size=4), boost=boosts)
        | st.builds(query.And, st.lists(parts, min_size=1, max_size=4), boost=boosts)
        | parts.map(lambda part: query.AndNot(query.Every(), part))
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("native") / "index"


class TestScores:
    @settings(
        max_examples=1000 if os.environ.get("SOAK") else 60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        st.lists(st.dictionaries(st.integers(1, 40), documents, max_size=25), max_size=3),
        st.sets(st.integers(1, 40), max_size=8),
        st.lists(queries, min_size=1, max_size=5),
    )
    def test_it_finds_what_whoosh_finds_with_its_scores(self, folder, steps, removed, asked):
        index = index_at(folder)
        write(index, {}, anew=True)
        for step in steps:
            write(index, step)
        write(index, {}, removed)
        for wanted in asked:
            wanted = wanted.normalize()
            native, whoosh = index.rank(wanted), by_whoosh(index, wanted)
            assert native.docs.tolist() == whoosh.docs.tolist(), wanted
            assert native.scores == pytest.approx(whoosh.scores, abs=1e-4), wanted

    def test_it_reads_long_lists_and_several_segments(self, folder):
        index = index_at(folder)
        write(
            index, {n: {"text": "a " * (n % 7 + 1) + "b" * (n % 3)} for n in range(900)}, anew=True
        )
        write(index, {n: {"text": "a b bb " * 300, "title": "bb"} for n in range(850, 950)})
        assert len(index._current().snapshot.segments) == 2
        for wanted in (
            query.Term("text", "a"),
            query.And([query.Term("text", "a"), query.Term("text", "bb")]),
            query.Phrase("text", ["a", "b"]),
            query.Phrase("text", ["b", "bb", "a"]),
            query.And([query.Term("text", "a"), query.Not(query.Term("title", "bb"))]),
        ):
            native, whoosh = index.rank(wanted), by_whoosh(index, wanted)
            assert len(native) > 99
            assert native.docs.tolist() == whoosh.docs.tolist()
            assert native.scores == pytest.approx(whoosh.scores, abs=1e-4)

    def test_it_gives_beginnings_one_score(self, folder):
        index = index_at(folder)
        write(index, {1: {"text": "bac a"}, 2: {"text": "bab"}, 3: {"text": "c ébb"}}, anew=True)
        write(index, {4: {"text": "bab bac"}, 5: {"title": "ba"}})
        for prefix, found in (("ba", {1, 2, 4}), ("b", {1, 2, 4}), ("é", {3}), ("z", set())):
            ranked = index.rank(query.Prefix("text", prefix, boost=2.0))
            assert set(ranked.keys.tolist()) == found
            assert (
                ranked.docs.tolist() == by_whoosh(index, query.Prefix("text", prefix)).docs.tolist()
            )
            assert set(ranked.scores.tolist()) <= {2.0}

    def test_it_opens_no_more_than_so_many_words_for_a_beginning(self, folder):
        index = index_at(folder)
        rare = {n: {"text": f"p{n:05}"} for n in range(MOST_WORDS + 50)}
        often = {n: {"text": "pzz"} for n in range(9000, 9010)}
        write(index, rare | often, anew=True)
        found = index.rank(query.Prefix("text", "p")).keys.tolist()
        assert len(found) == MOST_WORDS - 1 + 10
        assert set(often) <= set(found)

    def test_it_leaves_to_whoosh_what_is_not_here(self, folder):
        index = index_at(folder)
        write(index, {1: {"text": "budget"}, 2: {"text": "gadget"}}, anew=True)
        wanted = query.FuzzyTerm("text", "budjet", prefixlength=1)
        assert index.rank(wanted).keys.tolist() == [1]
        assert index.rank(query.Or([wanted, query.Term("text", "gadget")])).keys.tolist() == [1, 2]

    def test_it_finds_nothing_in_nothing(self, folder):
        index = index_at(folder)
        write(index, {}, anew=True)
        for wanted in (query.Term("text", "a"), query.Every(), query.NullQuery):
            assert index.search(wanted) == []


class TestTop:
    @pytest.fixture
    def ranked(self, folder):
        index = index_at(folder)
        same = {n: {"text": "a"} for n in (3, 1, 7, 5)}
        write(index, same | {4: {"text": "a a"}, 9: {"text": "a b c d e"}}, anew=True)
        return index.rank(query.Term("text", "a"))

    def test_it_gives_the_best_first_and_of_equals_the_highest_key(self, ranked):
        in_order = [4, 7, 5, 3, 1, 9]
        for count in range(8):
            assert ranked.keys[ranked.top(count)].tolist() == in_order[:count]
        assert ranked.keys[ranked.top()].tolist() == in_order

    def test_it_keeps_to_a_mask(self, ranked):
        odd = ranked.keys % 4 == 1
        assert ranked.keys[ranked.top(2, odd)].tolist() == [5, 1]
        assert ranked.keys[ranked.top(None, odd)].tolist() == [5, 1, 9]
        assert ranked.top(2, np.zeros(len(ranked), bool)).tolist() == []

    def test_it_keeps_to_certain_keys(self, ranked):
        assert ranked.among([1, 4, 88]).keys.tolist() == [1, 4]
        assert set(ranked.without({"1", "4", "none"}).keys.tolist()) == {3, 5, 7, 9}


class TestColumns:
    def test_it_gives_the_values_of_all_documents_over_all_segments(self, folder):
        index = index_at(folder)
        write(
            index,
            {
                1: {"text": "a", "number": -5, "word": "é", "words": ["x", "y"]},
                2: {"text": "a"},
                3: {"text": "b", "word": "p"},
            },
            anew=True,
        )
        write(index, {4: {"text": "a", "word": "p", "words": ["z", "x"], "number": 2**40}}, [3])
        for _ in ("in two segments", "merged into one"):
            ranked = index.rank(query.Term("text", "a"))
            by_key = dict(zip(ranked.keys.tolist(), range(len(ranked)), strict=True))
            codes = ranked.column("number").codes
            assert [codes[by_key[key]] for key in (1, 2, 4)] == [-5, NOTHING, 2**40]
            codes, known, _ = ranked.column("word")
            assert [known[codes[by_key[key]]] for key in (1, 4)] == ["é", "p"]
            assert codes[by_key[2]] == -1
            codes, known, offsets = ranked.column("words")
            several = {
                key: [known[code] for code in codes[offsets[at] : offsets[at + 1]]]
                for key, at in by_key.items()
            }
            assert several == {1: ["x", "y"], 2: [], 4: ["z", "x"]}
            with writing_lock(index.path.parent, 1):
                index.open().optimize()
        assert len(index._current().snapshot.segments) == 1

    def test_it_takes_texts_as_keys(self, folder):
        index = index_at(folder, COLUMNS | {"primary_key": "word"})
        write(index, {"b": {"text": "a"}, "c": {"text": "a"}, "a": {"text": "b"}}, anew=True)
        ranked = index.rank(query.Term("text", "a"))
        assert index.search(query.Term("text", "a")) == [
            ("c", pytest.approx(ranked.scores[0])),
            ("b", pytest.approx(ranked.scores[0])),
        ]
        assert ranked.among(["b", "none"]).keys.tolist() == ["b"]
        assert ranked.without({"b"}).keys.tolist() == ["c"]


class TestSnapshots:
    def test_it_reads_only_the_new_segment_after_an_edit(self, folder):
        index = index_at(folder)
        write(index, {n: {"text": "a"} for n in range(300)}, anew=True)
        before = index._current().snapshot
        write(index, {7: {"text": "a b"}})
        after = index._current().snapshot
        assert after is not before
        assert after.segments[0] is before.segments[0]
        assert len(after.segments) == 2
        assert len(before.rank(query.Term("text", "b"))) == 0, "the old one stays as it was"
        assert after.rank(query.Term("text", "b")).keys.tolist() == [7]
        assert len(after.rank(query.Term("text", "a"))) == 300

    def test_it_serves_many_threads_while_another_writes(self, folder):
        index = index_at(folder)
        write(index, {n: {"text": "a", "title": "c"} for n in range(100)}, anew=True)
        over, wrong = threading.Event(), []

        def read():
            while not over.wait(0.002):  # the writer needs its turn too
                try:
                    wanted = query.And([query.Term("text", "a"), query.Term("title", "c")])
                    if len(index.rank(wanted)) != 100:
                        wrong.append("not all")
                except Exception as error:
                    wrong.append(error)

        threads = [threading.Thread(target=read) for _ in range(3)]
        for thread in threads:
            thread.start()
        for turn in range(12):
            write(index, {turn: {"text": "a b", "title": "c"}})
        over.set()
        for thread in threads:
            thread.join()
        assert not wrong
        assert len(index.rank(query.Term("text", "b"))) == 12

    @pytest.mark.parametrize("place", range(0, 100, 7))
    def test_it_says_that_a_damaged_file_cannot_be_used(self, folder, place):
        index = index_at(folder)
        write(index, {n: {"text": f"a b{n}", "word": "x"} for n in range(50)}, anew=True)
        (segment,) = index.path.glob("*.seg")
        whole = segment.read_bytes()
        segment.write_bytes(whole[: len(whole) * place // 100])
        with pytest.raises(IndexUnavailableError):
            index.rank(query.Term("text", "a")).column("word")

    def test_it_goes_on_when_an_open_file_is_cut_short(self, folder):
        index = index_at(folder)
        write(index, {n: {"text": f"a b{n}"} for n in range(50)}, anew=True)
        assert len(index.rank(query.Term("text", "b1"))) == 1
        for segment in index.path.glob("*.seg"):
            segment.write_bytes(b"")
        with pytest.raises(IndexUnavailableError):
            index.rank(query.Term("text", "b2"))


class TestMemory:
    def test_it_counts_what_it_keeps_and_keeps_to_its_limit(self, folder, monkeypatch):
        index = index_at(folder)
        write(
            index, {n: {"text": " ".join(f"w{m}" for m in range(60))} for n in range(60)}, anew=True
        )
        monkeypatch.setattr(memory, "limit", 20_000)
        most = 0
        for n in range(60):
            assert len(index.rank(query.Term("text", f"w{n}"))) == 60
            most = max(most, memory.nbytes)
        assert 10_000 < most <= 20_000
        assert memory.nbytes == sum(size for _, size in memory._kept.values())

    def test_it_answers_without_any_memory(self, folder, monkeypatch):
        index = index_at(folder)
        monkeypatch.setattr(memory, "limit", 0)
        write(index, {n: {"text": "a b"} for n in range(10)}, anew=True)
        for _ in range(2):
            assert len(index.rank(query.Phrase("text", ["a", "b"]))) == 10

    def test_it_forgets_what_an_edit_has_made_old(self, folder):
        index = index_at(folder)
        write(index, {n: {"text": "a b"} for n in range(10)}, anew=True)
        index.rank(query.Phrase("text", ["a", "b"]))
        old = index._current().snapshot
        write(index, {n: {"text": "a b"} for n in range(10)})
        index.rank(query.Term("text", "a"))
        owners = {owner for owner, _ in memory._kept}
        assert old.owner not in owners
        assert index._current().snapshot.owner in owners
