"""How a page is discussed: its own policy, else that of the nearest page above it."""

from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import CharField, IntegerField, Max, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.models import Page

from discussion.models import DiscussionPolicy, PageComment, State

Mode = DiscussionPolicy.Mode
#: What happens in such a discussion, for those who choose.
MEANINGS = {
    Mode.OPEN: gettext_lazy(
        "Membres et visiteurs écrivent, et leurs messages paraissent aussitôt ; "
        "seul ce qui semble douteux est relu."
    ),
    Mode.HOLD_VISITORS: gettext_lazy(
        "Les visiteurs écrivent, un modérateur relit avant publication ; "
        "les messages des membres paraissent aussitôt."
    ),
    Mode.HOLD_ALL: gettext_lazy(
        "Membres et visiteurs écrivent, un modérateur relit chaque message avant publication."
    ),
    Mode.MEMBERS: gettext_lazy("Seuls les membres écrivent ; les visiteurs lisent."),
    Mode.CLOSED: gettext_lazy("Personne n’écrit plus ; ce qui a été dit reste à lire."),
}


class Policy(NamedTuple):
    mode: str = Mode.OPEN
    silence: int | None = None
    #: Whether it is closed because nobody has said anything for so long.
    fell_silent: bool = False

    @property
    def may_write_as_member(self) -> bool:
        return not self.fell_silent and self.mode != Mode.CLOSED

    def may_write(self, user) -> bool:
        """Whether somebody may write at all; whether it is held is for `holds`."""
        return self.may_write_as_member and (self.mode != Mode.MEMBERS or user.is_authenticated)

    def notice(self, user) -> str:
        """What a reader should know before writing; "" where there is nothing to say."""
        if self.fell_silent:
            return ngettext(
                "La discussion s’est fermée après %(number)d jour sans message.",
                "La discussion s’est fermée après %(number)d jours sans message.",
                self.silence,
            ) % {"number": self.silence}
        if self.mode == Mode.CLOSED:
            return _("La discussion est fermée. Elle reste à lire.")
        if not self.may_write(user):
            return _("Ici, seuls les membres écrivent.")
        if self.holds(user):
            return _("Les messages sont relus avant de paraître ; le vôtre attendra donc un peu.")
        return ""

    def holds(self, user) -> bool:
        return self.mode == Mode.HOLD_ALL or (
            self.mode == Mode.HOLD_VISITORS and not user.is_authenticated
        )


def policies_above(path: str):
    """The policies of the page with this path and of those above it, the nearest first."""
    paths = [path[:end] for end in range(Page.steplen, len(path) + 1, Page.steplen)]
    return DiscussionPolicy.objects.filter(page__path__in=paths).order_by("-page__depth")


def policy_of(page) -> Policy:
    """How the page is discussed, now: one query."""
    comments = PageComment.objects.filter(page_id=page.pk)
    return read(comments.aggregate(**asked_of(page)), page)


def asked_of(page) -> dict:
    """What tells a page's policy, for an aggregate over its comments: no query of its own."""
    nearest = policies_above(page.path)

    def found(column, kind):  # an aggregate in form only: there may be no comment
        return Coalesce(
            Max(Cast(Value(None), kind)), Subquery(nearest.values(column)[:1], output_field=kind)
        )

    return {
        "policy_mode": found("mode", CharField(max_length=10)),
        "policy_silence": found("silence", IntegerField()),
        "policy_last": Max("submit_date", filter=Q(state=State.PUBLISHED)),
    }


def read(answers: dict, page) -> Policy:
    """The policy that these answers to `asked_of` tell."""
    mode, silence = answers["policy_mode"] or settings.COMMENT_POLICY, answers["policy_silence"]
    since = answers["policy_last"] or page.first_published_at
    fell_silent = bool(silence and since) and since < timezone.now() - timedelta(days=silence)
    return Policy(mode, silence, fell_silent)


def set_above(page) -> DiscussionPolicy | None:
    """The nearest policy above the page: what it would inherit; None for the setting's."""
    found = policies_above(page.path).exclude(page_id=page.pk)
    return found.select_related("page").first()


def told(page) -> dict:
    """The rule that a page is discussed by just now, and whose it is, for the back office."""
    own = DiscussionPolicy.objects.filter(page_id=page.pk).first()
    above, applied = set_above(page), policy_of(page)
    return {
        "meaning": MEANINGS[applied.mode],
        "policy": applied,
        "own": own,
        "above": above,
        "mode_above": Mode(above.mode if above else settings.COMMENT_POLICY),
    }
