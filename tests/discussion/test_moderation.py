"""Hiding comments and showing them again."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import ReferenceIndex

from discussion.models import CommentVersion, ModerationAct, PageComment, Report
from discussion.moderation import Act, moderated_by, set_state
from tests import base

LIST = "/admin/comments/"


def moderate_url(comment):
    return f"/admin/comments/{comment.pk}/moderate/"


def bulk_url(action, comments):
    ids = "&".join(f"id={comment.pk}" for comment in comments)
    return f"/admin/bulk/discussion/pagecomment/{action}/?{ids}&next={LIST}"


def hidden(comment):
    return PageComment.objects.get(pk=comment.pk).is_removed


@pytest.fixture
def page(workgroup):
    return base.make_minutes(workgroup, title="Le portage en débat")


@pytest.fixture
def comment(page):
    return base.make_comment(page, "Une remarque sur la mutualisation.")


# --- The function --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_change_leaves_an_act(comment, moderator):
    assert set_state([comment], Act.HIDE, moderator) == [comment]
    assert set_state([comment], Act.HIDE, moderator) == []  # hidden already: nothing was done
    assert set_state([comment], Act.RESTORE, moderator) == [comment]
    acts = comment.acts.order_by("pk")
    assert [(act.act, act.moderator) for act in acts] == [
        ("hide", moderator),
        ("restore", moderator),
    ]


@pytest.mark.django_db
def test_replies_keep_a_state_of_their_own(page, comment, moderator):
    answer = base.make_comment(page, "Une réponse.", parent=comment)
    bad = base.make_comment(page, "Une autre.", parent=comment)
    set_state([bad], Act.HIDE, moderator)
    set_state([comment], Act.HIDE, moderator)
    assert not hidden(answer)
    set_state([comment], Act.RESTORE, moderator)
    assert hidden(bad) and not hidden(answer)


@pytest.mark.django_db
def test_the_acts_outlive_the_moderators_account(comment, moderator):
    set_state([comment], Act.HIDE, moderator)
    moderator.delete()
    assert ModerationAct.objects.get().moderator is None


@pytest.mark.django_db
def test_nobody_moderates_what_they_may_not_read(
    private_workgroup, comment, moderator, editor, member, group_member, admin
):
    secret = base.make_comment(base.make_minutes(private_workgroup), "En petit comité.")
    assert list(moderated_by(moderator)) == [comment]
    assert set(moderated_by(admin)) == {comment, secret}
    for user in (editor, member, group_member):
        assert not moderated_by(user).exists()
    moderator.groups.add(*group_member.groups.filter(name="Groupe fermé"))
    assert set(moderated_by(type(moderator).objects.get(pk=moderator.pk))) == {comment, secret}


# --- What readers see ----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_hidden_comment_leaves_every_page_and_comes_back(as_user, moderator, client):
    keyword = base.make_keyword("mutualisation")
    page = base.make_minutes(base.make_workgroup(), keywords=[keyword])
    comment = base.make_comment(page, "Gardons l’hippocampe.", keywords=[keyword])
    places = [page.get_url(), keyword.get_absolute_url(), "/fr/", "/fr/recherche/?q=hippocampes"]
    words = "hippocampe."

    def seen():
        return [words in client.get(place).content.decode() for place in places[:3]] + [
            f"#c{comment.pk}" in client.get(places[3]).content.decode()
        ]

    assert seen() == [True] * 4  # control: it is everywhere before
    assert client.get(comment.get_absolute_url()).status_code == 302

    as_user(moderator).post(moderate_url(comment), {"act": "hide"})
    assert seen() == [False] * 4
    assert client.get(comment.get_absolute_url()).status_code == 404

    as_user(moderator).post(moderate_url(comment), {"act": "restore", "seen": comment.version})
    assert seen() == [True] * 4


# --- One comment ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_looking_changes_nothing(as_user, moderator, comment):
    client = as_user(moderator)
    response = client.get(moderate_url(comment))
    assert "mutualisation" in response.content.decode()
    assert not hidden(comment)
    client.get(bulk_url("hide", [comment]))
    assert not hidden(comment)


@pytest.mark.django_db
def test_it_leads_back_to_where_the_moderator_came_from(as_user, moderator, page, comment):
    client = as_user(moderator)
    back = f"{page.get_url()}#discussion"
    assert back in client.get(moderate_url(comment), {"next": back}).content.decode()
    response = client.post(moderate_url(comment), {"act": "hide", "next": back})
    assert response["Location"] == back
    assert hidden(comment)
    data = {"act": "restore", "next": "//evil.example/", "seen": comment.version}
    response = client.post(moderate_url(comment), data)
    assert response["Location"] == LIST


@pytest.mark.django_db
def test_two_moderators_do_not_undo_each_other(as_user, moderator, admin, comment):
    """The form says what is wanted, not "the other way round"."""
    for user in (moderator, admin):
        as_user(user).post(moderate_url(comment), {"act": "hide"})
    assert hidden(comment)
    assert ModerationAct.objects.count() == 1


@pytest.mark.django_db
def test_a_malformed_post_changes_nothing(as_user, moderator, comment):
    assert as_user(moderator).post(moderate_url(comment), {}).status_code == 400
    assert not hidden(comment)


@pytest.mark.django_db
def test_only_moderators_hide(as_user, editor, member, comment):
    for user in (None, member, editor):
        client = as_user(user)
        for response in (
            client.post(moderate_url(comment), {"act": "hide"}),
            client.post(bulk_url("hide", [comment])),
            client.get(LIST),
            client.get(f"{LIST}inspect/{comment.pk}/"),
        ):
            assert response.status_code in (302, 403)
    assert not hidden(comment)
    assert not ModerationAct.objects.exists()


@pytest.mark.django_db
def test_a_comment_in_a_closed_group_does_not_exist_for_a_moderator(
    as_user, moderator, private_workgroup
):
    secret = base.make_comment(base.make_minutes(private_workgroup, title="Secret"), "Chut.")
    client = as_user(moderator)
    for url in (moderate_url(secret), f"{LIST}inspect/{secret.pk}/"):
        assert client.get(url, follow=True).status_code == 404
    assert "Chut." not in client.get(LIST).content.decode()
    assert "Secret" not in client.get(LIST).content.decode()  # nor among the filters
    client.post(moderate_url(secret), {"act": "hide"})
    client.post(bulk_url("hide", [secret]))
    client.post("/admin/bulk/discussion/pagecomment/hide/?id=all")
    assert not hidden(secret)


@pytest.mark.django_db
def test_nobody_edits_adds_or_deletes(as_user, admin, comment):
    client = as_user(admin)
    for url in (f"edit/{comment.pk}/", "new/", f"delete/{comment.pk}/", f"copy/{comment.pk}/"):
        assert client.get(LIST + url, follow=True).status_code == 404
        assert client.post(LIST + url, follow=True).status_code == 404
    assert f"{LIST}new/" not in client.get(LIST).content.decode()


@pytest.mark.django_db
def test_its_page_tells_its_history(as_user, moderator, comment):
    client = as_user(moderator)
    assert "encore rien fait" in client.get(f"{LIST}inspect/{comment.pk}/").content.decode()
    set_state([comment], Act.HIDE, moderator)
    shown = client.get(f"{LIST}inspect/{comment.pk}/").content.decode()
    assert "encore rien fait" not in shown
    assert moderator.display_name in shown
    assert comment.user_email not in shown


# --- Several -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_several_are_hidden_and_restored_at_once(as_user, moderator, page):
    client = as_user(moderator)
    one, two, three = [base.make_comment(page, f"Numéro {n}.") for n in range(3)]

    asked = client.get(bulk_url("hide", [one, two])).content.decode()
    assert "Numéro 0." in asked and "Numéro 2." not in asked
    assert client.post(bulk_url("hide", [one, two]))["Location"] == LIST
    assert [hidden(each) for each in (one, two, three)] == [True, True, False]

    client.post(bulk_url("restore", [one, three]), {"seen": base.seen(one, three)})
    assert [hidden(each) for each in (one, two, three)] == [False, True, False]
    assert ModerationAct.objects.count() == 3  # the third had nothing to restore


@pytest.mark.django_db
def test_odd_numbers_choose_nothing(as_user, moderator, comment):
    client = as_user(moderator)
    ids = f"id={comment.pk}&id=²&id={10**30}&id={2**63}&id=-1&id=x"
    url = f"/admin/bulk/discussion/pagecomment/hide/?{ids}&next={LIST}"
    assert client.get(url).status_code == 200
    client.post(url)
    assert hidden(comment)
    for number in (2**63, 10**30):
        for path in (f"{number}/moderate/", f"inspect/{number}/"):
            assert client.get(LIST + path, follow=True).status_code == 404


def test_all_means_all_that_the_list_showed(as_user, moderator, page, workgroup):
    client = as_user(moderator)
    other = base.make_minutes(workgroup, title="Autre")
    here = [base.make_comment(page, "Ici.") for _ in range(3)]
    there = base.make_comment(other, "Là-bas.")
    client.post(f"/admin/bulk/discussion/pagecomment/hide/?page={page.pk}&id=all")
    assert all(hidden(each) for each in here)
    assert not hidden(there)


# --- The list ------------------------------------------------------------------------------------


def listed(client, **query):
    return [comment.comment for comment in client.get(LIST, query).context["object_list"]]


@pytest.mark.django_db
def test_the_list_is_newest_first_and_says_what_is_what(as_user, moderator, page, member):
    keyword = base.make_keyword("coworking")
    base.make_comment(page, "Premier.")
    latest = base.make_comment(page, "Dernier.", user=member, keywords=[keyword])
    set_state([latest], Act.HIDE, moderator)
    client = as_user(moderator)
    assert listed(client) == ["Dernier.", "Premier."]
    shown = client.get(LIST).content.decode()
    for words in ("coworking", "masqué", "visible", member.display_name, page.title):
        assert words in shown
    assert "visitor@plenum.example" not in shown


@pytest.mark.django_db
def test_the_list_is_filtered(as_user, moderator, member, page, workgroup):
    elsewhere = base.make_minutes(base.make_workgroup("Autre groupe"), title="Ailleurs")
    visitor = base.make_comment(page, "Visiteuse.")
    base.make_comment(page, "Membre.", user=member)
    base.make_comment(elsewhere, "Ailleurs.")
    set_state([visitor], Act.HIDE, moderator)
    client = as_user(moderator)
    assert listed(client, state="hidden") == ["Visiteuse."]
    assert listed(client, state="published") == ["Ailleurs.", "Membre."]
    assert listed(client, author="member") == ["Membre."]
    assert listed(client, author="visitor") == ["Ailleurs.", "Visiteuse."]
    assert listed(client, page=elsewhere.pk) == ["Ailleurs."]
    assert listed(client, group=workgroup.pk) == ["Membre.", "Visiteuse."]
    assert listed(client, submit_date_from="2000-01-01", submit_date_to="2001-01-01") == []
    assert len(listed(client, submit_date_from="2000-01-01")) == 3
    assert len(listed(client, page="nonsense", state="?")) == 3


@pytest.mark.django_db(transaction=True)
def test_the_list_is_searched_hidden_ones_too(as_user, moderator):
    page = base.make_minutes(base.make_workgroup())
    wanted = base.make_comment(page, "Nous préférons l’hébergement.")
    base.make_comment(page, "Autre chose.", name="Hélène")
    client = as_user(moderator)
    assert listed(client, q="hebergement") == [wanted.comment]
    assert listed(client, q="helene") == ["Autre chose."]
    set_state([wanted], Act.HIDE, moderator)
    assert listed(client, q="hébergements", state="hidden") == [wanted.comment]
    assert listed(client, q="introuvable") == []


@pytest.mark.django_db
def test_the_list_costs_the_same_however_long(as_user, moderator, page):
    client = as_user(moderator)
    keyword = base.make_keyword()

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        return len(queries)

    def add(number):
        for n in range(number):
            state = ("published", "held", "hidden", "spam", "deleted")[n % 5]
            comment = base.make_comment(page, keywords=[keyword], state=state)
            Report.objects.create(comment=comment, user=moderator, reason="spam")

    add(20)
    cost()
    before = cost()
    add(180)
    assert cost() == before
    assert PageComment.objects.count() == 200


@pytest.mark.django_db
def test_the_menu_shows_it_to_moderators_only(as_user, moderator, editor):
    assert f'"{LIST}"' in as_user(moderator).get("/admin/").content.decode()
    assert f'"{LIST}"' not in as_user(editor).get("/admin/").content.decode()


@pytest.mark.django_db
def test_moderators_change_no_page(as_user, moderator, editor, page):
    urls = [f"/admin/pages/{page.pk}/edit/", f"/admin/pages/{page.pk}/delete/"]
    for url in urls:
        assert as_user(moderator).get(url).status_code == 403
    assert as_user(editor).get(urls[0]).status_code == 200  # control


@pytest.mark.django_db
def test_a_comment_is_no_use_of_its_page(page, comment):
    assert not ReferenceIndex.get_references_to(page).exists()


# --- What moderators are shown -------------------------------------------------------------------


@pytest.mark.django_db
def test_held_ones_come_first_and_are_counted(as_user, moderator, page):
    base.make_comment(page, "Attend.", state="held", reasons=["reported"])
    base.make_comment(page, "Visible.")
    client = as_user(moderator)
    assert listed(client) == ["Attend.", "Visible."]
    shown = client.get(LIST).content.decode()
    assert "en attente (1)" in shown and "signalé" in shown
    assert "Commentaires (1)" in client.get("/admin/").content.decode()
    assert listed(client, state="held") == ["Attend."]
    assert listed(client, reason="reported") == ["Attend."]
    PageComment.objects.update(state="published")
    assert "Commentaires (1)" not in client.get("/admin/").content.decode()


@pytest.mark.django_db
def test_reported_ones_and_those_of_one_author_are_found(as_user, moderator, page, member):
    one = base.make_comment(page, "Un.", user=member)
    base.make_comment(page, "Deux.", user=member)
    base.make_comment(page, "Trois.", name="Zoé", email="zoe@plenum.example")
    visitor = base.make_comment(page, "Quatre.", name="Zoë", email="Zoe@plenum.example")
    Report.objects.create(comment=one, user=moderator, reason="spam")
    client = as_user(moderator)
    assert listed(client, reported="open") == ["Un."]
    assert listed(client, reported="settled") == []
    assert listed(client, same_author=one.pk) == ["Un.", "Deux."]  # the reported one first
    assert listed(client, same_author=visitor.pk) == ["Quatre.", "Trois."]
    assert listed(client, same_author=10**9) == []
    assert listed(client, name="zo") == ["Quatre.", "Trois."]


@pytest.mark.django_db
def test_its_page_shows_all_there_is_to_know(as_user, moderator, member, page):
    parent = base.make_comment(page, "La question.", name="Paula")
    comment = base.make_comment(page, "Un *bel* avis.", parent=parent, user=member, state="held")
    comment.reasons = ["reported"]
    comment.save()
    base.make_comment(page, "Juste après.")
    CommentVersion.objects.create(comment=comment, text="Un vilain avis.")
    Report.objects.create(comment=comment, user=moderator, reason="other", words="Trop dur.")
    ModerationAct.objects.create(comment=comment, act="answer", words="Je m’excuse.")
    shown = as_user(moderator).get(f"{LIST}inspect/{comment.pk}/").content.decode()
    for words in (
        "<em>bel</em>",
        "La question.",
        "Juste après.",
        "<del>vilain </del>",
        "<ins>*bel* </ins>",
        "Trop dur.",
        "Je m’excuse.",
        "signalé",
        "en attente\u202f: 1",
        'value="approve"',
    ):
        assert words in shown, words
    assert 'value="restore"' not in shown


@pytest.mark.django_db
def test_nothing_typed_is_markup_in_the_back_office(as_user, moderator, member, page):
    bad = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    parent = base.make_comment(page, bad, name=bad[:50])
    comment = base.make_comment(
        page, bad, name=bad[:50], parent=parent, state="held", reasons=[bad]
    )
    base.make_comment(page, bad, name=bad[:50])
    CommentVersion.objects.create(comment=comment, text=bad * 2)
    Report.objects.create(comment=comment, user=member, reason="other", words=bad)
    member.display_name = bad
    member.save()
    client = as_user(moderator)
    client.post(moderate_url(comment), {"act": "hide", "words": bad})
    for url in (
        LIST,
        f"{LIST}inspect/{comment.pk}/",
        moderate_url(comment),
        bulk_url("spam", [comment, parent]),
        f"{LIST}acts/",
    ):
        shown = client.get(url).content.decode()
        assert "&lt;script&gt;" in shown, url
        assert "<script>alert" not in shown and "<img src=x" not in shown, url


@pytest.mark.django_db
def test_it_is_approved_and_answered_once(as_user, moderator, page):
    comment = base.make_comment(page, "On peut ?", state="held")
    client = as_user(moderator)
    url = f"{LIST}{comment.pk}/reply/"
    empty = client.post(url, {"text": " ", "token": uuid4()})
    assert empty.status_code == 422 and PageComment.objects.get().state == "held"
    data = {"text": "Oui, *bien sûr*.", "token": uuid4(), "seen": comment.version}
    client.post(url, data)
    client.post(url, data)
    comment.refresh_from_db()
    assert comment.state == "published"
    [answer] = PageComment.objects.exclude(pk=comment.pk)
    assert (answer.user, answer.parent_id, answer.start) == (moderator, comment.pk, comment.pk)
    assert "<em>bien sûr</em>" in client.get(page.url).content.decode()


@pytest.mark.django_db
def test_nothing_is_answered_under_what_is_gone(as_user, moderator, page):
    comment = base.make_comment(page, state="spam")
    url = f"{LIST}{comment.pk}/reply/"
    answer = as_user(moderator).post(url, {"text": "Non.", "token": uuid4()})
    assert answer.status_code == 422 and "Non." in answer.content.decode()
    assert PageComment.objects.count() == 1


@pytest.mark.django_db
def test_acts_are_listed_and_filtered(as_user, moderator, admin, page, comment):
    set_state([comment], Act.HIDE, moderator)
    set_state([comment], Act.RESTORE, admin)
    client = as_user(moderator)

    def acts(**query):
        return [act.act for act in client.get(f"{LIST}acts/", query).context["page_obj"]]

    assert acts() == ["restore", "hide"]
    assert acts(act="hide") == ["hide"]
    assert acts(moderator=admin.pk) == ["restore"]
    assert len(acts(act="?", moderator="x")) == 2
    page.delete()
    assert acts() == []
    gone = as_user(admin).get(f"{LIST}acts/").content.decode()
    assert f"{comment.pk}, Le portage en débat" in gone
