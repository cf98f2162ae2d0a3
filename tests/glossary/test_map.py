"""The map of keywords: what it draws, for whom, and that the drawing can be read."""

import re
from collections import Counter
from itertools import combinations

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from glossary import drawing, mapping, views
from glossary.models import Keyword, KeywordGroup, PageKeyword
from tests import base

MAP = "/fr/glossaire/carte/"
NOW = settings(max_examples=30, deadline=None)


def use(place, *names, **changes):
    """Keywords on one page; those that do not exist are made."""
    for name in names:
        if not Keyword.objects.filter(name=name).exists():
            base.make_keyword(name)
    return base.make_minutes(place, keywords=names, **changes)


def topics(response):
    """The words of the picture, in the order of the keyboard."""
    return [keyword.label for keyword, _place in response.context["topics"]]


def links(response):
    """Pairs of words that a line joins."""
    words = {keyword.pk: keyword.label for keyword, _place in response.context["topics"]}
    return {
        tuple(sorted((words[line.one], words[line.other])))
        for line in response.context["drawing"].lines
    }


def table(response):
    """{word: (uses, [words it most often goes with])}."""
    return {
        row.label: (row.uses, [other.label for other, _pages in row.companions])
        for row in response.context["rows"]
    }


# --- What is drawn ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_it_ties_words_of_the_same_page_and_of_its_discussion(client, workgroup):
    first = use(workgroup, "portage", "contrat")
    use(workgroup, "portage", "contrat")
    use(workgroup, "portage", "salaire")
    spoken = base.make_keyword("colère")
    base.make_comment(first, keywords=[spoken])
    page = client.get(MAP)
    assert topics(page) == ["portage", "contrat", "salaire", "colère"]
    assert links(page) == {
        ("contrat", "portage"),
        ("portage", "salaire"),
        ("colère", "contrat"),
        ("colère", "portage"),
    }
    assert table(page) == {
        "portage": (3, ["contrat", "salaire", "colère"]),
        "contrat": (2, ["portage", "colère"]),
        "salaire": (1, ["portage"]),
        "colère": (1, ["contrat", "portage"]),
    }


@pytest.mark.django_db
def test_it_knows_only_what_the_reader_may_see(
    client, as_user, workgroup, private_workgroup, group_member
):
    minutes = use(workgroup, "portage", "brouillon")
    use(workgroup, "contrat")
    use(private_workgroup, "secret", "portage", "contrat")
    Keyword.objects.filter(name="brouillon").update(live=False)
    comment = base.make_comment(minutes, keywords=[base.make_keyword("masqué")], is_removed=True)
    stranger = client.get(MAP)
    assert table(stranger) == {"portage": (1, []), "contrat": (1, [])}
    assert links(stranger) == set()
    assert "secret" not in stranger.content.decode()
    # What is hidden is there to be seen by those it is for.
    member = as_user(group_member).get(MAP)
    assert table(member)["secret"] == (1, ["portage", "contrat"])
    assert table(member)["portage"][0] == 2 and ("contrat", "portage") in links(member)
    comment.state = "published"
    comment.save()
    assert table(client.get(MAP))["masqué"] == (1, ["portage"])


@pytest.mark.django_db
def test_it_is_drawn_for_one_workgroup(client, as_user, workgroup, private_workgroup, group_member):
    other = base.make_workgroup("Autre groupe", slug="autre")
    use(workgroup, "portage")
    use(other, "contrat")
    use(private_workgroup, "secret")
    assert topics(client.get(MAP)) == ["portage", "contrat"]
    assert topics(client.get(MAP + "?groupe=autre")) == ["contrat"]
    closed = f"{MAP}?groupe={private_workgroup.slug}"
    assert client.get(closed).status_code == 404
    assert client.get(MAP + "?groupe=nulle-part").status_code == 404
    assert topics(as_user(group_member).get(closed)) == ["secret"]
    assert private_workgroup.title not in client.get(MAP).content.decode()
    assert private_workgroup.title in as_user(group_member).get(MAP).content.decode()


@pytest.mark.django_db
def test_a_workgroups_page_and_the_home_page_lead_to_it(client, workgroup):
    use(workgroup, "portage")
    assert f'href="{MAP}?groupe={workgroup.slug}"' in client.get(workgroup.url).content.decode()
    for url in ("/fr/", "/fr/glossaire/"):
        assert f'href="{MAP}"' in client.get(url).content.decode()


@pytest.mark.django_db
def test_it_gives_readers_without_the_picture_the_same_in_words(client, workgroup):
    base.make_keyword("portage", nl="loonportage")
    use(workgroup, "portage", "contrat")
    page = client.get(MAP).content.decode()
    svg = page[page.index('<svg class="map') :]
    svg = svg[: svg.index("</svg>")]
    assert re.search(r'href="/fr/mots-cles/portage/"[^>]*><title>portage, 1 emploi</title>', svg)
    assert 'role="group" aria-labelledby="image" aria-describedby="map-note"' in page
    assert re.search(r'<th role="rowheader" scope="row"><a [^>]*>portage</a>', page)
    assert " style=" not in page
    # Numbers of the drawing are written as SVG reads them, whatever the language.
    assert not re.search(r'(?:x|y|d|width|height)="[^"]*\d,\d', svg)


@pytest.mark.django_db
def test_it_marks_groups_by_form_and_says_which(client, workgroup):
    group = KeywordGroup.objects.create(name="Métiers")
    Keyword.objects.create(name="boulanger", group=group)
    use(workgroup, "portage")
    ungrouped = client.get(MAP)
    assert ungrouped.context["legend"] == [] and 'class="legend' not in ungrouped.content.decode()
    use(workgroup, "boulanger")
    page = client.get(MAP)
    assert page.context["legend"] == [(1, [group]), (0, [None])]
    assert "boulanger, 1 emploi, Métiers" in page.content.decode()


def test_it_gives_the_largest_groups_a_mark_of_their_own():
    marks = mapping.marks_of([1, None, *[number for number in range(2, 11) for _ in "ab"]])
    assert [marks[number] for number in range(2, 8)] == [1, 2, 3, 4, 5, 6]
    assert marks[8] == marks[1] == marks[None] == 0
    assert mapping.marks_of([None, None]) == {None: 1} and mapping.marks_of([]) == {}


@pytest.mark.django_db
def test_it_says_when_there_is_nothing_to_draw(client, workgroup):
    assert "la carte se dessinera ici" in client.get(MAP).content.decode()
    use(base.make_workgroup("Autre groupe"), "portage")
    empty = client.get(f"{MAP}?groupe={workgroup.slug}").content.decode()
    assert "Aucune page de ce groupe" in empty and "Voir la carte de tout le site" in empty
    assert topics(client.get(MAP)) == ["portage"]


@pytest.mark.django_db
def test_it_draws_the_most_used_and_lists_all(client, workgroup, monkeypatch):
    monkeypatch.setattr(views, "ON_THE_MAP", 2)
    monkeypatch.setattr(views, "ROWS_A_PAGE", 3)
    use(workgroup, "un", "deux", "trois", "École")
    use(workgroup, "trois", "deux")
    page = client.get(MAP)
    assert topics(page) == ["deux", "trois"]
    assert "Voici les 2 mots les plus employés" in page.content.decode()
    assert [word.label for word in page.context["cloud"]] == ["deux", "École", "trois", "un"]
    assert list(table(page)) == ["deux", "trois", "un"]
    assert table(page)["un"] == (1, ["École", "deux", "trois"])
    assert list(table(client.get(MAP + "?page=2"))) == ["École"]
    assert list(table(client.get(MAP + "?tri=nom"))) == ["deux", "École", "trois"]


@pytest.mark.django_db
def test_it_keeps_where_things_stand_but_never_what_is_counted(client, workgroup, monkeypatch):
    laid_out = []
    lay_out = drawing.lay_out
    monkeypatch.setattr(
        drawing, "lay_out", lambda *content: laid_out.append(content) or lay_out(*content)
    )
    use(workgroup, "portage", "contrat")
    first = client.get(MAP)
    assert client.get(MAP).content == first.content
    assert len(laid_out) == 1
    use(workgroup, "portage", "contrat")
    assert table(client.get(MAP))["portage"][0] == 2
    cache.clear()
    again = client.get(MAP)
    assert topics(again) == ["portage", "contrat"]
    # The same content, laid out anew, stands where it stood.
    assert again.content == client.get(MAP).content


@pytest.mark.django_db
def test_it_asks_the_same_of_the_database_for_one_word_and_for_many(client, workgroup):
    def queries(url):
        cache.clear()
        with CaptureQueriesContext(connection) as asked:
            client.get(url)
        return len(asked)

    urls = [MAP, f"{MAP}?groupe={workgroup.slug}", f"{MAP}?tri=nom"]
    use(workgroup, "mot")
    client.get(MAP)
    few = [queries(url) for url in urls]
    minutes = use(workgroup, "mot")
    for number in range(150):
        keyword = base.make_keyword(f"mot {number}")
        PageKeyword.objects.create(tag=keyword, content_object_id=minutes.pk)
    base.make_comment(minutes, keywords=Keyword.objects.all())
    many = [queries(url) for url in urls]
    assert few == many and max(many) <= 25


# --- How it is drawn --------------------------------------------------------------------------

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=100)


@st.composite
def pictures(draw):
    words = draw(st.lists(WORDS, min_size=1, max_size=40))
    steps = st.integers(1, drawing.STEPS)
    nodes = [drawing.Node(key, word, draw(steps)) for key, word in enumerate(words)]
    pairs = list(combinations(range(len(nodes)), 2))
    tied = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=60)) if pairs else []
    return nodes, [(*pair, draw(st.integers(1, 50))) for pair in sorted(tied)]


@NOW
@given(pictures())
def test_no_word_lies_over_another_or_leaves_the_frame(picture):
    nodes, ties = picture
    drawn = drawing.draw(nodes, ties)
    assert [place.node for place in drawn.nodes] == nodes
    assert len(drawn.lines) == len(ties)
    for place in drawn.nodes:
        assert place.left >= 0 and place.left + place.width <= drawn.width
        assert place.top >= 0 and place.top + place.height <= drawn.height + 1
        assert place.top < place.y < place.lines[0][1]
        assert place.lines[-1][1] <= place.top + place.height
    for one, other in combinations(drawn.nodes, 2):
        across = abs(one.x - other.x) - (one.width + other.width) / 2
        down = max(one.top, other.top) - min(one.top + one.height, other.top + other.height)
        assert across > 0 or down > 0, (one, other)


@pytest.mark.parametrize(
    ("word", "lines"),
    [
        ("transdisciplinarité", ["transdisciplinarité"]),
        ("une transdisciplinarité vraie", ["une", "transdisciplinarité", "vraie"]),
        ("anticonstitutionnellement", ["anticonstitutionnellement"]),
        ("arbeidsongeschiktheidsverzekering", ["arbeidsongeschiktheidsver-", "zekering"]),
        ("porte-parole et sages-femmes", ["porte-parole et", "sages-femmes"]),
    ],
)
def test_it_cuts_no_word_without_a_hyphen(word, lines):
    assert drawing.Node(1, word, 1).lines == lines


def test_it_draws_a_full_map_of_long_words_alike_each_time():
    nodes = [drawing.Node(key, f"Donaudampfschifffahrtsgesellschaft {key}", 5) for key in range(60)]
    ties = [(one, other, 1 + one) for one, other in combinations(range(60), 2) if other < one + 4]
    first = drawing.draw(nodes, ties)
    cache.clear()
    assert drawing.draw(nodes, ties) == first
    boxes = [(place.left, place.top, place.width, place.height) for place in first.nodes]
    assert len(set(boxes)) == 60


def test_it_draws_nothing_and_one_thing():
    assert drawing.draw([], []).nodes == []
    alone = drawing.draw([drawing.Node(1, "seul", 1)], [])
    assert alone.narrow and alone.nodes[0].x == drawing.NARROW / 2 and alone.height < 100


@pytest.mark.parametrize(
    ("uses", "most", "expected"), [(1, 1, 1), (1, 9, 1), (9, 9, 5), (3, 9, 3), (1, 10_000, 1)]
)
def test_it_sets_words_in_few_sizes(uses, most, expected):
    assert mapping.step(uses, most, 5) == expected


def test_it_draws_only_the_strongest_ties_of_each_word():
    beside = {1: [(2, 9), (3, 8), (4, 7), (5, 6)], 5: [(1, 6)], 2: [(1, 9)], 9: [(1, 1)]}
    uses = Counter({1: 30, 2: 9, 3: 9, 4: 9, 5: 9})
    shown = [1, 2, 3, 4, 5]
    nearest = [(1, 2, 9), (1, 3, 8), (1, 4, 7), (1, 5, 6)]  # the last because 5 has no other
    assert mapping.strongest(beside, uses, shown) == nearest
    assert mapping.strongest(beside, uses, [1, 2]) == [(1, 2, 9)]
    # What is used everywhere is near to nothing in particular.
    uses[2] = 1000
    del beside[2], beside[5]
    assert mapping.strongest(beside, uses, shown) == [(1, 3, 8), (1, 4, 7), (1, 5, 6)]
