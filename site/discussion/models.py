"""Comments under pages, and the visitors' comments that wait for a mailed confirmation.

django-comments-xtd gives the columns, the form's base and the moderation signals. Its own
save(), tree tags, links and views are not used: each comment here is inserted by one
statement, its place in the page is `order`, and nothing else is shifted.
"""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_comments_xtd.models import XtdComment
from wagtail.models import Page
from wagtail.search import index

from accounts.visibility import visible_pages


class CommentQuerySet(models.QuerySet):
    def published(self):
        """Comments that are neither held nor hidden."""
        return self.filter(is_public=True, is_removed=False)

    def visible_to(self, user):
        """Published comments on pages that the reader may see."""
        return self.published().filter(page__in=visible_pages(user))

    def newest_first(self):
        return self.order_by("-submit_date", "-pk")


class PageComment(index.Indexed, XtdComment):
    """One posting in the discussion under a page."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="comments")
    language = models.CharField(_("langue"), max_length=5, choices=settings.LANGUAGES)
    keywords = models.ManyToManyField(
        settings.KEYWORD_MODEL, verbose_name=_("mots-clés"), blank=True, related_name="comments"
    )
    #: The anchor of the passage this speaks of, "" for the whole page (see pages.rendering).
    anchor = models.CharField(max_length=80, blank=True)
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

    def __str__(self):
        return f"{self.user_name}: {self.comment[:50]}"

    def save(self, *args, **kwargs):
        """Insert in one transaction with its place in the thread; later saves just save.

        Raises ValidationError when the comment replied to is not on the same page.
        """
        if self.submit_date is None:
            self.submit_date = timezone.now()
        if self.pk is not None:
            models.Model.save(self, *args, **kwargs)
            return
        with transaction.atomic():
            parent = self._parent()
            self.thread_id = parent.thread_id if parent else 0
            self.level = parent.level + 1 if parent else 0
            models.Model.save(self, *args, **kwargs)
            # The primary key is the order of arrival: no lock, and nothing to shift.
            self.order = self.pk
            self.thread_id = self.thread_id or self.pk
            self.parent_id = self.parent_id or self.pk
            XtdComment.norel_objects.filter(pk=self.pk).update(
                order=self.order, thread_id=self.thread_id, parent_id=self.parent_id
            )

    def _parent(self):
        if not self.parent_id:
            return None
        parent = PageComment.objects.filter(pk=self.parent_id, page_id=self.page_id).first()
        if parent is None or parent.is_removed or not parent.is_public:
            raise ValidationError(_("Le commentaire auquel vous répondez n’est plus là."))
        return parent

    @property
    def is_reply(self) -> bool:
        return self.parent_id not in (0, self.pk)

    def get_absolute_url(self):
        """The permalink: it leads to the comment wherever the page is by then."""
        return reverse("comment", args=[self.pk])


class PendingComment(models.Model):
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
    token = models.UUIDField(unique=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)


class ModerationAct(models.Model):
    """Who hid or restored a comment, and when; kept when the moderator's account goes."""

    HIDE, RESTORE = "hide", "restore"

    comment = models.ForeignKey(PageComment, on_delete=models.CASCADE, related_name="acts")
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    act = models.CharField(max_length=10, choices=[(HIDE, _("masqué")), (RESTORE, _("rétabli"))])
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]
