"""What the frame of every page needs: identity, navigation, languages."""

from django.conf import settings
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from wagtail.models import Page, Site

from accounts.duties import works_here
from accounts.visibility import visible_to
from pages.languages import interface_language
from pages.models import SiteIdentity
from pages.serving import absolute
from pages.specific import at_once


def site_frame(request):
    """Context processor. Everything is lazy: the back office never asks for it."""
    return {
        "site_identity": SimpleLazyObject(lambda: SiteIdentity.for_request(request)),
        "main_nav": SimpleLazyObject(lambda: _main_nav(request)),
        "footer_nav": SimpleLazyObject(lambda: _footer_nav(request)),
        "languages": SimpleLazyObject(lambda: _languages(request)),
        "works_here": SimpleLazyObject(lambda: works_here(request.user)),
        "home_url": SimpleLazyObject(lambda: f"/{interface_language()}/"),
    }


def _main_nav(request):
    home = f"/{interface_language()}/"
    links = [
        (_("Groupes"), f"{home}#groupes"),
        (_("Mots-clés"), reverse("glossary")),
        (_("Recherche"), reverse("search")),
    ]
    return [
        {"title": title, "url": url, "current": request.path == url.split("#")[0]}
        for title, url in links
    ]


def _footer_nav(request):
    """Pages right under the home page that are shown in menus, in the interface's language."""
    site = Site.find_for_request(request)
    if site is None:
        return []
    children = visible_to(Page.objects.child_of(site.root_page).in_menu(), request.user)
    wanted, spare = {}, {}
    for page in at_once(children):
        group = getattr(page, "translation_group", page.pk)
        if page.heading_language == interface_language():
            wanted[group] = page
        elif group not in spare or page.heading_language == settings.LANGUAGE_CODE:
            spare[group] = page
    return [
        {
            "title": page.heading,
            "url": page.get_url(request),
            "lang": page.heading_language,
            "current": request.path == page.get_url(request),
        }
        for page in ({**spare, **wanted}).values()
    ]


def _languages(request):
    """The same address under each language's prefix, for views that are not pages."""
    current = interface_language()
    return [
        {
            "code": code,
            "name": translation.get_language_info(code)["name_local"],
            "url": translate_url(request.get_full_path(), code),
            "full_url": absolute(translate_url(request.get_full_path(), code)),
            "current": code == current,
            "has_text": True,
        }
        for code, _name in settings.LANGUAGES
    ]
