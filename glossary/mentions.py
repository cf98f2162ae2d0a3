"""Which of the glossary's terms a page's text mentions, and the text with them linked.

What is kept between requests is the same for every reader: the list of terms, which of them a
text holds, and texts linked for a given set of keywords. Which keywords exist for a reader is
asked at each view.
"""

import hashlib
from collections import defaultdict
from functools import cached_property, lru_cache
from typing import NamedTuple

from django.core.cache import cache
from django.db import transaction
from django.db.models import F, IntegerField, Value, prefetch_related_objects
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from glossary.linking import Term, TermIndex, link_terms, mentioned
from glossary.models import Keyword, KeywordLabel
from pages.languages import interface_language
from pages.rendering import Finished, body_of, once

#: Where the stamp of the list of terms is kept, and for how many seconds another process may
#: go on with an older list.
STAMP, SECONDS = "glossary.terms", 60
KEPT = 200  # texts that a process remembers; a text is some tens of kilobytes
#: Which part of the one query of `keywords_around` a row comes from.
_OF_PAGE, _OF_COMMENT, _MENTIONED = range(3)


class Mentioned(NamedTuple):
    """A body with its terms linked, and the keywords linked, in order of first mention."""

    html: SafeString
    keywords: list[Keyword]


class Vocabulary:
    """The terms of one moment: rows of (keyword, name, language of a label, label, if linked).

    It remembers what it found in the last texts; a change of any term makes another one.
    """

    def __init__(self, rows):
        self.rows = rows
        self._indexes = {}
        # Kept here and not in Django's cache: that one holds few things, among them the counts
        # that slow down who guesses passwords, and many texts would push those out.
        self.mentioned = lru_cache(maxsize=KEPT)(self._mentioned)
        self.linked = lru_cache(maxsize=KEPT)(self._linked)

    @cached_property
    def stamp(self) -> str:
        return hashlib.blake2b(repr(self.rows).encode(), digest_size=16).hexdigest()

    def index(self, language: str) -> TermIndex:
        """The labels in a language that texts link, and the names of keywords with none in it."""
        if language not in self._indexes:
            names, labels = {}, defaultdict(list)
            for key, name, of, label, linked in self.rows:
                names[key] = name
                if of == language:
                    labels[key] += [label] if linked else []
            terms = [Term(key, labels.get(key, [name])) for key, name in names.items()]
            self._indexes[language] = TermIndex(terms, language)
        return self._indexes[language]

    def _mentioned(self, html, language):
        return mentioned(html, self.index(language))

    def _linked(self, html, language, links):
        return link_terms(html, self.index(language), dict(links))


_held: Vocabulary | None = None


def vocabulary() -> Vocabulary:
    """The terms of today: of published keywords with a definition. A query once a minute."""
    global _held
    held = _held
    if held is None or cache.get(STAMP) != held.stamp:
        explained = Keyword.objects.unmerged().filter(live=True)
        explained = explained.exclude(definition_fr="", definition_nl="", definition_en="")
        rows = explained.order_by("name", "pk", "labels__pk")
        label = (f"labels__{column}" for column in ("language", "text", "linked"))
        rows = list(rows.values_list("pk", "name", *label))
        if held is None or held.rows != rows:
            _held = held = Vocabulary(rows)
        cache.set(STAMP, held.stamp, SECONDS)
    return held


@receiver([post_save, post_delete], sender=Keyword)
@receiver([post_save, post_delete], sender=KeywordLabel)
def forget(**kwargs):
    """The list of terms is read anew: now, and by others once they can see what changed."""
    cache.delete(STAMP)
    transaction.on_commit(lambda: cache.delete(STAMP))


def found_in(page, request) -> Mentioned:
    """What a page's body mentions, for the reader who asks; worked out once for each request.

    Only keywords that exist for the reader count, and the text is linked as if there were no
    others. One query, and one for labels, unless `keywords_around` has asked already. A page
    whose `terms_linked` is off gets its keywords, and its html as it was.
    """

    def make():
        html = body_of(page, request)
        keywords = once(page, "_visible", request, lambda: None)
        if keywords is None:
            keywords = list(_visible(_keys(page, request), request.user).with_labels())
        links = tuple((keyword.pk, keyword.get_absolute_url()) for keyword in keywords)
        linked, keys = vocabulary().linked(html, page.language, links)
        by_key = {keyword.pk: keyword for keyword in keywords}
        # Made of safe html and of links whose addresses are escaped.
        shown = mark_safe(linked) if page.terms_linked else html
        return Mentioned(shown, [by_key[key] for key in keys])

    return once(page, "_mentioned", request, make)


def keywords_around(page, request, comments=(), preview=False) -> tuple[list[Keyword], dict]:
    """(The page's keywords by name, {id of one of these comments: its keywords}), without labels.

    One query, which also fetches what `found_in` will ask for: the labels of all of them are
    best fetched together. In a `preview` they are those of the draft.
    """
    tagged = page.keywords_tagged(preview=preview)
    parts = [_part(tagged, _OF_PAGE)]
    if comments:
        keys = [comment.pk for comment in comments]
        spoken = Keyword.objects.filter(comments__in=keys, live=True)
        parts.append(_part(spoken, _OF_COMMENT, F("comments__pk")))
    keys = _keys(page, request) if hasattr(page, "body") else []
    if keys:
        parts.append(_part(_visible(keys, request.user), _MENTIONED))
    of_page, of_comments, visible, seen = [], defaultdict(list), [], {}
    rows = parts[0].union(*parts[1:], all=True).order_by("name", "pk")
    columns = [field.attname for field in Keyword._meta.concrete_fields]
    for part, comment, key, *values in rows.values_list("part", "comment", "pk", *columns):
        # Many comments carry the same: to make a model of each row takes longer than the rest.
        keyword = seen.get(key) or seen.setdefault(key, Keyword.from_db(rows.db, columns, values))
        if part == _OF_PAGE:
            of_page.append(keyword)
        elif part == _OF_COMMENT:
            of_comments[comment].append(keyword)
        else:
            visible.append(keyword)
    once(page, "_visible", request, lambda: visible)
    return of_page, of_comments


def _part(keywords, part, comment=None):
    return keywords.order_by().annotate(
        part=Value(part, output_field=IntegerField()),
        comment=comment or Value(0, output_field=IntegerField()),
    )


def _keys(page, request) -> list[int]:
    """Terms that the body holds, whoever reads it."""
    return vocabulary().mentioned(body_of(page, request), page.language)


def _visible(keys, user):
    visible = Keyword.objects.existing_for(user).filter(pk__in=keys)
    return Keyword.objects.unmerged().filter(pk__in=visible.values("pk"))


def finish(page, request, html) -> Finished:
    """The body with its terms linked, and their definitions for the popovers after it."""
    if not page.terms_linked or request is None:
        return Finished(html)
    found = found_in(page, request)
    if not found.keywords:
        return Finished(found.html)
    prefetch_related_objects(found.keywords, "labels")
    definitions = [(keyword, *_definition(keyword)) for keyword in found.keywords]
    after = render_to_string("glossary/_definitions.html", {"definitions": definitions})
    return Finished(found.html, after)


def _definition(keyword) -> tuple[str, str]:
    """(Definition, its language): the interface's, else French, else what there is."""
    for language in (interface_language(), "fr", "nl", "en"):
        if words := getattr(keyword, f"definition_{language}"):
            return words, language
    return "", "fr"
