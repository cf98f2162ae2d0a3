from django.urls import path
from django.utils.translation import pgettext_lazy

from discussion import views

urlpatterns = [
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
    path(pgettext_lazy("url", "commentaires/<key:pk>/"), views.comment, name="comment"),
]
