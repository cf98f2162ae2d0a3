"""The conversation as it is read."""

import pytest
from django.core.exceptions import ValidationError

from discussion.models import PageComment
from discussion.threads import conversation
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup)


def read(page):
    return [(comment.comment, comment.depth) for comment in conversation(page)]


def test_it_puts_replies_under_what_they_answer(minutes):
    a = base.make_comment(minutes, "A")
    b = base.make_comment(minutes, "B")
    a1 = base.make_comment(minutes, "A1", parent=a)
    base.make_comment(minutes, "B1", parent=b)
    base.make_comment(minutes, "A2", parent=a)
    base.make_comment(minutes, "A11", parent=a1)
    assert read(minutes) == [("A", 0), ("A1", 1), ("A11", 2), ("A2", 1), ("B", 0), ("B1", 1)]
    assert conversation(minutes)[2].parent_name == "Visiteuse"


def test_it_leaves_a_gap_for_a_hidden_comment_that_others_answer(minutes):
    a = base.make_comment(minutes, "A")
    base.make_comment(minutes, "A1", parent=a)
    b = base.make_comment(minutes, "B")
    for comment in (a, b):
        comment.state = "hidden"
        comment.save()
    shown = conversation(minutes)
    assert [(c.comment, c.placeholder) for c in shown] == [("A", True), ("A1", False)]


def test_it_shows_no_word_of_a_hidden_comment(client, minutes):
    hidden = base.make_comment(minutes, "Un mot caché", name="Auteur caché")
    base.make_comment(minutes, "Une réponse", parent=hidden)
    assert "Un mot caché" in client.get(minutes.url).content.decode()
    hidden.state = "hidden"
    hidden.save()
    page = client.get(minutes.url).content.decode()
    assert "Un mot caché" not in page and "Auteur caché" not in page
    assert "Une réponse" in page


def test_it_hides_what_hangs_under_a_held_comment_and_nothing_else(minutes):
    a = base.make_comment(minutes, "A")
    base.make_comment(minutes, "A1", parent=a)
    base.make_comment(minutes, "B")
    PageComment.objects.filter(pk=a.pk).update(state="held")
    assert read(minutes) == [("B", 0)]


def test_it_publishes_no_held_reply_when_its_parent_is_saved(minutes):
    a = base.make_comment(minutes, "A")
    held = base.make_comment(minutes, "A1", parent=a)
    PageComment.objects.filter(pk=held.pk).update(state="held")
    a.comment = "A, mieux dit"
    a.save()
    held.refresh_from_db()
    assert held.state == "held"


def test_it_refuses_a_reply_to_a_comment_of_another_page(minutes, workgroup):
    elsewhere = base.make_comment(base.make_minutes(workgroup), "Ailleurs")
    with pytest.raises(ValidationError):
        base.make_comment(minutes, "Perdu", parent=elsewhere)
    assert not PageComment.objects.filter(comment="Perdu").exists()


def test_it_reads_a_thread_a_thousand_replies_deep(minutes):
    parent = None
    for number in range(1000):
        parent = base.make_comment(minutes, str(number), parent=parent)
    assert read(minutes)[-1] == ("999", 999)


def test_it_points_at_a_comment_for_ever(client, minutes, private_workgroup):
    comment = base.make_comment(minutes)
    response = client.get(comment.get_absolute_url())
    assert response.url == f"{minutes.url}#c{comment.pk}"
    secret = base.make_comment(base.make_minutes(private_workgroup))
    assert client.get(secret.get_absolute_url()).status_code == 404


def test_it_escapes_what_people_write(client, minutes):
    base.make_comment(minutes, "<script>alert(1)</script>", name="<b>Nom</b>")
    page = client.get(minutes.url).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>Nom</b>" not in page


def test_it_goes_with_its_page(minutes):
    base.make_comment(minutes)
    minutes.delete()
    assert PageComment.objects.count() == 0
