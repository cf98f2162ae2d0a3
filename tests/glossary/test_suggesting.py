"""Members suggest keywords on the page; those who publish it decide with one click."""

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from glossary import suggesting
from glossary.models import Keyword, KeywordFollow, KeywordGroup, KeywordSuggestion, PageKeyword
from glossary.rules import Rank
from tests import base

pytestmark = pytest.mark.django_db
ACCEPTED, REFUSED = KeywordSuggestion.ACCEPTED, KeywordSuggestion.REFUSED


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup, language="fr")


def suggest(client, page, word, **more):
    return client.post(reverse("keyword_suggest", args=[page.pk]), {"word": word, **more})


def decide(client, suggestion, answer, **more):
    url = reverse("keyword_decide", args=[suggestion.pk])
    return client.post(url, {"answer": answer, **more})


def make_suggestion(page, user, word="portage", keyword=None, language="fr", **changes):
    return KeywordSuggestion.objects.create(
        page_id=page.pk,
        keyword=keyword,
        word=word,
        folded=word,
        language=language,
        suggested_by=user,
        **changes,
    )


def section(client, page):
    """What the page shows under its keywords; None for nothing."""
    return client.get(page.url).context["suggestions"]


def waiting_words(client, page):
    return [each.word for each in section(client, page)["waiting"]]


def offered(client, page):
    return [keyword.name for keyword in section(client, page)["candidates"]]


def carried(page):
    return {keyword.name for keyword in page.keywords_shown()}


def said(response, client):
    return [str(message) for message in client.get(response.url).context["messages"]]


# --- Suggesting -----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [base.make_minutes, base.make_article, base.make_roster])
def test_it_is_kept_and_shown_with_who_suggested(as_user, workgroup, member, editor, make):
    page = make(workgroup)
    keyword = base.make_keyword("portage", nl="payrolling")
    response = suggest(as_user(member), page, " Payrolling ")
    assert response.url == f"{page.url}#mots-cles"
    suggestion = KeywordSuggestion.objects.get()
    assert (suggestion.keyword, suggestion.suggested_by) == (keyword, member)
    other = base.make_user("Claire")
    assert "suggéré par Mila Membre" in as_user(other).get(page.url).content.decode()
    assert "suggéré par vous" in as_user(member).get(page.url).content.decode()
    assert "Retenir" not in as_user(other).get(page.url).content.decode()
    assert "Retenir" in as_user(editor).get(page.url).content.decode()
    assert section(as_user(), page) is None
    assert "Mila" not in as_user().get(page.url).content.decode()
    assert carried(page) == set()


def test_a_stranger_is_led_to_the_sign_in_and_back(as_user, minutes, private_workgroup):
    response = suggest(as_user(), minutes, "portage")
    assert response.status_code == 302
    assert "/login/" in response.url and minutes.url in response.url
    assert not KeywordSuggestion.objects.exists()
    closed = base.make_minutes(private_workgroup)
    assert suggest(as_user(), closed, "portage").status_code == 404


def test_it_answers_for_a_page_one_may_not_see_as_for_none(
    as_user, private_workgroup, member, group_member
):
    closed = base.make_minutes(private_workgroup)
    base.make_keyword("portage")
    assert suggest(as_user(member), closed, "portage").status_code == 404
    assert as_user(member).post("/fr/glossary/suggest/999999/").status_code == 404
    assert as_user(member).post(f"/fr/glossary/suggest/{10**30}/").status_code == 404
    assert suggest(as_user(member), base.home(), "portage").status_code == 404
    assert suggest(as_user(group_member), closed, "portage").status_code == 302


def test_it_asks_for_a_form_of_the_sites_own(minutes, member):
    strict = base.sign_in(Client(enforce_csrf_checks=True), member)
    assert suggest(strict, minutes, "portage").status_code == 403
    suggestion = make_suggestion(minutes, member)
    assert decide(strict, suggestion, "withdraw").status_code == 403
    assert KeywordSuggestion.objects.count() == 1


def test_it_does_nothing_for_a_get(as_user, minutes, member, editor):
    suggestion = make_suggestion(minutes, member)
    for name, key in (("keyword_suggest", minutes.pk), ("keyword_decide", suggestion.pk)):
        assert as_user(editor).get(reverse(name, args=[key])).status_code == 405


@pytest.mark.parametrize("lowest", [Rank.MEMBER, Rank.EDITOR])
def test_a_member_may_suggest_what_only_editors_may_apply(as_user, minutes, member, lowest):
    group = KeywordGroup.objects.create(name="Thèmes", applied_by=lowest)
    base.make_keyword("portage", group=group)
    assert suggest(as_user(member), minutes, "portage").status_code == 302
    assert KeywordSuggestion.objects.count() == 1


def test_a_word_not_meant_for_such_a_page_is_refused_beside_the_field(as_user, workgroup, member):
    group = KeywordGroup.objects.create(name="Thèmes", on_minutes=False)
    base.make_keyword("portage", group=group)
    client = as_user(member)
    response = suggest(client, base.make_minutes(workgroup), "portage")
    assert response.status_code == 422
    assert "comptes rendus" in response.context["suggestions"]["form"].errors["word"][0]
    assert 'value="portage"' in response.content.decode()
    assert suggest(client, base.make_article(workgroup), "portage").status_code == 302


def test_a_group_of_one_keyword_takes_no_second(as_user, workgroup, member):
    group = KeywordGroup.objects.create(name="Lieux", single=True)
    for name in ("Gand", "Namur"):
        base.make_keyword(name, group=group)
    page = base.make_minutes(workgroup, keywords=["Gand"])
    response = suggest(as_user(member), page, "Namur")
    assert response.status_code == 422
    assert "Gand" in response.content.decode()
    assert suggest(as_user(member), base.make_minutes(workgroup), "Namur").status_code == 302


@pytest.mark.parametrize("word", ["", "  ", "!!!", "x" * 150, "deux, mots", "\x00", "a\x00b"])
def test_odd_words_are_refused_beside_the_field(as_user, minutes, member, word):
    response = suggest(as_user(member), minutes, word)
    assert response.status_code == 422
    assert response.context["suggestions"]["form"].errors["word"]
    assert not KeywordSuggestion.objects.exists()
    assert suggest(as_user(member), minutes, "<b>mot</b>").status_code == 302
    assert "<b>mot" not in as_user(member).get(minutes.url).content.decode()


def test_what_is_there_already_is_answered_kindly(as_user, workgroup, member):
    base.make_keyword("statut")
    page = base.make_minutes(workgroup, keywords=["portage"])
    client, other = as_user(member), as_user(base.make_user("Claire"))
    assert "porte déjà" in said(suggest(client, page, "portage"), client)[-1]
    suggest(client, page, "statut")
    assert "Vous l’avez déjà suggéré" in said(suggest(client, page, "statut"), client)[-1]
    assert "Déjà suggéré par Mila Membre" in said(suggest(other, page, "statut"), other)[-1]
    assert KeywordSuggestion.objects.count() == 1


def test_what_was_refused_is_not_asked_again(as_user, minutes, member):
    keyword = base.make_keyword("portage")
    base.make_keyword("statut")
    make_suggestion(minutes, member, keyword=keyword, state=REFUSED)
    client = as_user(member)
    assert "retenu" in said(suggest(client, minutes, "portage"), client)[-1]
    suggest(client, minutes, "statut")
    assert [each.word for each in KeywordSuggestion.objects.filter(state="waiting")] == ["statut"]


def test_only_so_many_may_wait(as_user, minutes, workgroup, member, monkeypatch):
    monkeypatch.setattr(suggesting, "MOST_ON_PAGE", 2)
    monkeypatch.setattr(suggesting, "MOST_WAITING", 3)
    client, other = as_user(member), base.make_minutes(workgroup)
    for word in ("un", "deux"):
        assert suggest(client, minutes, word).status_code == 302
    response = suggest(client, minutes, "trois")
    assert response.status_code == 422 and "attendent encore" in response.content.decode()
    assert suggest(client, other, "trois").status_code == 302
    assert suggest(client, other, "quatre").status_code == 422
    assert suggest(as_user(base.make_user()), minutes, "trois").status_code == 302
    decide(client, KeywordSuggestion.objects.first(), "withdraw")
    assert suggest(client, minutes, "quatre").status_code == 302


def test_one_takes_back_ones_own(as_user, minutes, member):
    keyword = base.make_keyword("portage")
    suggestion = make_suggestion(minutes, member, keyword=keyword)
    assert decide(as_user(base.make_user()), suggestion, "withdraw").status_code == 403
    assert decide(as_user(member), suggestion, "withdraw").status_code == 302
    assert not KeywordSuggestion.objects.exists()


# --- New words ------------------------------------------------------------------------------------


def test_a_new_word_is_shown_to_its_author_and_to_editors_only(as_user, minutes, member, editor):
    other = as_user(base.make_user("Claire"))
    suggest(as_user(member), minutes, "inédit")
    assert not Keyword.objects.exists()
    assert waiting_words(as_user(member), minutes) == ["inédit"]
    assert waiting_words(as_user(editor), minutes) == ["inédit"]
    assert waiting_words(other, minutes) == []
    answer = said(suggest(other, minutes, "inédit"), other)[-1]
    assert "déjà proposé" in answer and "Mila" not in answer


def test_a_near_duplicate_is_shown_before_it_is_suggested(as_user, minutes, member):
    base.make_keyword("accompagnement")
    client = as_user(member)
    assert "C’est bien un autre mot" not in suggest(client, minutes, "!!!").content.decode()
    response = suggest(client, minutes, "accompagnements")
    assert response.status_code == 422
    page = response.content.decode()
    assert "C’est bien un autre mot" in page and 'value="accompagnement"' in page
    assert suggest(client, minutes, "accompagnements", sure="on").status_code == 302
    assert KeywordSuggestion.objects.get().keyword is None


# --- What others may know -------------------------------------------------------------------------


def test_a_suggested_private_word_is_shown_to_those_who_know_it(
    as_user, minutes, private_workgroup, member, group_member, editor
):
    secret = base.make_keyword("fusion")
    base.make_minutes(private_workgroup, keywords=[secret])
    client, insider = as_user(member), as_user(group_member)
    assert suggest(insider, minutes, "fusion").status_code == 302
    assert KeywordSuggestion.objects.get().keyword == secret
    assert waiting_words(as_user(base.make_user(groups=["Groupe fermé"])), minutes) == ["fusion"]
    assert waiting_words(as_user(editor), minutes) == ["fusion"]
    assert waiting_words(client, minutes) == []
    assert "fusion" not in client.get(minutes.url).content.decode()
    # Asked for by name, it is what an unknown word is, also when somebody else proposed that.
    make_suggestion(minutes, group_member, word="zzz")
    hidden, unknown = (said(suggest(client, minutes, w), client) for w in ("fusion", "zzz"))
    assert hidden == unknown
    hidden = KeywordSuggestion.objects.get(word="fusion")
    assert decide(client, hidden, "accept").status_code == 404
    assert decide(client, hidden, "accept", next=minutes.url).status_code == 302
    hidden.refresh_from_db()
    assert hidden.state == "waiting"


def test_an_unknown_and_a_private_word_are_suggested_alike(
    as_user, minutes, private_workgroup, member, editor
):
    secret = base.make_keyword("fusion")
    base.make_minutes(private_workgroup, keywords=[secret])
    client = as_user(member)
    for word in ("fusion", "zzz"):
        assert suggest(client, minutes, word).status_code == 302
    assert not KeywordSuggestion.objects.exclude(keyword=None).exists()
    assert waiting_words(client, minutes) == ["fusion", "zzz"]
    # The editor knows it, is told that it is private, and decides.
    suggestion = KeywordSuggestion.objects.get(word="fusion")
    decide(as_user(editor), suggestion, "accept")
    assert minutes.keywords_shown() == []
    decide(as_user(editor), suggestion, "accept", meant=str(secret.pk))
    assert minutes.keywords_shown() == [secret]


# --- Deciding -------------------------------------------------------------------------------------


def test_one_click_tags_the_page_live_and_drafted(as_user, minutes, member, editor):
    keyword = base.make_keyword("portage")
    minutes.title = "Un titre encore en chantier"
    minutes.save_revision()
    suggestion = make_suggestion(minutes, member, keyword=keyword)
    response = decide(as_user(editor), suggestion, "accept")
    assert response.url == f"{minutes.url}#mots-cles"
    suggestion.refresh_from_db()
    assert (suggestion.state, suggestion.decided_by) == (ACCEPTED, editor)
    assert carried(minutes) == {"portage"}
    minutes.refresh_from_db()
    assert minutes.title == "Compte rendu"
    draft = minutes.get_latest_revision_as_object()
    assert [use.tag for use in draft.keyword_uses.all()] == [keyword]
    assert waiting_words(as_user(editor), minutes) == []
    assert "portage" in as_user().get(minutes.url).content.decode()


def test_the_suggester_is_thanked_in_their_language(
    as_user, minutes, editor, django_capture_on_commit_callbacks
):
    member = base.make_user("Noor", language="nl")
    keyword = base.make_keyword("portage", nl="payrolling")
    suggestion = make_suggestion(minutes, member, keyword=keyword)
    with django_capture_on_commit_callbacks(execute=True):
        decide(as_user(editor), suggestion, "accept")
    [message] = mail.outbox
    assert message.to == [member.email]
    assert "payrolling" in message.subject
    assert f"/nl/{minutes.url.split('/', 2)[2]}" in message.body
    page = as_user(member).get(reverse("keyword_own_words")).content.decode()
    assert "retenu" in page


def test_a_mail_that_fails_costs_nothing(
    as_user, minutes, member, editor, monkeypatch, django_capture_on_commit_callbacks
):
    def broken(*args, **kwargs):
        tried.append(args)
        raise TimeoutError

    tried = []
    monkeypatch.setattr(suggesting, "send_mail", broken)
    suggestion = make_suggestion(minutes, member, keyword=base.make_keyword())
    with django_capture_on_commit_callbacks(execute=True):
        assert decide(as_user(editor), suggestion, "accept").status_code == 302
    assert tried
    assert carried(minutes) == {"portage"}


def test_nobody_is_told_of_a_page_closed_meanwhile(
    as_user, workgroup, minutes, member, group_member, django_capture_on_commit_callbacks
):
    admin = base.make_user(is_superuser=True)
    for user, word in ((member, "un"), (group_member, "deux")):
        make_suggestion(minutes, user, word=word)
    base.close(workgroup, "Groupe fermé")
    with django_capture_on_commit_callbacks(execute=True):
        for suggestion in KeywordSuggestion.objects.all():
            decide(as_user(admin), suggestion, "accept")
    assert [message.to for message in mail.outbox] == [[group_member.email]]
    page = as_user(member).get(reverse("keyword_own_words")).content.decode()
    assert "un" in page and minutes.title not in page
    assert minutes.title in as_user(group_member).get(reverse("keyword_own_words")).content.decode()


def test_a_refused_one_is_gone_from_the_page_and_told_its_author(as_user, minutes, member, editor):
    suggestion = make_suggestion(minutes, member, keyword=base.make_keyword())
    decide(as_user(editor), suggestion, "refuse")
    assert waiting_words(as_user(member), minutes) == []
    assert carried(minutes) == set()
    assert "écarté" in as_user(member).get(reverse("keyword_own_words")).content.decode()
    assert not mail.outbox


def test_a_new_word_becomes_a_keyword_when_it_is_accepted(as_user, workgroup, member, editor):
    page = base.make_minutes(workgroup, language="nl")
    decide(as_user(editor), make_suggestion(page, member, word="nieuw", language="nl"), "accept")
    # As `propose` does, the word is kept in the page's language.
    suggest(as_user(member), page, "vers")
    decide(as_user(editor), KeywordSuggestion.objects.get(word="vers"), "accept")
    labels = Keyword.objects.get(name="vers").labels.values_list("language", "text")
    assert list(labels) == [("nl", "vers")]
    assert carried(page) == {"nieuw", "vers"}


@pytest.mark.parametrize("word", ["suivi", "accompagnements", "Accompagnement"])
def test_a_synonym_or_another_ending_means_the_keyword_there_is(
    as_user, minutes, member, editor, word
):
    suggestion = make_suggestion(minutes, member, word=word)
    keyword = base.make_keyword("accompagnement", synonyms=["suivi"])
    client = as_user(editor)
    response = decide(client, suggestion, "accept")
    assert "accompagnement" in " ".join(said(response, client)).lower()
    assert minutes.keywords_shown() == [keyword]
    assert Keyword.objects.count() == 1


@pytest.mark.parametrize("meant", ["existing", "new"])
def test_what_only_resembles_a_keyword_is_asked_about(
    as_user, minutes, member, editor, meant, monkeypatch
):
    keyword = base.make_keyword("portage")
    monkeypatch.setattr(
        suggesting, "similar", lambda word, among: list(among.with_labels()) if among else []
    )
    suggestion = make_suggestion(minutes, member, word="partage")
    client = as_user(editor)
    asked = decide(client, suggestion, "accept")
    assert asked.status_code == 200 and "portage" in asked.content.decode()
    assert carried(minutes) == set()
    chosen = keyword.pk if meant == "existing" else "new"
    assert decide(client, suggestion, "accept", meant=chosen).status_code == 302
    assert carried(minutes) == ({"portage"} if meant == "existing" else {"partage"})


@pytest.mark.parametrize("typed", ["couveuse, portage", "couveuse;portage", 'dit "portage"'])
def test_one_word_is_suggested_at_a_time(as_user, minutes, member, typed):
    assert suggest(as_user(member), minutes, typed).status_code == 422
    assert not KeywordSuggestion.objects.exists()
    assert suggest(as_user(member), minutes, "couveuse").status_code == 302


def test_the_same_in_other_words_is_settled_with_it(as_user, minutes, member, editor):
    claire = base.make_user("Claire")
    keyword = base.make_keyword("accompagnement", synonyms=["suivi"])
    first = make_suggestion(minutes, member, keyword=keyword, word="accompagnement")
    second = make_suggestion(minutes, claire, word="accompagnements")
    for suggestion in (second, first):
        decide(as_user(editor), suggestion, "accept")
    assert set(KeywordSuggestion.objects.values_list("state", flat=True)) == {ACCEPTED}
    assert PageKeyword.objects.count() == 1


def test_only_who_may_publish_the_page_decides(as_user, minutes, member, moderator, admin):
    keyword = base.make_keyword()
    suggestion = make_suggestion(minutes, member, keyword=keyword)
    for user in (member, base.make_user(), moderator):
        for answer in ("accept", "refuse"):
            assert decide(as_user(user), suggestion, answer).status_code == 403
    stranger = decide(as_user(), suggestion, "accept", next=minutes.url)
    assert "/login/" in stranger.url and minutes.url in stranger.url
    assert "evil" not in decide(as_user(), suggestion, "accept", next="https://evil.example").url
    assert decide(as_user(admin), suggestion, "accept").status_code == 302
    assert carried(minutes) == {"portage"}


def test_an_editors_own_is_taken_at_once(as_user, minutes, editor):
    base.make_keyword("portage")
    suggest(as_user(editor), minutes, "portage")
    assert carried(minutes) == {"portage"}
    assert KeywordSuggestion.objects.get().state == ACCEPTED


# --- Meanwhile ------------------------------------------------------------------------------------


def test_it_is_decided_once(as_user, minutes, member, editor, admin):
    suggestion = make_suggestion(minutes, member, keyword=base.make_keyword())
    decide(as_user(editor), suggestion, "accept")
    client = as_user(admin)
    answer = said(decide(client, suggestion, "refuse"), client)
    assert "déjà été retenu par Édith" in answer[-1]
    assert carried(minutes) == {"portage"}


def test_a_keyword_deleted_meanwhile_is_said(as_user, minutes, member, editor):
    keyword = base.make_keyword()
    suggestion = make_suggestion(minutes, member, keyword=keyword)
    keyword.delete()
    client = as_user(editor)
    response = decide(client, suggestion, "accept", next=minutes.url)
    assert "n’est plus là" in said(response, client)[-1]


def test_a_keyword_merged_meanwhile_gives_its_place(as_user, minutes, member, editor):
    old, new = base.make_keyword("portage"), base.make_keyword("couveuse")
    suggestion = make_suggestion(minutes, member, keyword=old)
    Keyword.objects.filter(pk=old.pk).update(merged_into=new, live=False)
    decide(as_user(editor), suggestion, "accept")
    assert carried(minutes) == {"couveuse"}


@pytest.mark.parametrize("what", ["keyword", "page", "lock"])
def test_what_was_withdrawn_meanwhile_is_said(as_user, minutes, member, editor, admin, what):
    keyword = base.make_keyword()
    suggestion = make_suggestion(minutes, member, keyword=keyword)
    if what == "keyword":
        keyword.unpublish()
    elif what == "page":
        minutes.unpublish()
    else:
        minutes.locked, minutes.locked_by = True, admin
        minutes.save()
    client = as_user(editor)
    response = decide(client, suggestion, "accept", next="/fr/")
    expected = {"keyword": "pas publié", "page": "plus publiée", "lock": "verrouillée"}[what]
    assert expected in said(response, client)[-1]
    suggestion.refresh_from_db()
    assert suggestion.state == "waiting"
    assert not PageKeyword.objects.exists()
    assert decide(client, suggestion, "refuse", next="/fr/").status_code == 302


def test_an_odd_answer_is_refused(as_user, minutes, member, editor):
    suggestion = make_suggestion(minutes, member, word="mot")
    client = as_user(editor)
    for more in ({"answer": "x"}, {"answer": ""}):
        assert said(client.post(reverse("keyword_decide", args=[suggestion.pk]), more), client)
    assert carried(minutes) == set()
    decide(client, suggestion, "accept", meant="9" * 40)
    assert carried(minutes) == {"mot"}
    assert client.post(f"/fr/glossary/decide/{10**30}/").status_code == 404


# --- One click, and while typing ------------------------------------------------------------------


def test_it_offers_what_goes_with_the_pages_own_keywords(
    as_user, workgroup, private_workgroup, member, group_member, editor
):
    editors = KeywordGroup.objects.create(name="Rédaction", applied_by=Rank.EDITOR)
    for name in ("portage", "statut", "caché", "secret"):
        base.make_keyword(name, group=editors if name == "caché" else None)
    page = base.make_minutes(workgroup, keywords=["portage"])
    assert offered(as_user(member), page) == []
    base.make_minutes(workgroup, keywords=["portage", "statut", "caché"])
    base.make_minutes(private_workgroup, keywords=["portage", "secret"])
    assert offered(as_user(member), page) == ["statut"]
    assert sorted(offered(as_user(group_member), page)) == ["secret", "statut"]
    assert "caché" in offered(as_user(editor), page)
    make_suggestion(page, member, keyword=Keyword.objects.get(name="statut"), state=REFUSED)
    assert offered(as_user(member), page) == []


def test_it_offers_what_the_text_mentions(as_user, workgroup, member):
    base.make_keyword("couveuse", definition_fr="Où l’on essaie.")
    base.make_article(workgroup, keywords=["couveuse"])
    body = [base.text_block("Nous avons parlé de la couveuse.")]
    page = base.make_minutes(workgroup, body=body)
    assert offered(as_user(member), page) == ["couveuse"]
    assert suggest(as_user(member), page, "couveuse").status_code == 302
    assert offered(as_user(member), page) == []


def words(client, typed, kind="comment", language="fr"):
    with translation.override(language):
        response = client.get(reverse("keyword_words"), {"q": typed, "sorte": kind})
    assert "no-store" in response["Cache-Control"]
    return [(word["label"], word["also"]) for word in response.json()["words"]]


def test_it_completes_from_every_word_in_the_readers_language_first(client):
    base.make_keyword("économie sociale", nl="sociale economie", synonyms=["tiers secteur"])
    base.make_keyword("écologie", nl="ecologie")
    base.make_keyword("micro-économie")
    assert words(client, "ÉCO") == [
        ("écologie", ""),
        ("économie sociale", ""),
        ("micro-économie", ""),
    ]
    assert words(client, "tiers") == [("économie sociale", "tiers secteur")]
    assert words(client, "social", language="nl") == [("sociale economie", "")]
    assert words(client, "sociale e") == [("économie sociale", "sociale economie")]
    for typed in ("", "\x00", "zzz", "%", "_", "x" * 5000):
        assert words(client, typed) == []
    assert words(client, "eco", kind="nothing") == []
    assert client.post(reverse("keyword_words")).status_code == 405


def test_it_completes_only_what_may_be_applied(as_user, member, editor, private_workgroup):
    group = KeywordGroup.objects.create(name="Thèmes", applied_by=Rank.EDITOR, on_roster=False)
    base.make_keyword("portage", group=group)
    base.make_minutes(private_workgroup, keywords=[base.make_keyword("port secret")])
    base.make_keyword("portique")
    assert [label for label, _also in words(as_user(), "port")] == ["portique"]
    everything = ["port secret", "portage", "portique"]
    assert [label for label, _also in words(as_user(editor), "port")] == everything
    rosters = words(as_user(editor), "port", kind="roster")
    assert [label for label, _also in rosters] == ["port secret", "portique"]


def test_it_completes_ten_words_with_four_queries(as_user, member):
    for number in range(30):
        base.make_keyword(f"mot {number}", nl=f"woord {number}")
    client = as_user(member)
    with CaptureQueriesContext(connection) as asked:
        assert len(words(client, "mot")) == 10
    assert len(asked) <= 4


# --- Elsewhere ------------------------------------------------------------------------------------


def test_ones_own_page_lists_what_is_followed(as_user, minutes, private_workgroup, member):
    url = reverse("keyword_own_words")
    assert "/login/" in as_user().get(url).url
    followed, secret = base.make_keyword("portage"), base.make_keyword("fusion")
    PageKeyword.objects.create(tag=followed, content_object_id=minutes.pk)
    base.make_minutes(private_workgroup, keywords=[secret])
    for keyword in (followed, secret):
        KeywordFollow.objects.create(keyword=keyword, user=member)
    page = as_user(member).get(url).content.decode()
    assert "portage" in page and reverse("keyword_follow", args=["portage"]) in page
    assert "fusion" not in page
    assert url in as_user(member).get(reverse("account")).content.decode()


def test_an_editor_finds_all_that_waits_in_the_back_office(as_user, minutes, member, editor):
    url = "/admin/keywords/suggestions/"
    client = as_user(editor)
    assert "Aucune suggestion" in client.get(url).content.decode()
    suggestion = make_suggestion(minutes, member, word="inédit")
    page = client.get(url).content.decode()
    assert "inédit" in page and "Mila Membre" in page and minutes.title in page
    assert url in client.get("/admin/").content.decode()
    assert decide(client, suggestion, "accept", next=url).url == url
    assert "Aucune suggestion" in client.get(url).content.decode()
    assert as_user(member).get(url).status_code in (302, 403)


def test_the_page_asks_the_same_however_much_is_suggested(as_user, minutes, member, editor):
    def asked(client):
        with CaptureQueriesContext(connection) as queries:
            client.get(minutes.url)
        return len(queries)

    def fill(start, end):
        for i in range(start, end):
            keyword = base.make_keyword(f"mot {i}", nl=f"woord {i}")
            PageKeyword.objects.create(tag=base.make_keyword(f"a {i}"), content_object=minutes)
            make_suggestion(minutes, base.make_user(), word=f"mot {i}", keyword=keyword)
            make_suggestion(minutes, member, word=f"inédit {i}")

    clients = [as_user(member), as_user(editor)]
    fill(0, 1)
    for client in clients:
        client.get(minutes.url)
    few = [asked(client) for client in clients]
    fill(1, 30)
    for client in clients:
        client.get(minutes.url)  # the new terms are read once, for everybody
    assert [asked(client) for client in clients] == few
    assert few[0] <= 25, "a member’s"
