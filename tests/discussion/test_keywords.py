"""Keywords on comments: who may use and make them, and when a new word becomes one."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from discussion.enclosures import MOST_KEYWORDS
from discussion.models import PageComment, PendingComment
from glossary.models import Keyword, KeywordGroup
from glossary.rules import Rank
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup)


def make_group(name="Thèmes", **rules):
    return KeywordGroup.objects.create(name=name, **rules)


def post(client, page, **changes):
    data = base.comment_form_data(page, **changes)
    return client.post(reverse("comment_post", args=[page.pk]), data)


def errors(response):
    return response.context["discussion"]["form"].errors.get("keywords", [])


def link_in(message):
    return re.search(r"https?://[^/]+(/\S+)", message.body)[1]


def words_of(comment):
    return {keyword.name for keyword in comment.keywords.all()}


# --- Who may use which ----------------------------------------------------------------------------


@pytest.mark.parametrize("lowest", [Rank.VISITOR, Rank.MEMBER, Rank.EDITOR])
def test_it_lets_those_tag_who_may(as_user, minutes, member, editor, lowest):
    base.make_keyword("portage", group=make_group(applied_by=lowest))
    for rank, user in ((Rank.VISITOR, None), (Rank.MEMBER, member), (Rank.EDITOR, editor)):
        response = post(as_user(user), minutes, keywords="portage", comment=f"Moi, {rank}.")
        assert response.status_code == (302 if rank >= lowest else 422)


def test_a_refused_keyword_costs_neither_text_nor_tags(as_user, minutes, member):
    base.make_keyword("portage", group=make_group(on_comment=False))
    base.make_keyword("statut")
    client = as_user(member)
    response = post(client, minutes, keywords="statut, Portage", comment="Mon texte.")
    assert response.status_code == 422
    page = response.content.decode()
    assert "Mon texte." in page and 'value="statut, Portage"' in page
    assert "portage" in errors(response)[0]
    assert post(client, minutes, keywords="statut", comment="Mon texte.").status_code == 302


def test_it_says_the_limits_before_anything_is_written(as_user, minutes, member):
    page = as_user(member).get(minutes.url).content.decode()
    assert f"Au plus {MOST_KEYWORDS}" in page and "viennent du glossaire" in page
    make_group("Lieux & <i>jours</i>", recommended=True, created_by=Rank.MEMBER)
    page = as_user(member).get(minutes.url).content.decode()
    assert "Lieux &amp; &lt;i&gt;jours" in page and "<i>jours" not in page
    assert "mot nouveau entre au glossaire" in page
    assert "viennent du glossaire" in as_user().get(minutes.url).content.decode()


def test_it_takes_so_many_and_no_more(as_user, minutes, member):
    words = [f"mot{i}" for i in range(MOST_KEYWORDS + 1)]
    for word in words:
        base.make_keyword(word)
    client = as_user(member)
    assert post(client, minutes, keywords=", ".join(words)).status_code == 422
    assert post(client, minutes, keywords=", ".join(words[1:])).status_code == 302


# --- New words ------------------------------------------------------------------------------------


def test_a_members_new_word_is_a_keyword_at_once(as_user, minutes, member):
    group = make_group(created_by=Rank.MEMBER)
    client = as_user(member)
    data = base.comment_form_data(minutes, keywords="inédit")
    url = reverse("comment_post", args=[minutes.pk])
    for _ in range(2):  # sent twice, stored once
        assert client.post(url, data).status_code == 302
    assert words_of(PageComment.objects.get()) == {"inédit"}
    keyword = Keyword.objects.get()
    assert keyword.group == group and keyword.live
    assert [(label.language, label.text) for label in keyword.labels.all()] == [("fr", "inédit")]


def test_a_visitors_new_word_waits_for_the_confirmation(client, minutes):
    make_group(created_by=Rank.VISITOR)
    for _ in range(2):
        data = base.comment_form_data(minutes, keywords="inédit")
        client.post(reverse("comment_post", args=[minutes.pk]), data)
    assert PendingComment.objects.first().new_keywords == ["inédit"]
    assert not Keyword.objects.exists()
    for message in mail.outbox:
        link = link_in(message)
        assert "inédit" in client.get(link).content.decode()
        assert not Keyword.objects.exists() or PageComment.objects.exists()
        assert client.post(link).status_code == 302
        client.post(link)
    assert Keyword.objects.count() == 1
    assert [words_of(comment) for comment in PageComment.objects.all()] == [{"inédit"}] * 2


def test_the_rules_of_the_day_of_confirmation_count(client, minutes):
    group = make_group(created_by=Rank.VISITOR)
    base.make_keyword("statut", group=group)
    kept = base.make_keyword("portage")
    post(client, minutes, keywords="inédit, statut, portage")
    KeywordGroup.objects.update(created_by=Rank.EDITOR, applied_by=Rank.MEMBER)
    link = link_in(mail.outbox[0])
    assert "inédit" not in client.get(link).content.decode()
    client.post(link)
    assert list(PageComment.objects.get().keywords.all()) == [kept]
    assert not Keyword.objects.filter(name="inédit").exists()


def test_who_may_not_make_words_is_told(client, minutes):
    make_group(created_by=Rank.MEMBER)
    response = post(client, minutes, keywords="inédit")
    assert "inédit" in errors(response)[0]
    assert not PendingComment.objects.exists()


@pytest.mark.parametrize("word", ["!!!", "x" * 120])
def test_what_is_no_word_is_refused(as_user, minutes, member, word):
    make_group(created_by=Rank.MEMBER)
    response = post(as_user(member), minutes, keywords=word)
    assert response.status_code == 422 and errors(response)
    assert not Keyword.objects.exists()


def test_a_near_duplicate_is_shown_and_may_be_meant(as_user, minutes, member):
    make_group(created_by=Rank.MEMBER)
    base.make_keyword("accompagnement")
    client = as_user(member)
    question = "C’est bien un autre mot"
    assert question not in client.get(minutes.url).content.decode()
    response = post(client, minutes, keywords="accompagnements", comment="Mon texte.")
    assert "accompagnement" in errors(response)[0] and "Mon texte." in response.content.decode()
    assert question in response.content.decode()
    assert Keyword.objects.count() == 1
    response = post(client, minutes, keywords="accompagnements", sure="on")
    assert response.status_code == 302
    assert words_of(PageComment.objects.get()) == {"accompagnements"}


def test_a_near_duplicate_gives_way_by_one_click(as_user, minutes, member):
    make_group(created_by=Rank.MEMBER)
    base.make_keyword("accompagnement"), base.make_keyword("portage")
    client = as_user(member)
    typed = "portage; accompagnements"
    html = post(client, minutes, keywords=typed).content.decode()
    value = re.search(r'name="instead" value="([^"]+)"', html)[1]
    assert post(client, minutes, keywords=typed, instead=value).status_code == 302
    assert words_of(PageComment.objects.get()) == {"portage", "accompagnement"}
    assert Keyword.objects.count() == 2


def test_of_two_near_duplicates_each_gives_way_in_turn(as_user, minutes, member):
    make_group(created_by=Rank.MEMBER)
    base.make_keyword("accompagnement"), base.make_keyword("parrainage")
    client = as_user(member)
    typed, choice = "parrainages; accompagnements", "parrainages;parrainage"
    asked = post(client, minutes, keywords=typed, instead=choice)
    assert asked.status_code == 422
    assert 'value="parrainage, accompagnements"' in asked.content.decode()
    choice = "accompagnements;accompagnement"
    left = "parrainage, accompagnements"
    assert post(client, minutes, keywords=left, instead=choice).status_code == 302
    assert words_of(PageComment.objects.get()) == {"parrainage", "accompagnement"}


# --- Words of closed groups -----------------------------------------------------------------------


@pytest.mark.parametrize("created_by", [Rank.EDITOR, Rank.VISITOR])
def test_a_private_word_behaves_like_an_unknown_one(
    as_user, minutes, private_workgroup, member, group_member, created_by
):
    make_group(created_by=created_by)
    secret = base.make_keyword("fusion", definition_fr="Notre secret.")
    base.make_minutes(private_workgroup, keywords=[secret])
    client = as_user(member)
    hidden, unknown = (post(client, minutes, keywords=word) for word in ("fusion", "zzz"))
    assert hidden.status_code == unknown.status_code
    if hidden.status_code == 422:
        assert errors(hidden)[0].replace("fusion", "zzz") == errors(unknown)[0]
    else:
        comments = PageComment.objects.order_by("pk")
        shown = [[word.label for word in comment.keywords.all()] for comment in comments]
        assert shown == [["fusion"], ["zzz"]]
        theirs = comments[0].keywords.get()
        assert "Notre secret" not in client.get(theirs.get_absolute_url()).content.decode()
    assert not secret.comments.exists()
    assert client.get(secret.get_absolute_url()).status_code == 404
    # Who may look there names the keyword itself.
    assert post(as_user(group_member), minutes, keywords="fusion").status_code == 302
    assert list(PageComment.objects.latest("pk").keywords.all()) == [secret]
