"""The light markup of comments: what it makes of a text, and what it never lets through."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discussion.formatting import TAGS, cleaned, html_of, render
from tests import base

MARKS = st.text(alphabet="ab *_>-+[](){}!<\\\n\t`#@&;:/.1'\"\u2028\u00a0", max_size=300)
PIECES = st.lists(
    st.sampled_from(
        [
            "<script>",
            "</p>",
            "<img src=x onerror=alert(1)>",
            "<a href=",
            "javascript:",
            "[a](",
            ")",
            "<",
            ">",
            "https://a.be",
            "mailto:a@b.be",
            "\n\n",
            "> ",
            "- ",
            "*",
            "_",
            "&lt;",
            "&#106;",
            "<svg/onload=alert(1)>",
            "//evil.be",
            "\x00",
        ]
    ),
    max_size=30,
).map("".join)


class Seen(HTMLParser):
    """The tags and addresses of a piece of HTML, as a browser's parser would meet them."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.links = set(), set(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {(tag, name) for name, _value in attrs}
        self.links += [value for name, value in attrs if name == "href"]


def assert_harmless(html):
    seen = Seen(html)
    assert seen.tags <= TAGS
    assert seen.attributes <= {("a", "href"), ("a", "rel"), ("ol", "start")}
    for link in seen.links:
        assert re.match(r"(https?://|mailto:|/(?![/\\]))\S*\Z", link, re.I), link


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Un.\n\nDeux.", "<p>Un.</p>\n<p>Deux.</p>"),
        ("Un\ndeux", "<p>Un<br>\ndeux</p>"),
        ("Un\r\n\r\ndeux", "<p>Un</p>\n<p>deux</p>"),
        ("*un* et **deux**", "<p><em>un</em> et <strong>deux</strong></p>"),
        ("snake_case_name", "<p>snake_case_name</p>"),
        ("- un\n- deux", "<ul>\n<li>un</li>\n<li>deux</li>\n</ul>"),
        ("1. un\n2. deux", "<ol>\n<li>un</li>\n<li>deux</li>\n</ol>"),
        ("1986. Un an.", '<ol start="1986">\n<li>Un an.</li>\n</ol>'),
        ("> dit\n\nmoi", "<blockquote>\n<p>dit</p>\n</blockquote>\n<p>moi</p>"),
        ("a\n\n* * *\n\nb", "<p>a</p>\n<hr>\n<p>b</p>"),
        ("# Titre", "<p># Titre</p>"),
        ("    quatre espaces", "<p>quatre espaces</p>"),
        ("`code`", "<p>`code`</p>"),
        ("<b>gras</b>", "<p>&lt;b&gt;gras&lt;/b&gt;</p>"),
        ("&amp; reste", "<p>&amp;amp; reste</p>"),
        (r"\*pas\*", "<p>*pas*</p>"),
        ("[mot](javascript:alert(1))", "<p>[mot](javascript:alert(1))</p>"),
        ("[mot](//evil.be)", "<p>[mot](//evil.be)</p>"),
        ("[mot](\u2028javascript:alert(1))", "<p>[mot](\u2028javascript:alert(1))</p>"),
        ("a@b.be", "<p>a@b.be</p>"),
        ("www.a.be", "<p>www.a.be</p>"),
        ("@[Inconnue]", "<p>Inconnue</p>"),
        ("", ""),
        ("  \n ", ""),
    ],
)
def test_it_makes_what_a_letter_needs(typed, shown):
    assert render(typed, "en") == shown


@pytest.mark.parametrize(
    "typed", ["https://a.be/x?y=1&z=2", "<https://a.be/x?y=1&z=2>", "[a](https://a.be/x?y=1&z=2)"]
)
def test_it_links_addresses_and_says_that_they_are_readers(typed):
    html = render(f"Voir {typed}.", "en")
    assert 'href="https://a.be/x?y=1&amp;z=2"' in html
    assert 'rel="nofollow ugc noopener"' in html


def test_it_spaces_french_and_leaves_addresses_alone():
    html = render('Il dit : "oui" ! https://a.be/?a=1', "fr")
    assert "dit\u202f: «\u202foui\u202f»\u202f!" in html
    assert 'href="https://a.be/?a=1"' in html
    assert "dit :" in render("Il dit : oui", "nl")


@given(MARKS | PIECES | st.text(max_size=300))
def test_it_lets_nothing_harmful_through(text):
    html = render(text, "fr")
    assert_harmless(html)
    assert cleaned(html) == cleaned(cleaned(html))
    # Twenty levels of quotes at most, of two tags each.
    assert len(html) <= 10 * len(text) + 700


@given(PIECES | st.text(max_size=300))
def test_its_second_fence_holds_by_itself(html):
    once = cleaned(html)
    assert_harmless(once)
    assert cleaned(once) == once


def test_its_second_fence_is_needed():
    """The control: without it, the laws above would not hold for what nobody's Markdown made."""
    with pytest.raises(AssertionError):
        assert_harmless("<img src=x onerror=alert(1)>")


@pytest.mark.parametrize("piece", ["[", "_", "<", "](x)", "*a ", "> ", "- ", "**_[a](x)", "@["])
def test_it_is_not_held_up_by_the_longest_message(piece):
    # Where something grew with the square of the length, this would take minutes.
    assert render((piece * 10_000)[:10_000], "fr") is not None


@pytest.mark.django_db
def test_it_shows_a_comment_that_was_stored_without_html(workgroup):
    comment = base.make_comment(base.make_minutes(workgroup), "Un *mot*.")
    assert comment.html == ""
    assert html_of(comment) == "<p>Un <em>mot</em>.</p>"
