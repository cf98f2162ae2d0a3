"""The keywords and the documents of one's own comment, changed with its words or alone."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from discussion import own_views
from discussion.models import CommentFile, KeptForm, PageComment, State
from discussion.screening import Verdict
from glossary.models import Keyword, KeywordGroup
from glossary.rules import Rank
from tests import base
from tests.discussion.attaching import attach, on_disk
from tests.discussion.test_files_kept import BAD, A, B, C, html, listed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def comment(workgroup, member):
    return base.make_comment(
        base.make_minutes(workgroup), "Avant.", user=member, keywords=[base.make_keyword("portage")]
    )


def edit(client, edited, *files, **changes):
    data = {"comment": edited.comment, **changes}
    data["files"] = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(reverse("comment_edit", args=[edited.pk]), data)


def again(client, edited, response, *files, **changes):
    """What a browser sends when the form that came back is sent as it is."""
    form = response.context["form"]
    data = {field.html_name: field.value() or "" for field in form if field.html_name != "files"}
    return edit(client, edited, *files, **(data | changes))


def words_of(comment):
    return {keyword.name for keyword in comment.keywords.all()}


def names(comment):
    return [file.name for file in comment.files.all()]


# --- Keywords ------------------------------------------------------------------------------------


def test_the_form_has_the_keywords_that_there_are(as_user, member, comment):
    shown = as_user(member).get(reverse("comment_edit", args=[comment.pk]))
    assert shown.context["form"]["keywords"].value() == "portage"
    assert "Au plus 8" in html(shown) and "viennent du glossaire" in html(shown)


def test_it_changes_keywords_and_keeps_what_they_were(as_user, member, moderator, comment):
    base.make_keyword("statut")
    assert edit(as_user(member), comment, keywords="Statut").status_code == 302
    comment.refresh_from_db()
    assert words_of(comment) == {"statut"} and comment.edited_at
    version = comment.versions.get()
    assert (version.text, version.keywords) == ("Avant.", ["portage"])
    shown = html(as_user(moderator).get(reverse("comments:inspect", args=[comment.pk])))
    assert "<del>portage</del>" in shown and "<ins>statut</ins>" in shown
    edit(as_user(member), comment, keywords="")
    assert words_of(comment) == set()


def test_a_new_word_becomes_a_keyword_where_the_rules_let_it(as_user, member, comment):
    client = as_user(member)
    refused = edit(client, comment, keywords="portage, inédit", comment="Après.")
    assert refused.status_code == 422 and "inédit" in html(refused) and "Après." in html(refused)
    assert not Keyword.objects.filter(name="inédit").exists()
    group = KeywordGroup.objects.create(name="Thèmes", created_by=Rank.MEMBER)
    assert again(client, comment, refused).status_code == 302
    assert words_of(comment) == {"portage", "inédit"}
    assert Keyword.objects.get(name="inédit").group == group


def test_one_that_is_there_may_stay_whatever_its_group_says_now(as_user, member, comment):
    closed = KeywordGroup.objects.create(name="Fermé", on_comment=False)
    Keyword.objects.update(group=closed)
    base.make_keyword("statut", group=closed)
    base.make_keyword("libre")
    assert edit(as_user(member), comment, keywords="portage, libre").status_code == 302
    assert words_of(comment) == {"portage", "libre"}
    assert edit(as_user(member), comment, keywords="portage, statut").status_code == 422


def test_one_that_is_not_shown_stays_with_it(as_user, member, comment):
    comment.keywords.add(base.make_keyword("retiré", live=False))
    assert "retiré" not in html(as_user(member).get(reverse("comment_edit", args=[comment.pk])))
    assert edit(as_user(member), comment, keywords="").status_code == 302
    assert words_of(comment) == {"retiré"}


def test_a_form_of_before_leaves_them(as_user, member, comment):
    assert edit(as_user(member), comment, comment="Après.").status_code == 302
    assert words_of(comment) == {"portage"}


def test_it_asks_about_a_word_that_resembles_one(as_user, member, comment):
    KeywordGroup.objects.create(name="Thèmes", created_by=Rank.MEMBER)
    client = as_user(member)
    asked = edit(client, comment, keywords="portages")
    assert asked.status_code == 422 and 'value="portages;portage"' in html(asked)
    again(client, comment, asked, instead="portages;portage", comment="Après.")
    assert words_of(comment) == {"portage"}


# --- Documents -----------------------------------------------------------------------------------


def test_it_adds_documents_and_keeps_what_there_were(as_user, member, moderator, comment, folder):
    attach(comment, A)
    assert edit(as_user(member), comment, C).status_code == 302
    comment.refresh_from_db()
    assert names(comment) == ["a.txt", "c.pdf"] and len(on_disk(folder)) == 2
    assert comment.edited_at and comment.versions.get().files == ["a.txt"]
    shown = html(as_user(moderator).get(reverse("comments:inspect", args=[comment.pk])))
    assert "<ins>c.pdf</ins>" in shown and "<ins>a.txt</ins>" not in shown


def test_the_same_document_comes_once(as_user, member, comment):
    client = as_user(member)
    for _ in range(2):
        assert edit(client, comment, A, comment="Après.").status_code == 302
    assert names(comment) == ["a.txt"] and comment.versions.count() == 1


def test_those_that_are_there_count(as_user, member, comment, settings):
    settings.COMMENT_FILES_MOST = 2
    attach(comment, A)
    refused = edit(as_user(member), comment, B, C)
    assert refused.status_code == 422 and "c.pdf" in html(refused)
    assert listed(refused) == ["b.csv"] and names(comment) == ["a.txt"]


def test_those_that_came_meanwhile_count_too(as_user, member, comment, settings, monkeypatch):
    """Two windows at once: what each had looked at before the other stored is one too many."""
    settings.COMMENT_FILES_MOST = 1

    def meanwhile(*args):
        attach(comment, A)
        return Verdict()

    monkeypatch.setattr(own_views, "screen", meanwhile)
    refused = edit(as_user(member), comment, B, comment="Après.")
    assert refused.status_code == 422 and listed(refused) == ["b.csv"]
    comment.refresh_from_db()
    assert names(comment) == ["a.txt"] and comment.comment == "Avant."


def test_a_refused_one_is_named_and_the_others_stay_with_the_form(as_user, member, comment):
    client = as_user(member)
    refused = edit(client, comment, A, BAD, B, comment="Après.")
    assert refused.status_code == 422 and "mauvais.exe" in html(refused)
    assert listed(refused) == ["a.txt", "b.csv"] and names(comment) == []
    key = CommentFile.objects.get(name="a.txt").key
    dropped = again(client, comment, refused, drop=str(key))
    assert dropped.status_code == 200 and listed(dropped) == ["b.csv"]
    looked = again(client, comment, dropped, C, preview="1")
    assert looked.status_code == 200 and listed(looked) == ["b.csv", "c.pdf"]
    assert again(client, comment, looked).status_code == 302
    assert names(comment) == ["b.csv", "c.pdf"] and not KeptForm.objects.exists()
    comment.refresh_from_db()
    assert comment.comment == "Après."


def test_nothing_is_let_in_when_the_time_is_over(as_user, member, comment, settings, folder):
    late = timezone.now() - timedelta(minutes=settings.COMMENT_EDIT_MINUTES + 1)
    PageComment.objects.filter(pk=comment.pk).update(submit_date=late)
    assert edit(as_user(member), comment, A, keywords="").status_code == 422
    assert not CommentFile.objects.exists() and not on_disk(folder)
    assert words_of(comment) == {"portage"}


def test_so_many_are_looked_at_in_an_hour(as_user, member, comment, settings):
    settings.COMMENTS_AN_HOUR = 1
    client = as_user(member)
    for _ in range(2):
        edit(client, comment, A, preview="1")
    refused = edit(client, comment, B)
    assert refused.status_code == 422 and "dans une heure" in html(refused)
    assert not comment.files.exists()


def test_it_waits_with_what_came_where_all_is_read_first(as_user, member, comment, monkeypatch):
    monkeypatch.setattr(own_views, "screen", lambda *args: Verdict(State.HELD, ["policy"]))
    edit(as_user(member), comment, A)
    comment.refresh_from_db()
    assert comment.state == State.HELD
    address = comment.files.get().get_absolute_url()
    assert as_user().get(address).status_code == 404
    given = as_user(member).get(address)
    assert given.status_code == 200
    given.close()


def test_what_could_not_be_stored_is_not_on_the_disk(as_user, member, comment, monkeypatch, folder):
    def fails(*args, **kwargs):
        raise OSError

    monkeypatch.setattr(own_views.keeping, "spend", fails)
    response = edit(as_user(member), comment, A, comment="Après.")
    assert response.status_code == 422 and "Après." in html(response)
    assert not comment.files.exists() and listed(response) == ["a.txt"]
    assert len(on_disk(folder)) == 1  # the one that is with the form


def test_another_site_edits_nothing(member, comment):
    strict = base.sign_in(Client(enforce_csrf_checks=True), member)
    assert edit(strict, comment, A, comment="Après.").status_code == 403
    comment.refresh_from_db()
    assert comment.comment == "Avant." and not comment.files.exists()


def test_far_too_much_is_not_written_to_the_disk(as_user, member, comment, settings):
    settings.COMMENT_FILE_SIZE = 100
    response = edit(as_user(member), comment, ("grand.txt", b"x" * 5_000))
    assert response.status_code == 422 and "grand.txt" in html(response)
