"""Suggestions while somebody types: what is called so, of what is there for this reader.

One small search by the beginnings of names, under the same mask as every other.
"""

from dataclasses import dataclass, replace

from modelsearch.backends import get_search_backend
from modelsearch.query import And

from accounts.visibility import visible_pages
from pages.notation import date_format
from search import analysis, sources
from search.finding import matched_in
from search.matched import Chosen, Matched
from search.models import NAMED, Findable, Kind
from search.queries import Prefix
from search.query import LONGEST_QUERY, SHORTEST_PREFIX

MOST = 8
MOST_WORDS = 6
LOOKED_AT = 20  # of each sort, the best ones, from which those that begin alike come first
AHEAD = 1e6  # more than any score

#: The sorts in the order that they are shown, each with how many it has where all have many.
SORTS = (
    ((Kind.KEYWORD,), 2),
    ((Kind.WORKGROUP,), 1),
    ((Kind.PERSON,), 2),
    (tuple(kind for kind in NAMED if kind not in (Kind.KEYWORD, Kind.WORKGROUP, Kind.PERSON)), 3),
)


@dataclass(frozen=True)
class Suggestion:
    """One thing that may be meant, as it is shown in the reader's language."""

    label: str
    language: str  # that the label is written in
    kind: str  # what it is, and the day of what has one
    also: str  # the name that was typed, where the label does not have it
    url: str


def suggested(typed: str, user, group: str = "") -> list[Suggestion]:
    """Up to MOST things, one name of which has words that begin with those typed.

    `group` is the slug of a workgroup that they have to belong to.
    """
    said = analysis.words(typed[:LONGEST_QUERY])[:MOST_WORDS]
    words = _beginnings(said)
    if not words:
        return []
    mask = sources.Mask(user)
    matched = _matched(words)
    rows = mask.rows(matched)
    if group:
        pages = visible_pages(user).filter(slug__iexact=group)
        rows &= matched.workgroup.having(set(pages.values_list("pk", flat=True)))
    matched = matched.keep(rows)
    return _shown(_chosen(_keywords_ahead(matched, said), said), said, user)


def _beginnings(said: list[str]) -> list[str]:
    """The words that what is called so has to have, as they begin."""
    # The last one is still being typed: "le" may become "lecture".
    words = [*analysis.needed(said[:-1]), *said[-1:]]
    return words if any(len(word) >= SHORTEST_PREFIX for word in words) else []


def _matched(words: list[str]) -> Matched:
    parts = [Prefix(word) for word in words]
    wanted = And(parts) if len(parts) > 1 else parts[0]
    results = get_search_backend().search(wanted, Findable.objects.all(), fields=["title_words"])
    return matched_in(results)


def _keywords_ahead(matched: Matched, said: list[str]) -> Matched:
    """With those keywords ahead that the reader reads as what was typed, then those called so."""
    vocabulary = sources.vocabulary()
    rows = matched.source.having({vocabulary.label()})
    ids = matched.source_ids[rows].tolist()
    if not ids:
        return matched
    ahead = {}
    for pk, (label, *others) in vocabulary.words(set(ids)).items():
        begins = 2 * _begins(label, said) or any(_begins(name, said) for name in others)
        ahead[pk] = AHEAD * begins
    scores = matched.scores.copy()
    scores[rows] += [ahead.get(pk, 0) for pk in ids]
    return replace(matched, scores=scores)


def _chosen(matched: Matched, said: list[str]) -> list[Findable]:
    """A row of each thing to suggest, in order."""
    keys = []
    for kinds, _ in SORTS:
        things = Chosen(matched, {"kind": frozenset(kinds)}).things(0, LOOKED_AT)
        keys.append([rows[0] for rows in things])
    rows = Findable.objects.in_bulk([key for sort in keys for key in sort])
    sorts = []
    for sort in keys:
        found = [rows[key] for key in sort if key in rows]
        sorts.append(sorted(found, key=lambda row: _is_other(row, said)))
    shares = [most for _, most in SORTS]
    left = MOST - sum(min(len(sort), most) for sort, most in zip(sorts, shares, strict=True))
    chosen = []
    for sort, most in zip(sorts, shares, strict=True):
        more = min(left, max(0, len(sort) - most))
        chosen += sort[: most + more]
        left -= more
    return chosen


def _is_other(row: Findable, said: list[str]) -> bool:
    """Whether it is called otherwise than begins so; keywords are in order already."""
    return row.kind != Kind.KEYWORD and not _begins(row.title, said)


def _shown(rows: list[Findable], said: list[str], user) -> list[Suggestion]:
    pages = visible_pages(user).filter(pk__in=[row.page_id for row in rows if row.page_id])
    pages = {page.pk: page for page in pages.specific(defer=False)}
    keywords = [row.source_id for row in rows if row.kind == Kind.KEYWORD]
    names = sources.vocabulary().names(keywords) if keywords else {}
    called = sources.vocabulary().words(keywords) if keywords else {}
    shown = []
    for row in rows:
        label, language, known = row.title, row.language, row.names.splitlines()
        page, name = pages.get(row.page_id), names.get(row.source_id)
        if row.kind == Kind.KEYWORD and name:
            label, language, known = name.text, name.language, called.get(row.source_id, [])
        elif page:
            label, language = page.heading, page.heading_language
        kind = str(Kind(row.kind).label)
        if row.date:
            kind = f"{kind} · {date_format(row.date)}"
        also = _called(known, said) if not _has(label, said) else ""
        url = sources.source_named(row.source_type).url(row, (page.get_url() or "") if page else "")
        shown.append(Suggestion(label, language, kind, also, url))
    return shown


def _begins(name: str, said: list[str]) -> bool:
    """Whether the name begins with what was typed."""
    own = analysis.words(name)[: len(said)]
    return len(own) == len(said) and all(map(str.startswith, own, said))


def _has(name: str, said: list[str]) -> bool:
    """Whether each word that is needed begins one of the name's."""
    own = analysis.words(name)
    return all(any(each.startswith(word) for each in own) for word in _beginnings(said))


def _called(names: list[str], said: list[str]) -> str:
    """The name that was typed, one that begins so before others; "" where it is none alone."""
    typed = [name for name in names if _has(name, said)]
    return min(typed, key=lambda name: not _begins(name, said), default="")
