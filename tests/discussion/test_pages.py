"""What becomes of a discussion when its page moves, is copied, unpublished, translated, deleted."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from discussion import attachments
from discussion.models import (
    CommentFile,
    DiscussionPolicy,
    ModerationAct,
    PageComment,
    ReadMark,
)
from discussion.moderation import Act, set_state
from discussion.policy import Mode, policy_of
from search import outbox
from search.models import Findable
from tests import base


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup, "Réunion de mars")


@pytest.fixture
def said(minutes, member):
    """A comment with an answer and a document."""
    comment = base.make_comment(minutes, "Un mot et son papier.", user=member)
    upload = SimpleUploadedFile("note.txt", "Une note à lire.".encode())
    attachments.store(attachments.checked([upload]), comment=comment)
    base.make_comment(minutes, "Une réponse.", parent=comment)
    return comment


def stored(file):
    return Path(settings.MEDIA_ROOT) / file.file.name


def found_of(comment):
    outbox.drain()
    return Findable.objects.filter(source_id=comment.pk, kind="comment").exists()


@pytest.mark.django_db(transaction=True)
def test_a_deleted_page_takes_its_discussion_and_the_files_with_it(
    minutes, said, moderator, member, as_user
):
    as_user(member).get(minutes.url)
    set_state([PageComment.objects.get(comment="Une réponse.")], Act.HIDE, moderator)
    file = stored(said.files.get())
    assert file.exists() and ReadMark.objects.exists() and found_of(said)
    minutes.delete()
    assert not file.exists()
    for model in (PageComment, CommentFile, ReadMark):
        assert not model.objects.exists()
    assert not found_of(said)
    act = ModerationAct.objects.get()  # what moderators did stays told
    assert act.comment is None and "Réunion de mars" in act.about


@pytest.mark.django_db
def test_a_moved_page_keeps_its_discussion_and_follows_its_new_place(
    client, minutes, said, as_user, group_member, private_workgroup
):
    DiscussionPolicy.objects.create(page=private_workgroup, mode=Mode.HOLD_ALL)
    address = said.get_absolute_url()
    assert client.get(address).status_code == 302
    minutes.move(private_workgroup, pos="last-child")
    minutes.refresh_from_db()
    assert policy_of(minutes).mode == Mode.HOLD_ALL
    file = said.files.get().get_absolute_url()
    assert client.get(address).status_code == client.get(file).status_code == 404
    inside = as_user(group_member)
    page = inside.get(address, follow=True).content.decode()
    assert "Un mot et son papier." in page and "Une réponse." in page
    given = inside.get(file)
    given.close()
    assert given.status_code == 200


@pytest.mark.django_db
def test_a_copy_begins_a_discussion_of_its_own(client, minutes, said, workgroup):
    DiscussionPolicy.objects.create(page=minutes, mode=Mode.MEMBERS)
    copy = minutes.copy(update_attrs={"slug": "copie", "title": "Copie"}, keep_live=True)
    assert PageComment.objects.filter(page=minutes).count() == 2
    assert not PageComment.objects.filter(page=copy).exists()
    assert "Un mot et son papier." not in client.get(copy.url).content.decode()
    assert (policy_of(minutes).mode, policy_of(copy).mode) == (Mode.MEMBERS, Mode.OPEN)


@pytest.mark.django_db
def test_an_unpublished_page_hides_its_discussion_until_it_is_back(client, minutes, said):
    address = said.get_absolute_url()
    minutes.unpublish()
    assert client.get(address).status_code == 404
    assert client.get(said.files.get().get_absolute_url()).status_code == 404
    minutes.save_revision().publish()
    assert client.get(address).status_code == 302
    assert "Un mot et son papier." in client.get(minutes.url).content.decode()


@pytest.mark.django_db
def test_a_translation_is_discussed_by_itself(client, minutes, said, workgroup):
    dutch = base.make_minutes(
        workgroup, "Vergadering van maart", language="nl", translation_of=minutes
    )
    base.make_comment(dutch, "Een woord.", language="nl")
    french, other = (client.get(page.url).content.decode() for page in (minutes, dutch))
    assert "Un mot et son papier." in french and "Een woord." not in french
    assert "Een woord." in other and "Un mot et son papier." not in other
