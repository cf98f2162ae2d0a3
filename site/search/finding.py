"""Finds what a reader asked for among what that reader may see: one ranking over everything."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.apps import apps
from django.conf import settings
from django.core.paginator import Page as PageOfResults
from django.core.paginator import Paginator
from django.db.models import Q
from django.utils.safestring import SafeString
from modelsearch.backends import get_search_backend
from modelsearch.query import MATCH_ALL, And, Not, Or, PlainText, SearchQuery
from modelsearch.query import Phrase as PhraseQuery
from wagtail.models import Page

from accounts.visibility import visible_pages
from search import analysis, sources
from search.models import Findable, Kind
from search.queries import Prefix as PrefixQuery
from search.query import Any, Node, ParsedQuery, Phrase, Prefix, Word
from search.query import Not as Without
from search.snippets import Marker

PER_PAGE = 20
OTHER_PASSAGES = 3

#: What people write after `type:`, by kind, in the three languages; also the kinds' own names.
KIND_NAMES = {
    Kind.MINUTES: "compte-rendu cr reunion verslag vergadering meeting",
    Kind.ARTICLE: "artikel",
    Kind.ROSTER: "liste participants deelnemers lijst",
    Kind.WORKGROUP: "groupe groep werkgroep group",
    Kind.TEXT: "page texte pagina tekst",
    Kind.COMMENT: "commentaire reactie opmerking",
    Kind.DOCUMENT: "fichier bestand file",
    Kind.PERSON: "personne persoon",
    Kind.KEYWORD: "mot-cle mot trefwoord",
    Kind.DECISION: "beslissing besluit",
    Kind.ACTION: "actie",
}


@dataclass
class Asked:
    """A search as asked for: the words, and the filters of the form and of the words together."""

    words: ParsedQuery
    kinds: list[str] = field(default_factory=list)
    keyword: str = ""
    group: str = ""
    after: date | None = None
    before: date | None = None
    by_date: bool = False

    @property
    def is_empty(self) -> bool:
        chosen = (self.kinds, self.keyword, self.group, self.after, self.before)
        return self.words.is_empty and not any(chosen)


@dataclass
class Hit:
    """One line of the results: a row of Findable, ready to be shown."""

    row: Findable
    url: str
    title: SafeString
    heading: SafeString
    passage: SafeString
    workgroup: Page | None
    page: Page | None
    others: list["Hit"] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return Kind(self.row.kind).label


class Search:
    """One reader's search. Asks the database a fixed number of questions, whatever is found."""

    def __init__(self, asked: Asked, user):
        self.asked, self.user = asked, user
        self.degraded = False

    @cached_property
    def workgroups(self) -> dict[int, Page]:
        """The workgroups the reader may see, by id."""
        ids = Findable.objects.filter(kind=Kind.WORKGROUP).values("page")
        pages = visible_pages(self.user).filter(pk__in=ids).order_by("title")
        return {page.pk: page for page in pages.specific(defer=False)}

    @cached_property
    def found(self) -> list[tuple]:
        """What was found and may be seen, best first: one entry for each thing, not each row.

        The sections of one page are one entry, under the row that answers best; so are the
        languages of one keyword. Each entry is (kind, date, [primary keys, best first]).
        """
        rows = Findable.objects.filter(sources.visible_rows(self.user) & self._filters())
        results = get_search_backend().search(to_search_query(self.asked.words.tree), rows)
        entries = {}
        columns = ("pk", "source_type", "source_id", "part", "kind", "date")
        for _score, pk, source_type, source_id, part, kind, day in results.ranked_values(*columns):
            own_part = part if kind in (Kind.DECISION, Kind.ACTION, Kind.DOCUMENT) else ""
            entry = entries.setdefault((source_type, source_id, kind, own_part), (kind, day, []))
            entry[2].append(pk)
        self.degraded = results.degraded
        found = list(entries.values())
        if self.asked.by_date:
            found.sort(key=lambda entry: entry[1] or date.min, reverse=True)
        return found

    @cached_property
    def chosen(self) -> list[tuple]:
        """What was found of the kinds that were chosen."""
        kinds = set(self.asked.kinds)
        named = [_kind_named(name) for name in self.asked.words.kinds]
        if named:
            kinds = (kinds & set(named)) if kinds else set(named)
            if not kinds:
                return []
        return [entry for entry in self.found if entry[0] in kinds] if kinds else self.found

    def counts(self) -> list[tuple[str, str, int]]:
        """(kind, label, number) for each kind that was found, whichever are chosen."""
        numbers = defaultdict(int)
        for kind, _, _ in self.found:
            numbers[kind] += 1
        return [(kind.value, kind.label, numbers[kind]) for kind in Kind if numbers[kind]]

    def page(self, number) -> PageOfResults:
        """The page of this number, or the nearest there is, with its hits as its objects."""
        page = Paginator(self.chosen, PER_PAGE).get_page(number)
        page.object_list = self._hits(list(page.object_list))
        return page

    def _hits(self, entries: list[tuple]) -> list[Hit]:
        wanted = [pk for _, _, keys in entries for pk in keys[: OTHER_PASSAGES + 1]]
        rows = Findable.objects.in_bulk(wanted)
        pages = visible_pages(self.user).in_bulk(
            {row.page_id for row in rows.values() if row.page_id}
        )
        marker = Marker.of(self.asked.words.tree)
        hits = []
        for _, _, keys in entries:
            shown = [rows[pk] for pk in keys[: OTHER_PASSAGES + 1] if pk in rows]
            shown = [self._hit(row, pages, marker) for row in shown]
            if shown:
                # The languages of one thing are one thing; only headings are other passages.
                shown[0].others = [hit for hit in shown[1:] if hit.row.heading]
                hits.append(shown[0])
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
            passage=marker.passage(row.text, row.language)[0],
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

    def _filters(self) -> Q:
        """The filters as a condition on rows; one that nothing answers to lets nothing through."""
        words, asked = self.asked.words, self.asked
        allowed = Q()
        for wanted in filter(None, [asked.keyword, *words.keywords]):
            allowed &= sources.tagged_rows(_keywords_named(wanted))
        for wanted in filter(None, [asked.group, *words.groups]):
            allowed &= Q(workgroup__in=self._groups_named(wanted))
        for wanted in words.authors:
            for word in analysis.words(wanted):
                allowed &= Q(author_words__contains=f" {word}")
        for day in filter(None, [asked.after, words.after]):
            allowed &= Q(date__gte=day)
        for day in filter(None, [asked.before, words.before]):
            allowed &= Q(date__lt=day)
        return allowed

    def _groups_named(self, wanted: str) -> list[int]:
        # What is chosen in the form is a slug; other groups may have all its words and more.
        chosen = [pk for pk, page in self.workgroups.items() if page.slug == wanted.casefold()]
        if chosen:
            return chosen
        said = analysis.words(wanted)
        return [
            pk
            for pk, page in self.workgroups.items()
            if said and set(said) <= set(analysis.words(f"{page.title} {page.heading} {page.slug}"))
        ]


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


def _kind_named(name: str) -> str:
    """The kind that a word after `type:` means; one that nothing is of, if it means none."""
    wanted = " ".join(analysis.terms(name, "fr"))
    for kind, names in KIND_NAMES.items():
        for known in [kind.value, str(kind.label), *names.split()]:
            if " ".join(analysis.terms(known, "fr")) == wanted:
                return kind.value
    return ""


def _keywords_named(wanted: str) -> list[int]:
    """The published keywords of which this is the name, a label or a synonym, in any language.

    Asked without regard to the reader: what is tagged decides, and that is masked already.
    """
    said = analysis.words(wanted)
    Keyword = apps.get_model(settings.KEYWORD_MODEL)
    published = Keyword._default_manager.filter(live=True).order_by()
    names = published.values_list("pk", "name", "slug", "labels__text")
    return sorted(
        {
            row[0]
            for row in names
            if said and any(analysis.words(name or "") == said for name in row[1:])
        }
    )
