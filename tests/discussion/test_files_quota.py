"""How much one may send in a day: what is let in counts once, and nothing is let in over it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from discussion import keeping
from discussion.models import CommentFile, PageComment, Tally
from tests import base
from tests.base import at_once
from tests.discussion.attaching import post, send_again

pytestmark = pytest.mark.django_db
KB = 1024


@pytest.fixture(autouse=True)
def three_a_day(settings, tmp_path):
    """Room for three of `file`."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.COMMENT_FILES_A_DAY = 3 * KB


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup)


def file(name):
    return f"{name}.txt", name.encode() * (KB // len(name))


def test_it_is_said_before_and_beside_the_field(as_user, member, minutes):
    client = as_user(member)
    for name in "abc":
        assert post(client, minutes, file(name), comment=f"Avec {name}.").status_code == 302
    told = client.get(minutes.url).content.decode()
    assert "Au plus 3 Ko par jour" in told
    answer = post(client, minutes, file("d"), comment="Avec d.")
    said = answer.content.decode()
    assert answer.status_code == 422 and "Avec d." in said
    assert "d.txt" in said[said.index('name="files"') :] and "par jour au plus" in said
    assert CommentFile.objects.count() == 3
    assert post(client, minutes, comment="Sans document.").status_code == 302
    other = as_user(base.make_user())
    assert post(other, minutes, file("d"), comment="D’une autre.").status_code == 302
    Tally.objects.update(until="2000-01-01T00:00Z")  # the next day
    assert post(client, minutes, file("d"), comment="Avec d.").status_code == 302


def test_those_of_an_edit_count_too(as_user, member, minutes):
    client = as_user(member)
    assert post(client, minutes, file("a"), file("b")).status_code == 302
    own = PageComment.objects.get()
    url = reverse("comment_edit", args=[own.pk])

    def edit(*files):
        sent = [SimpleUploadedFile(name, content) for name, content in files]
        return client.post(url, {"comment": own.comment, "keywords": "", "files": sent})

    assert edit(file("a")).status_code == 302  # it has that one: nothing is kept
    answer = edit(file("c"), file("d"))
    assert answer.status_code == 422 and "par jour au plus" in answer.content.decode()
    assert own.files.count() == 2 and CommentFile.objects.count() == 3


def test_the_others_of_a_form_stay_with_it(as_user, member, minutes):
    client = as_user(member)
    answer = post(client, minutes, *map(file, "abcd"))
    assert answer.status_code == 422
    assert send_again(client, minutes, answer).status_code == 302
    names = PageComment.objects.get().files.values_list("name", flat=True)
    assert list(names) == ["a.txt", "b.txt", "c.txt"]


def test_a_visitors_count_by_where_they_come_from(client, minutes):
    for name in "abc":
        email = f"{name}@plenum.example"
        assert post(client, minutes, file(name), email=email).status_code == 302
    assert post(client, minutes, file("d"), email="d@plenum.example").status_code == 422
    elsewhere = Client(REMOTE_ADDR="192.0.2.1")
    assert post(elsewhere, minutes, file("d"), email="d@plenum.example").status_code == 302


def test_what_is_sent_again_counts_once(as_user, member, client, minutes):
    """In a form that came back, and where the same form is sent twice."""
    for sender in (as_user(member), client):
        answer = post(sender, minutes, file("a"), comment="")
        assert send_again(sender, minutes, answer, comment="Avec a.").status_code == 302
        data = base.comment_form_data(minutes)
        for _ in range(3):
            assert post(sender, minutes, file("b"), **data).status_code == 302
        assert post(sender, minutes, file("c"), comment="Avec c.").status_code == 302
        assert post(sender, minutes, file("d"), comment="Avec d.").status_code == 422


def test_what_could_not_be_kept_does_not_count(as_user, member, minutes, monkeypatch):
    client = as_user(member)
    with monkeypatch.context() as patch:
        patch.setattr(keeping, "MOST_AN_HOUR", 0)
        for name in "abcd":
            answer = post(client, minutes, file(name), comment="")
            assert "n’ont pas pu être gardés" in answer.content.decode()
    assert post(client, minutes, *map(file, "abc")).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_it_is_exact_when_many_send_at_once():
    minutes, member = base.make_minutes(base.make_workgroup()), base.make_user()
    clients = [base.sign_in(Client(), member) for _ in range(8)]
    calls = [
        lambda c=client, n=name: post(c, minutes, file(n), comment=f"Avec {n}.").status_code
        for client, name in zip(clients, "abcdefgh", strict=True)
    ]
    assert sorted(at_once(*calls)) == [302] * 3 + [422] * 5
    assert CommentFile.objects.count() == 3
