"""Keywords as schema.org sees them: https://schema.org/DefinedTerm and DefinedTermSet.

The dictionaries go into a page with `{% json_ld data %}`. They hold nothing that the page
does not show: whoever calls has asked `existing_for` which keywords the reader may meet.
"""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from pages.languages import interface_language
from pages.serving import absolute

CONTEXT = "https://schema.org"


def defined_term(keyword) -> dict:
    """One keyword as a DefinedTerm, in the words of the interface's language.

    `@id` is the same in every language; `url` is its page in this one. Labels should be
    prefetched; then it asks no query.
    """
    return {
        "@context": CONTEXT,
        **_term(keyword),
        "inDefinedTermSet": _set(),
    }


def defined_term_set(keywords: Iterable, *, name: str = "", description: str = "") -> dict:
    """The glossary as a DefinedTermSet with these keywords as its terms.

    `name` and `description` are those of the page; without them it is just the glossary.
    """
    about = {"name": name or _("Glossaire"), "description": description}
    return {
        "@context": CONTEXT,
        **_set(),
        **{key: value for key, value in about.items() if value},
        "inLanguage": interface_language(),
        "hasDefinedTerm": [_term(keyword) for keyword in keywords],
    }


def _set() -> dict:
    return {
        "@type": "DefinedTermSet",
        "@id": absolute(reverse("api_keywords")),
        "name": _("Glossaire"),
        "url": absolute(reverse("glossary")),
    }


def _term(keyword) -> dict:
    name = keyword.label
    others = dict.fromkeys(label.text for label in keyword.labels.all())
    others.pop(name, None)
    facts = {
        "@type": "DefinedTerm",
        "@id": absolute(reverse("api_keyword", args=[keyword.slug])),
        "name": name,
        "alternateName": list(others),
        "description": keyword.definition,
        "inLanguage": keyword.label_language,
        "termCode": keyword.slug,
        "url": absolute(keyword.get_absolute_url()),
        "sameAs": keyword.same_as,
    }
    return {key: value for key, value in facts.items() if value}
