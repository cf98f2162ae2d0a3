"""What the back office shows of people."""

from wagtail.admin.views.account import NameEmailSettingsPanel

from accounts.admin_users import OwnNameForm

# Wagtail has no setting for this form, and its own insists on a first and a last name.
NameEmailSettingsPanel.form_class = OwnNameForm
