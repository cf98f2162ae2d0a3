"""Addresses that somebody answers for: accounts made by hand need no confirming mail."""

from allauth.account.models import EmailAddress


def vouch_for(user):
    """Make the user's address their one address for allauth, verified."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def taken_by_another(email, user) -> bool:
    """Whether somebody other than this user has the address, as theirs or as a verified one."""
    others = EmailAddress.objects.filter(email__iexact=email, verified=True)
    accounts = type(user).objects.filter(email__iexact=email)
    return others.exclude(user=user.pk).exists() or accounts.exclude(pk=user.pk).exists()
