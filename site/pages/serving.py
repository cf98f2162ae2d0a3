"""How a page is answered: what every template is given, and what is counted."""

from urllib.parse import urljoin

from django.conf import settings
from django.http import Http404
from django.utils import translation
from wagtail.models import Page, PageViewRestriction
from wagtail.url_routing import RouteResult

from accounts.visibility import visible_to
from pages.languages import interface_language


def absolute(path: str) -> str:
    """A path on this site as a full address; built from BASE_URL, never from a Host header."""
    return urljoin(settings.BASE_URL, path)


class Served:
    """The answering half of BasePage."""

    private_page_options = ["groups"]
    allowed_http_methods = ["GET", "HEAD", "OPTIONS", "POST"]

    #: True for a page found by route(): it asked the rule for this very reader.
    seen_to_be_visible = False
    #: Whether this reading was counted as a visit.
    counted = False

    def route(self, request, path_components):
        """Find the page below this one, with those between, in one query and one per type.

        Wagtail's way asks three times per level. The rule is part of the question, so a page
        that the reader may not see is not found.
        """
        if not path_components:
            return super().route(request, path_components)
        places = [self.url_path]
        for component in path_components:
            places.append(f"{places[-1]}{component}/")
        found = visible_to(
            Page.objects.filter(url_path__in=places[1:], path__startswith=self.path), request.user
        ).select_related("visit_count")
        rows = {page.url_path: page for page in found}
        if len(rows) != len(path_components):
            raise Http404
        above = [self]
        for place in places[1:]:
            page = rows[place].specific
            page.visits_before = getattr(getattr(rows[place], "visit_count", None), "total", 0)
            page._cached_parent_obj = above[-1]
            above.append(page)
        page.above = above[:-1]
        page.seen_to_be_visible = True
        return RouteResult(page)

    def get_view_restrictions(self):
        """None, once our own rule (which is stricter) let this very page be found."""
        if self.seen_to_be_visible:
            return PageViewRestriction.objects.none()
        return super().get_view_restrictions()

    def serve(self, request, *args, **kwargs):
        from pages import visits

        self.counted = visits.record(request, self)
        return super().serve(request, *args, **kwargs)

    def get_context(self, request, *args, **kwargs):
        from pages import visits

        context = super().get_context(request, *args, **kwargs)
        translations = self.translations(request.user)
        context.update(
            breadcrumbs=self.breadcrumbs(request),
            translations=translations,
            languages=self.languages(request, translations),
            canonical_url=absolute(self.url_in(self.home_language)),
            visits=visits.total(self),
        )
        return context

    @property
    def home_language(self) -> str:
        """The language under whose prefix this page has its canonical address."""
        return getattr(self, "language", settings.LANGUAGE_CODE)

    def url_in(self, language: str) -> str:
        """The path of this page under a language's prefix."""
        with translation.override(language):
            return self.get_url() or ""

    def breadcrumbs(self, request) -> list[dict]:
        """The pages above this one, from the home page down."""
        above = getattr(self, "above", None)
        if above is None and self.path:
            above = self.get_ancestors().filter(depth__gt=1).defer_streamfields().specific()
        return [
            {"title": page.heading, "url": page.get_url(request), "lang": page.heading_language}
            for page in above or []
        ]

    def translations(self, user) -> list:
        """Other versions of this text that the reader may see; empty for containers."""
        group = getattr(self, "translation_group", None)
        if group is None or not self.pk:
            return []
        return list(
            visible_to(type(self).objects.filter(translation_group=group), user)
            .exclude(pk=self.pk)
            .defer_streamfields()
            .order_by("language")
        )

    def languages(self, request, translations) -> list[dict]:
        """Where the language switcher leads: to a translation, else to this page's own twin."""
        own = {page.language: page for page in translations}
        current = interface_language()
        links = []
        for code, _name in settings.LANGUAGES:
            target = own.get(code, self)
            links.append(
                {
                    "code": code,
                    "name": translation.get_language_info(code)["name_local"],
                    "url": target.url_in(code),
                    "full_url": absolute(target.url_in(code)),
                    "current": code == current,
                    # hreflang promises a text in that language, not only a frame in it
                    "has_text": code in own or getattr(self, "language", code) == code,
                }
            )
        return links
