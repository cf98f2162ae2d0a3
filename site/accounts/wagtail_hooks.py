"""What the back office shows of people."""

from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.views.account import NameEmailSettingsPanel

from accounts.admin_users import OwnNameForm

# Wagtail has no setting for this form, and its own insists on a first and a last name.
NameEmailSettingsPanel.form_class = OwnNameForm


@hooks.register("insert_global_admin_js")
def nothing_is_left_behind():
    """Signing out of it erases drafts on the device too."""
    return format_html('<script type="module" src="{}"></script>', static("js/signing-out.js"))
