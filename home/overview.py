"""What the front page shows of what the groups are doing."""

from accounts.visibility import visible_to
from discussion.models import PageComment
from glossary.models import Keyword
from minutes.models import MinutesPage, WorkgroupPage

LATEST, COMMENTS, KEYWORDS, MEETINGS = 8, 3, 24, 4


def home_context(page, request) -> dict:
    user = request.user
    minutes = MinutesPage.objects.visible_to(user).for_list()
    next_meetings = list(minutes.upcoming()[:MEETINGS])
    latest = list(minutes.held().order_by("-first_published_at", "-pk")[:LATEST])
    groups = list(visible_to(WorkgroupPage.objects.child_of(page), user).order_by("path"))
    homes = {group.path: group for group in groups}
    for meeting in [*next_meetings, *latest]:
        meeting.workgroup = homes.get(meeting.path[: -meeting.steplen])
    return {
        "next_meetings": next_meetings,
        "latest_minutes": latest,
        "groups": groups,
        "recent_comments": PageComment.objects.latest_for(user)[:COMMENTS],
        "keywords_in_use": Keyword.objects.used_where_visible(user)
        .with_labels()
        .order_by("-uses", "name")[:KEYWORDS],
    }
