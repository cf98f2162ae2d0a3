from django.urls import path
from django.utils.translation import pgettext_lazy

from search import feeds, views

urlpatterns = [
    path(pgettext_lazy("url", "recherche/"), views.search, name="search"),
    path(
        pgettext_lazy("url", "recherche/suggestions/"),
        views.suggestions,
        name="search_suggestions",
    ),
    path(pgettext_lazy("url", "recherche/flux/"), feeds.feed, name="search_feed"),
]
