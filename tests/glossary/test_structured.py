"""Structured data: what search engines read of a keyword."""

import json
import re

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from glossary.models import Keyword
from glossary.structured import defined_term, defined_term_set
from tests import base

BLOCK = re.compile(r'\A<script type="application/ld\+json">(.*)</script>\Z', re.DOTALL)


def shown(data):
    return Template("{% load glossary %}{% json_ld data %}").render(Context({"data": data}))


@pytest.mark.django_db
def test_a_keyword_is_a_defined_term():
    base.make_keyword(
        "portage",
        nl="payrolling",
        synonyms=["portage salarial"],
        definition_fr="Être salarié·e de ses propres contrats.",
        same_as="https://thesaurus.example/c/12",
    )
    keyword = Keyword.objects.with_labels().get()
    term = defined_term(keyword)
    assert term["@type"] == "DefinedTerm"
    assert term["name"] == "portage"
    assert sorted(term["alternateName"]) == ["payrolling", "portage salarial"]
    assert term["description"] == "Être salarié·e de ses propres contrats."
    assert term["inLanguage"] == "fr"
    assert term["url"] == "http://127.0.0.1:8000/fr/mots-cles/portage/"
    assert term["inDefinedTermSet"]["url"] == "http://127.0.0.1:8000/fr/glossaire/"
    assert term["sameAs"] == "https://thesaurus.example/c/12"
    with translation.override("nl"):
        dutch = defined_term(keyword)
    assert dutch["name"] == "payrolling"
    assert dutch["url"].endswith("/nl/trefwoorden/portage/")
    assert dutch["@id"] == term["@id"]


@pytest.mark.django_db
def test_it_says_nothing_of_what_is_not_known():
    base.make_keyword("couveuse")
    term = defined_term(Keyword.objects.get())
    assert not {"description", "sameAs", "alternateName"} & term.keys()


@pytest.mark.django_db
def test_the_glossary_is_a_set_of_terms(django_assert_num_queries):
    for name in ("portage", "couveuse", "fonds"):
        base.make_keyword(name, nl=f"{name}-nl")
    with django_assert_num_queries(2):
        glossary = defined_term_set(Keyword.objects.with_labels(), description="Nos mots.")
    assert glossary["@type"] == "DefinedTermSet"
    assert glossary["description"] == "Nos mots."
    assert [term["name"] for term in glossary["hasDefinedTerm"]] == ["couveuse", "fonds", "portage"]


@pytest.mark.parametrize(
    "hostile",
    [
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "]]>",
        "&lt;/script&gt;",
        "\u2028alert(1)//\u2029",
        '"}\\',
    ],
)
def test_no_word_breaks_out_of_the_script(hostile):
    html = shown({"name": hostile})
    inside = BLOCK.match(html)[1]
    assert not set(inside) & set("<>&\u2028\u2029")
    assert json.loads(inside) == {"name": hostile}


@given(st.text())
def test_it_reads_back_what_was_written(text):
    inside = BLOCK.match(shown({"name": text}))[1]
    assert json.loads(inside) == {"name": text}
    assert not set(inside) & set("<>&")
