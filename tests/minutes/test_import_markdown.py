"""Importing Markdown: its structure becomes blocks, its lists of people attendance."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutes.importing import parse
from minutes.importing.parsing import block_text

TEXT = """\
# Ruche meeting 2019-04-03

## Links

* **Notes**: <https://ruche.example/notes>

## Present

* Ana Pons @anap (Board)
* Rik Maes (observer/Northwind)
* Jo Daems <mailto:jo@ruche.example>
* Lou Brasseur @lou(Guest)

### Observers

* Sven De Wachter

## Not present

* Milo Hardy

## Agenda

### Shared till [#12](https://ruche.example/12)

* Ana: it is **safe**, see [the sheet](/sheet)
  * _twice_ counted
1. first
2. second

> One key each.
>
> -- Ana Pons

**Decision:** two keys.

TODO: write to the bank (Rik Maes, by May 2, 2019)

| What | Who |
|------|-----|
| till | Ana |

Press `Esc`, ~~never~~ always. <b>Raw</b>
"""


@pytest.fixture(scope="module")
def minutes():
    return parse(TEXT, "2019-04-03.md", "en")


def test_the_first_heading_is_the_title(minutes):
    assert minutes.title == "Ruche meeting 2019-04-03"
    assert minutes.date == datetime.date(2019, 4, 3)


def test_headings_keep_their_level_and_their_links(minutes):
    headings = [tuple(value.values()) for name, value in minutes.blocks if name == "heading"]
    assert headings == [("Links", "2"), ("Agenda", "2"), ("Shared till #12", "3")]
    assert '<a href="https://ruche.example/12">#12</a>' in html(minutes)


def test_it_reads_people_their_function_and_organisation(minutes):
    rows = [
        (row.role, row.name, row.function, row.organisation, row.excused)
        for row in minutes.attendance
    ]
    assert rows == [
        ("", "Ana Pons", "Board", "", False),
        ("", "Rik Maes", "observer", "Northwind", False),
        ("", "Jo Daems", "", "", False),
        ("", "Lou Brasseur", "Guest", "", False),
        ("Observers", "Sven De Wachter", "", "", False),
        ("", "Milo Hardy", "", "", True),
    ]
    assert any("3 adresses ou identifiants" in sentence for sentence in minutes.unsure)


def test_lists_nest_and_inline_markup_stays(minutes):
    assert "<b>safe</b>" in html(minutes)
    assert "<i>twice</i> counted</li></ul></li></ul><ol>" in html(minutes)
    assert "Esc, <s>never</s> always." in html(minutes)


def test_an_address_that_leads_nowhere_is_no_link_and_is_said(minutes):
    assert "see the sheet" in html(minutes)
    assert any("/sheet" in sentence for sentence in minutes.unsure)


def test_quotations_decisions_actions_and_tables_become_blocks(minutes):
    blocks = {name: value for name, value in minutes.blocks if name not in ("text", "heading")}
    assert blocks["quotation"] == {"text": "One key each.", "speaker": "Ana Pons", "source": ""}
    assert block_text(("decision", blocks["decision"])) == "two keys."
    assert blocks["action"]["owner"] == "Rik Maes"
    assert blocks["action"]["due"] == "2019-05-02"
    assert blocks["table"]["rows"] == [{"values": ["till", "Ana"]}]
    assert [column["heading"] for column in blocks["table"]["columns"]] == ["What", "Who"]


def test_raw_html_is_shown_as_text(minutes):
    assert "&lt;b&gt;Raw&lt;/b&gt;" in html(minutes)
    hostile = parse("[x](javascript:alert(1)) <img src=x onerror=alert(1)>\n\n<script>", "x.md")
    assert "<img" not in html(hostile) and "<script" not in html(hostile)
    assert "<a" not in html(hostile)


def test_a_heading_of_people_ends_where_other_things_begin():
    minutes = parse(
        "# Meeting\n\n## Present\n\n* Ana Pons\n\n### News\n\n* Nothing to say this week.\n", "x.md"
    )
    assert minutes.people == ["Ana Pons"]
    assert [value["text"] for name, value in minutes.blocks if name == "heading"] == ["News"]


def test_a_heading_of_people_without_people_stays_in_the_text():
    minutes = parse("# Meeting\n\n## Present\n\nNobody could come, we met by mail.\n", "x.md")
    assert not minutes.attendance
    assert [value["text"] for name, value in minutes.blocks if name == "heading"] == ["Present"]


def test_front_matter_is_honoured():
    minutes = parse(
        "---\ntitle: La caisse à deux clés\nordinal: 3\ndate: 2018-01-09\nplace: Huy\n"
        "host: La couveuse\nlanguage: nl\nkeywords: caisse, couveuse\nslug: caisse\n"
        "intro: Une soirée courte.\ncolour: red\n---\n\n## Ouverture\n\nRien à dire.\n",
        "x.md",
    )
    assert (minutes.title, minutes.ordinal, minutes.slug) == ("La caisse à deux clés", 3, "caisse")
    assert (minutes.date, minutes.place) == (datetime.date(2018, 1, 9), "Huy")
    assert (minutes.host, minutes.language) == ("La couveuse", "nl")
    assert minutes.keywords == ["caisse", "couveuse"]
    assert block_text(minutes.blocks[0]) == "Une soirée courte."
    assert any("colour" in sentence for sentence in minutes.unsure)


@pytest.mark.parametrize(
    "text", ["", "\n", "---\n", "# \n", "> \n", "|a|\n|-|\n", "* \n", "[^1]: x"]
)
def test_scraps_are_no_error(text):
    assert parse(text, "x.md").title


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([*TEXT.splitlines(), "---", "> ", "```", "* *"])).map("\n".join))
def test_no_mixture_of_markdown_is_an_error(text):
    assert parse(text, "x.md").title


def html(minutes):
    return "".join(value for name, value in minutes.blocks if name == "text")
