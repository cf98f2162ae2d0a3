"""Finds what a reader asked for among what that reader may see: one ranking over everything."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from django.core.paginator import Page as PageOfResults
from django.core.paginator import Paginator
from django.utils.safestring import SafeString
from modelsearch.backends import get_search_backend
from modelsearch.query import MATCH_ALL, And, Not, Or, PlainText, SearchQuery
from modelsearch.query import Phrase as PhraseQuery
from wagtail.models import Page

from accounts.visibility import visible_pages
from search import analysis, sources
from search.asked import Asked, kind_named, language_named
from search.matched import COLUMNS, NO_DAY, Chosen, Matched
from search.models import Findable, Kind
from search.queries import Prefix as PrefixQuery
from search.query import All, Any, Filters, Node, Phrase, Prefix, Word
from search.query import Not as Without
from search.snippets import Marker

PER_PAGE = 20
OTHER_PASSAGES = 3

#: Where the words are looked for when only what a thing says itself counts.
OWN_FIELDS = ["title_terms", "heading_terms", "text_terms", "context_terms", "words"]

#: A choice that nothing answers to, as of a workgroup that there is not for the reader.
NOTHING = frozenset([None])


@dataclass
class Hit:
    """One line of the results: a row of Findable, ready to be shown."""

    row: Findable
    url: str
    title: SafeString
    heading: SafeString
    workgroup: Page | None
    page: Page | None
    #: Of the best row of a thing; its others are only named.
    passage: SafeString = field(default_factory=SafeString)
    others: list["Hit"] = field(default_factory=list)
    #: The keywords that it was found by, where it says none of the words itself.
    found_by: list[sources.Name] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return Kind(self.row.kind).label

    @property
    def is_marked(self) -> bool:
        """Whether it shows one of the words."""
        return "<mark>" in self.title + self.heading + self.passage


class Search:
    """One reader's search. Asks the database a fixed number of questions, whatever is found."""

    def __init__(self, asked: Asked, user, mask: sources.Mask | None = None):
        self.asked, self.user = asked, user
        self.degraded = False
        self.mask = mask or sources.Mask(user)  # another search of the same request may share it

    @cached_property
    def workgroups(self) -> dict[int, Page]:
        """The workgroups the reader may see, by id."""
        ids = Findable.objects.filter(kind=Kind.WORKGROUP).values("page")
        pages = visible_pages(self.user).filter(pk__in=ids).order_by("title")
        return {page.pk: page for page in pages.specific(defer=False)}

    @cached_property
    def matched(self) -> Matched:
        """All rows that answer to the words and their filters and may be seen."""
        wanted, unwanted = _parted(self.asked.words.tree)
        matched = self._rows_with(wanted)
        if unwanted:
            # What says it under another heading says it too.
            matched = matched.keep(~matched.sharing(self._rows_with(unwanted)))
        # One question for the keywords that were found, that are carried and that were typed.
        vocabulary = sources.vocabulary().label()
        found = matched.source_ids[matched.source.having({vocabulary})]
        typed = [pk for ids in self._keywords_typed.values() for pk in (*ids[0], *ids[1])]
        self.mask.visible(vocabulary, _ids([*found, *matched.keyword.values, *typed]))
        return matched.keep(self.mask.rows(matched) & self._wanted(matched))

    def _rows_with(self, words: Node | None) -> Matched:
        fields = OWN_FIELDS if self.asked.exact else None
        results = get_search_backend().search(
            to_search_query(words), Findable.objects.all(), fields=fields
        )
        matched = matched_in(results)
        self.degraded = self.degraded or results.degraded
        return matched

    @cached_property
    def chosen(self) -> dict[str, frozenset]:
        """The values chosen of each facet, as `Matched` has them: primary keys, years, names."""
        given = self.asked.chosen
        known = {
            "kind": given.get("kind", ()),
            "language": given.get("language", ()),
            "person": given.get("person", ()),
            "year": map(int, given.get("year", ())),
            "workgroup": [
                pk for text in given.get("workgroup", ()) for pk in self._groups_named(text)
            ],
            "keyword": [
                pk for text in given.get("keyword", ()) for pk in self._keywords_chosen(text)
            ],
        }
        return {
            facet: frozenset(known[facet]) or NOTHING for facet, values in given.items() if values
        }

    @cached_property
    def found(self) -> Chosen:
        """What was found, narrowed to what was chosen."""
        return Chosen(self.matched, self.chosen)

    def visible_keywords(self, ids: Iterable[int]) -> list[int]:
        """Those of these keywords that are there for the reader."""
        ids = _ids(ids)
        return ids[self.mask.visible(sources.vocabulary().label(), ids)].tolist()

    @cached_property
    def unknown(self) -> list[str]:
        """Names that were typed or chosen of keywords and workgroups that there are not."""
        words, chosen = self.asked.words, self.asked.chosen
        keywords = [*words.keywords, *words.without.keywords, *chosen.get("keyword", ())]
        groups = [*words.groups, *words.without.groups, *chosen.get("workgroup", ())]
        unknown = [text for text in keywords if not self._keywords_chosen(text)]
        unknown += [text for text in groups if not self._groups_named(text)]
        return list(dict.fromkeys(unknown))

    @cached_property
    def widening(self) -> list[int]:
        """The keywords that a typed word or phrase names, so that what carries them is found."""
        if self.asked.exact:
            return []
        named = self._keywords_typed
        return self.visible_keywords(
            dict.fromkeys(pk for run in self.asked.words.runs for pk in named[run][1])
        )

    def total_of(self, wider: Asked) -> int:
        """How many things a wider search finds for the same reader; none if it is no wider."""
        same = (wider.typed, wider.is_filtered) == (self.asked.typed, self.asked.is_filtered)
        return 0 if same or wider.is_empty else Search(wider, self.user, self.mask).found.total

    def page(self, number) -> PageOfResults:
        """The page of this number, or the nearest there is, with its hits as its objects."""
        page = Paginator(range(self.found.total), PER_PAGE).get_page(number)
        shown = page.object_list
        page.object_list = self.hits(shown.start, shown.stop, self.asked.by_date)
        return page

    def hits(self, start: int, stop: int, by_date: bool = False) -> list[Hit]:
        """The things from `start` to `stop` as they are shown."""
        things = [
            keys[: OTHER_PASSAGES + 1] for keys in self.found.things(start, stop, by_date=by_date)
        ]
        rows = Findable.objects.in_bulk([key for keys in things for key in keys])
        pages = visible_pages(self.user).in_bulk(
            {row.page_id for row in rows.values() if row.page_id}
        )
        marker = Marker.of(self.asked.words.tree)
        hits = []
        for keys in things:
            best, *others = [rows[key] for key in keys if key in rows] or [None]
            if best:
                hit = self._hit(best, pages, marker)
                hit.passage = marker.passage(best.text, best.language)[0]
                # The languages of one thing are one thing; only headings are other passages.
                hit.others = [self._hit(row, pages, marker) for row in others if row.heading]
                hits.append(hit)
        self._complete_passages(hits, marker)
        return hits

    def _hit(self, row: Findable, pages: dict, marker: Marker) -> Hit:
        page = pages.get(row.page_id)
        page_url = (page.get_url() or "") if page else ""
        return Hit(
            row=row,
            url=sources.source_named(row.source_type).url(row, page_url),
            title=marker.mark(row.title, row.language),
            heading=marker.mark(row.heading, row.language),
            workgroup=self.workgroups.get(row.workgroup_id) if row.kind != Kind.WORKGROUP else None,
            page=page,
        )

    def _complete_passages(self, hits: list[Hit], marker: Marker) -> None:
        """A page found by words of several sections shows the section that has most of them."""
        poor = {
            (hit.row.source_type, hit.row.source_id): hit
            for hit in hits
            if not hit.row.part and "<mark>" not in hit.passage + hit.title
        }
        if not poor:
            return
        best = defaultdict(int)
        sections = Findable.objects.filter(
            source_type__in={key[0] for key in poor}, source_id__in={key[1] for key in poor}
        ).exclude(heading="")
        for row in sections.order_by("pk"):
            hit = poor.get((row.source_type, row.source_id))
            passage, shown = marker.passage(f"{row.heading}. {row.text}", row.language)
            if hit and shown > best[hit.row.pk]:
                best[hit.row.pk], hit.passage = shown, passage

    def _wanted(self, matched: Matched) -> np.ndarray:
        """Which rows answer to the filters among the words, and to the days of the form."""
        asked, words = self.asked, self.asked.words
        rows = np.ones(len(matched), dtype=bool)
        for part in self._parts(matched, words):
            rows &= part
        if asked.kinds:
            rows &= matched.kind.having(asked.kinds)
        if asked.languages:
            rows &= matched.language.having(asked.languages)
        for part in self._parts(matched, words.without):
            rows &= ~part
        rows &= ~matched.kind.having({kind_named(name) for name in words.without.kinds})
        rows &= ~matched.language.having({language_named(name) for name in words.without.languages})
        for day in filter(None, [asked.after, words.after]):
            rows &= matched.day >= day.toordinal()
        for day in filter(None, [asked.before, words.before]):
            rows &= (matched.day < day.toordinal()) & (matched.day != NO_DAY)
        return rows

    def _parts(self, matched: Matched, filters: Filters) -> Iterable[np.ndarray]:
        for text in filters.keywords:
            yield matched.keyword.having(self._keywords_chosen(text))
        for text in filters.groups:
            yield matched.workgroup.having(self._groups_named(text))
        for text in filters.authors:
            said = analysis.words(text)
            yield matched.author.having(
                {name for name in matched.author.values if said and _begin(name, said)}
            )

    def _groups_named(self, wanted: str) -> list[int]:
        # What is chosen in the form is a slug; other groups may have all its words and more.
        chosen = [
            pk for pk, page in self.workgroups.items() if page.slug.casefold() == wanted.casefold()
        ]
        if chosen:
            return chosen
        said = analysis.words(wanted)
        return [
            pk
            for pk, page in self.workgroups.items()
            if said and set(said) <= set(analysis.words(f"{page.title} {page.heading} {page.slug}"))
        ]

    def _keywords_chosen(self, wanted: str) -> list[int]:
        # So it is with keywords: what is chosen is a slug, and another may be called by it.
        by_slug, by_name = self._keywords_typed[wanted]
        return self.visible_keywords(by_slug) or self.visible_keywords(by_name)

    @cached_property
    def _keywords_typed(self) -> dict[str, tuple[list[int], list[int]]]:
        words = self.asked.words
        texts = [*words.keywords, *words.without.keywords, *self.asked.chosen.get("keyword", ())]
        return sources.vocabulary().named({*texts, *words.runs})


def _parted(tree: Node | None) -> tuple[Node | None, Node | None]:
    """What is asked for, and what is asked to be without; None for nothing."""
    parts = tree.parts if isinstance(tree, All) else [tree]
    without = tuple(part.part for part in parts if isinstance(part, Without))
    wanted = tuple(part for part in parts if not isinstance(part, Without))
    if not without:
        return tree, None
    return (All(wanted) if wanted else None), Any(without)


def matched_in(results) -> Matched:
    """All rows of Findable that a search found, whoever may see them."""
    # The index holds all that is needed; without it, or with another engine, rows do.
    ranked = results.selection()
    if ranked is not None and ranked.has_columns:
        return Matched.from_index(ranked)
    return Matched.from_rows(results.ranked_values(*COLUMNS))


def to_search_query(node: Node | None) -> SearchQuery:
    """What was asked for as a query of ready terms, for any engine."""
    if node is None:
        return MATCH_ALL
    if isinstance(node, Word):
        return _any_of([PlainText(term) for term in analysis.variants(node.text)])
    if isinstance(node, Phrase):
        return _any_of([PhraseQuery(" ".join(terms)) for terms in analysis.readings(node.text)])
    if isinstance(node, Prefix):
        return PrefixQuery(node.text)
    if isinstance(node, Without):
        return Not(to_search_query(node.part))
    if isinstance(node, Any):
        return Or([to_search_query(part) for part in node.parts])
    # Stop words are not needed, unless there is nothing else.
    parts = [part for part in node.parts if not _is_stop(part)]
    if not any(not isinstance(part, Without) for part in parts):
        parts = node.parts
    return And([to_search_query(part) for part in parts])


def _is_stop(node: Node) -> bool:
    return isinstance(node, Word) and node.text in analysis.STOP_WORDS


def _any_of(queries: list[SearchQuery]) -> SearchQuery:
    return queries[0] if len(queries) == 1 else Or(queries)


def _begin(name: str, said: list[str]) -> bool:
    """Whether each word that was typed begins a word of the name."""
    own = analysis.words(name)
    return all(any(word.startswith(typed) for word in own) for typed in said)


def _ids(keys: Iterable[int]) -> np.ndarray:
    return np.array(list(keys), dtype=np.int64)
