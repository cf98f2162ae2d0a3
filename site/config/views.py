"""Routes that are about the site rather than its content."""

from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap as render_sitemap
from django.db import connection
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from wagtail.models import Page

from accounts.visibility import visible_to
from pages.serving import absolute


@require_safe
def robots(request):
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        f"Sitemap: {absolute(reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


class PublicPages(Sitemap):
    """What a stranger may see, each page under its own language."""

    def items(self):
        pages = Page.objects.filter(depth__gt=1).order_by("path").defer_streamfields()
        return visible_to(pages, AnonymousUser()).specific()

    def location(self, page):
        return absolute(page.url_in(page.home_language))

    def lastmod(self, page):
        return page.last_published_at

    def get_urls(self, page=1, site=None, protocol=None):
        shown = self.paginator.page(page).object_list
        return [
            {"item": item, "location": self.location(item), "lastmod": self.lastmod(item)}
            for item in shown
        ]


@require_safe
def sitemap(request):
    return render_sitemap(request, {"pages": PublicPages})


@require_safe
def healthz(request):
    """200 when the database answers; nothing is told to whoever asks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
