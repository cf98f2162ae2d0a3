from django.urls import path
from django.utils.translation import pgettext_lazy

from discussion import mentions, own_views, reading_views, views
from discussion.not_yet import view as not_yet

# Whoever builds a view puts it in place of not_yet, on its own line, and imports its module.
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
    # Reading
    path(
        pgettext_lazy("url", "commentaires/page/<key:page_id>/fils/"),
        not_yet,
        name="comment_threads",
    ),
    path(
        pgettext_lazy("url", "commentaires/page/<key:page_id>/atom/"),
        not_yet,
        name="comment_feed",
    ),
    path(pgettext_lazy("url", "commentaires/ordre/"), reading_views.order, name="comment_order"),
    path(pgettext_lazy("url", "commentaires/"), not_yet, name="comment_latest"),
    path(
        pgettext_lazy("url", "commentaires/<key:pk>/fil/"),
        reading_views.thread,
        name="comment_thread",
    ),
    path(pgettext_lazy("url", "commentaires/<key:pk>/reaction/"), not_yet, name="comment_react"),
    path(pgettext_lazy("url", "commentaires/<key:pk>/"), views.comment, name="comment"),
    # Files
    path(
        pgettext_lazy("url", "commentaires/fichier/<uuid:key>/<str:name>"),
        not_yet,
        name="comment_file",
    ),
    path(
        pgettext_lazy("url", "commentaires/fichier/<uuid:key>/retirer/"),
        not_yet,
        name="comment_file_withdraw",
    ),
    # Moderating, outside the back office
    path(
        pgettext_lazy("url", "commentaires/defi/<key:page_id>/"), not_yet, name="comment_challenge"
    ),
    path(pgettext_lazy("url", "commentaires/<key:pk>/signaler/"), not_yet, name="comment_report"),
    path(pgettext_lazy("url", "commentaires/reponse/<str:token>/"), not_yet, name="comment_answer"),
    path(
        pgettext_lazy("url", "commentaires/moderer/<str:token>/"),
        not_yet,
        name="comment_moderate_by_mail",
    ),
]
