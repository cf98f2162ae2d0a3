"""Suggested keywords that wait for a decision, of all pages that an editor may publish."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.models import Page
from wagtail.permissions import page_permission_policy

from accounts.duties import keeps_glossary
from glossary.models import KeywordSuggestion
from glossary.suggesting import WAITING

A_PAGE = 50


def waiting_for(user):
    """The suggestions that wait for somebody with this user's rights, oldest first.

    As everywhere in the back office, what counts is which pages they edit, not which they
    would find on the site.
    """
    if not keeps_glossary(user):
        return KeywordSuggestion.objects.none()
    theirs = page_permission_policy.instances_user_has_permission_for(user, "publish")
    return KeywordSuggestion.objects.filter(state=WAITING, page__in=theirs)


@require_safe
def suggestions(request):
    if not keeps_glossary(request.user):
        raise PermissionDenied
    waiting = waiting_for(request.user).select_related("keyword", "suggested_by")
    waiting = waiting.prefetch_related("keyword__labels")
    found = Paginator(waiting, A_PAGE).get_page(request.GET.get("p"))
    pages = Page.objects.filter(pk__in={each.page_id for each in found})
    pages = {page.pk: page for page in pages.defer_streamfields().specific()}
    for each in found:
        each.shown_page = pages[each.page_id]
    return render(request, "glossary/backoffice/suggestions.html", {"page_obj": found})


class SuggestionsMenuItem(MenuItem):
    """Leads to the list, for those who keep the glossary."""

    def __init__(self):
        url = reverse("keyword_suggestions")
        super().__init__(_("Suggestions"), url, icon_name="form", order=300, name="suggestions")

    def is_shown(self, request):
        return keeps_glossary(request.user)


class SuggestionsPanel(Component):
    """On the front page of the back office: how many suggestions wait, if any do."""

    order = 210
    template_name = "glossary/backoffice/_suggestions_panel.html"

    def __init__(self, request):
        self.request = request

    @cached_property
    def number(self) -> int:
        return waiting_for(self.request.user).count()

    def get_context_data(self, parent_context):
        return {"number": self.number}
