"""A keyword's own page: what it means, and the topic through time."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from discussion.models import PageComment
from glossary.models import Keyword
from minutes.models import ArticlePage, MinutesPage, ParticipantListPage


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


def feed(request, slug):
    raise Http404


def follow(request, slug):
    raise Http404
