"""A keyword used only in a private group does not exist for anybody else, on any surface.

What the tables of tests/test_visibility.py cannot ask: what a shared place says of a keyword
that is used both openly and in private, and what is said beside, under and within open pages.
Each "nothing" stands beside the same question asked by somebody of the group.
"""

import json

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from glossary.models import (
    KeywordFollow,
    KeywordGroup,
    KeywordLabel,
    KeywordLink,
    KeywordSuggestion,
)
from search import outbox
from tests import base

pytestmark = pytest.mark.django_db

#: A label of the keyword that only the private group uses; in no text but where a test puts it.
CANARY = "zanzibarine"


@pytest.fixture
def shared():
    """A keyword used on an open page and on a private one."""
    return base.make_keyword("portage", definition_fr="Porter une mission.")


@pytest.fixture
def secret():
    return base.make_keyword(
        CANARY,
        nl=f"{CANARY}nl",
        en=f"{CANARY}en",
        synonyms=["quiproquade"],
        definition_fr="Définition gardée.",
    )


@pytest.fixture
def pages(workgroup, private_workgroup, shared, secret):
    """(open minutes, private minutes), each with a comment tagged with what it carries."""
    open_page = base.make_minutes(
        workgroup,
        "Réunion ouverte",
        keywords=[shared.name],
        body=[base.text_block(f"Nous avons parlé de portage et de {CANARY} puis mangé.")],
    )
    private = base.make_minutes(
        private_workgroup,
        "Réunion réservée",
        keywords=[shared.name, secret.name],
        body=[base.text_block(f"Encore {CANARY}.")],
    )
    base.make_comment(open_page, "Commentaire ouvert.", keywords=[shared])
    base.make_comment(private, "Commentaire réservé.", keywords=[shared, secret])
    outbox.drain()
    return open_page, private


@pytest.fixture
def read(as_user):
    """The text of an address for somebody."""

    def read(url, user=None):
        response = as_user(user).get(url, follow=True)
        return response.content.decode() if response.status_code == 200 else ""

    return read


def test_counts_on_the_page_of_a_shared_keyword_show_the_open_ones(
    shared, secret, pages, read, member, group_member
):
    url = shared.get_absolute_url()
    for user in (None, member):
        shown = read(url, user)
        assert "Réunion ouverte" in shown and "Commentaire ouvert" in shown
        assert "réservé" not in shown and "Groupe fermé" not in shown
        assert secret.get_absolute_url() not in shown and "Définition gardée" not in shown
    shown = read(url, group_member)
    assert "Réunion réservée" in shown and "Commentaire réservé" in shown
    assert secret.get_absolute_url() in shown, "it stands beside, on the same page"


def test_relations_lead_only_to_what_exists_for_the_reader(
    shared, secret, pages, read, member, group_member
):
    for number, kind in enumerate([KeywordLink.BROADER, KeywordLink.RELATED]):
        other = base.make_keyword(f"voisin {number}")
        base.make_minutes(pages[0].get_parent(), keywords=[other.name])
        KeywordLink.objects.create(keyword=other, target=secret, kind=kind)
        KeywordLink.objects.create(keyword=shared, target=other)
        assert CANARY not in read(other.get_absolute_url())
        assert CANARY not in read(other.get_absolute_url(), member)
        assert CANARY in read(other.get_absolute_url(), group_member)
    narrower = base.make_keyword("plus étroit")
    base.make_minutes(pages[0].get_parent(), keywords=[narrower.name])
    KeywordLink.objects.create(keyword=secret, target=narrower, kind=KeywordLink.BROADER)
    assert CANARY not in read(narrower.get_absolute_url())
    assert CANARY in read(narrower.get_absolute_url(), group_member)


def test_the_map_counts_what_the_reader_may_see(shared, pages, as_user, member, group_member):
    def told(user):
        rows = as_user(user).get(reverse("keyword_map")).context["rows"]
        return {keyword.name: keyword.uses for keyword in rows}

    assert told(None) == told(member) == {"portage": 2}
    assert told(group_member) == {"portage": 4, CANARY: 2}


def test_the_map_of_a_private_group_is_not_there(pages, as_user, member, group_member):
    url = reverse("keyword_map") + "?groupe=groupe-ferme"
    assert as_user().get(url).status_code == as_user(member).get(url).status_code == 404
    assert CANARY in as_user(group_member).get(url).content.decode()
    unknown = reverse("keyword_map") + "?groupe=nulle-part"
    assert as_user().get(unknown).status_code == 404


def test_the_glossary_counts_and_finds_what_the_reader_may_see(
    pages, as_user, read, member, group_member
):
    def uses(user):
        page = as_user(user).get(reverse("glossary")).context["page_obj"]
        return {
            entry.keyword.name: (entry.keyword.uses, entry.keyword.comment_uses) for entry in page
        }

    assert uses(None) == uses(member) == {"portage": (1, 1)}
    assert uses(group_member) == {"portage": (2, 2), CANARY: (1, 1)}
    for language in ("fr", "nl", "en"):
        for typed in ("", CANARY[:6], "quipro", "gardée"):
            url = reverse("glossary") + f"?langue={language}&q={typed}"
            for user in (None, member):
                shown = read(url, user).replace(f'value="{typed}"', "")
                assert "zanzibarine" not in shown and "quiproquade" not in shown, url
                assert "Définition gardée" not in shown
    assert CANARY in read(reverse("glossary") + "?q=quipro", group_member)


def test_a_group_of_private_keywords_is_named_to_nobody_else(
    secret, pages, read, member, group_member
):
    secret.group = KeywordGroup.objects.create(name="Groupe des mots gardés")
    secret.save()
    outbox.drain()
    for url in (reverse("glossary"), reverse("keyword_map")):
        for user in (None, member):
            assert "mots gardés" not in read(url, user), url
        assert "mots gardés" in read(url, group_member), url


def test_a_term_in_an_open_text_is_linked_and_explained_to_the_group_alone(
    secret, pages, read, member, group_member
):
    """The author of an open page may write the word; that it is a keyword is not said."""
    open_page, _private = pages
    for user in (None, member):
        shown = read(open_page.url, user)
        assert CANARY in shown, "the word itself is the author's"
        assert secret.get_absolute_url() not in shown and "Définition gardée" not in shown
        assert "Porter une mission" in shown, "other terms are linked and explained"
    shown = read(open_page.url, group_member)
    assert secret.get_absolute_url() in shown and "Définition gardée" in shown


def test_readers_of_one_page_do_not_see_each_other_s_links(secret, pages, read, group_member):
    """What one reader got is not kept for the next."""
    open_page, _private = pages
    for _again in range(2):
        assert secret.get_absolute_url() in read(open_page.url, group_member)
        assert secret.get_absolute_url() not in read(open_page.url)


def test_terms_close_at_the_next_request_when_rights_change(secret, pages, read, group_member):
    open_page, _private = pages
    assert secret.get_absolute_url() in read(open_page.url, group_member)
    group_member.groups.remove(Group.objects.get(name="Groupe fermé"))
    assert secret.get_absolute_url() not in read(open_page.url, group_member)


def test_a_private_word_suggested_on_an_open_page_is_shown_to_those_who_know_it(
    secret, pages, read, member, group_member, editor
):
    open_page, _private = pages
    KeywordSuggestion.objects.create(
        page=open_page,
        keyword=secret,
        word="quiproquade",
        folded="quiproquade",
        language="fr",
        suggested_by=group_member,
    )
    for user in (None, member):
        shown = read(open_page.url, user)
        assert "quiproquade" not in shown and "Gus Groupe" not in shown
        assert CANARY not in read(reverse("keyword_own_words"), user)
    assert "Gus Groupe" in read(open_page.url, editor), "editors decide"
    assert CANARY in read(open_page.url, group_member)
    assert "quiproquade" in read(reverse("keyword_own_words"), group_member) or CANARY in read(
        reverse("keyword_own_words"), group_member
    )


def test_no_private_keyword_is_offered_for_one_click(pages, as_user, member, group_member):
    def offered(user):
        context = as_user(user).get(pages[0].url).context
        return {keyword.name for keyword in context["suggestions"]["candidates"]}

    assert CANARY not in offered(member)
    assert CANARY in offered(group_member)


@pytest.mark.parametrize("word", [CANARY, "Quiproquade", f"{CANARY}nl", "motinconnu"])
def test_suggesting_a_private_word_answers_as_for_a_new_one(
    word, pages, as_user, member, group_member
):
    open_page, _private = pages
    url = reverse("keyword_suggest", args=[open_page.pk])
    response = as_user(member).post(url, {"word": word}, follow=True)
    shown = response.content.decode()
    suggestion = KeywordSuggestion.objects.get()
    assert suggestion.keyword is None and suggestion.word == word
    assert shown.count("Définition gardée") == 0
    if word != "motinconnu":
        KeywordSuggestion.objects.all().delete()
        as_user(group_member).post(url, {"word": word})
        assert KeywordSuggestion.objects.get().keyword.name == CANARY


def test_a_word_that_resembles_a_private_one_is_not_held_up(pages, as_user, member, group_member):
    url = reverse("keyword_suggest", args=[pages[0].pk])
    typed = {"word": f"{CANARY}s"}
    assert CANARY + "," not in as_user(member).post(url, typed, follow=True).content.decode()
    assert KeywordSuggestion.objects.count() == 1
    as_user(group_member).post(url, typed, follow=True)
    assert KeywordSuggestion.objects.count() == 1, "somebody who knows it is asked first"


@pytest.mark.parametrize("typed", [CANARY[:5], "quipro", "unlikely"])
def test_completion_knows_private_words_for_the_group_alone(
    typed, pages, as_user, member, group_member
):
    def words(user):
        response = as_user(user).get(reverse("keyword_words"), {"q": typed, "sorte": "comment"})
        return response.json()["words"]

    assert words(None) == words(member) == []
    assert bool(words(group_member)) == (typed != "unlikely")


def test_a_comment_cannot_ask_whether_a_private_word_is_known(pages, as_user, member):
    """The form answers the same about a word that is private and one that nobody uses."""
    open_page, _private = pages
    url = reverse("comment_post", args=[open_page.pk])

    def answered(word):
        data = base.comment_form_data(open_page, keywords=word, name="", email="")
        response = as_user(member).post(url, data)
        context = response.context or {}
        form = context.get("discussion", {}).get("form") if context else None
        errors = str(form.errors.as_json()) if form is not None else ""
        return response.status_code, errors.replace(word, "…")

    assert answered(CANARY) == answered("motinconnu")
    assert answered("portage")[0] == 302, "a known word goes through"


def test_someone_who_lost_sight_of_a_keyword_no_longer_reads_of_it(
    secret, pages, read, member, group_member
):
    for user in (member, group_member):
        KeywordFollow.objects.create(keyword=secret, user=user)
    url = reverse("keyword_own_words")
    assert CANARY not in read(url, member)
    assert CANARY in read(url, group_member)


def test_data_for_programs_counts_open_uses_alone(shared, secret, pages, as_user, group_member):
    listed, one = reverse("api_keywords"), reverse("api_keyword", args=[shared.slug])
    KeywordLink.objects.create(keyword=shared, target=secret)
    for user, knows in ((None, False), (group_member, True)):
        client = as_user(user)
        for url in (listed, one):
            response = client.get(url)
            assert response.status_code == 200
            assert (CANARY in response.content.decode()) == knows, url
            json.loads(response.content)


def test_thesaurus_for_programs_has_open_keywords_alone(shared, secret, pages, as_user, read):
    """SKOS, in every form in which it is given."""
    KeywordLink.objects.create(keyword=shared, target=secret)
    for url in (reverse("api_keywords"), reverse("api_keyword", args=[shared.slug])):
        for accepted in ("text/turtle", "application/rdf+xml", "application/ld+json"):
            response = as_user().get(url, headers={"accept": accepted})
            told = response.content.decode()
            assert CANARY not in told and "quiproquade" not in told, (url, accepted)
            assert "portage" in told


def test_addresses_of_the_past_lead_nowhere_for_strangers(secret, pages, as_user, group_member):
    before = secret.get_absolute_url()
    secret.slug = "autre-adresse"
    secret.save()
    after = secret.get_absolute_url()
    for url in (before, after):
        assert as_user().get(url).status_code == 404
    assert as_user(group_member).get(before).url == after
    assert as_user(group_member).get(after).status_code == 200


def test_a_merged_private_keyword_leads_nowhere_for_strangers(
    secret, pages, as_user, admin, group_member
):
    from glossary.merging import merge

    old = base.make_keyword("ancien mot gardé")
    merge(old, secret, admin)
    assert as_user().get(old.get_absolute_url()).status_code == 404
    assert as_user(group_member).get(old.get_absolute_url()).url == secret.get_absolute_url()


def test_the_labels_of_a_private_keyword_open_nothing_in_search(
    secret, pages, as_user, member, group_member
):
    """Neither by word nor by the filter for keywords."""
    KeywordLabel.objects.create(keyword=secret, language="fr", text="moutardine", kind="synonym")
    outbox.drain()
    for typed in ("moutardine", "mot:moutardine", "quiproquade"):
        url = reverse("search") + f"?q={typed}"
        for user in (None, member):
            assert as_user(user).get(url).context["total"] == 0, typed
        assert as_user(group_member).get(url).context["total"] > 0, typed


def test_structured_data_names_open_keywords_alone(shared, secret, pages, read, group_member):
    KeywordLink.objects.create(keyword=shared, target=secret)
    for url in (reverse("glossary"), shared.get_absolute_url()):
        shown = read(url)
        start = shown.index('type="application/ld+json"')
        data = shown[start : shown.index("</script>", start)]
        assert "DefinedTerm" in data and CANARY not in data
    assert CANARY in read(reverse("glossary"), group_member)


def test_a_removed_comment_keeps_no_keyword_alive(as_user, pages, workgroup):
    spoken = base.make_keyword("dit une seule fois")
    comment = base.make_comment(pages[0], "Un mot.", keywords=[spoken])
    url = spoken.get_absolute_url()
    assert as_user().get(url).status_code == 200
    comment.state = "hidden"
    comment.save()
    assert as_user().get(url).status_code == 404
    assert "dit une seule fois" not in as_user().get(reverse("glossary")).content.decode()


#: What a keyword says, by which those on offer exist before they are used.
SAYS = {"definition_fr": "Ce que l’on cherche."}


@pytest.mark.parametrize(
    ("changes", "exists"),
    [
        (SAYS, True),
        ({"text_nl": "<p>Wat men zoekt.</p>"}, True),
        ({}, False),
        ({**SAYS, "offered": False}, False),
        ({**SAYS, "live": False}, False),
    ],
)
def test_an_unused_keyword_exists_if_it_is_on_offer_and_explained(
    changes, exists, as_user, member, editor, pages
):
    unused = base.make_keyword("jamais employé", **changes)
    outbox.drain()
    for user in (None, member, editor):
        client = as_user(user)
        answer = client.get(unused.get_absolute_url())
        assert answer.status_code == (200 if exists else 404)
        assert not exists or "Rien ne porte encore" in answer.content.decode()
        feed = client.get(reverse("keyword_feed", args=[unused.slug]))
        assert feed.status_code == answer.status_code
        listed = reverse("glossary")
        for url in (listed, f"{listed}?q=jamais", reverse("api_keywords")):
            shown = client.get(url).content.decode()
            assert (unused.get_absolute_url() in shown or f'"{unused.slug}"' in shown) == exists
        found = client.get(reverse("search") + "?q=jamais")
        assert (unused.get_absolute_url() in found.content.decode()) == exists
        assert "jamais employé" not in client.get(reverse("keyword_map")).content.decode()
    base.make_comment(pages[0], "Voilà.", keywords=[unused])
    assert as_user().get(unused.get_absolute_url()).status_code == (
        200 if changes.get("live", True) else 404
    )


@pytest.mark.parametrize("where", ["private page", "private comment", "removed comment"])
def test_a_keyword_on_offer_hides_once_it_is_used_in_private(
    where, as_user, member, group_member, private_workgroup, pages
):
    word = base.make_keyword("mot employé en privé", **SAYS)
    url = word.get_absolute_url()
    assert as_user().get(url).status_code == 200
    open_page, private = pages
    if where == "private page":
        base.make_minutes(private_workgroup, "Autre réunion", keywords=[word.name])
    elif where == "private comment":
        base.make_comment(private, "Voilà.", keywords=[word])
    else:
        base.make_comment(open_page, "Voilà.", keywords=[word], is_removed=True)
    outbox.drain()
    for user in (None, member):
        client = as_user(user)
        assert client.get(url).status_code == 404
        for at in (reverse("glossary"), reverse("api_keywords"), reverse("search") + "?q=privé"):
            assert "employé en privé" not in client.get(at).content.decode()
    seen = as_user(group_member).get(url).status_code
    assert seen == (404 if where == "removed comment" else 200)
