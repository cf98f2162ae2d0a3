"""What moderators decide, by which rules, and what is counted so that they need not."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.models import Page

from discussion.models.comments import PageComment, Unlisted


class Report(Unlisted):
    """Somebody says that a comment should not stand."""

    class Reason(models.TextChoices):
        SPAM = "spam", _("publicité ou spam")
        OFFENSIVE = "offensive", _("blessant")
        PRIVATE = "private", _("dit quelque chose de privé")
        ELSEWHERE = "elsewhere", _("hors sujet")
        OTHER = "other", _("autre chose")

    comment = models.ForeignKey(PageComment, on_delete=models.CASCADE, related_name="reports")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("raison"), max_length=10, choices=Reason.choices)
    words = models.CharField(_("en quelques mots"), max_length=500, blank=True)
    #: Whether the member was trusted then: only those count towards hiding.
    trusted = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="one_report_each")]
        indexes = [
            models.Index(
                fields=["comment"], name="reports_open", condition=Q(settled_at__isnull=True)
            )
        ]


class ModerationAct(Unlisted):
    """What was done to a comment, by whom, and how it was before: the audit, and what undoes it.

    It stays when the comment, its page or the moderator's account goes.
    """

    class Act(models.TextChoices):
        HOLD = "hold", pgettext_lazy("commentaire", "retenu")
        APPROVE = "approve", _("approuvé")
        HIDE = "hide", _("masqué")
        RESTORE = "restore", _("rétabli")
        SPAM = "spam", _("marqué indésirable")
        DELETE = "delete", _("effacé")
        MOVE = "move", _("déplacé")
        SETTLE = "settle", _("signalements classés")
        ANSWER = "answer", _("réponse de l’auteur")
        UNDO = "undo", _("annulé")
        BLOCK = "block", _("auteur bloqué")
        UNBLOCK = "unblock", _("auteur débloqué")

    comment = models.ForeignKey(
        PageComment, null=True, on_delete=models.SET_NULL, related_name="acts"
    )
    #: Which comment it was, once it is gone: its number and its page's title.
    about = models.CharField(max_length=300, blank=True)
    #: Null for what the site did by itself, and for accounts that are gone.
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    act = models.CharField(max_length=10, choices=Act.choices)
    #: {"state": …, "page": …, "parent": …} before it, as far as it changed them.
    before = models.JSONField(default=dict, blank=True)
    words = models.TextField(blank=True)
    undone = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-at", "-pk"]


class DiscussionPolicy(Unlisted):
    """How a page is discussed, and every page below it that has no policy of its own.

    That of the home page is the site's default.
    """

    class Mode(models.TextChoices):
        OPEN = "open", _("ouverte")
        HOLD_VISITORS = "visitors", _("visiteurs relus")
        HOLD_ALL = "hold", _("tous relus")
        MEMBERS = "members", _("membres seulement")
        CLOSED = "closed", _("fermée")

    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="discussion_policy")
    mode = models.CharField(_("discussion"), max_length=10, choices=Mode.choices)
    #: Days without a comment after which it is closed; null for never.
    silence = models.PositiveSmallIntegerField(
        _("fermée après tant de jours de silence"), null=True, blank=True
    )


class ModeratedPart(Unlisted):
    """Moderators of this group see to the comments under this page only.

    A group with the right and without such a row sees to all that its members may read.
    """

    group = models.ForeignKey("auth.Group", on_delete=models.CASCADE, related_name="moderated")
    #: Null once the page is gone: the group then sees to nothing there, not to everything.
    page = models.ForeignKey(
        Page, null=True, on_delete=models.SET_NULL, related_name="moderated_by"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "page"], name="moderated_once")]


class Standing(Unlisted):
    """What moderators decided about somebody who writes: a member, or a visitor's address."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="standing",
    )
    #: In lower case; "" for a member.
    email = models.EmailField(blank=True)
    #: Null: worked out from what they read and wrote (see trust.py).
    trusted = models.BooleanField(null=True, blank=True)
    blocked = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email"], name="one_standing_per_address", condition=~Q(email="")
            )
        ]


class SpamExample(Unlisted):
    """A text that moderators judged: what the filter learns from."""

    comment = models.OneToOneField(
        PageComment, null=True, on_delete=models.SET_NULL, related_name="example"
    )
    text = models.TextField()
    #: Null, and no text, once the judgement was taken back: so every process hears of it.
    is_spam = models.BooleanField(null=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)


class Tally(Unlisted):
    """How often something was done in a while; see tallies.py. Nobody's address is in `key`."""

    key = models.CharField(max_length=64, primary_key=True)  # a keyed hash
    number = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(db_index=True)
