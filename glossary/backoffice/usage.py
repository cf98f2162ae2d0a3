"""What carries a keyword, for the back office: pages, drafts among them, and comments."""

from django.db.models import CharField, F, Value
from django.utils.functional import cached_property
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView
from wagtail.models import Page
from wagtail.snippets.views.snippets import UsageView

from discussion.formatting import plain_of
from discussion.models import PageComment
from glossary.models import PageKeyword

PAGE, COMMENT = "page", "comment"


class KeywordUsageView(UsageView):
    """Wagtail's own would find links between keywords only: it does not look at tags."""

    page_title = gettext_lazy("Emplois")
    verbose_name, verbose_name_plural = gettext_lazy("emploi"), gettext_lazy("emplois")

    def get_queryset(self):
        pages = PageKeyword.objects.filter(tag=self.object.pk).order_by()
        comments = PageComment.keywords.through.objects.filter(keyword=self.object.pk).order_by()
        rows = [
            uses.annotate(what=Value(what, CharField()), of=F(column)).values("what", "of")
            for uses, what, column in [
                (pages, PAGE, "content_object"),
                (comments, COMMENT, "pagecomment"),
            ]
        ]
        return rows[0].union(rows[1], all=True).order_by("-what", "-of")

    @cached_property
    def columns(self):
        return [
            TitleColumn(
                "title", label=_("Titre"), accessor="title", get_url=lambda use: use["url"]
            ),
            Column("sort", label=_("Sorte"), accessor="sort"),
            Column("state", label=_("État"), accessor="state"),
        ]

    def get_table(self, object_list, **kwargs):
        edited = AdminURLFinder(self.request.user)
        ids = {PAGE: [], COMMENT: []}
        for use in object_list:
            ids[use["what"]].append(use["of"])
        pages = Page.objects.filter(pk__in=ids[PAGE]).annotate_approved_schedule()
        pages = pages.prefetch_workflow_states().select_related("latest_revision")
        pages = {page.pk: page for page in pages.defer_streamfields().specific()}
        comments = PageComment.objects.filter(pk__in=ids[COMMENT]).select_related("page").in_bulk()
        uses = [
            self._page(pages[use["of"]], edited)
            if use["what"] == PAGE
            else self._comment(comments[use["of"]])
            for use in object_list
        ]
        return BaseListingView.get_table(self, uses, **kwargs)

    def _page(self, page, edited):
        url = edited.get_edit_url(page)
        return {
            "title": page.get_admin_display_title() if url else _("(page privée)"),
            "url": url,
            "sort": capfirst(page.get_verbose_name()),
            "state": page.status_string,
        }

    def _comment(self, comment):
        shown = comment.state == "published"
        return {
            "title": Truncator(plain_of(comment)).chars(80) if shown else _("Commentaire masqué"),
            "url": comment.get_absolute_url() if shown else None,
            "sort": capfirst(comment._meta.verbose_name),
            "state": comment.page.title if shown else "",
        }
