from django.urls import path
from django.utils.translation import pgettext_lazy

from discussion import (
    feeds,
    link_views,
    mentions,
    own_views,
    reaction_views,
    reading_views,
    report_views,
    views,
)
from discussion.files import views as file_views

urlpatterns = [
    # Writing
    path(
        pgettext_lazy("url", "commentaires/page/<key:page_id>/"),
        views.comment_post,
        name="comment_post",
    ),
    path(
        pgettext_lazy("url", "commentaires/confirmer/<str:token>/"),
        views.comment_confirm,
        name="comment_confirm",
    ),
    path(pgettext_lazy("url", "commentaires/personnes/"), mentions.people, name="comment_people"),
    path(
        pgettext_lazy("url", "commentaires/<key:pk>/modifier/"), own_views.edit, name="comment_edit"
    ),
    path(
        pgettext_lazy("url", "commentaires/<key:pk>/effacer/"),
        own_views.delete,
        name="comment_delete",
    ),
    path(
        pgettext_lazy("url", "commentaires/<key:pk>/avis/"),
        reaction_views.react,
        name="comment_react",
    ),
    # Reading
    path(pgettext_lazy("url", "commentaires/ordre/"), reading_views.order, name="comment_order"),
    path(
        pgettext_lazy("url", "commentaires/page/<key:page_id>/flux/"),
        feeds.feed,
        name="comment_feed",
    ),
    path(
        pgettext_lazy("url", "commentaires/<key:pk>/fil/"),
        reading_views.thread,
        name="comment_thread",
    ),
    path(pgettext_lazy("url", "commentaires/<key:pk>/"), views.comment, name="comment"),
    # Files
    path(
        pgettext_lazy("url", "commentaires/fichiers/<uuid:key>/retirer/"),
        file_views.take_away,
        name="comment_file_withdraw",
    ),
    path(
        pgettext_lazy("url", "commentaires/fichiers/<uuid:key>/<str:name>"),
        file_views.download,
        name="comment_file",
    ),
    # Moderating, outside the back office
    path(
        pgettext_lazy("url", "commentaires/moderer/<str:token>/"),
        link_views.decide,
        name="comment_decide",
    ),
    path(
        pgettext_lazy("url", "commentaires/<key:pk>/signaler/"),
        report_views.report,
        name="comment_report",
    ),
    path(
        pgettext_lazy("url", "commentaires/signalement/<str:token>/"),
        report_views.answer,
        name="comment_answer",
    ),
]
