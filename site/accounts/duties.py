"""What a signed-in person is here to do besides reading and commenting."""

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db.models import Exists, OuterRef, Q

#: The permissions asked about, and the attribute that carries the answer on a user.
WORKS = ("wagtailadmin", "access_admin", "works")
MODERATES = ("discussion", "change_pagecomment", "moderates")
_keywords, _keyword = settings.KEYWORD_MODEL.lower().split(".")
KEEPS_GLOSSARY = (_keywords, f"change_{_keyword}", "keeps_glossary")


def with_duties(users):
    """Add each duty's attribute to a queryset of users, as user.has_perm would answer."""
    held = {}
    for app, codename, name in (WORKS, MODERATES, KEEPS_GLOSSARY):
        permissions = Permission.objects.filter(
            Q(user=OuterRef("pk")) | Q(group__user=OuterRef("pk")),
            content_type__app_label=app,
            codename=codename,
        )
        held[name] = Exists(permissions)
    # Not duties, but asked about as often: whether moderators let them write, and whether what
    # they moderate may be parts of the site only.
    standings = apps.get_model("discussion", "Standing").objects
    blocked = Exists(standings.filter(user=OuterRef("pk"), blocked=True))
    parts = apps.get_model("discussion", "ModeratedPart").objects
    in_parts = Exists(parts.filter(group__user=OuterRef("pk")))
    return users.annotate(**held, blocked=blocked, in_parts=in_parts)


def works_here(user) -> bool:
    """Whether the user may enter the back office."""
    return _has(user, WORKS)


def moderates(user) -> bool:
    """Whether the user may hide and restore comments."""
    return _has(user, MODERATES)


def keeps_glossary(user) -> bool:
    """Whether the user may change keywords: editors, for the glossary's rules."""
    return _has(user, KEEPS_GLOSSARY)


def _has(user, duty):
    app, codename, name = duty
    if not user.is_authenticated or not user.is_active:
        return False
    fetched = getattr(user, name, None)
    return user.is_superuser or (user.has_perm(f"{app}.{codename}") if fetched is None else fetched)
