"""The package's own addresses beside ours, for tests of what it does: nothing else mounts them."""

from django.urls import include, path

from config.urls import *  # noqa: F403
from config.urls import urlpatterns

urlpatterns = [path("stock/", include("django_comments_xtd.urls")), *urlpatterns]
