"""The glossary and each keyword's own page."""

import unicodedata
from itertools import groupby

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from discussion.models import PageComment
from glossary.models import Keyword, fold
from minutes.models import ArticlePage, MinutesPage, ParticipantListPage


@require_safe
def glossary(request):
    """Every keyword that the reader can meet, A to Z in the interface's language."""
    keywords = sorted(
        Keyword.objects.used_where_visible(request.user).with_labels(),
        key=lambda keyword: fold(keyword.label),
    )
    letters = [
        (letter, list(found)) for letter, found in groupby(keywords, key=lambda k: _letter(k.label))
    ]
    return render(request, "glossary/glossary.html", {"letters": letters})


@require_safe
def keyword(request, slug):
    """A keyword's definition and everything tagged with it that the reader may see."""
    user = request.user
    found = get_object_or_404(Keyword.objects.with_labels(), slug=slug)
    tagged = {"keyword_uses__tag": found}
    context = {
        "keyword": found,
        "labels": found.labels.all(),
        "minutes": list(
            MinutesPage.objects.filter(**tagged).visible_to(user).for_list().newest_first()
        ),
        "articles": list(
            ArticlePage.objects.filter(**tagged).visible_to(user).for_list().order_by("-date")
        ),
        "rosters": list(ParticipantListPage.objects.filter(**tagged).visible_to(user).for_list()),
        "comments": list(
            PageComment.objects.visible_to(user)
            .filter(keywords=found)
            .newest_first()
            .select_related("page")
            .defer("user_email", "ip_address")
        ),
    }
    if not any(context[kind] for kind in ("minutes", "articles", "rosters", "comments")):
        raise Http404
    return render(request, "glossary/keyword.html", context)


def _letter(label: str) -> str:
    first = unicodedata.normalize("NFKD", label)[:1].upper()
    return first if first.isalpha() else "#"
