"""A stencil shows what its template would, and fills in words as words."""

import pytest
from django.template import engines
from django.utils.safestring import mark_safe
from django.utils.translation import override

from pages.stencils import filled


def template(source):
    return engines["django"].from_string("{% load i18n %}" + source)


HOSTILE = ["<b>", "a & b", "'\"", "100 % %(a.b)s %s", "\ue000a.b\ue001", "{{ a.b }}", "\\1"]


@pytest.mark.parametrize("words", HOSTILE)
def test_words_are_filled_in_as_a_template_shows_them(words):
    shown = template('50 %: <p title="{{ a.b }}">{{ a.b }} {{ c }}</p>')
    for text in ("another", words):  # the second time the stencil is known
        expected = shown.render({"a": {"b": text}, "c": words})
        assert filled(shown, {"a.b": text, "c": words}, {}) == expected
    assert template("{{ a }}").render({"a": "<b>"}) == "&lt;b&gt;"


def test_words_that_are_safe_stay_markup():
    assert filled(template("{{ a }}{{ b }}"), {"a": mark_safe("<i>"), "b": "<i>"}, {}) == (
        "<i>&lt;i&gt;"
    )


def test_a_template_asks_whether_there_are_words_and_decides_by_facts():
    shown = template("{% if a.b %}[{{ a.b }}]{% endif %}{% if a.c == 2 %}two{% endif %}")
    assert filled(shown, {"a.b": "x"}, {"a.c": 2}) == "[x]two"
    assert filled(shown, {"a.b": ""}, {"a.c": 2}) == "two"
    assert filled(shown, {"a.b": "y"}, {"a.c": 3}) == "[y]"


def test_a_template_goes_through_lists():
    shown = template("{% for each in a.list %}{{ each.name }}{{ each.size.1 }};{% endfor %}")
    texts = {"a.list.0.name": "x", "a.list.0.size.0": "1", "a.list.0.size.1": "2"}
    assert filled(shown, {**texts, "a.list.1.name": "y"}, {"a.list.1.size": ()}) == "x2;y;"
    assert filled(shown, {}, {"a.list": ()}) == ""


def test_it_speaks_the_language_of_the_moment():
    shown = template('{% translate "membre" %} {{ a }}')
    said = set()
    for language in ("fr", "nl", "en"):
        with override(language):
            said.add(filled(shown, {"a": "Noor"}, {}))
    assert said == {"membre Noor", "lid Noor", "member Noor"}


def test_a_template_that_was_changed_is_rendered_anew():
    assert filled(template("before {{ a }}"), {"a": "x"}, {}) == "before x"
    assert filled(template("after {{ a }}"), {"a": "x"}, {}) == "after x"


@pytest.mark.parametrize("source", ["{{ a.c }}", "{% if a.c and a.b %}{% endif %}"])
def test_it_refuses_a_template_that_asks_for_what_it_is_not_given(source):
    with pytest.raises(LookupError, match="c"):
        filled(template(source), {"a.b": "x"}, {})
