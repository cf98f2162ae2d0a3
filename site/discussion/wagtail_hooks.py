"""The discussion's place in the back office."""

from django.urls import path, reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button
from wagtail.permissions import register_permission_policy

from accounts.duties import moderates
from discussion import acts_views, moderation_views, policy_views
from discussion.models import PageComment
from discussion.moderated_parts import ModeratedPartsForm
from discussion.moderation_bulk import ACTIONS
from discussion.moderation_list import CommentViewSet

register_permission_policy(PageComment)
for action in ACTIONS:
    hooks.register("register_bulk_action", action)


@hooks.register("register_admin_viewset")
def comments():
    return CommentViewSet()


@hooks.register("register_admin_urls")
def comment_urls():
    """All under comments/, which is where moderators may go: see accounts.middleware."""
    views = moderation_views
    return [
        path("comments/<key:pk>/moderate/", views.moderate, name="comment_moderate"),
        path("comments/<key:pk>/move/", views.move, name="comment_move"),
        path("comments/<key:pk>/reply/", views.reply, name="comment_reply"),
        path("comments/<key:pk>/block/", views.block, name="comment_block"),
        path("comments/<key:pk>/settle/", views.settle, name="comment_settle"),
        path("comments/acts/<key:pk>/undo/", views.undo, name="comment_undo"),
        path("comments/acts/", acts_views.acts, name="comment_acts"),
        path("comments/policies/", policy_views.policies, name="comment_policies"),
        path("comments/policies/<key:pk>/", policy_views.policy, name="comment_policy"),
    ]


class RulesMenuItem(MenuItem):
    """Beside the comments: who writes where, and what is read first."""

    def is_shown(self, request):
        return moderates(request.user)


@hooks.register("register_admin_menu_item")
def rules():
    address = reverse_lazy("comment_policies")
    label = _("Qui peut écrire")
    return RulesMenuItem(label, address, name="discussion-rules", icon_name="cog", order=231)


@hooks.register("register_group_permission_panel")
def moderated_parts():
    return ModeratedPartsForm


@hooks.register("register_log_actions")
def policy_is_logged(actions):
    actions.register_action(
        policy_views.LOGGED, _("Règle de la discussion"), _("Règle de la discussion changée")
    )


@hooks.register("register_page_header_buttons")
def policy_button(page, user, view_name, next_url=None):
    """From the page's editor to how it is discussed."""
    if page.pk and page.depth > 1 and page.permissions_for_user(user).can_publish():
        yield Button(
            _("Règle de la discussion"),
            url=reverse("comment_policy", args=[page.pk]),
            icon_name="comment",
            priority=80,
        )
