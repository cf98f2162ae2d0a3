"""Keywords in the back office, registered with Wagtail; the views are in `glossary.backoffice`."""

from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from glossary.backoffice import care, exchange, history
from glossary.backoffice.completion import completions
from glossary.backoffice.groups import KeywordGroupViewSet
from glossary.backoffice.keywords import KeywordViewSet
from glossary.backoffice.suggestions import SuggestionsMenuItem, SuggestionsPanel, suggestions
from glossary.forms import let_make_keywords
from glossary.models import Keyword, KeywordGroup

register_permission_policy(Keyword)
register_permission_policy(KeywordGroup)


class KeywordMenu(SnippetViewSetGroup):
    """All about keywords under one item; others join it with the hook named here."""

    items = [KeywordViewSet, KeywordGroupViewSet]
    menu_label = _("Mots-clés")
    menu_icon = "tag"
    menu_order = 225
    submenu_hook = "register_keyword_menu_item"


register_snippet(KeywordMenu)


@hooks.register("register_admin_urls")
def completion_url():
    return [path("keywords/completions/", completions, name="keyword_completions")]


@hooks.register("before_create_page")
def let_new_pages_make_keywords(request, parent_page, page_class):
    let_make_keywords(parent_page, request)


@hooks.register("before_edit_page")
def let_pages_make_keywords(request, page):
    let_make_keywords(page, request)


@hooks.register("register_admin_urls")
def suggestions_url():
    return [path("keywords/suggestions/", suggestions, name="keyword_suggestions")]


@hooks.register("register_keyword_menu_item")
def suggestions_item():
    return SuggestionsMenuItem()


@hooks.register("construct_homepage_panels")
def suggestions_panel(request, panels):
    panels.append(SuggestionsPanel(request))


@hooks.register("register_log_actions")
def log_actions(actions):
    history.register(actions)


@hooks.register("register_admin_urls")
def exchange_urls():
    return [
        path("keywords/exchange/", exchange.exchange, name="keyword_exchange"),
        path("keywords/exchange/<str:format_name>/", exchange.export, name="keyword_export"),
    ]


@hooks.register("register_keyword_menu_item")
def exchange_item():
    return exchange.ExchangeMenuItem()


@hooks.register("register_admin_urls")
def care_urls():
    return care.urlpatterns


@hooks.register("register_keyword_menu_item")
def care_item():
    return care.CareMenuItem()


@hooks.register("register_snippet_listing_buttons")
def care_buttons(snippet, user, next_url=None):
    return care.buttons(snippet, user)
