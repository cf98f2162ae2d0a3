from django.urls import path
from django.utils.translation import pgettext_lazy

from glossary import views

urlpatterns = [
    path(pgettext_lazy("url", "glossaire/"), views.glossary, name="glossary"),
    path(pgettext_lazy("url", "mots-cles/<str:slug>/"), views.keyword, name="keyword"),
]
