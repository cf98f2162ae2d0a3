"""Ways to search, for who has asked nothing yet: each with words that find something here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from search import analysis, sources
from search.asked import LANGUAGE_NAMES
from search.finding import Search
from search.models import Kind
from search.query import SHORTEST_PREFIX

LOOKED_AT = 12  # keywords, the most used ones


@dataclass(frozen=True)
class Example:
    typed: str
    meaning: str


def examples(search: Search) -> list[Example]:
    """What can be typed, of the words and names of what this search finds: of all, where it has
    no words. Fewer where there is little.
    """
    return [Example(typed, meaning) for typed, meaning in _examples(search)]


def _examples(search: Search) -> Iterable[tuple[str, str]]:
    matched = search.matched
    used = search.found.facet("keyword")
    used = sorted(search.visible_keywords(used), key=lambda pk: (-used[pk], pk))[:LOOKED_AT]
    known = sources.vocabulary().names(used)
    names = {pk: known[pk] for pk in used if pk in known}
    length = {pk: len(analysis.words(name.text)) for pk, name in names.items()}
    if names:
        first, *others = sorted(names, key=lambda pk: length[pk])
        word, carries = names[first].text, matched.keyword.having({first})
        beside = [pk for pk in others if (carries & matched.keyword.having({pk})).any()]
        if beside:
            yield (
                f"{word} {names[beside[0]].text}",
                _("tous ces mots, sous toutes leurs formes, dans les trois langues"),
            )
        for name in (names[pk].text for pk in names if length[pk] > 1):
            yield f'"{name}"', _("les mots qui se suivent")
            break
        if others:
            either = _("%(one)s OU %(other)s") % {
                "one": word,
                "other": names[others[len(others) // 2]].text,
            }
            yield either, _("l’un ou l’autre")
        start = analysis.words(word)[:1]
        if start and len(start[0]) > SHORTEST_PREFIX + 2:
            yield f"{start[0][: 2 * len(start[0]) // 3]}*", _("les mots qui commencent ainsi")
        if (carries & ~matched.kind.having({Kind.COMMENT})).any():
            yield _("%(word)s -type:commentaire") % {"word": word}, _("sans les commentaires")
        yield from _in_a_group(search, names[first].slug, carries)
    # Who wrote most. The column knows more names than these rows have, in an order made by all.
    number = np.bincount(matched.author.codes[matched.author.codes >= 0])
    wrote = {matched.author.values[code]: number[code] for code in np.flatnonzero(number)}
    for author in sorted(wrote, key=lambda author: (-wrote[author], author)):
        if said := analysis.words(author):
            yield _("auteur:%(name)s") % {"name": said[0]}, _("ce que cette personne a écrit")
            break
    comments = matched.day[matched.kind.having({Kind.COMMENT})]
    if len(comments) and comments.max() > 0:
        year = date.fromordinal(int(comments.max())).year
        yield (
            _("type:commentaire après:%(year)s") % {"year": year},
            _("de cette nature, à partir de cette date ; « avant: » de même"),
        )
    for code in LANGUAGE_NAMES:
        if code != get_language() and matched.language.having({code}).any():
            yield _("langue:%(code)s") % {"code": code}, _("dans cette langue")
            break


def _in_a_group(search: Search, slug: str, carries: np.ndarray) -> Iterable[tuple[str, str]]:
    for pk, group in search.workgroups.items():
        if (carries & search.matched.workgroup.having({pk})).any():
            typed = _("mot:%(keyword)s groupe:%(group)s") % {"keyword": slug, "group": group.slug}
            yield typed, _("ce qui porte ce mot-clé, dans ce groupe")
            break
