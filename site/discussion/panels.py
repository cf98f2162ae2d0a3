"""What the editor of a page says about its discussion."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel


class RulePanel(Panel):
    """The rule of the discussion under the page and below it, and the way to change it."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "discussion/moderation/rule_panel.html"

        def is_shown(self):
            return super().is_shown() and bool(self.instance.pk)

        def get_context_data(self, parent_context=None):
            from discussion.policy import told  # models: this is read while they are made
            from discussion.policy_views import may_decide

            return super().get_context_data(parent_context) | {
                "page": self.instance,
                "rule": told(self.instance),
                "may_decide": may_decide(self.request.user, self.instance),
            }


DISCUSSION_PANELS = [RulePanel(heading=_("Règle de la discussion"), icon="comment")]
