"""How allauth behaves here."""

from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.urls import translate_url
from django.utils import translation
from django.utils.translation import get_language

from accounts.addresses import taken_by_another
from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Mails in their reader's language, with links that no visitor can bend."""

    def send_mail(self, template_prefix, email, context):
        """In the language of the account, or of the interface where there is none.

        allauth builds links from the Host header of whoever asked for the mail; they are put
        on BASE_URL here, for every mail there is or will be.
        """
        owner = context.get("user") or User.objects.filter(email__iexact=email).first()
        language = owner.language if owner else translation.get_language()
        ours = {
            name: self._on_our_site(value, language) if name.endswith("_url") else value
            for name, value in context.items()
        }
        with translation.override(language):
            super().send_mail(template_prefix, email, ours)

    def _on_our_site(self, url, language):
        return settings.BASE_URL + translate_url(urlsplit(url).path, language)

    def confirm_email(self, request, email_address):
        """False, with a message, where another account has come to have the address."""
        if taken_by_another(email_address.email, email_address.user):
            template = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, template, {"email": email_address.email})
            return False
        return super().confirm_email(request, email_address)

    def get_login_redirect_url(self, request):
        """The front page in the account's language; a page that was asked for goes first."""
        return f"/{request.user.language}/"

    def get_logout_redirect_url(self, request):
        """The front page in the language that was being read."""
        return f"/{get_language()}/"

    get_signup_redirect_url = get_login_redirect_url

    def get_client_ip(self, request):
        # config.middleware.TrustedAddress has made it the visitor's.
        return request.META.get("REMOTE_ADDR", "")
