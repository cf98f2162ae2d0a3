"""What the pages of this section show around their own fields. Constant queries per page."""

from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.db.models import CharField, F, Q, prefetch_related_objects
from django.db.models.functions import Cast
from django.utils import timezone
from wagtail.models import Page, ReferenceIndex

from accounts.models import Person
from accounts.visibility import visible_pages, visible_to
from discussion.context import discussion_of
from discussion.models import PageComment
from discussion.threads import with_keywords
from glossary import mentions, suggesting
from glossary.models import Keyword
from minutes.people import Attendance, by_role
from pages.rendering import contents
from pages.specific import at_once
from search.models import Findable, Kind

LATEST_DECISIONS = 5
MEETINGS_A_PAGE = 50
#: Comments quoted beside a group or a person.
COMMENTS = 5


def meetings_of(group, user):
    """The minutes under a workgroup that the reader may see."""
    from minutes.models import MinutesPage

    return MinutesPage.objects.child_of(group).visible_to(user)


def workgroup_context(page, request) -> dict:
    from minutes.models import ArticlePage, ParticipantListPage

    meetings = meetings_of(page, request.user).for_list()
    held = Paginator(meetings.held().newest_first(), MEETINGS_A_PAGE)
    return {
        "recent_comments": PageComment.objects.latest_for(request.user).filter(
            page__path__startswith=page.path
        )[:COMMENTS],
        "coordinators": [row.person for row in page.coordinators.select_related("person")],
        "next_meetings": list(meetings.upcoming()),
        "meetings": held.get_page(request.GET.get("page")),
        "articles": ArticlePage.objects.child_of(page)
        .visible_to(request.user)
        .for_list()
        .order_by("-date"),
        "decisions": latest_decisions(page, request),
        "rosters": ParticipantListPage.objects.child_of(page)
        .visible_to(request.user)
        .for_list()
        .order_by("path"),
        "keywords": Keyword.objects.filter(
            live=True,
            page_uses__content_object__in=visible_to(
                Page.objects.descendant_of(page), request.user
            ),
        )
        .distinct()
        .with_labels()
        .order_by("name"),
    }


def latest_decisions(group, request) -> list[dict]:
    """The newest decisions of a group's meetings, each with where it stands."""
    found = (
        Findable.objects.filter(
            kind=Kind.DECISION, page__in=meetings_of(group, request.user).values("pk")
        )
        .select_related("page")
        .order_by(F("date").desc(nulls_last=True), "-page", "part")[:LATEST_DECISIONS]
    )
    return [
        {
            "text": row.text,
            "language": row.language,
            "title": row.page.title,
            "url": f"{row.page.get_url(request)}#{row.anchor}",
        }
        for row in found
    ]


def minutes_context(page, request) -> dict:
    rows = _rows(page.attendance, request, "person", "role")
    present = [row for row in rows if not row.excused]
    previous, following = neighbours(page, request.user)
    return {
        "contents": contents(page.body),
        "attendance_by_role": by_role(present),
        "excused": [row for row in rows if row.excused],
        "minute_takers": [row.person for row in present if row.role.is_minute_taker],
        "workgroup": parent_of(page),
        "upcoming": bool(page.meeting_date and page.meeting_date > timezone.localdate()),
        "previous": previous,
        "next": following,
        **common_context(page, request),
    }


def article_context(page, request) -> dict:
    return {
        "contents": contents(page.body),
        "authors": [row.person for row in _rows(page.authors, request, "person")],
        **common_context(page, request),
    }


def roster_context(page, request) -> dict:
    return {
        "entries_by_role": by_role(_rows(page.entries, request, "person", "role")),
        **common_context(page, request),
    }


def common_context(page, request) -> dict:
    """Keywords and those suggested, attachments, related pages and the discussion."""
    discussion = discussion_of(page, request)
    comments = discussion["comments"]
    keywords, said = mentions.keywords_around(page, request, comments, is_preview(request))
    with_keywords(comments, said)
    spoken = {keyword for comment in comments for keyword in comment.keyword_list}
    suggestions = suggesting.on_page(page, request, keywords)
    suggested = suggestions["keywords"] if suggestions else []
    explained = mentions.found_in(page, request).keywords if hasattr(page, "body") else []
    prefetch_related_objects([*keywords, *spoken, *suggested, *explained], "labels")
    return {
        "keywords": keywords,
        "suggestions": suggestions,
        "attachments": _rows(page.attachments, request, "document"),
        "related": related_pages(page, request.user, is_preview(request)),
        "discussion": discussion,
    }


def related_pages(page, user, preview=False) -> list[Page]:
    """Pages linked with this one, from either end, that the reader may see."""
    if preview or not page.pk:
        linked = Q(pk__in=[link.target_id for link in page.related_links.all()])
    else:
        linked = Q(related_from__page=page.pk) | Q(related_links__target=page.pk)
    found = visible_pages(user).filter(linked).exclude(pk=page.pk)
    return at_once(Page.objects.filter(pk__in=found.values("pk")).order_by("path"))


def neighbours(page, user) -> tuple:
    """(previous, next) meeting of the same group, in the order of the series."""
    parent = parent_of(page)
    if parent is None:
        return None, None
    series = list(meetings_of(parent, user).defer_streamfields().newest_first())
    place = next((i for i, meeting in enumerate(series) if meeting.pk == page.pk), None)
    if place is None:
        return None, None
    return (
        series[place + 1] if place + 1 < len(series) else None,
        series[place - 1] if place else None,
    )


def parent_of(page):
    """The page above, or None for one that is only being previewed before its first saving."""
    return page.get_parent() if page.path else None


def person_context(person, user) -> dict:
    """What the reader may see of a person: meetings in the role held then, articles, actions…"""
    from minutes.models import ArticlePage, ParticipantListPage, WorkgroupPage

    attended = list(
        Attendance.objects.filter(person=person, page__in=visible_pages(user))
        .select_related("page", "role")
        .defer("page__body")
    )
    attended.sort(
        key=lambda row: (row.page.meeting_date or date.min, row.page.ordinal or 0), reverse=True
    )
    said = PageComment.objects.latest_for(user)
    return {
        "recent_comments": said.filter(user=person.user_id or 0)[:COMMENTS],
        "attended": attended,
        "articles": ArticlePage.objects.filter(authors__person=person)
        .distinct()
        .visible_to(user)
        .for_list()
        .order_by("-date"),
        "rosters": ParticipantListPage.objects.filter(entries__person=person)
        .distinct()
        .visible_to(user)
        .for_list(),
        "coordinated": visible_to(
            WorkgroupPage.objects.filter(coordinators__person=person).distinct(), user
        ),
        "with_actions": pages_with_actions_of(person, visible_pages(user))
        .order_by("path")
        .defer_streamfields()
        .specific(),
    }


def pages_with_actions_of(person, pages):
    """Those of these pages that hold an action which the person is to see to."""
    theirs = _owned_actions().filter(to_object_id=str(person.pk))
    return _with_text_key(pages).filter(key__in=theirs.values("object_id"))


def owners_of_actions_in(pages):
    """The people who are to see to an action in one of these pages; one subquery."""
    held = _owned_actions().filter(object_id__in=_with_text_key(pages).values("key"))
    return _with_text_key(Person.objects.all()).filter(key__in=held.values("to_object_id"))


def _owned_actions():
    """What Wagtail has noted of the people named in the actions of bodies."""
    return ReferenceIndex.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page),
        to_content_type=ContentType.objects.get_for_model(Person),
        model_path="body.action.owner",
    )


def _with_text_key(queryset):
    # Those notes are of any model, and so hold keys as text.
    return queryset.annotate(key=Cast("pk", CharField()))


def is_preview(request) -> bool:
    """Whether a draft is shown: then its rows are in memory, not in the database."""
    return getattr(request, "is_preview", False)


def _rows(relation, request, *followed) -> list:
    """A page's inline rows; those of the draft where one is being previewed."""
    if is_preview(request):
        return list(relation.all())
    return list(relation.select_related(*followed))
