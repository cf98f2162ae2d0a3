"""French spacing, shown and never stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.typography import french, french_html

THIN = "\u202f"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Pourquoi ? Parce que !", f"Pourquoi{THIN}? Parce que{THIN}!"),
        ("présents: oui; non", f"présents{THIN}: oui{THIN}; non"),
        ("« Oui »", f"«{THIN}Oui{THIN}»"),
        ("«Oui»", f"«{THIN}Oui{THIN}»"),
        ('dit-elle "oui" enfin', f"dit-elle «{THIN}oui{THIN}» enfin"),
        ("l'année", "l’année"),
        ("à 10:30 précises", "à 10:30 précises"),
        ("voir https://plenum.example/a?b=c; puis", "voir https://plenum.example/a?b=c; puis"),
        ("quoi?!", f"quoi{THIN}?!"),
    ],
)
def test_it_sets_french_as_a_printer_would(typed, shown):
    assert french(typed) == shown


def test_it_leaves_tags_and_entities_alone():
    html = '<p>A &amp; B; <a href="/x?y=1&amp;z=2">dit &lt;b&gt; : oui</a></p>'
    shown = french_html(html)
    assert 'href="/x?y=1&amp;z=2"' in shown
    assert f"A &amp; B{THIN}; " in shown
    assert f"&lt;b&gt;{THIN}: oui" in shown


@given(st.text(alphabet="ab :;!?\"'«».é\u202f", max_size=60))
def test_it_changes_nothing_the_second_time_and_only_spaces_and_quotes(text):
    once = french(text)
    assert french(once) == once

    def bare(words):
        for mark in "\"«»'’":
            words = words.replace(mark, "")
        return "".join(words.split()).replace(THIN, "")

    assert bare(once) == bare(text)
