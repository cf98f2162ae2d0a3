"""No file is lost on the way: from the form to the comment, through whatever goes wrong."""

import re
from smtplib import SMTPException

import pytest
from django.db.models.signals import pre_save
from django.urls import reverse

from discussion import attachments, keeping, posting
from discussion.models import CommentFile, DiscussionPolicy, KeptForm, PageComment, PendingComment
from tests import base
from tests.discussion import good_files as good
from tests.discussion.attaching import link_in, on_disk, post, send_again

pytestmark = pytest.mark.django_db
A, B, C = (("a.txt", b"Texte A"), ("b.csv", b"a;b"), ("c.pdf", good.pdf("Texte C")))
BAD = ("mauvais.exe", b"MZ\x90\x00")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup)


def names(files):
    return [file.name for file in files.all()]


def html(response):
    return response.content.decode()


def listed(response):
    """The names of the files that the form says are with it."""
    return re.findall(r'<bdi class="file-name">([^<]+)</bdi>', html(response))


def test_a_members_come_with_the_comment(as_user, member, minutes, folder):
    response = post(as_user(member), minutes, A, C)
    assert response.status_code == 302
    files = PageComment.objects.get().files.all()
    assert [(file.name, file.kind, file.size) for file in files] == [
        ("a.txt", "txt", 7),
        ("c.pdf", "pdf", len(C[1])),
    ]
    assert len(on_disk(folder)) == 2
    assert [file.file.open().read() for file in files] == [A[1], C[1]]
    for file in files:
        file.file.close()


def test_a_visitors_wait_for_the_confirmation(client, minutes, mailoutbox, folder):
    post(client, minutes, A, B)
    pending = PendingComment.objects.get()
    assert names(pending.files) == ["a.txt", "b.csv"]
    link = link_in(mailoutbox[0])
    assert "a.txt" in html(client.get(link))
    client.post(link)
    assert names(PageComment.objects.get().files) == ["a.txt", "b.csv"]
    assert len(on_disk(folder)) == 2


def test_the_same_form_sent_twice_has_them_once(as_user, member, client, minutes, mailoutbox):
    data = base.comment_form_data(minutes)
    for sender in (as_user(member), client):
        for _ in range(2):
            post(sender, minutes, A, **data)
    assert PageComment.objects.count() == PendingComment.objects.count() == len(mailoutbox) == 1
    assert CommentFile.objects.count() == 2


def test_a_refused_one_is_named_and_the_others_stay(as_user, member, minutes):
    client = as_user(member)
    response = post(client, minutes, A, BAD, B)
    assert response.status_code == 422
    at = html(response).index('name="files"')
    assert "mauvais.exe" in html(response)[at:]
    assert listed(response) == ["a.txt", "b.csv"]
    assert not PageComment.objects.exists()
    again = send_again(client, minutes, response, C)
    assert again.status_code == 302
    assert names(PageComment.objects.get().files) == ["c.pdf", "a.txt", "b.csv"]
    assert not KeptForm.objects.exists()


def test_another_mistake_costs_no_file(client, minutes, mailoutbox):
    response = post(client, minutes, A, name="")
    assert response.status_code == 422 and listed(response) == ["a.txt"]
    response = send_again(client, minutes, response, B, name="")
    assert listed(response) == ["a.txt", "b.csv"]
    assert send_again(client, minutes, response, name="Odette").status_code == 302
    assert names(PendingComment.objects.get().files) == ["a.txt", "b.csv"]


def test_a_look_at_the_message_costs_no_file(as_user, member, minutes):
    client = as_user(member)
    response = post(client, minutes, A, preview="1")
    assert response.status_code == 200 and listed(response) == ["a.txt"]
    response = send_again(client, minutes, response, preview="1")
    assert listed(response) == ["a.txt"]
    send_again(client, minutes, response)
    assert names(PageComment.objects.get().files) == ["a.txt"]


def test_a_sign_in_costs_no_file(client, minutes, member):
    response = post(client, minutes, A, sign_in="1")
    assert response.status_code == 302
    base.sign_in(client, member)
    shown = client.get(minutes.url)
    assert listed(shown) == ["a.txt"]
    send_again(client, minutes, shown)
    assert names(PageComment.objects.get().files) == ["a.txt"]


def test_one_is_taken_out_again(
    as_user, member, minutes, django_capture_on_commit_callbacks, folder
):
    client = as_user(member)
    response = post(client, minutes, A, B, preview="1", comment="Un texte.")
    key = CommentFile.objects.get(name="a.txt").key
    assert f'name="drop" value="{key}"' in html(response)
    with django_capture_on_commit_callbacks(execute=True):
        # Another is chosen at the same time.
        response = send_again(client, minutes, response, C, drop=str(key))
    assert response.status_code == 200 and "errorlist" not in html(response)
    assert listed(response) == ["b.csv", "c.pdf"] and "Un texte." in html(response)
    assert len(on_disk(folder)) == 2
    send_again(client, minutes, response)
    assert names(PageComment.objects.get().files) == ["b.csv", "c.pdf"]


@pytest.mark.parametrize("key", ["", "x", "0" * 32, "\x00"])
def test_an_odd_key_takes_nothing_out(as_user, member, minutes, key):
    client = as_user(member)
    response = send_again(client, minutes, post(client, minutes, A, preview="1"), drop=key)
    assert response.status_code == 200 and listed(response) == ["a.txt"]
    other = attachments.shown_of(KeptForm.objects.get()).get()
    stranger = post(as_user(None), minutes, drop=str(other.key))
    assert stranger.status_code == 200 and CommentFile.objects.filter(pk=other.pk).exists()


def test_those_there_count_with_those_that_come(as_user, member, minutes):
    client = as_user(member)
    four = [(f"{number}.txt", f"Texte {number}".encode()) for number in range(4)]
    response = post(client, minutes, *four, preview="1")
    response = send_again(client, minutes, response, A, B, four[0])
    assert response.status_code == 422
    assert listed(response) == ["0.txt", "1.txt", "2.txt", "3.txt", "a.txt"]
    assert "b.csv" in html(response)


@pytest.mark.parametrize("earlier", [True, False], ids=["kept before", "just chosen"])
def test_a_mail_server_that_is_down_costs_no_file(client, minutes, monkeypatch, folder, earlier):
    def refuse(*args, **kwargs):
        raise SMTPException("no")

    with monkeypatch.context() as patch:
        patch.setattr(posting, "send_mail", refuse)
        if earlier:
            response = post(client, minutes, A, preview="1")
            response = send_again(client, minutes, response)
        else:
            response = post(client, minutes, A)
    assert response.status_code == 422 and listed(response) == ["a.txt"]
    assert not PendingComment.objects.exists()
    assert send_again(client, minutes, response).status_code == 302
    assert names(PendingComment.objects.get().files) == ["a.txt"]
    assert len(on_disk(folder)) == 1


def test_an_error_of_ours_costs_no_file_and_leaves_none(as_user, member, minutes, folder):
    def fail(sender, **kwargs):
        raise RuntimeError("something nobody thought of")

    client = as_user(member)
    pre_save.connect(fail, sender=PageComment)
    try:
        response = post(client, minutes, A)
    finally:
        pre_save.disconnect(fail, sender=PageComment)
    assert response.status_code == 500 and listed(response) == ["a.txt"]
    assert len(on_disk(folder)) == CommentFile.objects.count() == 1
    send_again(client, minutes, response)
    assert names(PageComment.objects.get().files) == ["a.txt"]


def test_what_is_rolled_back_leaves_nothing_on_the_disk(
    as_user, member, minutes, folder, monkeypatch
):
    def fail(*args, **kwargs):
        assert len(on_disk(folder)) == 2, "the control: it was there"
        raise RuntimeError("no")

    monkeypatch.setattr(keeping, "spend", fail)
    monkeypatch.setattr(keeping, "keep", lambda *args: None)
    picture = ("a.png", good.saved(good.picture(1), "PNG"))
    response = post(as_user(member), minutes, picture)
    assert response.status_code == 500 and not on_disk(folder)
    assert not CommentFile.objects.exists()
    assert "choisissez-les à nouveau" in html(response)


def test_a_full_disk_costs_no_text(as_user, member, minutes, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr(attachments.default_storage, "save", fail)
    response = post(as_user(member), minutes, A, comment="Un texte à moi.")
    assert response.status_code == 500 and "Un texte à moi." in html(response)
    assert not PageComment.objects.exists() and not CommentFile.objects.exists()


def test_a_lost_cookie_names_them(member, minutes):
    from django.test import Client

    client = base.sign_in(Client(enforce_csrf_checks=True), member)
    response = post(client, minutes, A)
    assert response.status_code == 403 and "a.txt" in html(response)


def test_those_of_a_closed_discussion_are_not_looked_at(as_user, member, minutes, folder):
    DiscussionPolicy.objects.create(page=minutes, mode="closed")
    assert post(as_user(member), minutes, A).status_code == 422
    assert not on_disk(folder)


def test_nothing_is_kept_where_too_much_waits(as_user, member, minutes, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_AN_HOUR", 0)
    response = post(as_user(member), minutes, A, preview="1", comment="Un texte.")
    assert response.status_code == 200 and "choisissez-les à nouveau" in html(response)
    assert "Un texte." in html(response)


def test_the_address_to_fetch_them_by_is_of_one_page(as_user, member, minutes, workgroup):
    response = post(as_user(member), minutes, A, preview="1")
    secret = response.context["discussion"]["form"]["kept_as"].value()
    other = base.make_minutes(workgroup)
    shown = as_user(None).get(f"{other.url}?garde={secret}")
    assert not listed(shown)
    assert reverse("comment_post", args=[other.pk]) in html(shown)
