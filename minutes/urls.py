from django.urls import path
from django.utils.translation import pgettext_lazy

from minutes import feeds, views

urlpatterns = [
    path(pgettext_lazy("url", "personnes/<slug:slug>/"), views.person, name="person"),
    path(pgettext_lazy("url", "flux/"), feeds.feed, name="feed_latest"),
    path(pgettext_lazy("url", "flux/<slug:slug>/"), feeds.feed, name="feed_workgroup"),
]
