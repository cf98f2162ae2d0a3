"""Whatever the text and the terms, linking only adds links."""

import re
from html import unescape
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from glossary.linking import SILENT, Term, TermIndex, link_terms, mentioned

WORDS = ["port", "portage", "portages", "plateau", "technique", "AG", "ag", "l", "d", "les", "été"]
SIGNS = [" ", " ", " ", "-", "’", "&#x27;", "&nbsp;", "&amp;", ", ", ".", "·", "(e)s", "_", "@",
         "é", "\u0301", "&eacute;", "&notit;", "&", "; "]  # fmt: skip
TAGS = ["p", "b", "em", "li", "a", "h2", "blockquote", "sup", "span", "code", "div"]

texts = st.lists(st.sampled_from(WORDS + SIGNS), max_size=8).map("".join)
attributes = st.sampled_from(["", ' title="a > b"', " lang='nl'", ' data-x=">port<"', " hidden"])


def element(children):
    return st.tuples(st.sampled_from(TAGS), attributes, children).map(
        lambda parts: f"<{parts[0]}{parts[1]}>{parts[2]}</{parts[0]}>"
    )


html = st.recursive(
    texts,
    lambda children: st.lists(st.one_of(texts, element(children)), max_size=5).map("".join),
    max_leaves=12,
)
labels = st.lists(st.sampled_from([*WORDS, " ", "-", " d’"]), min_size=1, max_size=4).map("".join)
terms = st.lists(st.lists(labels, min_size=1, max_size=3), max_size=6).map(
    lambda every: [Term(key, words) for key, words in enumerate(every)]
)
languages = st.sampled_from(["fr", "nl", "en"])


def linked(source, terms, language):
    index = TermIndex(terms, language)
    return (*link_terms(source, index, {term.key: "/x/?a=1&b=2" for term in terms}), index)


def visible(source):
    return unescape(re.sub(r"""<(?:"[^"]*"|'[^']*'|[^>"'])*>""", "", source))


class Nesting(HTMLParser):
    """Where links stand: the names of the elements around each of ours."""

    def __init__(self, source):
        super().__init__()
        self.open, self.around, self.keys = [], [], []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        if ("class", "term") in attrs:
            self.around.append(list(self.open))
            self.keys.append(dict(attrs)["data-term"])
        self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass


@given(html, terms, languages)
def test_it_never_changes_the_visible_text(source, terms, language):
    shown, _keys, _index = linked(source, terms, language)
    assert visible(shown) == visible(source)
    assert re.sub(r'<a class="term"[^>]*>(.*?)</a>', r"\1", shown) == source


@given(html, terms, languages)
def test_it_never_nests_links_or_links_where_it_may_not(source, terms, language):
    shown, _keys, _index = linked(source, terms, language)
    for around in Nesting(shown).around:
        assert not SILENT & set(around)


@given(html, terms, languages)
def test_it_links_each_term_once_and_says_which(source, terms, language):
    shown, keys, index = linked(source, terms, language)
    assert Nesting(shown).keys == [str(key) for key in keys]
    assert len(keys) == len(set(keys))
    assert set(keys) <= set(mentioned(source, index))


@given(html, terms, languages)
def test_it_changes_nothing_the_second_time(source, terms, language):
    shown, _keys, index = linked(source, terms, language)
    assert link_terms(shown, index, {term.key: "/x/" for term in terms}) == (shown, [])


@given(st.text(alphabet="<>a/\"'= !-&;portage", max_size=60), languages)
def test_it_takes_any_broken_markup(source, language):
    shown, _keys, index = linked(source, [Term(1, ["portage", "port", "age"])], language)
    assert re.sub(r'<a class="term"[^>]*>(.*?)</a>', r"\1", shown) == source
    assert link_terms(shown, index, {1: "/x/"}) == (shown, [])
