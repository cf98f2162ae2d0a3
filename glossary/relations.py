"""How keywords stand to each other: no concept may be broader than itself, however far round."""

from collections.abc import Hashable, Iterable, Mapping

from glossary.models import Keyword, KeywordLink


def cycle_through(
    keyword_id: Hashable, broader_ids: Iterable[Hashable], broader_of: Mapping
) -> list | None:
    """The shortest way back to a keyword over broader ones, or None where there is none.

    `broader_ids` are the keywords that are to be broader than this one, in place of what
    `broader_of` says of it; `broader_of` gives for any other keyword those broader than it
    ({id: ids}). Any hashable can stand for a keyword. The way begins and ends with the keyword:
    [a, b, c, a]; a keyword that is broader than itself gives [a, a].
    """
    came_from = {}
    reached = []
    for broader in broader_ids:
        if broader not in came_from:
            came_from[broader] = None
            reached.append(broader)
    for at in reached:  # grows while it is read: nearest first
        if at == keyword_id:
            way = [at]
            while (at := came_from[at]) is not None:
                way.append(at)
            return [keyword_id, *reversed(way)]
        for broader in broader_of.get(at, ()):
            if broader not in came_from:
                came_from[broader] = at
                reached.append(broader)
    return None


def broader_by_keyword() -> dict[int, list[int]]:
    """{keyword id: ids of those broader than it}, as published."""
    found = {}
    links = KeywordLink.objects.filter(kind=KeywordLink.BROADER)
    for narrower, broader in links.values_list("keyword_id", "target_id").order_by("pk"):
        found.setdefault(narrower, []).append(broader)
    return found


def path_in_words(path: Iterable[int]) -> str:
    """A way over keywords, by name: « a → b → a »."""
    path = list(path)
    names = dict(Keyword.objects.filter(pk__in=path).values_list("pk", "name"))
    return " → ".join(names[pk] for pk in path)
