"""Every route of the site on one screen; Wagtail's catch-all comes last."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from django.utils.translation import pgettext_lazy
from django.views.generic import RedirectView
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents.views.serve import serve as serve_document
from wagtail.views import serve as serve_page

from accounts.views import admin_password_reset, admin_sign_in
from config import views
from pages.files import PictureView

urlpatterns = [
    # Wagtail's own doors lead to the one door that is guarded.
    path("admin/login/", admin_sign_in),
    re_path(r"^admin/password_reset/", admin_password_reset),
    path("admin/", include(wagtailadmin_urls)),
    re_path(r"^documents/(\d+)/(.*)$", serve_document, name="wagtaildocs_serve"),
    re_path(
        r"^images/([^/]*)/(\d+)/([^/]*)/[^/]*$",
        PictureView.as_view(),
        name="wagtailimages_serve",
    ),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("healthz", views.healthz, name="healthz"),
    path("api/", include("glossary.api_urls")),
    path("favicon.ico", RedirectView.as_view(url="/static/img/favicon.svg"), name="favicon"),
]

urlpatterns += i18n_patterns(
    path(pgettext_lazy("url", "compte/"), include("accounts.urls")),
    path("", include("search.urls")),
    path("", include("glossary.urls")),
    path("", include("discussion.urls")),
    path("", include("minutes.urls")),
    # Wagtail's page by password and its second sign-in form are left out on purpose.
    re_path(r"^((?:[\w\-]+/)*)$", serve_page, name="wagtail_serve"),
)

handler400 = "config.errors.bad_request"
