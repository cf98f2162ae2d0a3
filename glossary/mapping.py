"""Which keywords hang together: used on the same pages, for one reader."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import sqrt

from django.db.models import Count, Prefetch
from wagtail.models import Page

from accounts.visibility import visible_pages, visible_to
from glossary.models import Keyword, KeywordLabel, PageKeyword
from pages.languages import interface_language

#: Links of a keyword that are drawn: its strongest ones, and those of others that lead to it.
STRONGEST = 3


@dataclass
class Occurrences:
    """Where keywords are used, among what one reader may see. Keywords and pages by id."""

    on_pages: Counter = field(default_factory=Counter)  # keyword: pages tagged with it
    in_comments: Counter = field(default_factory=Counter)  # keyword: comments tagged with it
    #: {page: keywords}: those of the page and of the comments on it.
    by_page: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    @property
    def uses(self) -> Counter:
        """{keyword: pages and comments tagged with it}."""
        return self.on_pages + self.in_comments

    def companions(self, wanted: Iterable[int]) -> dict[int, list[tuple[int, int]]]:
        """{keyword wanted: [(other, pages where both occur), …]}, the closest first.

        Among equals, the one that is rarer elsewhere is closer: it says more.
        """
        met = {keyword: Counter() for keyword in wanted}
        for keywords in self.by_page.values():
            for keyword in keywords & met.keys():
                met[keyword].update(keywords)
        uses = self.uses
        beside = {}
        for keyword, others in met.items():
            del others[keyword]
            beside[keyword] = sorted(
                others.items(), key=lambda pair: (-pair[1], uses[pair[0]], pair[0])
            )
        return beside


def occurrences(user, under: Page | None = None) -> Occurrences:
    """Where published keywords are used, on the whole site or under a page. Two queries."""
    if under is None:
        pages = visible_pages(user)
    else:
        pages = visible_to(Page.objects.descendant_of(under), user)
    found = Occurrences()
    tagged = PageKeyword.objects.filter(content_object__in=pages, tag__live=True)
    for keyword, page in tagged.values_list("tag_id", "content_object_id"):
        found.on_pages[keyword] += 1
        found.by_page[page].add(keyword)
    spoken = _spoken(pages).filter(keyword__live=True)
    for keyword, page in spoken.values_list("keyword_id", "pagecomment__page_id"):
        found.in_comments[keyword] += 1
        found.by_page[page].add(keyword)
    return found


def _spoken(pages):
    """The rows that tie keywords to the published comments on these pages."""
    return Keyword.comments.through.objects.filter(
        pagecomment__state="published",
        pagecomment__under_held=False,
        pagecomment__page__in=pages,
    )


def comment_uses(keyword_ids: Iterable[int], user) -> dict[int, int]:
    """{keyword: comments tagged with it that the reader may see}. One query."""
    spoken = _spoken(visible_pages(user)).filter(keyword__in=list(keyword_ids))
    return dict(spoken.values_list("keyword").annotate(number=Count("pagecomment")))


def fetched(keyword_ids: Iterable[int]) -> dict[int, Keyword]:
    """The keywords by id, with their group and their label in the interface's language only.

    Two queries, for those who have asked which keywords the reader may meet.
    """
    words = KeywordLabel.objects.filter(language=interface_language(), kind=KeywordLabel.PREFERRED)
    rows = (
        Keyword.objects.filter(pk__in=list(keyword_ids))
        .select_related("group")
        .defer("text", "text_nl", "text_en")
        .prefetch_related(Prefetch("labels", words))
    )
    return {keyword.pk: keyword for keyword in rows}


def strongest(beside: dict, uses: Counter, shown: Iterable[int]) -> list[tuple[int, int, int]]:
    """(keyword, keyword, pages with both) to be drawn between the keywords shown, sorted.

    The strongest of each keyword, by Salton's cosine as maps of words in science have it: how
    often two meet for how often they are used, else all would hang on the most used one.
    """
    shown = set(shown)
    drawn = set()
    for keyword in shown:
        others = [pair for pair in beside.get(keyword, ()) if pair[0] in shown]
        others.sort(key=lambda pair: (-pair[1] / sqrt(uses[pair[0]]), -pair[1], pair[0]))
        for other, pages in others[:STRONGEST]:
            drawn.add((min(keyword, other), max(keyword, other), pages))
    return sorted(drawn)


def step(uses: int, most: int, steps: int) -> int:
    """1 to `steps`: how large a word is set that is used so often; by the root, as areas are."""
    return 1 + round((steps - 1) * sqrt((uses - 1) / max(1, most - 1)))


# --- Groups, by mark and colour ---------------------------------------------------------------

#: Marks that _marks.html draws: one for each of the first groups, and one, 0, for the keywords
#: of the others and of none.
MARKS = 6


def marks_of(groups: Iterable[int | None]) -> dict[int | None, int]:
    """{group: mark}, for the group of each keyword by id, None for none.

    The groups of most keywords have a mark of their own.
    """
    counts = Counter(groups)
    without = counts.pop(None, 0)
    if not counts:
        return {None: 1} if without else {}  # nothing to tell apart
    order = sorted(counts, key=lambda group: (-counts[group], group))
    marks = {group: number for number, group in enumerate(order[:MARKS], start=1)}
    return {None: 0, **dict.fromkeys(order, 0), **marks}


def legend(keywords: list[Keyword]) -> list[tuple[int, list]]:
    """[(mark, groups it stands for)] of keywords with a `mark`; a group is None for none.

    Empty where no keyword has a group.
    """
    marks = defaultdict(dict)
    for keyword in keywords:
        marks[keyword.mark].setdefault(keyword.group)
    if not any(keyword.group for keyword in keywords):
        return []
    return [(number, list(marks[number])) for number in sorted(marks, key=lambda m: (m == 0, m))]
