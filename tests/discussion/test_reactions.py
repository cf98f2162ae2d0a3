"""One word on a comment: agree, or thanks."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from discussion.models import Reaction
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def comment(workgroup):
    return base.make_comment(base.make_minutes(workgroup), "Un point de vue.")


def say(client, comment, kind="agree"):
    return client.post(f"/fr/commentaires/{comment.pk}/avis/", {"kind": kind})


def said(comment):
    return sorted(Reaction.objects.filter(comment=comment).values_list("user", "kind"))


def test_a_member_says_one_word_changes_it_and_takes_it_back(as_user, member, comment):
    client = as_user(member)
    response = say(client, comment)
    assert response.url == comment.get_absolute_url()
    assert said(comment) == [(member.pk, "agree")]
    say(client, comment, "thanks")
    assert said(comment) == [(member.pk, "thanks")]
    say(client, comment, "thanks")
    assert said(comment) == []


def told(client, comment, kind):
    page = client.get(say(client, comment, kind).url, follow=True)
    return [str(message) for message in page.context["messages"]]


def test_it_tells_what_is_said_and_what_is_taken_back_for_it(as_user, member, comment):
    client = as_user(member)
    assert told(client, comment, "agree") == ["« D’accord » ajouté."]
    assert told(client, comment, "thanks") == [
        "« D’accord » retiré, « Merci » ajouté : un seul avis par message."
    ]
    assert told(client, comment, "thanks") == ["« Merci » retiré."]


def test_the_two_are_one_choice_with_a_name(as_user, member, comment):
    page = as_user(member).get(comment.page.url).content.decode()
    name = f"Votre avis sur le message de {comment.user_name}, un seul à la fois"
    assert f'<span role="group" aria-label="{name}" id="r{comment.pk}"' in page


def test_it_is_counted_without_names(client, as_user, member, admin, comment):
    for user in (member, admin):
        say(as_user(user), comment)
    page = client.get(comment.page.url).content.decode()
    assert 'd’accord <span class="number">2</span>' in page
    assert member.get_full_name() not in page and "formaction" not in page
    own = as_user(member).get(comment.page.url).content.decode()
    assert 'value="agree" aria-pressed="true"' in own
    assert 'value="thanks" aria-pressed="false"' in own


def test_nobody_reacts_without_an_account_or_to_themselves(client, as_user, member, comment):
    assert say(client, comment).status_code == 404
    own = base.make_comment(comment.page, "Le mien.", user=member)
    assert say(as_user(member), own).status_code == 404
    assert not Reaction.objects.exists()
    assert say(as_user(member), comment).status_code == 302
    assert Reaction.objects.count() == 1


def test_nobody_reacts_to_what_they_may_not_read(as_user, member, group_member, private_workgroup):
    secret = base.make_comment(base.make_minutes(private_workgroup))
    assert say(as_user(member), secret).status_code == 404
    assert say(as_user(group_member), secret).status_code == 302
    secret.state = "hidden"
    secret.save()
    assert say(as_user(group_member), secret, "thanks").status_code == 404
    assert said(secret) == [(group_member.pk, "agree")]


def test_it_refuses_another_word_and_another_site(as_user, member, comment):
    from django.test import Client

    assert say(as_user(member), comment, "boo").status_code == 400
    strict = base.sign_in(Client(enforce_csrf_checks=True), member)
    assert say(strict, comment).status_code == 403
    assert said(comment) == []


def test_it_asks_once_for_all_comments(workgroup, member):
    from discussion.reactions import with_reactions

    page = base.make_minutes(workgroup)
    comments = [base.make_comment(page, str(n)) for n in range(30)]
    Reaction.objects.create(comment=comments[3], user=member, kind="thanks")
    with CaptureQueriesContext(connection) as queries:
        with_reactions(comments, member)
    assert len(queries) == 1
    assert [comment.thanks for comment in comments].index(1) == 3
    assert comments[3].mine == "thanks" and comments[4].mine == ""
