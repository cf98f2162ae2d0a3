"""The comments of a discussion as HTML: letters, each filled into the stencil of its sort."""

from functools import cache
from urllib.parse import quote
from uuid import UUID

from django.template.defaultfilters import truncatewords
from django.template.loader import get_template
from django.urls import reverse
from django.utils.http import RFC3986_SUBDELIMS
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from discussion import own_views, passages
from discussion.formatting import html_of
from discussion.models import PageComment
from pages.notation import date_format
from pages.stencils import filled

PASSAGE_WORDS = 40  # of a passage, above what is said of it
_NO_KEY = UUID(int=0)
#: What `reverse` leaves as it is in an address; by itself it would take as long as a letter does.
_LEFT = RFC3986_SUBDELIMS + "/~:@"


def with_letters(comments, context) -> None:
    """Gives each comment its `letter`, which discussion/_comment.html shows.

    The comments are as `threads` gives them, with files, reactions and keywords; `context` is
    that of the template that shows them: discussion, page, page_url, user, request.
    """
    write = _Writing(context, {comment.pk for comment in comments})
    for comment in comments:
        comment.letter = write(comment)


class _Writing:
    """Writes letters for one reader of one page. What is dear is made once for all of them."""

    def __init__(self, context, shown: set[int]):
        self._shown = shown
        self._page, self._user = context["page"], context["user"]
        self._request, self._page_url = context.get("request"), context["page_url"]
        self._template = get_template("discussion/_comment.html")
        asked = ("open", "may_write", "can_moderate")
        self._facts = {f"discussion.{name}": context["discussion"][name] for name in asked}
        self._facts["user.is_authenticated"] = self._user.is_authenticated
        self._addresses = {"comment.address": _around("comment")}
        if self._user.is_authenticated:
            self._addresses["comment.react_address"] = _around("comment_react")
            self._addresses["comment.report_address"] = _around("comment_report")
        if context["discussion"]["can_moderate"]:
            before, after = _around("comment_moderate")
            after += f"?next={quote(self._page_url)}%23discussion"
            self._addresses["comment.hide_address"] = before, after
        self._files_at = reverse("comment_file", args=[_NO_KEY, "0"]).partition(str(_NO_KEY))[0]
        self._day = cache(lambda day: date_format(day))
        self._keyword = cache(
            lambda keyword: (keyword.get_absolute_url(), keyword.label, keyword.label_language)
        )

    def __call__(self, comment: PageComment) -> SafeString:
        key = str(comment.pk)
        texts = {"comment.key": key, "comment.depth": str(comment.depth)}
        facts = {"comment.placeholder": comment.placeholder}
        if not comment.placeholder:
            facts |= self._facts
            self._head(comment, key, texts, facts)
            self._acts(comment, key, texts, facts)
            self._passage(comment, texts, facts)
            self._keywords(comment, texts, facts)
            self._files(comment, texts, facts)
        return filled(self._template, texts, facts)

    def _head(self, comment, key, texts, facts):
        at, edited = localtime(comment.submit_date), comment.edited_at
        texts |= {
            "page_url": self._page_url,
            "comment.user_name": comment.user_name,
            "comment.moment": at.isoformat(),
            "comment.day": self._day(at.date()),
            "comment.hour": f"{at:%H:%M}",
            "comment.language": comment.language,
            "comment.words": html_of(comment),
            "comment.taken_words": comment.taken_words,
            "comment.parent_name": comment.parent_name,
            "comment.parent_address": self._parent(comment.parent_comment_id),
            "comment.edited": date_format(localtime(edited), "j F Y, H:i") if edited else "",
        }
        facts |= {
            "comment.user_id": bool(comment.user_id),
            "comment.is_new": comment.is_new,
            "comment.waits": comment.waits,
            "comment.taken": comment.taken,
        }

    def _parent(self, key) -> str:
        """Where the comment that this one answers is: here, or on another part of the thread."""
        if key is None or key in self._shown:
            return f"#c{key or ''}"
        before, after = self._addresses["comment.address"]
        return f"{before}{key}{after}"

    def _acts(self, comment, key, texts, facts):
        for name, (before, after) in self._addresses.items():
            texts[name] = f"{before}{key}{after}"
        texts["comment.agree"], texts["comment.thanks"] = (
            str(number or "") for number in (comment.agree, comment.thanks)
        )
        facts |= {"comment.mine": comment.mine, "comment.is_own": comment.is_own}
        if comment.is_own:
            facts["comment.may_edit"] = own_views.may_edit(comment, self._user)
            texts["comment.edit_address"] = reverse("comment_edit", args=[key])
            texts["comment.delete_address"] = reverse("comment_delete", args=[key])

    def _passage(self, comment, texts, facts):
        spoken = None
        if comment.anchor and comment.depth == 0:
            spoken = passages.spoken_of(comment, self._page, self._request)
        if spoken is None:
            facts["comment.spoken"] = None
            return
        texts["comment.spoken.words"] = truncatewords(spoken.words, PASSAGE_WORDS)
        texts["comment.spoken.anchor"] = comment.anchor
        texts["comment.spoken.language"] = getattr(self._page, "language", "") or comment.language
        facts |= {"comment.spoken.here": spoken.here, "comment.spoken.same": spoken.same}

    def _keywords(self, comment, texts, facts):
        if not comment.keyword_list:
            facts["comment.keyword_list"] = ()
        for number, keyword in enumerate(comment.keyword_list):
            name = f"comment.keyword_list.{number}"
            address, label, language = self._keyword(keyword)
            texts[f"{name}.get_absolute_url"] = address
            texts[f"{name}.label"], texts[f"{name}.label_language"] = label, language

    def _files(self, comment, texts, facts):
        if not comment.file_list:
            facts["comment.file_list"] = ()
        for number, file in enumerate(comment.file_list):
            name = f"comment.file_list.{number}"
            facts[f"{name}.kind"] = file.kind
            texts[f"{name}.name"], texts[f"{name}.weight"] = file.name, file.weight
            in_address = quote(file.name, safe=_LEFT)
            texts[f"{name}.get_absolute_url"] = f"{self._files_at}{file.key}/{in_address}"
            if file.small:
                width, height = file.small
                texts[f"{name}.small.0"], texts[f"{name}.small.1"] = str(width), str(height)
            else:
                facts[f"{name}.small"] = None
            texts[f"{name}.withdraw_address"] = (
                reverse("comment_file_withdraw", args=[file.key]) if comment.is_own else ""
            )


def _around(view) -> tuple[str, str]:
    """What stands before and after a comment's number in an address: to make many of."""
    before, after = reverse(view, args=[0]).split("/0/")
    return f"{before}/", f"/{after}"
