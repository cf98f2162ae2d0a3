"""Comments under pages, and all that is kept about them.

django-comments-xtd gives the columns, the form's base and the moderation signals. Its own
save(), tree tags, links and views are not used: each comment here is inserted by one
statement, its place in the page is `order`, and nothing else is shifted.
"""

import uuid
from hashlib import sha256

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_comments_xtd.models import XtdComment
from wagtail.models import Page
from wagtail.search import index

from accounts.models import Person
from accounts.visibility import visible_pages

MOST_LEVEL = 32_000  # what the package's column can hold


class State(models.TextChoices):
    """What has become of a comment. Only `published` is for readers."""

    PUBLISHED = "published", _("visible")
    HELD = "held", pgettext_lazy("commentaire", "en attente")  # what answers it is not shown either
    HIDDEN = "hidden", _("masqué")
    SPAM = "spam", _("indésirable")
    DELETED = "deleted", _("effacé par son auteur")


#: The comments that are for readers: whatever shows, finds, counts or feeds them asks this.
SHOWN = Q(state=State.PUBLISHED, under_held=False)


class CommentQuerySet(models.QuerySet):
    def published(self):
        """Comments that are neither held, hidden, spam nor deleted, nor answer what is held."""
        return self.filter(SHOWN)

    def visible_to(self, user):
        """Published comments on pages that the reader may see."""
        return self.published().filter(page__in=visible_pages(user))

    def newest_first(self):
        return self.order_by("-submit_date", "-pk")

    def latest_for(self, user):
        """What was said last where the reader may look, each with its page, for lists."""
        return self.visible_to(user).newest_first().select_related("page").bare()

    def bare(self):
        """Without what no template may show: addresses."""
        return self.defer("user_email", "ip_address", "user_url")


class Unlisted(models.Model):
    """Rows that are no "use" of the page or account they point at, in the back office's eyes."""

    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True


class PageComment(index.Indexed, XtdComment):
    """One posting in the discussion under a page.

    `state` is the truth; `is_public` and `is_removed`, the package's columns, follow it in
    save(). Whoever changes it by update() goes through moderation.set_state.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="comments")
    language = models.CharField(_("langue"), max_length=5, choices=settings.LANGUAGES)
    keywords = models.ManyToManyField(
        settings.KEYWORD_MODEL, verbose_name=_("mots-clés"), blank=True, related_name="comments"
    )
    mentioned = models.ManyToManyField(
        Person, verbose_name=_("personnes citées"), blank=True, related_name="mentioned_in"
    )
    state = models.CharField(
        _("état"), max_length=10, choices=State.choices, default=State.PUBLISHED
    )
    #: Whether it answers what is held, or what does (see threads.mark_under_held).
    under_held = models.BooleanField(default=False, editable=False)
    #: The comment that its thread starts with: its own number for the start itself.
    start = models.BigIntegerField(default=0, editable=False)
    #: `comment` as safe HTML (see formatting.py); "" where it has not been made yet.
    html = models.TextField(blank=True, editable=False)
    #: The anchor of the passage this speaks of, "" for the whole page (see pages.rendering).
    #: Replies have that of the start of their thread.
    anchor = models.CharField(max_length=80, blank=True)
    #: What the passage said when this was written.
    passage = models.CharField(max_length=300, blank=True)
    edited_at = models.DateTimeField(_("modifié le"), null=True, blank=True)
    #: When it was first for readers: what is new to them goes by this. Null until then.
    published_at = models.DateTimeField(null=True, editable=False)
    #: Why the machine held it, as words of screening.Reason; empty where it did not.
    reasons = models.JSONField(default=list, blank=True)
    #: How much it looks like spam, 0 to 1; null where nothing was worked out.
    spam_score = models.FloatField(null=True, blank=True)
    #: Made of the form that posted it and its text, so that a form sent twice is stored once.
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = CommentQuerySet.as_manager()

    wagtail_reference_index_ignore = True
    search_fields = [
        index.SearchField("comment"),
        index.SearchField("user_name"),
        index.AutocompleteField("user_name"),
        index.FilterField("is_public"),
        index.FilterField("is_removed"),
        index.FilterField("submit_date"),
        index.FilterField("page_id"),
    ]

    class Meta:
        verbose_name = _("commentaire")
        verbose_name_plural = _("commentaires")
        indexes = [
            models.Index(fields=["page", "start"], name="comment_threads"),
            models.Index(fields=["page", "state", "under_held"], name="comments_shown"),
            models.Index(
                fields=["page", "anchor"], name="comment_anchors", condition=~Q(anchor="")
            ),
            models.Index(fields=["state"], name="comment_queue", condition=Q(state="held")),
        ]

    def __str__(self):
        return f"{self.user_name}: {self.comment[:50]}"

    def save(self, *args, **kwargs):
        """Insert in one transaction with its place in the thread; later saves just save.

        Raises ValidationError when the comment replied to is not on the same page.
        """
        if self.submit_date is None:
            self.submit_date = timezone.now()
        self.is_public, self.is_removed = flags_of(self.state)
        if self.state == State.PUBLISHED and self.published_at is None:
            self.published_at = timezone.now()
        if self.pk is not None:
            if fields := kwargs.get("update_fields"):
                kwargs["update_fields"] = {*fields} | (
                    {"is_public", "is_removed", "published_at"} if "state" in fields else set()
                )
            models.Model.save(self, *args, **kwargs)
            return
        with transaction.atomic():
            parent = self._parent()
            self.thread_id = parent.thread_id if parent else 0
            # The column is small; nobody counts that deep.
            self.level = min(parent.level + 1, MOST_LEVEL) if parent else 0
            if parent:  # what a thread speaks of is said at its start
                self.anchor, self.passage = parent.anchor, ""
            models.Model.save(self, *args, **kwargs)
            # The primary key is the order of arrival: no lock, and nothing to shift.
            self.order = self.pk
            self.start = self.thread_id = self.thread_id or self.pk
            self.parent_id = self.parent_id or self.pk
            XtdComment.norel_objects.filter(pk=self.pk).update(
                order=self.order, thread_id=self.thread_id, parent_id=self.parent_id
            )
            PageComment.objects.filter(pk=self.pk).update(start=self.start)

    def _parent(self):
        if not self.parent_id:
            return None
        lock_threads([self.parent_id])
        parent = PageComment.objects.filter(pk=self.parent_id, page_id=self.page_id).first()
        if parent is None or not parent.is_shown:
            raise ValidationError(_("Le commentaire auquel vous répondez n’est plus là."))
        return parent

    @property
    def version(self) -> str:
        """What tells it, as it is read, from what its author makes of it later: its text, and with
        the time of its last edit what goes with that."""
        return sha256(f"{self.edited_at} {self.comment}".encode()).hexdigest()[:32]

    @property
    def is_shown(self) -> bool:
        """Whether it is for readers, as SHOWN."""
        return self.state == State.PUBLISHED and not self.under_held

    @property
    def is_reply(self) -> bool:
        return self.parent_id not in (0, self.pk)

    def get_absolute_url(self):
        """The permalink: it leads to the comment wherever the page is by then."""
        return reverse("comment", args=[self.pk])


def lock_threads(keys) -> None:
    """Until the transaction ends nobody else answers, holds or moves what is in the threads of
    these comments. Whoever locks a comment too does it after this: so none waits in a circle.
    """
    threads, locked = PageComment.objects.filter(pk__in=keys).values_list("start", flat=True), set()
    while not locked.issuperset(starts := set(threads.all())):  # moved while we waited
        rows = PageComment.objects.filter(pk__in=starts).order_by("pk").only("pk")
        list(rows.select_for_update(of=("self",), no_key=True))  # reactions to it need not wait
        locked |= starts


def flags_of(state) -> tuple[bool, bool]:
    """(is_public, is_removed) for the package's columns, which older questions ask about."""
    return state != State.HELD, state in (State.HIDDEN, State.SPAM, State.DELETED)


class PendingComment(Unlisted):
    """A visitor's comment until the address is confirmed: in no thread, list or index."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="+")
    parent_id = models.IntegerField(default=0)
    name = models.CharField(max_length=50)
    email = models.EmailField()
    comment = models.TextField()
    keywords = models.ManyToManyField(settings.KEYWORD_MODEL, blank=True, related_name="+")
    #: Words that become keywords when the comment is confirmed.
    new_keywords = models.JSONField(default=list)
    language = models.CharField(max_length=5)
    interface_language = models.CharField(max_length=5)
    anchor = models.CharField(max_length=80, blank=True)
    passage = models.CharField(max_length=300, blank=True)
    #: What screening made of it when it was sent: once confirmed, it is held or it is not.
    reasons = models.JSONField(default=list, blank=True)
    spam_score = models.FloatField(null=True, blank=True)
    token = models.UUIDField(unique=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)


class KeptForm(Unlisted):
    """What somebody had written when they went to sign in; fetched once, by a secret address."""

    secret = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="+")
    #: {field: text} of the form as it was sent; no name and no address.
    fields = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)


class CommentFile(Unlisted):
    """A document that came with a comment: with one that waits, or with a form that was kept."""

    class Reading(models.TextChoices):
        WAITING = "waiting", _("en attente de lecture")
        READY = "ready", _("texte cherchable")
        EMPTY = "empty", _("sans texte")
        UNREADABLE = "unreadable", _("texte non cherchable")

    comment = models.ForeignKey(
        PageComment, null=True, blank=True, on_delete=models.CASCADE, related_name="files"
    )
    pending = models.ForeignKey(
        PendingComment, null=True, blank=True, on_delete=models.CASCADE, related_name="files"
    )
    kept = models.ForeignKey(
        KeptForm, null=True, blank=True, on_delete=models.CASCADE, related_name="files"
    )
    #: In addresses instead of a number, so that nobody counts.
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: Its name on the disk says nothing of where it came from; "" once it is purged.
    file = models.FileField(upload_to="comments/%Y/%m", max_length=200, blank=True)
    name = models.CharField(_("nom"), max_length=200)
    #: One of attachments.KINDS; what is served, whatever the browser had said.
    kind = models.CharField(max_length=10)
    size = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, db_index=True)  # SHA-256 of what is stored
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    reading = models.CharField(max_length=10, choices=Reading.choices, default=Reading.WAITING)
    reading_begun = models.DateTimeField(null=True, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="comment_file_has_one_owner",
                condition=(
                    Q(comment__isnull=False, pending__isnull=True, kept__isnull=True)
                    | Q(comment__isnull=True, pending__isnull=False, kept__isnull=True)
                    | Q(comment__isnull=True, pending__isnull=True, kept__isnull=False)
                ),
            )
        ]

    def get_absolute_url(self):
        return reverse("comment_file", args=[self.key, self.name])


class CommentVersion(Unlisted):
    """What a comment said and had with it before it was edited: for moderators."""

    comment = models.ForeignKey(PageComment, on_delete=models.CASCADE, related_name="versions")
    text = models.TextField()
    #: The names of its keywords and documents; null where only words could be edited then.
    keywords = models.JSONField(null=True)
    files = models.JSONField(null=True)
    #: When this was replaced.
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]


class Reaction(Unlisted):
    """What a member makes of a comment, in one word."""

    class Kind(models.TextChoices):
        AGREE = "agree", _("d’accord")
        THANKS = "thanks", _("merci")

    comment = models.ForeignKey(PageComment, on_delete=models.CASCADE, related_name="reactions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "user"], name="one_reaction_each")
        ]


class ReadMark(Unlisted):
    """How far a member has read a discussion."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="+")
    #: What was published later is new: the last time that the visit before this one saw.
    new_since = models.DateTimeField(default=timezone.now)
    #: When the last one was published that there was at the latest reading.
    seen_until = models.DateTimeField(default=timezone.now)
    #: How many comments there were then: what trust counts.
    comments = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(default=timezone.now)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "page"], name="one_mark_each")]
