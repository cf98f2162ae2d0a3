"""The conversation under a page, in the order it is read: two queries, whatever its size."""

from collections import defaultdict

from discussion.models import PageComment, State


def conversation(page, keywords=None) -> list[PageComment]:
    """The page's comments in reading order: each thread from its start, replies under theirs.

    `keywords`, {comment id: [keywords]}, are asked for where they are not given.

    Every comment gets `depth` (0 for the start of a thread), `parent_name` and
    `parent_comment_id` of the comment it answers, `keyword_list`, and `placeholder`: True for
    a hidden comment that is only shown as a gap because others answer it. A hidden or held
    comment that nobody answers is left out, and so is every reply to a held one.
    """
    rows = list(
        PageComment.objects.filter(page_id=page.pk)
        .order_by("pk")
        .defer("user_email", "ip_address", "user_url")
    )
    keywords = _keywords_of(page) if keywords is None else keywords
    children = defaultdict(list)
    for row in rows:
        children[row.parent_id if row.is_reply else 0].append(row)
    shown: list[PageComment] = []
    for start in children[0]:
        shown.extend(_thread(start, children, keywords))
    return shown


def _thread(start, children, keywords):
    """One thread in reading order, without recursion: a thread may be thousands deep."""
    ordered, waiting = [], [(start, 0, None)]
    while waiting:
        row, depth, parent = waiting.pop()
        if row.state == State.HELD:
            continue
        row.depth = depth
        row.parent_name = parent.user_name if parent and parent.state == State.PUBLISHED else ""
        row.parent_comment_id = parent.pk if parent else None
        row.keyword_list = keywords.get(row.pk, [])
        row.placeholder = row.state != State.PUBLISHED
        ordered.append(row)
        waiting.extend((child, depth + 1, row) for child in reversed(children[row.pk]))
    # From the end: a gap stays only while a shown comment hangs under it.
    answered, kept = set(), []
    for row in reversed(ordered):
        if row.placeholder and row.pk not in answered:
            continue
        kept.append(row)
        if row.parent_comment_id:
            answered.add(row.parent_comment_id)
    kept.reverse()
    return kept


def _keywords_of(page):
    """{comment id: [keywords]}; their labels are for the caller to fetch, with the page's own."""
    through = PageComment.keywords.through
    pairs = through.objects.filter(pagecomment__page_id=page.pk).select_related("keyword")
    found = defaultdict(list)
    for pair in pairs:
        found[pair.pagecomment_id].append(pair.keyword)
    return found
