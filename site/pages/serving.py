"""How a page is answered: what every template is given, and what is counted."""

from urllib.parse import urljoin

from django.conf import settings
from django.utils import translation

from accounts.visibility import visible_to
from pages.languages import interface_language


def absolute(path: str) -> str:
    """A path on this site as a full address; built from BASE_URL, never from a Host header."""
    return urljoin(settings.BASE_URL, path)


class Served:
    """The answering half of BasePage."""

    private_page_options = ["groups"]
    allowed_http_methods = ["GET", "HEAD", "OPTIONS", "POST"]

    def serve(self, request, *args, **kwargs):
        from pages import visits

        visits.record(request, self)
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
            visits=visits.total(self) if self.pk else 0,
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
        above = self.get_ancestors().filter(depth__gt=1).defer_streamfields().specific()
        return [
            {"title": page.heading, "url": page.get_url(request), "lang": page.heading_language}
            for page in above
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

