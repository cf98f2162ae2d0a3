"""What a stranger's review found, each as it was and as it must not be again."""

import pytest
from django.contrib.auth.models import Group

from discussion import screening, spam_features
from discussion.files import plain
from discussion.files.kinds import Refused
from discussion.models import ModeratedPart, ModerationAct, PageComment, Report
from discussion.moderation import Act, set_state, undo
from discussion.moderators import moderated_by
from discussion.passages import passages_of
from discussion.threads import Conversation
from pages.rendering import render_body
from tests import base

pytestmark = pytest.mark.django_db
TEXT = "Un long texte, écrit pendant une heure."


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup)


@pytest.mark.parametrize("text", ["a-", "a.", "㏂", "0 ", "a@", "a.b@"])
def test_a_text_that_is_all_beginnings_is_read_to_its_end(text):
    """Some of these took minutes, and a server with them."""
    assert spam_features.features(text * (10_000 // len(text)))


def test_a_table_of_blank_lines_is_read_to_its_end():
    plain.check(b"\n" * 200_000 + b"\t" * 200_000 + b",a", "csv")
    with pytest.raises(Refused):
        plain.check(b"\n" * 200_000 + b"=cmd|'/C calc'!A0", "csv")


def test_gaps_take_no_place_in_a_discussion(client, minutes, settings):
    base.make_comment(minutes, "Le seul vrai.")
    for n in range(settings.COMMENT_THREADS_SHOWN + 5):
        base.make_comment(minutes, f"Indésirable {n}", state="spam")
    answered = base.make_comment(minutes, "Effacé depuis.")
    base.make_comment(minutes, "Sa réponse.", parent=answered)
    PageComment.objects.filter(pk=answered.pk).update(state="deleted")
    for order in ("anciens", "recents"):
        said = Conversation(minutes, order)
        assert said.part.paginator.num_pages == 1
        shown = {comment.comment for comment in said.comments if not comment.placeholder}
        assert shown == {"Le seul vrai.", "Sa réponse."}
        assert [comment.placeholder for comment in said.comments].count(True) == 1


def test_words_for_a_page_that_closed_meanwhile_are_given_back(
    client, as_user, group_member, private_workgroup
):
    page = base.make_minutes(private_workgroup)
    address = f"/fr/commentaires/page/{page.pk}/"
    for who in (client, as_user(base.make_user("Sortie du groupe"))):
        answer = who.post(address, base.comment_form_data(page, comment=TEXT))
        assert answer.status_code == 404 and TEXT in answer.content.decode()
        unknown = who.post("/fr/commentaires/page/999999/", {"comment": TEXT})
        assert unknown.status_code == 404 and TEXT in unknown.content.decode()
    own = base.make_comment(page, user=group_member)
    edited = client.post(f"/fr/commentaires/{own.pk}/modifier/", {"comment": TEXT})
    assert edited.status_code == 404 and TEXT in edited.content.decode()
    assert page.title not in edited.content.decode()
    assert client.post(address, {"comment": ""}).status_code == 404


def test_an_edit_is_not_lost_to_an_error_of_ours(as_user, member, minutes, monkeypatch):
    own = base.make_comment(minutes, user=member)

    def boom(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("discussion.own_views.screen", boom)
    answer = as_user(member).post(f"/fr/commentaires/{own.pk}/modifier/", {"comment": TEXT})
    assert answer.status_code == 422 and TEXT in answer.content.decode()
    own.refresh_from_db()
    assert own.comment != TEXT


def test_a_moderators_part_that_is_deleted_gives_no_more_than_it_gave(
    workgroup, minutes, moderator
):
    other = base.make_comment(base.make_minutes(base.make_workgroup("Autre")))
    own = base.make_comment(minutes)
    assert set(moderated_by(moderator)) == {own, other}
    ModeratedPart.objects.create(group=Group.objects.get(name="Moderators"), page=workgroup)
    assert set(moderated_by(moderator)) == {own}
    workgroup.delete()
    assert not moderated_by(moderator).exists()


def test_an_old_act_is_not_undone_over_a_later_one(minutes, moderator, member):
    comment = base.make_comment(minutes, user=member)
    set_state([comment], Act.HIDE, moderator)
    first = ModerationAct.objects.latest("pk")
    set_state([comment], Act.RESTORE, moderator)
    set_state([comment], Act.HIDE, moderator)
    assert undo(first, moderator) is None
    last = ModerationAct.objects.latest("pk")
    assert undo(last, moderator) is not None
    comment.refresh_from_db()
    assert comment.state == "published"


def test_a_confirmed_link_opened_again_while_the_comment_waits_is_no_dead_end(client, minutes):
    from django.core import mail

    data = base.comment_form_data(minutes, proof="")
    client.post(f"/fr/commentaires/page/{minutes.pk}/", data)
    (link,) = [word for word in mail.outbox[0].body.split() if "/confirmer/" in word]
    path = "/" + link.split("/", 3)[3]
    client.post(path)
    assert PageComment.objects.get().state == "held"
    again = client.get(path, follow=True)
    assert again.status_code == 200 and "une fois relu" in again.content.decode()


def test_another_site_puts_no_words_into_a_session(client, minutes):
    data = base.comment_form_data(minutes, comment=TEXT) | {"sign_in": "1"}
    address = f"/fr/commentaires/page/{minutes.pk}/"
    foreign = client.post(address, data, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 404 and not client.session.keys()
    own = client.post(address, data, headers={"Origin": "http://testserver"})
    assert own.status_code == 302 and client.session.keys()


def test_documents_are_examined_so_many_times_an_hour(client, minutes, settings):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.COMMENTS_AN_HOUR = 1

    def send():
        upload = SimpleUploadedFile("note.txt", b"Une note.")
        data = base.comment_form_data(minutes, comment="") | {"files": upload}
        return client.post(f"/fr/commentaires/page/{minutes.pk}/", data).content.decode()

    assert ["il y en a eu beaucoup de vous" in send() for _ in range(3)] == [False, False, True]


def test_a_reply_speaks_of_the_passage_of_its_thread(minutes):
    start = base.make_comment(minutes, anchor="p-a", passage="Le premier passage.")
    reply = base.make_comment(minutes, parent=start, anchor="p-b", passage="Un autre passage.")
    assert (reply.anchor, reply.passage) == ("p-a", "")


def test_a_house_with_ipv6_is_one_address(rf):
    one, same, other = (
        screening.network_of(rf.get("/", REMOTE_ADDR=address))
        for address in ("2001:db8:1:2:aaaa::1", "2001:db8:1:2:bbbb::9", "2001:db8:1:3::1")
    )
    assert one == same != other
    assert screening.network_of(rf.get("/", REMOTE_ADDR="192.0.2.1")) == "192.0.2.1"


def test_an_address_to_go_back_to_that_is_none_is_the_front_page(client):
    answer = client.post("/fr/commentaires/ordre/", {"ordre": "plat", "next": "foo"})
    assert answer.url == "/#discussion"


def test_a_passage_asked_for_is_that_of_a_form_that_was_kept(client, as_user, member, minutes):
    anchor = next(iter(passages_of(render_body(minutes.body, user=member, language="fr"))))
    visitor = as_user()
    visitor.post(
        f"/fr/commentaires/page/{minutes.pk}/",
        base.comment_form_data(minutes, comment=TEXT) | {"sign_in": "1"},
    )
    base.sign_in(visitor, member)
    form = visitor.get(minutes.url, {"passage": anchor}).context["discussion"]["form"]
    assert (form["comment"].value(), form["anchor"].value()) == (TEXT, anchor)


def test_what_is_reported_waits_for_moderators_like_what_is_held(
    as_user, moderator, minutes, member
):
    reported = base.make_comment(minutes, "Signalé.")
    base.make_comment(minutes, "Un autre, plus récent.")
    page = as_user(moderator).get("/admin/comments/").content.decode()
    assert page.index("Un autre, plus récent.") < page.index("Signalé.")
    Report.objects.create(comment=reported, user=member, reason="spam")
    page = as_user(moderator).get("/admin/comments/").content.decode()
    assert page.index("Signalé.") < page.index("Un autre, plus récent.")
    assert "Commentaires (1)" in page


def test_whoever_confirms_is_told_that_it_will_be_read_first(client, minutes):
    from django.core import mail

    for proof, told in (("", True), (None, False)):
        data = base.comment_form_data(minutes, comment=f"{TEXT} {told}")
        data |= {} if proof is None else {"proof": proof}
        client.post(f"/fr/commentaires/page/{minutes.pk}/", data)
        (link,) = [word for word in mail.outbox[-1].body.split() if "/confirmer/" in word]
        page = client.get("/" + link.split("/", 3)[3]).content.decode()
        assert ("le relira d’abord" in page) == told
