"""Who may moderate what.

Moderators hold the right over what they may read: not over the discussions of a group that is
closed to them. A group of theirs with ModeratedPart rows gives it for those parts only.
"""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.shortcuts import get_object_or_404
from wagtail.models import Page, get_page_models

from accounts.duties import MODERATES, moderates, with_duties
from accounts.visibility import may_see, visible_pages
from discussion.models import PageComment

_APP, _CODENAME, _ = MODERATES


def moderated_pages(user):
    """The pages whose comments the user may moderate."""
    if not moderates(user):
        return Page.objects.none()
    pages = visible_pages(user)
    parts = _parts_of(user)
    if parts is None:
        return pages
    under = Q(pk__in=[])
    for path in parts:
        under |= Q(path__startswith=path)
    return pages.filter(under)


def moderated_by(user):
    """The comments that the user may moderate, whatever their state."""
    if not moderates(user):
        return PageComment.objects.none()
    return PageComment.objects.filter(page__in=moderated_pages(user))


def moderated_comment(user, pk) -> PageComment:
    """One of them, with its page; Http404 for any other."""
    return get_object_or_404(moderated_by(user).select_related("page"), pk=pk)


def discussed_pages(pages):
    """Of these pages, those that have a discussion."""
    kinds = [model for model in get_page_models() if getattr(model, "discussed", False)]
    types = ContentType.objects.get_for_models(*kinds).values()
    return pages.filter(content_type__in=[each.pk for each in types])


def moderators_of(page) -> list:
    """Those who hear of what waits on this page: its moderators, or else the administrators."""
    users = with_duties(get_user_model().objects.filter(is_active=True)).order_by("pk")
    held = Permission.objects.filter(content_type__app_label=_APP, codename=_CODENAME)
    on_duty = users.filter(Q(user_permissions__in=held) | Q(groups__permissions__in=held))
    found = [
        user for user in on_duty.distinct() if may_see(page, user) and moderates_here(user, page)
    ]
    return found or [user for user in users.filter(is_superuser=True) if may_see(page, user)]


def moderates_here(user, page) -> bool:
    """Whether the user may moderate the comments of a page that they see.

    Only moderators of a part cost a question, the others being known from `with_duties`.
    """
    if not moderates(user):
        return False
    parts = _parts_of(user) if getattr(user, "in_parts", True) else None
    return parts is None or any(map(page.path.startswith, parts))


def _parts_of(user) -> list[str] | None:
    """The paths of the parts that the user's groups give; None for no limit."""
    if user.is_superuser:
        return None
    held = Permission.objects.filter(content_type__app_label=_APP, codename=_CODENAME)
    groups = Group.objects.filter(user=user, permissions__in=held)
    parts = list(groups.values_list("moderated", "moderated__page__path"))
    # Without a group it was given to the person: then there is no group to limit it.
    if not parts or any(part is None for part, _path in parts):
        return None
    return [path for _part, path in parts if path]
