"""The eight worst findings about the stock package: each fails there, and holds here.

The numbers are those of the list in docs/architecture.md. The fourth, replies written at once,
is in test_storm.py with the package's own save() as its control.
"""

import base64
import zlib
from pathlib import Path

import django_comments_xtd
import pytest
from django.conf import settings as django_settings
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.signals import pre_save
from django_comments_xtd import signed, views
from django_comments_xtd.conf import settings as xtd_settings
from django_comments_xtd.forms import XtdCommentForm
from django_comments_xtd.models import XtdComment, publish_or_unpublish_nested_comments

from discussion.models import CommentFile, PageComment, PendingComment
from discussion.threads import Conversation
from tests import base

pytestmark = pytest.mark.django_db
SHOWN = "tests.discussion.stock_urls"


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup)


@pytest.fixture
def stock(settings, monkeypatch):
    """The package as it comes: its model, its form, its signals, its addresses."""
    assert xtd_settings.COMMENTS_APP  # read now: it reads the project's settings once
    for name, value in {
        "COMMENTS_XTD_MODEL": "django_comments_xtd.models.XtdComment",
        "COMMENTS_XTD_FORM_CLASS": "django_comments_xtd.forms.XtdCommentForm",
        "COMMENTS_XTD_THREADED_EMAILS": False,
        "COMMENTS_XTD_MAX_THREAD_LEVEL": 9,
    }.items():
        monkeypatch.setattr(xtd_settings._wrapped, name, value)
    monkeypatch.setattr(views, "XtdComment", XtdComment)
    settings.ROOT_URLCONF = SHOWN

    def as_the_package_does(sender, instance, **kwargs):
        # What its ready() connects, word for word; ours takes that name's place.
        if instance.id:
            public = (not instance.is_removed) and instance.is_public
            publish_or_unpublish_nested_comments(instance, are_public=public)

    pre_save.connect(as_the_package_does, sender=XtdComment)
    yield
    pre_save.disconnect(as_the_package_does, sender=XtdComment)


def stock_comment(page, text="Stock.", parent=None, user=None, **changes):
    return XtdComment.objects.create(
        content_type=ContentType.objects.get_for_model(page),
        object_pk=str(page.pk),
        site_id=1,
        user=user,
        user_name="Nom",
        user_email=changes.pop("email", "nom@plenum.example"),
        comment=text,
        parent_id=parent.pk if parent else 0,
        **changes,
    )


def stock_tree(page, user):
    comments = XtdComment.objects.for_model(page).filter(is_public=True)
    tree = XtdComment.tree_from_queryset(comments.order_by("thread_id", "order"), user=user)
    return [each["comment"].comment for each in tree]


def stock_form(page, **changes):
    form = XtdCommentForm(page)
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data |= {"name": "Nom", "email": "nom@plenum.example", "comment": "Stock."}
    data |= {"honeypot": "", "reply_to": "0"} | changes
    return {name: value or "" for name, value in data.items()}


class TestOneWhoIsMailedGetsTheirPasswordsHash:
    def test_in_the_package(self, stock, minutes, member):
        stock_comment(minutes, user=member, email=member.email, followup=True)
        views.notify_comment_followers(stock_comment(minutes, email="other@plenum.example"))
        (sent,) = mail.outbox
        key = next(word for word in sent.body.split() if "/mute/" in word).split("/mute/")[1]
        packed = key.split("/")[0].split(".")[1]
        assert member.password.encode() in zlib.decompress(
            base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        )

    def test_here_a_link_holds_a_number_nobody_knows_and_nothing_else(self, client, minutes):
        client.post(f"/fr/commentaires/page/{minutes.pk}/", base.comment_form_data(minutes))
        (sent,) = mail.outbox
        (link,) = [word for word in sent.body.split() if "/confirmer/" in word]
        value = link.split("/confirmer/")[1].split(":")[0]
        plain = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
        assert plain == f'"{PendingComment.objects.get().token.hex}"'


class TestEditingPublishesWhatWaits:
    def test_in_the_package(self, stock, minutes):
        parent = stock_comment(minutes)
        waiting = stock_comment(minutes, parent=parent, is_public=False)
        parent.comment = "Stock, mieux dit."
        parent.save()
        waiting.refresh_from_db()
        assert waiting.is_public

    def test_here_it_goes_on_waiting(self, as_user, member, minutes):
        parent = base.make_comment(minutes, user=member)
        waiting = base.make_comment(minutes, parent=parent, state="held")
        edited = as_user(member).post(
            f"/fr/commentaires/{parent.pk}/modifier/", {"comment": "Mieux dit."}
        )
        waiting.refresh_from_db()
        parent.refresh_from_db()
        assert edited.status_code == 302 and parent.comment == "Mieux dit."
        assert (waiting.state, waiting.is_public) == ("held", False)


class TestAReplyToAnotherPageEmptiesThisOne:
    def test_in_the_package(self, client, stock, minutes, workgroup, member):
        for text in ("A", "B", "C"):
            stock_comment(minutes, text)
        elsewhere = stock_comment(base.make_minutes(workgroup), "Ailleurs")
        assert stock_tree(minutes, member) == ["A", "B", "C"]
        stock_comment(minutes, "Perdu", parent=elsewhere)
        assert len(stock_tree(minutes, member)) < 4

    def test_here_it_is_refused_and_all_threads_stay(self, client, minutes, workgroup):
        for text in ("A", "B", "C"):
            base.make_comment(minutes, text)
        elsewhere = base.make_comment(base.make_minutes(workgroup), "Ailleurs")
        hidden = base.make_comment(minutes, "Masqué", state="hidden")
        for parent in (elsewhere, hidden):
            with pytest.raises(ValidationError):
                base.make_comment(minutes, "Perdu", parent=parent)
            data = base.comment_form_data(minutes, reply_to=parent.pk)
            answer = client.post(f"/fr/commentaires/page/{minutes.pk}/", data)
            assert answer.status_code == 422
        assert [comment.comment for comment in Conversation(minutes).comments] == ["A", "B", "C"]


class TestAnybodyReadsAHiddenComment:
    def test_in_the_package(self, client, stock, minutes):
        hidden = stock_comment(minutes, "Un mot masqué.", is_public=False)
        assert (
            "Un mot masqué."
            in client.get(f"/stock/reply/{hidden.pk}/", follow=True).content.decode()
        )

    def test_here_nobody_does(self, client, as_user, member, minutes):
        comment = base.make_comment(minutes, "Un mot masqué.")
        addresses = [
            f"/fr/commentaires/{comment.pk}/",
            f"/fr/commentaires/{comment.pk}/fil/",
            f"{minutes.url}?reponse={comment.pk}",
        ]

        def words(client):
            return [
                "Un mot masqué." in client.get(address, follow=True).content.decode()
                for address in addresses
            ]

        assert words(client) == [True, True, True]
        for state in ("held", "hidden", "spam", "deleted"):
            comment.state = state
            comment.save()
            assert words(client) == words(as_user(member)) == [False, False, False]


class TestALinkBringsADeletedCommentBack:
    def test_in_the_package_and_by_merely_being_looked_at(self, client, stock, minutes):
        client.post("/stock/post/", stock_form(minutes))
        (sent,) = mail.outbox
        link = next(word for word in sent.body.split() if "/confirm/" in word)
        path = "/" + link.split("/", 3)[3]
        client.get(path)
        XtdComment.objects.get().delete()
        client.get(path)
        assert XtdComment.objects.get().comment == "Stock."

    def test_here_looking_does_nothing_and_what_is_gone_stays_so(
        self, client, minutes, settings, monkeypatch
    ):
        client.post(f"/fr/commentaires/page/{minutes.pk}/", base.comment_form_data(minutes))
        (link,) = [word for word in mail.outbox[0].body.split() if "/confirmer/" in word]
        path = "/" + link.split("/", 3)[3]
        assert client.get(path).status_code == 200
        assert not PageComment.objects.exists()
        client.post(path)
        PageComment.objects.get().delete()
        assert (client.get(path).status_code, client.post(path).status_code) == (410, 410)
        assert not PageComment.objects.exists()
        settings.COMMENT_CONFIRM_DAYS = 0
        assert client.get(path).status_code == 410


class TestAFileAndKeywordsAreDroppedWithoutAWord:
    def test_in_the_package(self, client, stock, minutes):
        sent = SimpleUploadedFile("note.txt", b"Une note.")
        data = stock_form(minutes) | {"files": sent, "keywords": "portage"}
        assert client.post("/stock/post/", data).status_code == 302
        path = "/" + mail.outbox[0].body.split("/confirm/")[1].split()[0]
        client.get(f"/stock/confirm{path}")
        assert XtdComment.objects.count() == 1 and not CommentFile.objects.exists()

    def test_here_they_are_kept(self, as_user, member, minutes):
        base.make_keyword("portage", offered=True)
        data = base.comment_form_data(minutes, keywords="portage")
        data["files"] = SimpleUploadedFile("note.txt", "Une note à lire.".encode())
        as_user(member).post(f"/fr/commentaires/page/{minutes.pk}/", data)
        comment = PageComment.objects.get()
        assert [keyword.name for keyword in comment.keywords.all()] == ["portage"]
        assert [file.name for file in comment.files.all()] == ["note.txt"]


class TestFrenchAndDutchAreNeverShown:
    def test_in_the_package(self):
        folder = Path(django_comments_xtd.__file__).parent
        assert list(folder.rglob("*.po")) and not list(folder.rglob("*.mo"))

    def test_here_the_form_speaks_the_readers_language(self, client, minutes):
        labels = {"fr": "Votre message", "nl": "Je bericht", "en": "Your message"}
        address = minutes.url
        for language, label in labels.items():
            page = client.get(address.replace("/fr/", f"/{language}/")).content.decode()
            assert label in page
        assert django_settings.LANGUAGE_CODE == "fr"


def test_none_of_the_packages_addresses_is_there(client, minutes):
    from django.urls import NoReverseMatch, reverse

    for name in ("comments-post-comment", "comments-xtd-reply", "comments-xtd-api-create"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
        assert reverse(name, urlconf=SHOWN, args=[1] if "reply" in name else []).startswith(
            "/stock"
        )
    assert signed.dumps({"a": 1})
