"""The discussion's place in the back office."""

from django.urls import path
from wagtail import hooks
from wagtail.permissions import register_permission_policy

from discussion.models import PageComment
from discussion.moderation_views import CommentViewSet, Hide, Restore, moderate

register_permission_policy(PageComment)
hooks.register("register_bulk_action", Hide)
hooks.register("register_bulk_action", Restore)


@hooks.register("register_admin_viewset")
def comments():
    return CommentViewSet()


@hooks.register("register_admin_urls")
def comment_urls():
    return [path("comments/<key:pk>/moderate/", moderate, name="comment_moderate")]
