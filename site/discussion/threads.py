"""The conversation under a page, some threads at a time, in the order it is read.

A reply's number is higher than that of what it answers: the first rows of a thread by number
are always a tree, and so nothing more of a long thread has to be read to show its beginning.
"""

from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.core.paginator import Page as PageOf
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.functional import cached_property

from discussion import policy
from discussion.models import PageComment, State

OLDEST, NEWEST, FLAT = ORDERS = ("anciens", "recents", "plat")
#: Comments that a discussion read flat shows at a time.
FLAT_SHOWN = 50


class Conversation:
    """What is said under one page: how much there is, and a part of it.

    Every comment shown gets `depth` (0 for the start of a thread), `parent_name` and
    `parent_comment_id` of the comment it answers, `address`, its permalink, `placeholder`: True
    for a hidden comment that is only shown as a gap because others answer it, and `more`: how
    many comments of its thread come after it that are not shown. A hidden or held comment that
    nobody answers is left out, and so is every reply to a held one.
    """

    def __init__(self, page, order: str = OLDEST, number=1):
        self.page, self.order, self._number = page, order, number
        self._rows = PageComment.objects.filter(page_id=page.pk)

    @cached_property
    def _size(self) -> dict:
        starts = Q(start=F("pk")) & ~Q(state=State.HELD)
        published = Q(state=State.PUBLISHED)
        return self._rows.aggregate(
            count=Count("pk", filter=published),
            starts=Count("pk", filter=starts),
            held=Count("pk", filter=Q(state=State.HELD)),
            **policy.asked_of(self.page),
        )

    @property
    def policy(self) -> policy.Policy:
        """How the page is discussed; asked together with how much there is."""
        return policy.read(self._size, self.page)

    @cached_property
    def _under_held(self) -> dict[int, int]:
        """{key: start of its thread} of published comments that are not shown: what they answer
        is held, or answers what is."""
        if not self._size["held"]:
            return {}
        threads = self._rows.filter(state=State.HELD).values("start")
        return _under_held(self._rows.filter(start__in=threads))

    @property
    def count(self) -> int:
        """How many comments there are for readers."""
        return self._size["count"] - len(self._under_held)

    @cached_property
    def part(self) -> PageOf:
        """The part that is shown, as one of a Paginator's pages: threads, or comments if flat."""
        flat = self.order == FLAT
        size = FLAT_SHOWN if flat else settings.COMMENT_THREADS_SHOWN
        number = self.count if flat else self._size["starts"]
        return Paginator(range(number), size).get_page(self._number)

    @cached_property
    def comments(self) -> list[PageComment]:
        """The comments of this part in reading order: two queries, whatever their number."""
        if not self._size["starts"]:
            return []
        shown = self.part.object_list
        if self.order == FLAT:
            rows = self._rows.published().exclude(pk__in=self._under_held).order_by("pk").bare()
            return _named(list(rows[shown.start : shown.stop]))
        starts = self._rows.filter(start=F("pk")).exclude(state=State.HELD)
        starts = starts.order_by("-pk" if self.order == NEWEST else "pk").values("pk")
        of_thread = {"partition_by": "start"}
        rows = self._rows.filter(start__in=starts[shown.start : shown.stop]).annotate(
            place=Window(RowNumber(), order_by="pk", **of_thread),
            published=Window(Count("pk", filter=Q(state=State.PUBLISHED)), **of_thread),
        )
        rows = rows.filter(place__lte=settings.COMMENT_REPLIES_SHOWN).order_by("pk").bare()
        threads = defaultdict(list)
        for row in rows:
            threads[row.start].append(row)
        read = []
        for start in sorted(threads, reverse=self.order == NEWEST):
            under = sum(of == start for of in self._under_held.values())
            read += _read(threads[start], under)
        return read


class Thread:
    """One thread by itself, some comments at a time, in the order they were written."""

    def __init__(self, start: PageComment, number=1):
        self.start = start
        keys = _readable(start)
        self.part = Paginator(keys, settings.COMMENT_REPLIES_SHOWN).get_page(number)

    @cached_property
    def comments(self) -> list[PageComment]:
        rows = PageComment.objects.bare().in_bulk(self.part.object_list)
        return _named([rows[key] for key in self.part.object_list if key in rows])


def _under_held(rows) -> dict[int, int]:
    """{key: start of its thread} of the published ones of these that hang under a held one."""
    held, under = set(), {}
    rows = rows.order_by("pk").values_list("pk", "parent_id", "start", "state")
    for key, parent, start, state in rows:
        if state == State.HELD or (parent in held and parent != key):
            held.add(key)
            if state == State.PUBLISHED:
                under[key] = start
    return under


def _readable(start: PageComment) -> list[int]:
    """The keys of the comments of a thread that are for readers, in the order of their writing."""
    rows = PageComment.objects.filter(page_id=start.page_id, start=start.pk)
    shown = rows.published().exclude(pk__in=_under_held(rows)).order_by("pk")
    return list(shown.values_list("pk", flat=True))


def place_of(comment: PageComment, order: str) -> tuple[int, int]:
    """(the part of the conversation that shows it, and 0) or, of a thread too long to be shown
    whole, (0, the part of the thread that does)."""
    rows = PageComment.objects.filter(page_id=comment.page_id)
    if order == FLAT:
        return rows.published().filter(pk__lt=comment.pk).count() // FLAT_SHOWN + 1, 0
    before = rows.filter(start=comment.start, pk__lt=comment.pk)
    if before.count() >= settings.COMMENT_REPLIES_SHOWN:
        keys = _readable(PageComment(pk=comment.start, page_id=comment.page_id))
        at = keys.index(comment.pk) if comment.pk in keys else 0
        return 0, at // settings.COMMENT_REPLIES_SHOWN + 1
    starts = rows.filter(start=F("pk")).exclude(state=State.HELD)
    earlier = {"pk__gt": comment.start} if order == NEWEST else {"pk__lt": comment.start}
    return starts.filter(**earlier).count() // settings.COMMENT_THREADS_SHOWN + 1, 0


def _read(rows: list[PageComment], under_held: int) -> list[PageComment]:
    """The beginning of one thread in reading order, without recursion: it may be very deep.

    `under_held` is how many published ones of the whole thread are not for readers.
    """
    children = defaultdict(list)
    for row in rows:
        children[row.parent_id if row.is_reply else 0].append(row)
    address = _address()
    ordered, waiting = [], [(start, 0, None) for start in reversed(children[0])]
    while waiting:
        row, depth, parent = waiting.pop()
        if row.state == State.HELD:
            continue
        _put(row, depth, parent, address)
        ordered.append(row)
        waiting.extend((child, depth + 1, row) for child in reversed(children[row.pk]))
    more = rows[0].published - under_held - sum(not row.placeholder for row in ordered)
    # From the end: a gap stays only while a shown comment hangs under it.
    answered, kept = set(), []
    for row in reversed(ordered):
        if row.placeholder and row.pk not in answered and not (more and not row.is_reply):
            continue
        kept.append(row)
        if row.parent_comment_id:
            answered.add(row.parent_comment_id)
    kept.reverse()
    if kept:
        kept[-1].more = more
    return kept


def _named(rows: list[PageComment]) -> list[PageComment]:
    """Comments one after the other, each with whom it answers."""
    parents = {row.parent_id for row in rows if row.is_reply} - {row.pk for row in rows}
    known, address = {row.pk: row for row in rows}, _address()
    if parents:
        known |= PageComment.objects.bare().in_bulk(parents)
    for row in rows:
        _put(row, 0, known.get(row.parent_id) if row.is_reply else None, address)
    return rows


def _put(row: PageComment, depth: int, parent: PageComment | None, address: str) -> None:
    row.depth, row.more = depth, 0
    row.parent_name = parent.user_name if parent and parent.state == State.PUBLISHED else ""
    row.parent_comment_id = parent.pk if parent else None
    row.placeholder = row.state != State.PUBLISHED
    row.keyword_list = []
    row.address = address.replace("/0/", f"/{row.pk}/")


def _address() -> str:
    """That of a comment whose number is 0: to make many of, which is dear."""
    return reverse("comment", args=[0])


def with_keywords(comments: Iterable[PageComment], keywords: dict[int, list]) -> None:
    """Gives each comment its keywords: {comment id: [keywords]}."""
    for comment in comments:
        comment.keyword_list = keywords.get(comment.pk, [])
