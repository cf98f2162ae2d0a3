"""Passages: the right place in a text, its words marked, and nothing but text let through."""

from hypothesis import given
from hypothesis import strategies as st

from search.query import parse
from search.snippets import LENGTH, Marker


def marker(typed):
    return Marker.of(parse(typed).tree)


def test_it_marks_words_whatever_their_accents_case_and_endings():
    html = marker("coordinatrice reunion").mark("Les RÉUNIONS des coordinateurs", "fr")
    assert html == "Les <mark>RÉUNIONS</mark> des <mark>coordinateurs</mark>"


def test_it_marks_a_word_without_its_article():
    assert marker("ordre").mark("d’ordre", "fr") == "d’<mark>ordre</mark>"


def test_it_marks_a_phrase_only_where_its_words_follow_each_other():
    html = marker('"mise en place"').mark("en place ? Mise en place.", "fr")
    assert html == "en place ? <mark>Mise</mark> <mark>en</mark> <mark>place</mark>."


def test_it_marks_beginnings():
    assert marker("accompagn*").mark("accompagnateur", "fr") == "<mark>accompagnateur</mark>"


def test_it_does_not_mark_what_was_excluded_or_stop_words():
    assert marker("la réunion -budget").mark("la réunion budget", "fr") == (
        "la <mark>réunion</mark> budget"
    )


def test_it_lets_no_html_of_the_text_through():
    html = marker("réunion").mark("<script>alert('réunion')</script> & co", "fr")
    assert html == ("&lt;script&gt;alert(&#x27;<mark>réunion</mark>&#x27;)&lt;/script&gt; &amp; co")


def test_it_shows_the_place_where_most_of_the_words_stand():
    text = "budget " + "rien " * 100 + "le budget de la réunion " + "rien " * 100
    passage, shown = marker("budget réunion").passage(text, "fr")
    assert shown == 2
    assert "<mark>budget</mark> de la <mark>réunion</mark>" in passage
    assert passage.startswith("… ")
    assert passage.endswith(" …")


def test_it_shows_the_beginning_when_no_word_stands_in_the_text():
    passage, shown = marker("budget").passage("Le début. " + "suite " * 100, "fr")
    assert passage.startswith("Le début.")
    assert shown == 0


@given(st.text(max_size=600), st.text(max_size=30))
def test_it_makes_a_passage_of_any_text(text, typed):
    passage, _ = marker(typed).passage(text, "fr")
    bare = passage.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in bare
    assert len(bare) <= (LENGTH + 4) * 6  # an escaped sign takes up to six
