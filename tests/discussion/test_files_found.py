"""What attached documents say is found, by those who may read them."""

import re

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from discussion.attachments import hand_over, withdraw
from discussion.files import reading
from discussion.models import CommentFile, KeptForm, ModerationAct
from discussion.moderation import set_state
from pages.document_text.extraction import NotReadError
from tests import base
from tests.discussion import good_files as good
from tests.discussion.attaching import attach

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "La passerelle zébrée est réparée."
FILES = {
    "docx": good.docx(WORDS),
    "odt": good.odt(WORDS),
    "xlsx": good.xlsx(WORDS),
    "ods": good.ods(WORDS),
    "pptx": good.pptx(WORDS),
    "pdf": good.pdf(WORDS),
    "txt": WORDS.encode(),
    "csv": WORDS.encode(),
}


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def minutes():
    return base.make_minutes(base.make_workgroup())


def found(client, words="passerelle", comment=None):
    html = client.get("/fr/recherche/", {"q": words}).content.decode()
    return bool(re.search(rf"#c{comment.pk if comment else '[0-9]'}", html))


def test_every_kind_is_read(minutes):
    comment = base.make_comment(minutes)
    for kind, content in FILES.items():
        attach(comment, (f"a.{kind}", content + b"" if kind != "csv" else content + b"\n"))
    call_command("read_documents")
    for file in CommentFile.objects.all():
        assert file.reading == file.Reading.READY and "passerelle" in file.text, file.kind


def test_it_is_found_once_it_is_read(client, minutes):
    comment = base.make_comment(minutes)
    attach(comment, ("rapport annuel.pdf", FILES["pdf"]))
    assert not found(client) and found(client, "annuel", comment), "its name is known at once"
    assert reading.read_waiting() == 1 and reading.read_waiting() == 0
    assert found(client, comment=comment)


def test_it_is_found_by_those_who_may_read_it(client, as_user, group_member):
    page = base.make_minutes(base.make_workgroup(private_to="Groupe fermé"))
    comment = base.make_comment(page)
    attach(comment, ("a.txt", FILES["txt"]))
    reading.read_waiting()
    assert not found(client) and found(as_user(group_member), comment=comment)


def test_what_waits_with_a_form_is_not_read(minutes):
    kept = KeptForm.objects.create(page=minutes)
    attach(kept, ("a.txt", FILES["txt"]))
    assert reading.read_waiting() == 0
    hand_over(kept, comment=base.make_comment(minutes))
    assert reading.read_waiting() == 1


@pytest.mark.parametrize("act", [ModerationAct.Act.HIDE, ModerationAct.Act.SPAM])
def test_it_goes_with_its_comment(client, minutes, act):
    comment = base.make_comment(minutes)
    attach(comment, ("a.txt", FILES["txt"]))
    reading.read_waiting()
    assert found(client)
    set_state([comment], act)
    assert not found(client)


def test_it_goes_when_it_is_withdrawn(client, as_user, member, minutes):
    comment = base.make_comment(minutes, user=member)
    (file,) = attach(comment, ("rapport.txt", FILES["txt"]))
    reading.read_waiting()
    assert found(client) and found(client, "rapport")
    as_user(member).post(reverse("comment_file_withdraw", args=[file.key]))
    assert not found(client) and not found(client, "rapport")
    assert not CommentFile.objects.get().text


def test_one_withdrawn_while_it_is_read_is_not_found(client, minutes, monkeypatch):
    comment = base.make_comment(minutes)
    (file,) = attach(comment, ("a.txt", FILES["txt"]))
    extract = reading.extract

    def meanwhile(opened, kind):
        said = extract(opened, kind)
        withdraw(file)
        return said

    monkeypatch.setattr(reading, "extract", meanwhile)
    reading.read_waiting()
    assert not CommentFile.objects.get().text and not found(client)


def test_one_that_cannot_be_tried_is_tried_again_for_a_day(minutes, monkeypatch):
    comment = base.make_comment(minutes)
    (file,) = attach(comment, ("a.txt", FILES["txt"]))

    def fail(*args):
        raise NotReadError("time")

    with monkeypatch.context() as patch:
        patch.setattr(reading, "extract", fail)
        assert reading.read_waiting() == 0
    rows = CommentFile.objects.filter(pk=file.pk)
    assert rows.get().reading == file.Reading.WAITING and reading.read_waiting() == 0
    long_ago = timezone.now() - reading.PATIENCE
    rows.update(reading_begun=long_ago)
    assert reading.read_waiting() == 1 and rows.get().reading == file.Reading.READY
    rows.update(reading=file.Reading.WAITING, reading_begun=None, created_at=long_ago)
    assert reading.read_waiting() == 1 and rows.get().reading == file.Reading.UNREADABLE


def test_a_picture_is_found_by_its_name(client, minutes):
    comment = base.make_comment(minutes)
    (file,) = attach(comment, ("passerelle.png", good.saved(good.picture(1), "PNG")))
    assert file.reading == file.Reading.EMPTY and reading.read_waiting() == 0
    assert found(client, comment=comment)
