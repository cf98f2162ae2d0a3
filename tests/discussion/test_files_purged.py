"""What happens to files when what they came with goes; and what belongs to nothing."""

import os
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from discussion.files.purging import Purged, purge
from discussion.models import (
    CommentFile,
    KeptForm,
    ModerationAct,
    PageComment,
    PendingComment,
    State,
)
from discussion.moderation import set_state
from tests import base
from tests.discussion import good_files as good
from tests.discussion.attaching import attach, on_disk, post

Act = ModerationAct.Act
PICTURE = ("a.png", good.saved(good.picture(1), "PNG"))


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def minutes(db, workgroup):
    return base.make_minutes(workgroup)


@pytest.fixture
def purged(django_capture_on_commit_callbacks):
    def run():
        with django_capture_on_commit_callbacks(execute=True):
            return purge()

    return run


def aged(comment, days):
    """As if it and all that was done to it were so many days older."""
    back = timedelta(days=days)
    for rows, field in (
        (PageComment.objects.filter(pk=comment.pk), "submit_date"),
        (ModerationAct.objects.filter(comment=comment), "at"),
    ):
        for row in rows:
            rows.filter(pk=row.pk).update(**{field: getattr(row, field) - back})


@pytest.mark.parametrize("act", [Act.DELETE, Act.SPAM])
def test_those_of_what_is_deleted_or_spam_go_after_a_month(minutes, folder, purged, act):
    comment = base.make_comment(minutes)
    attach(comment, PICTURE)
    set_state([comment], act)
    aged(comment, 29)
    assert purged() == Purged(0, 0, 0) and len(on_disk(folder)) == 2
    aged(comment, 2)
    assert purged() == Purged(1, 0, 0) and not on_disk(folder)
    file = CommentFile.objects.get()
    assert not file.file and file.name == "a.png"
    assert purged() == Purged(0, 0, 0)


def test_one_that_is_deleted_long_after_it_was_written_has_its_month(minutes, folder, purged):
    comment = base.make_comment(minutes)
    attach(comment, PICTURE)
    aged(comment, 400)
    set_state([comment], Act.SPAM)
    assert purged().files == 0 and len(on_disk(folder)) == 2


@pytest.mark.parametrize("state", [State.PUBLISHED, State.HELD, State.HIDDEN])
def test_those_of_others_stay(minutes, folder, purged, state):
    comment = base.make_comment(minutes, state=state)
    attach(comment, PICTURE)
    aged(comment, 400)
    assert purged() == Purged(0, 0, 0) and len(on_disk(folder)) == 2


def test_a_mark_that_was_taken_back_in_time_takes_nothing(minutes, folder, purged):
    comment = base.make_comment(minutes)
    attach(comment, PICTURE)
    set_state([comment], Act.SPAM)
    aged(comment, 20)
    set_state([comment], Act.RESTORE)
    aged(comment, 400)
    assert purged().files == 0 and len(on_disk(folder)) == 2


def test_what_nobody_confirmed_or_sent_goes_with_its_files(minutes, folder, purged):
    for days in (6, 8):
        at = timezone.now() - timedelta(days=days)
        pending = PendingComment.objects.create(
            page=minutes, token=f"{days:032}", name="a", email="a@b.be", created_at=at
        )
        kept = KeptForm.objects.create(page=minutes, created_at=at)
        attach(pending, PICTURE)
        attach(kept, PICTURE)
    assert purged() == Purged(0, 2, 0)
    assert len(on_disk(folder)) == 4 and CommentFile.objects.count() == 2


def test_the_next_who_writes_takes_what_was_never_sent_along(
    client, minutes, folder, django_capture_on_commit_callbacks
):
    at = timezone.now() - timedelta(days=8)
    attach(PendingComment.objects.create(page=minutes, token="0" * 32, created_at=at), PICTURE)
    attach(KeptForm.objects.create(page=minutes, created_at=at), PICTURE)
    with django_capture_on_commit_callbacks(execute=True):
        post(client, minutes)
        assert len(on_disk(folder)) == 4, "only once it is committed"
    assert len(on_disk(folder)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        post(client, minutes, sign_in="1")
    assert not on_disk(folder) and not CommentFile.objects.exists()


def test_a_file_of_nothing_goes_after_two_days(minutes, folder, purged):
    (file,) = attach(base.make_comment(minutes), PICTURE)
    known = on_disk(folder)
    for name, hours in (("young", 47), ("old", 49), ("old-small", 49)):
        default_storage.save(f"comments/2026/01/{name}", ContentFile(b"a"))
        path = folder / "comments/2026/01" / name
        os.utime(path, (time.time() - hours * 3600,) * 2)
    for path in folder.rglob(f"{file.file.name.rpartition('/')[2]}*"):
        os.utime(path, (0, 0))
    default_storage.save("documents/other", ContentFile(b"a"))
    os.utime(folder / "documents/other", (0, 0))
    assert purged() == Purged(0, 0, 2)
    assert on_disk(folder) == sorted([*known, "young", "other"])


def test_it_does_nothing_where_there_is_nothing(db, purged):
    assert purged() == Purged(0, 0, 0)


def test_a_command_does_it(minutes, folder):
    default_storage.save("comments/a", ContentFile(b"a"))
    os.utime(folder / "comments/a", (0, 0))
    said = StringIO()
    call_command("purge_comments", stdout=said)
    assert "1 files of nothing" in said.getvalue()


@pytest.mark.parametrize("what", ["page", "group", "comment", "pending", "kept"])
def test_what_is_deleted_takes_its_files_along(
    minutes, workgroup, folder, what, django_capture_on_commit_callbacks
):
    other = attach(base.make_comment(base.make_minutes(base.make_workgroup("Autre"))), PICTURE)
    owners = {
        "comment": base.make_comment(minutes),
        "pending": PendingComment.objects.create(page=minutes, token="0" * 32),
        "kept": KeptForm.objects.create(page=minutes),
    }
    for owner in owners.values():
        attach(owner, PICTURE)
    with django_capture_on_commit_callbacks(execute=True):
        {"page": minutes, "group": workgroup, **owners}[what].delete()
    left = 1 if what in ("page", "group") else 3
    assert CommentFile.objects.count() == left and len(on_disk(folder)) == 2 * left
    assert other[0].file.name.rpartition("/")[2] in on_disk(folder)


@pytest.mark.django_db(transaction=True)
def test_a_deletion_that_is_rolled_back_leaves_the_file(folder):
    from django.db import transaction

    comment = base.make_comment(base.make_minutes(base.make_workgroup()))
    attach(comment, PICTURE)
    with pytest.raises(RuntimeError), transaction.atomic():
        comment.delete()
        raise RuntimeError
    assert CommentFile.objects.exists() and len(on_disk(folder)) == 2
