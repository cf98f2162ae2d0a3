"""How a signed-in person is fetched with each request."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import get_user_model

from accounts.duties import with_duties


class Backend(AuthenticationBackend):
    """allauth's backend, which brings along what the person is here to do: one query, not two."""

    def get_user(self, user_id):
        user = with_duties(get_user_model().objects.filter(pk=user_id)).first()
        return user if user is not None and self.user_can_authenticate(user) else None
