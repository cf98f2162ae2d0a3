"""Results that editors put first for certain words, with wagtail.contrib.search_promotions.

Its tables of promotions and of the queries they are for are used; its counting of queries
(`Query.add_hit`, a row for everything that anybody types, each day) is not: nobody needs to
know what people find, and what they do not find is counted more sparingly in `search.missed`.
"""

from dataclasses import dataclass

from wagtail.contrib.search_promotions.models import Query, SearchPromotion

from accounts.visibility import visible_pages
from search import analysis
from search.finding import Search

MOST = 5


@dataclass(frozen=True)
class Promoted:
    title: str
    language: str  # that the title is written in, "" where nobody knows
    url: str
    description: str


def promoted(search: Search) -> list[Promoted]:
    """What editors put first for the words of this search and the reader may see, in order.

    Words are the same whatever their case, accents and signs. A search that is narrowed has none.
    """
    words = analysis.words(search.asked.typed)
    if not words or search.asked.is_filtered:
        return []
    chosen = promotions_for(words).order_by("sort_order", "pk")
    pages = visible_pages(search.user).filter(pk__in=[each.page_id for each in chosen])
    pages = {page.pk: page for page in pages.specific(defer=False)} if chosen else {}
    shown = []
    for each in chosen:
        if page := pages.get(each.page_id):
            title, language, url = page.heading, page.heading_language, page.get_url() or ""
        elif each.page_id is None:
            title, language, url = each.external_link_text, "", each.external_link_url
        else:
            continue  # there is no such page for this reader
        shown.append(Promoted(title, language, url, each.description))
    return shown[:MOST]


def promotions_for(words: list[str]):
    """The promotions for these folded words."""
    same = [pk for pk, promoted in _queries() if promoted == words]
    return SearchPromotion.objects.filter(query__in=same)


def promoted_words() -> list[str]:
    """The folded words, in one text, of every search that something is put first for."""
    return [" ".join(words) for _pk, words in _queries()]


def _queries() -> list[tuple[int, list[str]]]:
    """(key, folded words) of the queries that have promotions."""
    # As few as editors write by hand: folding them here leaves Wagtail's table as it is.
    queries = Query.objects.filter(editors_picks__isnull=False).distinct()
    return [(pk, analysis.words(text)) for pk, text in queries.values_list("pk", "query_string")]
