from django.urls import path
from django.utils.translation import pgettext_lazy

from search import views

urlpatterns = [
    path(pgettext_lazy("url", "recherche/"), views.search, name="search"),
]
