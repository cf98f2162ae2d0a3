"""The conversation under a page, some threads at a time, in the order it is read.

A reply's number is higher than that of what it answers: the first rows of a thread by number
are always a tree, and so nothing more of a long thread has to be read to show its beginning.
"""

from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.core.paginator import Page as PageOf
from django.core.paginator import Paginator
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, Window
from django.db.models.functions import RowNumber
from django.utils.functional import cached_property

from discussion import policy, reading
from discussion.models import PageComment, State
from discussion.reactions import with_reactions

OLDEST, NEWEST, FLAT = ORDERS = ("anciens", "recents", "plat")
#: Comments that a discussion read flat shows at a time.
FLAT_SHOWN = 50


class Conversation:
    """What is said under one page: how much there is, and a part of it.

    Every comment shown gets `depth` (0 for the start of a thread), `parent_name` and
    `parent_comment_id` of the comment it answers, `placeholder`: True for a hidden comment that
    is only shown as a gap because others answer it, `more`: how many comments of its thread come
    after it that are not shown, and for the reader `is_own`, `is_new` and `waits`: their own, not
    read by a moderator yet. The first reply of a thread has `replies`, how many are shown, and
    the last `is_last_reply`. A hidden comment that nobody answers is left out, and so is a held
    one of others and every reply to a held one.
    """

    def __init__(self, page, order: str = OLDEST, number=1, user=None):
        self.page, self.order, self._number = page, order, number
        self._user = user if user and user.is_authenticated else None
        self._rows = PageComment.objects.filter(page_id=page.pk)
        self._held = self._rows.filter(state=State.HELD)
        self._shown = Q(state=State.PUBLISHED) | _own(self._user)

    @cached_property
    def _size(self) -> dict:
        starts = Q(start=F("pk")) & _begins(self._rows, self._user)
        published = Q(state=State.PUBLISHED)
        new = published & reading.is_new(self.page, self._user)
        return self._rows.aggregate(
            count=Count("pk", filter=published),
            newest=Max("pk", filter=published),
            starts=Count("pk", filter=starts),
            # Held ones that were published once, and answered: rare.
            answered=Count("pk", filter=published & Q(parent_id__in=self._held.values("pk"))),
            own=Count("pk", filter=_own(self._user)),
            new=Count("pk", filter=new),
            first_new=Min("pk", filter=new),
            **reading.columns(self.page, self._user),
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
        if not self._size["answered"]:
            return {}
        threads = self._held.values("start")
        return _under_held(self._rows.filter(start__in=threads))

    @property
    def count(self) -> int:
        """How many comments there are for readers."""
        return self._size["count"] - len(self._under_held)

    @property
    def mark(self) -> reading.Mark:
        """How far the reader had read it, and what is new to them."""
        return reading.Mark(**{name: self._size.get(name) for name in reading.Mark._fields})

    def latest(self, number: int) -> list[PageComment]:
        """So many comments for readers, the newest first."""
        rows = self._rows.published().exclude(pk__in=self._under_held).order_by("-pk").bare()
        return list(rows[:number])

    def remember(self) -> None:
        """The reader, if a member, has been here."""
        reading.remember(self.page, self._user, self.mark, self._size["newest"], self.count)

    @cached_property
    def part(self) -> PageOf:
        """The part that is shown, as one of a Paginator's pages: threads, or comments if flat."""
        flat = self.order == FLAT
        size = FLAT_SHOWN if flat else settings.COMMENT_THREADS_SHOWN
        number = self.count + self._size["own"] if flat else self._size["starts"]
        return Paginator(range(number), size).get_page(self._number)

    @property
    def _of_part(self):
        """The rows of this part: of each thread so many, and so many in all, each thread getting
        its second comment before another its third."""
        shown = self.part.object_list
        if self.order == FLAT:
            rows = self._rows.filter(self._shown).exclude(pk__in=self._under_held).order_by("pk")
            return rows[shown.start : shown.stop]
        starts = self._rows.filter(start=F("pk")).filter(_begins(self._rows, self._user))
        starts = starts.order_by("-pk" if self.order == NEWEST else "pk").values("pk")
        of_thread = {"partition_by": "start"}
        rows = self._rows.filter(start__in=starts[shown.start : shown.stop]).annotate(
            place=Window(RowNumber(), order_by="pk", **of_thread),
            published=Window(Count("pk", filter=Q(state=State.PUBLISHED)), **of_thread),
        )
        rows = rows.filter(place__lte=settings.COMMENT_REPLIES_SHOWN).order_by("place", "pk")
        return rows[: settings.COMMENTS_SHOWN]

    def shows(self, comment: PageComment) -> bool:
        """Whether this part has the comment in it, and it is for readers."""
        return comment.pk not in self._under_held and any(
            key == comment.pk for key in self._of_part.values_list("pk", flat=True)
        )

    @cached_property
    def comments(self) -> list[PageComment]:
        """The comments of this part in reading order: two queries, whatever their number."""
        if not self._size["starts"]:
            return []
        rows = list(self._of_part.bare())
        with_reactions(rows, self._user)
        if self.order == FLAT:
            return self._told(_named(rows, self._user))
        threads = defaultdict(list)
        for row in sorted(rows, key=lambda row: row.pk):
            threads[row.start].append(row)
        read = []
        for start in sorted(threads, reverse=self.order == NEWEST):
            under = sum(of == start for of in self._under_held.values())
            read += _foldable(_read(threads[start], under, self._user))
        return self._told(read)

    def _told(self, comments):
        for comment in comments:
            comment.is_new = bool(self._user) and self.mark.is_new(comment, self._user)
        return comments


def _begins(rows, user) -> Q:
    """Whether a start has something to show: itself, or, where it is a gap, what answers it."""
    answered = rows.filter(start=OuterRef("pk"), state=State.PUBLISHED)
    return Q(state=State.PUBLISHED) | _own(user) | (~Q(state=State.HELD) & Q(Exists(answered)))


def _own(user) -> Q:
    """The comments that wait to be read by a moderator and that this reader wrote."""
    return Q(state=State.HELD, user=user) if user else Q(pk__in=())


class Thread:
    """One thread by itself, some comments at a time, in the order they were written."""

    def __init__(self, start: PageComment, number=1, user=None):
        self.start = start
        self._user = user if user and user.is_authenticated else None
        keys = _readable(start, self._user)
        self.part = Paginator(keys, settings.COMMENT_REPLIES_SHOWN).get_page(number)

    @cached_property
    def comments(self) -> list[PageComment]:
        rows = PageComment.objects.bare().in_bulk(self.part.object_list)
        rows = [rows[key] for key in self.part.object_list if key in rows]
        comments = _named(rows, self._user)
        with_reactions(comments, self._user)
        return comments


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


def _readable(start: PageComment, user=None) -> list[int]:
    """The keys of the comments of a thread that are for readers, in the order of their writing."""
    rows = PageComment.objects.filter(page_id=start.page_id, start=start.pk)
    shown = rows.filter(Q(state=State.PUBLISHED) | _own(user)).exclude(pk__in=_under_held(rows))
    return list(shown.order_by("pk").values_list("pk", flat=True))


def place_of(comment: PageComment, order: str, user=None) -> tuple[int, int] | None:
    """(the part of the conversation that shows it, and 0) or, of a thread too long to be shown
    whole, (0, the part of the thread that does); None where it is not for this reader."""
    user = user if user and user.is_authenticated else None
    rows = PageComment.objects.filter(page_id=comment.page_id)
    if order == FLAT:
        before = rows.filter(Q(state=State.PUBLISHED) | _own(user)).filter(pk__lt=comment.pk)
        before = before.exclude(pk__in=_under_held(rows))
        if comment.pk not in _readable_of(comment, user):
            return None
        return before.count() // FLAT_SHOWN + 1, 0
    starts = rows.filter(start=F("pk")).filter(_begins(rows, user))
    earlier = {"pk__gt": comment.start} if order == NEWEST else {"pk__lt": comment.start}
    number = starts.filter(**earlier).count() // settings.COMMENT_THREADS_SHOWN + 1
    if Conversation(comment.page, order, number, user).shows(comment):
        return number, 0
    keys = _readable_of(comment, user)
    if comment.pk in keys:
        return 0, keys.index(comment.pk) // settings.COMMENT_REPLIES_SHOWN + 1
    return None


def _readable_of(comment: PageComment, user) -> list[int]:
    return _readable(PageComment(pk=comment.start, page_id=comment.page_id), user)


def _read(rows: list[PageComment], under_held: int, user) -> list[PageComment]:
    """The beginning of one thread in reading order, without recursion: it may be very deep.

    `under_held` is how many published ones of the whole thread are not for readers.
    """
    children = defaultdict(list)
    for row in rows:
        children[row.parent_id if row.is_reply else 0].append(row)
    put = _Putting(user)
    ordered, waiting = [], [(start, 0, None) for start in reversed(children[0])]
    while waiting:
        row, depth, parent = waiting.pop()
        if row.state == State.HELD:
            if not put.is_own(row):
                continue
            children[row.pk] = []  # what answers it is not for its author either
        put(row, depth, parent)
        ordered.append(row)
        waiting.extend((child, depth + 1, row) for child in reversed(children[row.pk]))
    shown = sum(row.state == State.PUBLISHED for row in ordered)
    more = rows[0].published - under_held - shown
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


def _named(rows: list[PageComment], user) -> list[PageComment]:
    """Comments one after the other, each with whom it answers."""
    parents = {row.parent_id for row in rows if row.is_reply} - {row.pk for row in rows}
    known, put = {row.pk: row for row in rows}, _Putting(user)
    if parents:
        known |= PageComment.objects.bare().in_bulk(parents)
    for row in rows:
        put(row, 0, known.get(row.parent_id) if row.is_reply else None)
    return rows


def _foldable(thread: list[PageComment]) -> list[PageComment]:
    """Its first reply says how many are shown, its last that it is."""
    if len(thread) > 1:
        thread[1].replies, thread[-1].is_last_reply = len(thread) - 1, True
    return thread


class _Putting:
    """Puts into each comment how it stands among the others, and to the reader."""

    def __init__(self, user):
        self._user = user

    def is_own(self, row) -> bool:
        return bool(self._user) and row.user_id == self._user.pk

    def __call__(self, row: PageComment, depth: int, parent: PageComment | None) -> None:
        row.depth, row.more, row.is_new = depth, 0, False
        row.replies, row.is_last_reply = 0, False
        row.parent_name = parent.user_name if parent and parent.state == State.PUBLISHED else ""
        row.parent_comment_id = parent.pk if parent else None
        row.waits = row.state == State.HELD
        row.placeholder = row.state not in (State.PUBLISHED, State.HELD)
        row.is_own = self.is_own(row)
        row.keyword_list = []


def with_keywords(comments: Iterable[PageComment], keywords: dict[int, list]) -> None:
    """Gives each comment its keywords: {comment id: [keywords]}."""
    for comment in comments:
        comment.keyword_list = keywords.get(comment.pk, [])
