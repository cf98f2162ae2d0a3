from django.urls import path
from django.utils.translation import pgettext_lazy

from glossary import suggestion_views, topic, views

urlpatterns = [
    path(pgettext_lazy("url", "glossaire/"), views.glossary, name="glossary"),
    path(pgettext_lazy("url", "glossaire/carte/"), views.keyword_map, name="keyword_map"),
    path(
        pgettext_lazy("url", "glossaire/mes-mots/"),
        suggestion_views.own_words,
        name="keyword_own_words",
    ),
    # For completion while typing: JSON.
    path("glossary/completions/", suggestion_views.completions, name="keyword_words"),
    path("glossary/suggest/<key:page_id>/", suggestion_views.suggest, name="keyword_suggest"),
    path("glossary/decide/<key:suggestion_id>/", suggestion_views.decide, name="keyword_decide"),
    path(pgettext_lazy("url", "mots-cles/<str:slug>/"), topic.keyword, name="keyword"),
    path(pgettext_lazy("url", "mots-cles/<str:slug>/flux/"), topic.feed, name="keyword_feed"),
    path("glossary/follow/<str:slug>/", topic.follow, name="keyword_follow"),
]
