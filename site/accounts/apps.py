from django.apps import AppConfig
from wagtail.users.apps import WagtailUsersAppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default = True  # the one below is named in the settings
    default_auto_field = "django.db.models.BigAutoField"


class AdminUsersConfig(WagtailUsersAppConfig):
    """Wagtail's pages for managing users, with what our users have."""

    user_viewset = "accounts.admin_users.UserViewSet"
