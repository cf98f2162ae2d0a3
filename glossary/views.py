"""The glossary, A to Z, and the map of how its words hang together."""

from collections import Counter
from itertools import groupby

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from accounts.visibility import visible_to
from glossary import dictionary, drawing, mapping
from glossary.likeness import similar
from glossary.models import Keyword, KeywordGroup
from glossary.structured import defined_term_set
from minutes.models import WorkgroupPage
from pages.languages import interface_language
from pages.serving import absolute

ENTRIES_A_PAGE, ROWS_A_PAGE = 200, 100
ON_THE_MAP, IN_THE_CLOUD, COMPANIONS = 60, 120, 3
LONGEST_QUERY = 100  # characters
#: In place of a group's number: the keywords of no group.
NO_GROUP = "0"


@require_safe
def glossary(request):
    """Every keyword that the reader can meet, A to Z in one language, or those searched for."""
    asked = request.GET.get("langue")
    language = asked if asked in dict(settings.LANGUAGES) else interface_language()
    typed = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LONGEST_QUERY]
    visible = dictionary.concepts(request.user, with_definitions=bool(typed))
    labels = dictionary.labels_by_keyword()
    if typed:
        found = dictionary.matching(visible, labels, language, typed)
    else:
        found = dictionary.entries(visible, labels, language)
    groups = _groups_of(found)
    group = request.GET.get("groupe", "")
    if group not in {number for number, _group, _count in groups}:
        group = ""
    if group:
        found = [entry for entry in found if _group_number(entry) == group]
    page = Paginator(found, ENTRIES_A_PAGE).get_page(request.GET.get("page"))
    entries = _with_keywords(page, request.user, language)
    context = {
        "language": language,
        "typed": typed,
        "group": group,
        "groups": groups,
        "meant": similar(typed, among=Keyword.objects.existing_for(request.user))
        if typed and not found
        else [],
        "total": len({entry.concept.pk for entry in found}),
        "page_obj": page,
        "letters": [] if typed else _index(found),
        "listed": [("", entries)]
        if typed
        else [(letter, list(some)) for letter, some in groupby(entries, key=lambda e: e.letter)],
        "listing_languages": [
            (
                code,
                None if code == interface_language() else code,
                translation.get_language_info(code)["name_local"],
            )
            for code, _name in settings.LANGUAGES
        ],
    }
    if not typed and not group:
        # The same words stand under the interface's own language: that is their address.
        with translation.override(language):
            address = absolute(reverse("glossary"))
        context["canonical_url"] = address + (f"?page={page.number}" if page.number > 1 else "")
        if language == interface_language():
            context["data"] = defined_term_set(e.keyword for e in entries if not e.see)
    return render(request, "glossary/glossary.html", context)


def _index(found: list[dictionary.Entry]) -> list[tuple[str, int | None]]:
    """[(letter, the page of the list where its words begin; None where it has none)]."""
    pages = {}
    for number, entry in enumerate(found):
        pages.setdefault(entry.letter, number // ENTRIES_A_PAGE + 1)
    return [(letter, pages.get(letter)) for letter in dictionary.LETTERS]


def _group_number(entry: dictionary.Entry) -> str:
    return str(entry.concept.group_id or NO_GROUP)


def _groups_of(found: list[dictionary.Entry]) -> list[tuple[str, KeywordGroup | None, int]]:
    """[(number, group or None, how many of the keywords found)], in the groups' order."""
    counts = Counter({entry.concept: _group_number(entry) for entry in found}.values())
    groups = [(str(group.pk), group) for group in KeywordGroup.objects.all()]
    return [
        (number, group, counts[number])
        for number, group in [*groups, (NO_GROUP, None)]
        if counts[number]
    ]


def _with_keywords(page, user, language: str) -> list[dictionary.Entry]:
    """The entries of one page of the list, each with what is shown of its keyword."""
    ids = {entry.concept.pk for entry in page}
    keywords = {
        keyword.pk: keyword
        for keyword in Keyword.objects.existing_for(user)
        .filter(pk__in=ids)
        .select_related("group")
        .defer("text", "text_nl", "text_en")
        .with_labels()
    }
    comments = mapping.comment_uses(ids, user)
    shown = [entry for entry in page if entry.concept.pk in keywords]
    for entry in shown:
        keyword = entry.keyword = keywords[entry.concept.pk]
        keyword.comment_uses = comments.get(keyword.pk, 0)
        entry.definition, entry.definition_language = dictionary.definition_of(keyword, language)
    return shown


@require_safe
def keyword_map(request):
    """How keywords hang together: a picture, a cloud and a table; of the site or a workgroup.

    404 for a workgroup that the reader may not see.
    """
    workgroups = list(visible_to(WorkgroupPage.objects.all(), request.user).order_by("path"))
    asked = request.GET.get("groupe", "")
    workgroup = next((group for group in workgroups if group.slug == asked), None)
    if asked and workgroup is None:
        raise Http404
    found = mapping.occurrences(request.user, under=workgroup)
    uses = found.uses
    visible = [row for row in dictionary.concepts(request.user) if row.pk in uses]
    by_use = sorted(visible, key=lambda row: (-uses[row.pk], row.pk))
    by_name = request.GET.get("tri") == "nom"
    page = Paginator(_by_name(by_use) if by_name else by_use, ROWS_A_PAGE).get_page(
        request.GET.get("page")
    )
    drawn = [row.pk for row in by_use[:ON_THE_MAP]]
    in_cloud = [row.pk for row in by_use[:IN_THE_CLOUD]]
    in_table = [row.pk for row in page]
    known = {row.pk for row in visible}
    companions = {
        keyword: [pair for pair in others if pair[0] in known]
        for keyword, others in found.companions({*drawn, *in_table}).items()
    }
    closest = {keyword: companions[keyword][:COMPANIONS] for keyword in in_table}
    keywords = mapping.fetched(
        {*drawn, *in_cloud, *in_table, *(pair[0] for pairs in closest.values() for pair in pairs)}
    )
    marks = mapping.marks_of(row.group_id for row in visible)
    most = uses[drawn[0]] if drawn else 1
    for keyword in keywords.values():
        keyword.uses = uses[keyword.pk]
        keyword.step = mapping.step(keyword.uses, most, drawing.STEPS)
        keyword.mark = marks[keyword.group_id]
        keyword.companions = [
            (keywords[other], pages) for other, pages in closest.get(keyword.pk, ())
        ]
    picture = drawing.draw(
        [drawing.Node(pk, keywords[pk].label, keywords[pk].step) for pk in drawn],
        mapping.strongest(companions, uses, drawn),
    )
    context = {
        "workgroup": workgroup,
        "workgroups": workgroups,
        "total": len(visible),
        "drawing": picture,
        "topics": [(keywords[place.node.key], place) for place in picture.nodes],
        "legend": mapping.legend([keywords[pk] for pk in drawn]),
        "grouped": any(row.group_id for row in visible),
        "cloud": sorted(
            (keywords[pk] for pk in in_cloud), key=lambda each: dictionary.sort_key(each.label)
        ),
        "by_name": by_name,
        "page_obj": page,
        "rows": [keywords[pk] for pk in in_table],
    }
    return render(request, "glossary/map.html", context)


def _by_name(concepts: list[dictionary.Concept]) -> list[dictionary.Concept]:
    labels = dictionary.labels_by_keyword()
    language = interface_language()
    own = (dictionary.entry_of(row, labels.get(row.pk, ()), language) for row in concepts)
    return [entry.concept for entry in sorted(own, key=lambda entry: entry.key)]
