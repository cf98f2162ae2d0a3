"""What carries a keyword, through time: counted by kind, workgroup and year, and a page of it.

Three questions find all of it (pages, decisions, comments), as bare tuples; counting, choosing
and ordering are done on these, and only the page that is shown is fetched whole.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Page as PageOfUses
from django.core.paginator import Paginator
from django.db.models import CharField, Q, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone
from django.utils.safestring import SafeString
from wagtail.models import Page

from accounts.visibility import visible_pages, visible_to
from discussion.formatting import plain_of
from discussion.models import PageComment
from glossary.facets import KINDS, NONE, Facets, Filters
from minutes.findables import meeting_line
from minutes.models import ArticlePage, MinutesPage, ParticipantListPage, WorkgroupPage
from search import analysis
from search.models import Findable, Kind
from search.snippets import Marker

PER_PAGE = 20
_ORDER = {kind: place for place, kind in enumerate(KINDS)}
_DIRECTION = {kind: -1 if kind == Kind.COMMENT else 1 for kind in KINDS}
_PAGE_KINDS = {
    MinutesPage: Kind.MINUTES,
    ArticlePage: Kind.ARTICLE,
    ParticipantListPage: Kind.ROSTER,
}


class Use(NamedTuple):
    """One thing that carries the keyword, or a decision that speaks of it."""

    kind: str
    id: int  # of the page, the comment, or the decision's row of Findable
    page: int
    above: str  # the path of the page above its page
    day: str  # as 2026-03-12; "" where it is not known
    number: int  # of the meeting, which orders those of unknown date

    @property
    def year(self) -> str:
        return self.day[:4] or NONE


@dataclass
class Entry:
    """One line of the chronicle, ready to be shown."""

    use: Use
    page: Page
    url: str
    group: WorkgroupPage | None
    #: The passage that speaks of the topic, its words marked; "" where none does.
    passage: SafeString | str = ""
    language: str = ""
    #: The heading that the passage stands under, and its address.
    heading: str = ""
    heading_url: str = ""
    author: str = ""
    #: Whether the line before is of the same page: its date and title stand there already.
    continued: bool = False

    @property
    def kind(self) -> str:
        return self.use.kind

    @property
    def label(self) -> str:
        return Kind(self.use.kind).label

    @property
    def day(self) -> date | None:
        return date.fromisoformat(self.use.day) if self.use.day else None

    @property
    def year(self) -> str:
        return self.use.year


class Chronicle:
    """Everything tagged with a keyword that one reader may see, and what of it was asked for.

    `asked` is a mapping with the filters; values that mean nothing to this reader are passed
    over. `keyword` must be saved, with labels at hand.
    """

    def __init__(self, keyword, user, asked):
        self.keyword, self.user = keyword, user
        self.words = list(
            dict.fromkeys([keyword.name, *(label.text for label in keyword.labels.all())])
        )
        self.filters = Filters.of(asked, {group.slug for group in self.groups.values()})

    @cached_property
    def uses(self) -> list[Use]:
        """All of it, newest first; what has no date stands last, by number of the meeting."""
        kinds = ContentType.objects.get_for_models(*_PAGE_KINDS)
        kinds = {kinds[model].pk: kind.value for model, kind in _PAGE_KINDS.items()}
        found, minutes = [], {}
        for pk, type_id, path, number, day in self._pages():
            if kind := kinds.get(type_id):
                use = Use(kind, pk, pk, path[: -Page.steplen], day or "", number or 0)
                found.append(use)
                if kind == Kind.MINUTES:
                    minutes[pk] = use
        for pk, page in self._decisions():
            if page in minutes:  # then it was found that the reader may see them
                found.append(minutes[page]._replace(kind=Kind.DECISION.value, id=pk))
        for pk, page, path, at in self._comments():
            day = timezone.localdate(at).isoformat()
            found.append(Use(Kind.COMMENT.value, pk, page, path[: -Page.steplen], day, 0))
        # What stands in one text is read from its start; of comments the last came last.
        found.sort(key=lambda use: (_ORDER[use.kind], use.id * _DIRECTION[use.kind]))
        found.sort(key=lambda use: (use.day, use.number, use.page), reverse=True)
        return found

    def _pages(self):
        day = Coalesce("minutespage__meeting_date", "articlepage__date")
        return (
            visible_pages(self.user)
            .filter(keyword_uses__tag=self.keyword)
            .annotate(day=Cast(day, CharField()))
            .values_list("pk", "content_type_id", "path", "minutespage__ordinal", "day")
            .order_by()
        )

    def _decisions(self):
        """(id, page) of the decisions of tagged pages that name it, whoever may see these."""
        decisions = Findable.objects.filter(
            kind=Kind.DECISION, page__keyword_uses__tag=self.keyword
        )
        return self._naming(decisions, "text_terms").values_list("pk", "page_id").order_by()

    def _comments(self):
        return (
            PageComment.objects.visible_to(self.user)
            .filter(keywords=self.keyword)
            .values_list("pk", "page_id", "page__path", "submit_date")
            .order_by()
        )

    def _naming(self, rows, *columns):
        """Those rows of Findable that have one of the keyword's words in one of the columns.

        These hold stems between spaces, by the language of the row.
        """
        found = Q(pk__in=[])
        for language in analysis.LANGUAGES:
            stems = {" ".join(analysis.terms(word, language)) for word in self.words} - {""}
            for column in columns:
                for each in stems:
                    found |= Q(("language", language), (f"spaced_{column}__contains", f" {each} "))
        spaced = {
            f"spaced_{column}": Concat(Value(" "), column, Value(" "), output_field=TextField())
            for column in columns
        }
        return rows.alias(**spaced).filter(found)

    @cached_property
    def groups(self) -> dict[str, WorkgroupPage]:
        """The workgroups that the reader may see, by path."""
        return {group.path: group for group in visible_to(WorkgroupPage.objects.all(), self.user)}

    @cached_property
    def facets(self) -> Facets:
        by_path = Counter((use.kind, use.above, use.year) for use in self.uses)
        counts = Counter()
        for (kind, path, year), number in by_path.items():
            group = self.groups[path].slug if path in self.groups else NONE
            counts[kind, group, year] += number
        return Facets(counts, self.filters, {group.slug: group for group in self.groups.values()})

    def page(self, number) -> PageOfUses:
        """The page of this number, or the nearest there is, with its entries as its objects."""
        kind, group, year = self.filters.sorte, self.filters.groupe, self.filters.annee
        slugs = {path: page.slug for path, page in self.groups.items()}
        chosen = [
            use
            for use in self.uses
            if kind in ("", use.kind)
            and group in ("", slugs.get(use.above, NONE))
            and year in ("", use.year)
        ]
        page = Paginator(chosen, PER_PAGE).get_page(number)
        page.object_list = self._entries(list(page.object_list))
        return page

    # --- The page that is shown ---

    def _entries(self, uses: list[Use]) -> list[Entry]:
        pages = self._whole_pages({use.page for use in uses})
        entries, last = [], None
        for use in uses:
            page = pages.get(use.page)
            if page is None:
                continue  # it was closed between two questions
            entry = Entry(use, page, page.get_url() or "", self.groups.get(use.above))
            entry.continued = use.kind == Kind.DECISION and last == use.page
            last = use.page
            entries.append(entry)
        self._tell_passages([entry for entry in entries if entry.kind != Kind.COMMENT])
        return self._with_comments(entries)

    def _whole_pages(self, ids) -> dict[int, Page]:
        """These pages, each of its own type, without their long texts."""
        return {
            page.pk: page
            for model in _PAGE_KINDS
            for page in model.objects.filter(pk__in=ids).visible_to(self.user).defer_streamfields()
        }

    @cached_property
    def marker(self) -> Marker:
        said = [tuple(analysis.words(word)) for word in self.words]
        return Marker(
            words=frozenset(words[0] for words in said if len(words) == 1),
            phrases=tuple(words for words in said if len(words) > 1),
        )

    def _tell_passages(self, entries: list[Entry]) -> None:
        """To each text its best passage, which shows most of the keyword's words; to decisions
        all they say."""
        texts = {entry.page.pk: entry for entry in entries if entry.kind != Kind.DECISION}
        decisions = {entry.use.id: entry for entry in entries if entry.kind == Kind.DECISION}
        best = dict.fromkeys(texts, 0)
        rows = Findable.objects.filter(
            page__in={entry.page.pk for entry in entries},
            kind__in=[Kind.MINUTES, Kind.ARTICLE, Kind.DECISION],
        )
        rows = self._naming(rows, "text_terms", "heading_terms")
        columns = ("kind", "page", "heading", "text", "anchor", "language")
        for row in rows.only(*columns).order_by("pk"):
            if entry := decisions.get(row.pk):
                entry.passage = self.marker.mark(row.text, row.language)
                entry.language = row.language
                entry.url = f"{entry.url}#{row.anchor}"
            elif row.kind != Kind.DECISION and (entry := texts.get(row.page_id)):
                passage, shown = self.marker.passage(_said(row, entry.page), row.language)
                # A heading that names the topic says what all of its section speaks of.
                worth = shown + bool(self.marker.places(row.heading, row.language))
                if worth > best[row.page_id]:
                    best[row.page_id] = worth
                    entry.passage, entry.language = passage, row.language
                    entry.heading = row.heading
                    entry.heading_url = f"{entry.url}#{row.anchor}" if row.anchor else entry.url

    def _with_comments(self, entries: list[Entry]) -> list[Entry]:
        """The same entries, those of comments with what was said."""
        ids = {entry.use.id for entry in entries if entry.kind == Kind.COMMENT}
        comments = PageComment.objects.published().filter(pk__in=ids)
        comments = {row.pk: row for row in comments.defer("user_email", "ip_address", "user_url")}
        kept = []
        for entry in entries:
            if entry.kind == Kind.COMMENT:
                comment = comments.get(entry.use.id)
                if comment is None:
                    continue  # it was hidden between two questions
                entry.passage = self.marker.passage(plain_of(comment), comment.language)[0]
                entry.language, entry.author = comment.language, comment.user_name
                entry.url = comment.get_absolute_url()
            kept.append(entry)
        return kept


def _said(row: Findable, page) -> str:
    """The text of a row, without the attendance that follows the opening of minutes."""
    facts = meeting_line(page) if row.kind == Kind.MINUTES and not row.heading else ""
    return row.text.partition(facts)[0] if facts else row.text
