"""A keyword's own page: what it means, then the topic through time. Its feed; following it."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db.models import Count, Q
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.visibility import visible_pages
from glossary.chronicle import Chronicle
from glossary.feeds import Tagged
from glossary.models import FormerAddress, Keyword, KeywordFollow, KeywordLink, PageKeyword
from glossary.structured import defined_term
from minutes.overview import is_preview
from pages.rendering import render_text
from pages.serving import absolute

#: How many keywords are named that stand on the same pages.
BESIDE = 8
#: Seconds that a browser may remember where a merged keyword's address leads: a merge is undone
#: sometimes.
REMEMBERED = 3600


@require_safe
def keyword(request, slug):
    """A keyword's definition and everything tagged with it that the reader may see."""
    found = keyword_at(slug, request.user)
    if found.slug != slug:
        return _led_to(found.get_absolute_url(), request)
    return render(request, "glossary/keyword.html", context(found, request))


@require_safe
def feed(request, slug):
    """What is tagged with it, newest first, as Atom."""
    found = keyword_at(slug, request.user)
    if found.slug != slug:
        return _led_to(reverse("keyword_feed", args=[found.slug]), request)
    return Tagged(found)(request, slug=slug)


@require_POST
def follow(request, slug):
    """Begin to follow a keyword, or stop: ?follow=1 or 0, or what is not so yet.

    A reader may stop following a keyword that they may not see any more.
    """
    user = request.user
    if not user.is_authenticated:
        door = urlencode({"next": keyword_at(slug, user).get_absolute_url()})
        return redirect(f"{reverse('account_login')}?{door}")
    asked = present_keyword(slug)
    followed = KeywordFollow.objects.filter(keyword=asked, user=user)
    follows = asked is not None and followed.exists()
    if not follows:
        asked = keyword_at(slug, user)
    wanted = {"1": True, "0": False}.get(request.POST.get("follow"), not follows)
    if wanted:
        KeywordFollow.objects.get_or_create(keyword=asked, user=user)
        said = _("Vous suivez maintenant « %(word)s ».")
    else:
        followed.delete()
        said = _("Vous ne suivez plus « %(word)s ».")
    messages.success(request, said % {"word": asked.label})
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = asked.get_absolute_url()
    return redirect(back)


def followers_of(keyword):
    """The users who want to hear of what is tagged with a keyword.

    What each may see of it is for the sender to ask.
    """
    return get_user_model().objects.filter(is_active=True, keyword_follows__keyword=keyword)


# --- Where a keyword is -----------------------------------------------------------------------


def present_keyword(slug) -> Keyword | None:
    """The keyword that an address means today, or None: renamed and merged ones lead on."""
    found = Keyword.objects.filter(slug=slug).first()
    if found is None:
        former = FormerAddress.objects.filter(slug=slug).select_related("keyword").first()
        found = former and former.keyword
    passed = set()
    while found is not None and found.merged_into_id:
        if found.pk in passed:
            return None
        passed.add(found.pk)
        found = found.merged_into
    return found


def keyword_at(slug, user) -> Keyword:
    """The keyword at an address, present or former, that exists for the reader; else Http404."""
    seen = Keyword.objects.existing_for(user).select_related("group", "image").with_labels()
    found = seen.filter(slug=slug).first()
    if found is None:
        present = present_keyword(slug)
        found = present and seen.filter(pk=present.pk).first()
    if found is None:
        raise Http404
    return found


def _led_to(path, request):
    """For good, query and all; but not remembered for good."""
    query = request.META.get("QUERY_STRING")
    answer = HttpResponsePermanentRedirect(f"{path}?{query}" if query else path)
    answer["Cache-Control"] = f"max-age={REMEMBERED}"
    return answer


# --- What its page shows ----------------------------------------------------------------------


def context(keyword, request) -> dict:
    """What `glossary/keyword.html` shows of a keyword, or of the draft of one, to this reader."""
    chronicle = Chronicle(keyword, request.user, request.GET)
    page = chronicle.page(request.GET.get("page"))
    # Not the query: filters are views of one page, and their number has no end.
    home = keyword.get_absolute_url()
    return {
        "keyword": keyword,
        "words": words_by_language(keyword),
        "long_text": render_text(keyword.long_text, keyword.long_text_language),
        "facets": chronicle.facets,
        "page_obj": page,
        "entries": page.object_list,
        "canonical_url": absolute(home),
        "home": home,
        "defined_term": defined_term(keyword),
        **relations(keyword, request.user, is_preview(request)),
        **_following(keyword, request.user),
    }


def words_by_language(keyword) -> list[tuple[str, str, list]]:
    """(language, its name, labels) with the preferred label first, in the site's order."""
    by_language = {code: [] for code, _name in settings.LANGUAGES}
    for label in keyword.labels.all():
        by_language.setdefault(label.language, []).append(label)
    names = dict(settings.LANGUAGES)
    return [
        (code, names.get(code, code), sorted(labels, key=lambda label: label.kind))
        for code, labels in by_language.items()
        if labels
    ]


def relations(keyword, user, preview=False) -> dict[str, list[Keyword]]:
    """Broader, narrower, related keywords, and those that stand `beside` it on the same pages.

    Only those that exist for the reader, by name; those beside it most frequent first, with
    `together`, the number of pages they share that the reader may see. A preview shows the
    links of the draft.
    """
    said = {"broader": set(), "narrower": set(), "related": set()}
    links = KeywordLink.objects.filter(Q(keyword=keyword) | Q(target=keyword))
    if preview:
        links = [*keyword.links.all(), *keyword.linked_from.all()]
    for link in links:
        if link.keyword_id == keyword.pk:
            said[link.kind].add(link.target_id)
        else:
            said["narrower" if link.kind == KeywordLink.BROADER else link.kind].add(link.keyword_id)
    linked = set().union(*said.values())
    shared = visible_pages(user).filter(keyword_uses__tag=keyword)
    beside = dict(
        PageKeyword.objects.filter(content_object__in=shared, tag__live=True)
        .exclude(tag__in=[keyword.pk, *linked])
        .values_list("tag")
        .annotate(together=Count("pk"))
        .order_by("-together", "tag__name")[:BESIDE]
    )
    seen = Keyword.objects.existing_for(user).filter(pk__in=linked).order_by()
    shown = Keyword.objects.filter(Q(pk__in=seen.values("pk")) | Q(pk__in=beside))
    shown = {each.pk: each for each in shown.with_labels()}
    found = {
        name: sorted((shown[pk] for pk in ids & shown.keys()), key=lambda each: each.label.lower())
        for name, ids in said.items()
    }
    found["beside"] = [shown[pk] for pk in beside if pk in shown]
    for each in found["beside"]:
        each.together = beside[each.pk]
    return found


def _following(keyword, user) -> dict:
    """How many follow it, and whether this reader does."""
    mine = Count("pk", filter=Q(user=user if user.is_authenticated else None))
    follows = KeywordFollow.objects.filter(keyword=keyword, user__is_active=True)
    return follows.aggregate(followers=Count("pk"), followed=mine)
