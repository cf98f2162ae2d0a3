"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):
    """Links in mails are built from BASE_URL, never from the Host header a visitor sent."""

    def get_email_confirmation_url(self, request, emailconfirmation):
        return settings.BASE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_reset_password_from_key_url(self, key):
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.BASE_URL + path.replace("UID-KEY", key)

    def get_client_ip(self, request):
        return request.META.get("REMOTE_ADDR", "")
