"""No concept is broader than itself, however far round."""

from itertools import pairwise

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossary.models import KeywordLink
from glossary.relations import broader_by_keyword, cycle_through, path_in_words
from tests import base


def test_it_finds_the_way_back():
    broader_of = {"b": ["c", "x"], "c": ["d"], "d": ["a"], "x": ["y"]}
    assert cycle_through("a", ["b"], broader_of) == ["a", "b", "c", "d", "a"]
    assert cycle_through("a", ["x"], broader_of) is None
    assert cycle_through("a", [], broader_of) is None
    assert cycle_through("a", ["a"], broader_of) == ["a", "a"]


def test_it_takes_the_shortest_way_and_stops_in_other_cycles():
    broader_of = {"b": ["c"], "c": ["b", "a"], "d": ["a"]}
    assert cycle_through("a", ["b", "d"], broader_of) == ["a", "d", "a"]
    assert cycle_through("z", ["b"], broader_of) is None  # b and c go round for ever


def test_what_is_stored_of_the_keyword_itself_does_not_count():
    assert cycle_through("a", ["b"], {"a": ["c"], "c": ["a"]}) is None


@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7))), st.sets(st.integers(0, 7)))
def test_it_agrees_with_the_theory_of_graphs(links, broader):
    graph = networkx.DiGraph([link for link in links if link[0] != 0])
    graph.add_edges_from((0, each) for each in broader)
    graph.add_node(0)
    broader_of = {node: list(graph.successors(node)) for node in graph if node != 0}
    path = cycle_through(0, sorted(broader), broader_of)
    on_cycle = any(networkx.has_path(graph, each, 0) for each in broader)
    assert (path is not None) == on_cycle
    if path:
        assert path[0] == path[-1] == 0 and 0 not in path[1:-1]
        assert all(graph.has_edge(*link) for link in pairwise(path))


@pytest.mark.django_db
def test_it_reads_what_is_published():
    a, b, c = (base.make_keyword(name) for name in ("ville", "région", "pays"))
    KeywordLink.objects.create(keyword=a, target=b, kind=KeywordLink.BROADER)
    KeywordLink.objects.create(keyword=a, target=c, kind=KeywordLink.RELATED)
    assert broader_by_keyword() == {a.pk: [b.pk]}
    assert path_in_words([a.pk, b.pk, a.pk]) == "ville → région → ville"
