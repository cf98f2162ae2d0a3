"""A look at a message before it is sent."""

import pytest
from django.core import mail
from django.urls import reverse

from discussion.models import PageComment, PendingComment
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup)


def preview(client, page, **changes):
    data = base.comment_form_data(page, preview="1", **changes)
    return client.post(reverse("comment_post", args=[page.pk]), data)


def test_it_shows_the_message_and_stores_nothing(client, minutes):
    response = preview(client, minutes, comment="Un *mot* doux.", keywords="neuf")
    assert response.status_code == 200
    html = response.content.decode()
    assert "<p>Un <em>mot</em> doux.</p>" in html
    assert ">\nUn *mot* doux.</textarea>" in html and 'value="neuf"' in html
    assert not PageComment.objects.exists() and not PendingComment.objects.exists()
    assert not mail.outbox


def test_it_needs_no_name_yet_and_complains_of_nothing_else(client, minutes):
    html = preview(client, minutes, comment="Un *mot*.", name="", email="faux").content.decode()
    assert "<em>mot</em>" in html and "errorlist" not in html


def test_it_says_what_is_wrong_with_the_message(client, minutes):
    response = preview(client, minutes, comment="")
    assert (
        "errorlist" in response.content.decode() and 'id="apercu"' not in response.content.decode()
    )


def test_it_can_be_sent_after_it_was_looked_at(as_user, member, minutes):
    client = as_user(member)
    shown = preview(client, minutes, comment="Un *mot*.").context["discussion"]["form"]
    data = {field.html_name: field.value() or "" for field in shown if field.html_name != "files"}
    response = client.post(reverse("comment_post", args=[minutes.pk]), data)
    assert response.status_code == 302
    assert PageComment.objects.get().html == "<p>Un <em>mot</em>.</p>"


def test_an_old_form_can_be_looked_at_and_then_sent(client, minutes):
    response = preview(client, minutes, timestamp=base.seconds_ago(100_000), comment="Vieux.")
    assert response.status_code == 200
    form = response.context["discussion"]["form"]
    assert int(form.data["timestamp"]) > base.seconds_ago(60)


def test_it_escapes_what_was_typed(client, minutes):
    html = preview(client, minutes, comment="<script>alert(1)</script>").content.decode()
    assert "<script>alert(1)" not in html
