"""The care of the glossary: what looks doubled, idle or bare, and what was merged lately."""

from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from accounts.duties import keeps_glossary
from discussion.keys import is_key
from discussion.models import PageComment
from glossary import merging
from glossary.backoffice.frame import frame
from glossary.backoffice.merging import merge
from glossary.backoffice.retagging import retag
from glossary.backoffice.synonym import synonym
from glossary.likeness import near_pairs
from glossary.models import DistinctKeywords, Keyword, KeywordMerge, PageKeyword
from minutes.models import ArticlePage, MinutesPage, ParticipantListPage

PAIRS_SHOWN = 50
MERGES_SHOWN = 20
#: A keyword on more than this share of the pages, in percent, tells little.
OVERUSED = 25


def keepers_only(view):
    """Refuses a view to whoever may not change keywords."""

    def guarded(request, *args, **kwargs):
        if not keeps_glossary(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def counted(keywords):
    """With `page_count` and `comment_count`, the numbers of their uses; without long texts."""
    return keywords.annotate(
        page_count=_number(PageKeyword.objects, "tag"),
        comment_count=_number(PageComment.keywords.through.objects, "keyword"),
    ).defer("text", "text_nl", "text_en")


def _number(rows, keyword):
    numbers = rows.order_by().filter(**{keyword: OuterRef("pk")}).values(keyword)
    numbers = numbers.annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(numbers, output_field=IntegerField()), 0)


@require_safe
def overview(request):
    keywords = list(counted(Keyword.objects.unmerged().with_labels()))
    told_apart = set(DistinctKeywords.objects.values_list("first", "second"))
    pairs = [
        pair
        for pair in near_pairs(keywords)
        if tuple(sorted((pair.first.pk, pair.second.pk))) not in told_apart
    ]
    pages = Page.objects.type(MinutesPage, ArticlePage, ParticipantListPage).count()
    overused = [each for each in keywords if each.page_count * 100 > OVERUSED * pages]
    overused.sort(key=lambda keyword: -keyword.page_count)
    for each in overused:
        each.percent = round(100 * each.page_count / pages)
    standing = merging.standing()
    merges = KeywordMerge.objects.select_related("source", "target", "by").order_by("-pk")
    merges = list(merges[:MERGES_SHOWN])
    for each in merges:
        each.undo_until = merging.undo_until(each)
        each.obstacle = merging.why_not_undo(each, standing)
    context = frame(_("Entretien du glossaire"), "clipboard-list", above=False) | {
        "pairs": pairs[:PAIRS_SHOWN],
        "more_pairs": max(len(pairs) - PAIRS_SHOWN, 0),
        "overused": overused,
        "overused_percent": OVERUSED,
        "to_complete": _to_complete(keywords),
        "total": len(keywords),
        "merges": merges,
    }
    return render(request, "glossary/backoffice/care.html", context)


def _to_complete(keywords) -> list[tuple[str, int, str]]:
    """[(what is the matter, with how many keywords, where they are listed)]."""
    rows = [
        (_("jamais employés"), lambda each: not each.page_count + each.comment_count, "used=no"),
        (_("sans définition"), lambda each: not _defined(each), "defined=no"),
        (_("sans intitulé français"), lambda each: _lacks(each, "fr"), "lacks=fr"),
        (_("sans intitulé néerlandais"), lambda each: _lacks(each, "nl"), "lacks=nl"),
        (_("sans intitulé anglais"), lambda each: _lacks(each, "en"), "lacks=en"),
        (_("sans groupe"), lambda each: each.group_id is None, "group=null"),
    ]
    listing = reverse("keywords:list")
    return [
        (what, sum(1 for each in keywords if test(each)), f"{listing}?{filtered}")
        for what, test, filtered in rows
    ]


def _defined(keyword) -> bool:
    return any((keyword.definition_fr, keyword.definition_nl, keyword.definition_en))


def _lacks(keyword, language) -> bool:
    return keyword.preferred_label(language) is None


@require_POST
def tell_apart(request):
    """Notes that two keywords are two concepts, so that they are not shown as doubles again."""
    wanted = [key for key in request.POST.getlist("keyword") if is_key(key)]
    both = list(Keyword.objects.unmerged().filter(pk__in=wanted).order_by("pk"))
    if len(both) != 2:
        raise BadRequest
    first, second = both
    DistinctKeywords.objects.get_or_create(
        first=first, second=second, defaults={"said_by": request.user}
    )
    said = _("C’est noté : « %(first)s » et « %(second)s » sont deux mots.")
    messages.success(request, said % {"first": first.name, "second": second.name})
    return redirect("keyword_care")


@require_POST
def undo(request, pk):
    done = get_object_or_404(KeywordMerge.objects.select_related("source", "target"), pk=pk)
    try:
        merging.undo(done, request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        said = _("« %(source)s » est de nouveau un mot-clé à part.")
        messages.success(request, said % {"source": done.source.name})
    return redirect("keyword_care")


# --- Where it is reached from ------------------------------------------------------------------


class CareMenuItem(MenuItem):
    def __init__(self):
        url = reverse("keyword_care")
        super().__init__(
            gettext_lazy("Entretien"), url, icon_name="clipboard-list", order=400, name="care"
        )

    def is_shown(self, request):
        return keeps_glossary(request.user)


def buttons(keyword, user):
    """What may be done with a keyword of the list besides editing it."""
    if not isinstance(keyword, Keyword) or not keeps_glossary(user):
        return
    yield Button(
        _("Fusionner…"),
        url=f"{reverse('keyword_merge')}?{urlencode({'source': keyword.name})}",
        icon_name="resubmit",
        priority=60,
    )
    yield Button(
        _("Réétiqueter…"),
        url=reverse("keyword_retag", args=[keyword.pk]),
        icon_name="tag",
        priority=61,
    )


urlpatterns = [
    path("keywords/care/", keepers_only(overview), name="keyword_care"),
    path("keywords/care/distinct/", keepers_only(tell_apart), name="keyword_distinct"),
    path("keywords/care/merge/", keepers_only(merge), name="keyword_merge"),
    path("keywords/care/synonym/", keepers_only(synonym), name="keyword_synonym"),
    path("keywords/care/undo/<int:pk>/", keepers_only(undo), name="keyword_merge_undo"),
    path("keywords/care/retag/<int:pk>/", keepers_only(retag), name="keyword_retag"),
]
