"""How a page is discussed: its own policy, else that of the nearest page above it."""

from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone
from wagtail.models import Page

from discussion.models import DiscussionPolicy, PageComment, State

Mode = DiscussionPolicy.Mode


class Policy(NamedTuple):
    mode: str = Mode.OPEN
    silence: int | None = None
    #: Whether it is closed because nobody has said anything for so long.
    fell_silent: bool = False

    def may_write(self, user) -> bool:
        """Whether somebody may write at all; whether it is held is for `holds`."""
        if self.fell_silent or self.mode == Mode.CLOSED:
            return False
        return self.mode != Mode.MEMBERS or user.is_authenticated

    def holds(self, user) -> bool:
        return self.mode == Mode.HOLD_ALL or (
            self.mode == Mode.HOLD_VISITORS and not user.is_authenticated
        )


def policies_above(path: str):
    """The policies of the page with this path and of those above it, the nearest first."""
    paths = [path[:end] for end in range(Page.steplen, len(path) + 1, Page.steplen)]
    return DiscussionPolicy.objects.filter(page__path__in=paths).order_by("-page__depth")


def policy_of(page) -> Policy:
    """Two queries, the second only where silence closes it."""
    found = policies_above(page.path).values_list("mode", "silence").first()
    mode, silence = found or (settings.COMMENT_POLICY, None)
    return Policy(mode, silence, bool(silence) and _fell_silent(page, silence))


def _fell_silent(page, days) -> bool:
    last = (
        PageComment.objects.filter(page_id=page.pk, state=State.PUBLISHED)
        .order_by("-submit_date")
        .values_list("submit_date", flat=True)
        .first()
    )
    since = last or page.first_published_at
    return bool(since) and since < timezone.now() - timedelta(days=days)
