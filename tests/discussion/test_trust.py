"""Trust is earned; who is blocked writes no more, and is told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from discussion import trust
from discussion.models import PageComment, PendingComment, ReadMark, Report, Standing, State
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(workgroup):
    return base.make_minutes(workgroup, title="Le portage en débat")


@pytest.fixture
def settled(member, page, workgroup, settings):
    """A member who has just what it takes."""
    member.date_joined = timezone.now() - timedelta(days=settings.COMMENT_TRUST_DAYS, minutes=1)
    member.save()
    for _ in range(settings.COMMENT_TRUST_COMMENTS):
        base.make_comment(page, user=member)
    for n in range(settings.COMMENT_TRUST_PAGES):
        read = settings.COMMENT_TRUST_READ if n == 0 else 0
        ReadMark.objects.create(user=member, page=base.make_minutes(workgroup), comments=read)
    assert trust.trusted(member)  # what each test takes something from
    return member


def test_one_comment_less_is_too_few(settled):
    PageComment.objects.first().delete()
    assert not trust.trusted(settled)


def test_a_day_less_is_too_new(settled):
    settled.date_joined = timezone.now() - timedelta(days=1)
    assert not trust.trusted(settled)


def test_one_page_less_is_too_little_read(settled):
    ReadMark.objects.last().delete()
    assert not trust.trusted(settled)


def test_few_comments_read_are_too_few(settled):
    ReadMark.objects.update(comments=1)
    assert not trust.trusted(settled)


@pytest.mark.parametrize("state", [State.HIDDEN, State.SPAM])
def test_what_was_taken_away_lately_costs_it(settled, page, state, settings):
    comment = base.make_comment(page, user=settled, state=state)
    assert not trust.trusted(settled)
    long_ago = timezone.now() - timedelta(days=settings.COMMENT_TRUST_MEMORY_DAYS, minutes=1)
    PageComment.objects.filter(pk=comment.pk).update(submit_date=long_ago)
    assert trust.trusted(settled)


def test_what_a_moderator_decided_comes_first(settled, moderator):
    standing = Standing.objects.create(user=settled, trusted=False)
    assert not trust.trusted(settled)
    Standing.objects.create(user=moderator, trusted=True)
    assert trust.trusted(moderator)
    standing.trusted, standing.blocked = True, True
    standing.save()
    assert not trust.trusted(settled)


def test_strangers_and_closed_accounts_are_not_trusted(settled, rf):
    from django.contrib.auth.models import AnonymousUser

    assert not trust.trusted(AnonymousUser())
    settled.is_active = False
    assert not trust.trusted(settled)


# --- Blocked -------------------------------------------------------------------------------------


def post(client, page, **changes):
    return client.post(f"/fr/commentaires/page/{page.pk}/", base.comment_form_data(page, **changes))


def test_a_blocked_visitor_is_told_beside_the_address(client, page, moderator):
    comment = base.make_comment(page, email="Rude@plenum.example")
    trust.block(comment, True, moderator)
    answer = post(client, page, email="rude@PLENUM.example", comment="Et voilà.")
    shown = answer.content.decode()
    assert answer.status_code == 422 and "Et voilà." in shown
    assert "vous ne pouvez plus écrire" in shown
    assert "email" in answer.context["form"].errors if "form" in answer.context else True
    assert not PendingComment.objects.exists()
    post(client, page, email="other@plenum.example")
    assert PendingComment.objects.count() == 1  # control


def test_a_blocked_member_is_told_before_and_after_writing(as_user, member, page, moderator):
    comment = base.make_comment(page, user=member)
    client = as_user(member)
    assert 'name="comment"' in client.get(page.url).content.decode()  # control
    trust.block(comment, True, moderator)
    shown = client.get(page.url).content.decode()
    assert "vous ne pouvez plus écrire" in shown and 'name="comment"' not in shown
    answer = post(client, page, comment="Et voilà.")
    assert answer.status_code == 422 and "Et voilà." in answer.content.decode()
    url = f"/fr/commentaires/{comment.pk}/modifier/"
    assert client.post(url, {"comment": "Autre."}).status_code == 422
    assert [each.comment for each in PageComment.objects.all()] == ["Bien dit."]
    trust.block(comment, False, moderator)
    assert 'name="comment"' in client.get(page.url).content.decode()


def test_who_was_blocked_meanwhile_confirms_nothing(client, page, moderator):
    from discussion.posting import confirmation_path

    post(client, page, email="rude@plenum.example")
    trust.set_blocked(base.make_comment(page, email="rude@plenum.example"), True)
    answer = client.post(confirmation_path(PendingComment.objects.get()))
    assert answer.status_code == 410
    assert "Merci pour ce compte rendu." in answer.content.decode()  # theirs to keep
    assert PageComment.objects.count() == 1


def test_moderators_are_not_blocked(moderator, admin, page):
    for user in (moderator, admin):
        comment = base.make_comment(page, user=user)
        assert trust.block(comment, True, moderator) is None
    nobody = base.make_comment(page, email=" ".strip() or "")
    assert trust.block(nobody, True, moderator) is None
    assert not Standing.objects.exists()


def test_the_record_of_an_author(member, moderator, page):
    for state in (State.PUBLISHED, State.PUBLISHED, State.HELD, State.SPAM):
        comment = base.make_comment(page, user=member, state=state)
        Report.objects.create(
            comment=comment, user=moderator, reason="spam", settled_at=timezone.now()
        )
    base.make_comment(page)  # somebody else's
    record = trust.record_of(comment)
    assert (record.published, record.held, record.spam, record.hidden) == (2, 1, 1, 0)
    assert (record.reports, record.upheld) == (4, 1)
    assert record.since == member.date_joined and not record.trusted and not record.blocked
