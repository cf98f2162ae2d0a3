"""The glossary: a dictionary in each language, with its letters, its search and its groups."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from glossary import dictionary, views
from glossary.models import Keyword, KeywordGroup, KeywordLabel, PageKeyword
from tests import base

pytestmark = pytest.mark.django_db
GLOSSARY = "/fr/glossaire/"


def use(workgroup, *names, **changes):
    """Keywords on one visible page; those that do not exist are made."""
    for name in names:
        if not Keyword.objects.filter(name=name).exists():
            base.make_keyword(name)
    return base.make_minutes(workgroup, keywords=names, **changes)


def listed(response):
    """[(letter, [(word, word to look under or None)])] as the page lists them."""
    return [
        (letter, [(entry.word, entry.see and entry.see.word) for entry in entries])
        for letter, entries in response.context["listed"]
    ]


def words(response):
    return [word for _letter, entries in listed(response) for word, _see in entries]


def test_it_sorts_as_a_dictionary_does():
    in_order = [
        "« abus »",
        "accord",
        "avance de fonds",
        "avancement",
        "école",
        "Emploi",
        "l’usage",
        "main",
        "odeur",
        "œuvre",
        "offre",
        "Zoé",
        "40 heures",
    ]
    assert sorted(set(in_order), key=dictionary.sort_key) == in_order


def test_it_lists_the_words_of_the_interfaces_language_from_a_to_z(client, workgroup):
    base.make_keyword("accompagnement", nl="begeleiding")
    use(workgroup, "accompagnement", "Zèle", "école", "Emploi", "abus", "40 heures", "« ? »")
    french = client.get(GLOSSARY)
    assert listed(french) == [
        ("A", [("abus", None), ("accompagnement", None)]),
        ("E", [("école", None), ("Emploi", None)]),
        ("Z", [("Zèle", None)]),
        ("#", [("« ? »", None), ("40 heures", None)]),
    ]
    with translation.override("nl"):
        dutch = client.get(reverse("glossary"))
    assert listed(dutch)[1] == ("B", [("begeleiding", None)])


def test_it_sends_from_a_synonym_to_the_word_in_any_language_asked_for(client, workgroup):
    keyword = base.make_keyword("accompagnement", nl="begeleiding", synonyms=["suivi"])
    KeywordLabel.objects.create(keyword=keyword, language="nl", text="coaching", kind="synonym")
    use(workgroup, "accompagnement")
    assert listed(client.get(GLOSSARY)) == [
        ("A", [("accompagnement", None)]),
        ("S", [("suivi", "accompagnement")]),
    ]
    dutch = client.get(GLOSSARY + "?langue=nl")
    assert listed(dutch) == [
        ("B", [("begeleiding", None)]),
        ("C", [("coaching", "begeleiding")]),
    ]
    page = dutch.content.decode()
    assert re.search(r'<dt lang="nl">coaching</dt>\s*<dd><span class="says">voir', page)
    assert 'aria-current="true"><span lang="nl">Nederlands' in page
    # A language that there is not is the interface's.
    assert listed(client.get(GLOSSARY + "?langue=xx")) == listed(client.get(GLOSSARY))


def test_it_lists_a_word_that_is_not_yet_translated_in_its_own_language(client, workgroup):
    base.make_keyword("portage")
    dutch_only = Keyword.objects.create(name="gilde", definition_nl="Een bond.")
    KeywordLabel.objects.create(keyword=dutch_only, language="nl", text="gilde")
    use(workgroup, "portage", "gilde")
    page = client.get(GLOSSARY).content.decode()
    assert re.search(r'<dt><a [^>]*lang="nl">gilde</a> <abbr', page)
    assert '<dd lang="nl">Een bond.' in page
    assert re.search(r'lang="fr">portage</a></dt>', page)


def test_it_shows_every_letter_and_links_those_with_words(client, workgroup):
    use(workgroup, "abus", "zèle")
    page = client.get(GLOSSARY).content.decode()
    index = page[page.index('class="letters"') :]
    index = index[: index.index("</nav>")]
    assert re.findall(r'<a href="#lettre-(\w)">(\w)</a>', index) == [("A", "A"), ("Z", "Z")]
    assert len(re.findall(r"<li>", index)) == 27
    assert "<span>B</span>" in index and "<span>#</span>" in index


def test_it_leads_to_the_page_on_which_a_letter_begins(client, workgroup, monkeypatch):
    monkeypatch.setattr(views, "ENTRIES_A_PAGE", 2)
    use(workgroup, "abus", "accord", "bail", "zèle")
    page = client.get(GLOSSARY)
    assert words(page) == ["abus", "accord"]
    assert 'href="?page=2#lettre-Z"' in page.content.decode()
    assert 'href="#lettre-A"' in page.content.decode()
    assert words(client.get(GLOSSARY + "?page=2")) == ["bail", "zèle"]


@pytest.mark.parametrize("typed", ["EcoLe", "école", "school", "leerplek", "enseigne", "zeichnet"])
def test_it_finds_words_by_label_synonym_and_definition_of_any_language(client, workgroup, typed):
    base.make_keyword(
        "école",
        nl="school",
        synonyms=["leerplek"],
        definition_fr="Où l’on enseigné.",
        definition_en="zeichnet",
    )
    use(workgroup, "école", "portage")
    response = client.get(GLOSSARY, {"q": typed})
    assert words(response) == ["école"]
    assert "1 mot-clé" in response.content.decode()
    assert f'value="{typed}"' in response.content.decode()


def test_it_says_by_which_other_word_it_was_found_and_puts_definitions_last(client, workgroup):
    base.make_keyword("accompagnement", nl="begeleiding")
    base.make_keyword("abus", definition_fr="Contraire d’un accompagnement.")
    use(workgroup, "accompagnement", "abus")
    assert words(client.get(GLOSSARY, {"q": "accomp"})) == ["accompagnement", "abus"]
    found = client.get(GLOSSARY, {"q": "begeleiding"}).content.decode()
    assert "trouvé par" in found and '<i lang="nl">begeleiding</i>' in found


@pytest.mark.parametrize("typed", ["introuvable", "é" * 3000, "\x00", "<b>", "%", "' OR 1=1"])
def test_it_helps_on_when_nothing_is_found(client, workgroup, typed):
    use(workgroup, "portage")
    response = client.get(GLOSSARY, {"q": typed})
    assert response.status_code == 200
    page = response.content.decode()
    if typed.strip("\x00"):
        assert "Aucun mot du glossaire ne correspond" in page and "<b>" not in page
    else:
        assert words(response) == ["portage"]


def test_it_narrows_to_a_group_of_keywords(client, workgroup):
    group = KeywordGroup.objects.create(name="Métiers")
    KeywordGroup.objects.create(name="Groupe vide")
    Keyword.objects.create(name="boulanger", group=group)
    use(workgroup, "boulanger", "portage")
    page = client.get(GLOSSARY).content.decode()
    assert re.search(r'Métiers</span> <span class="count">1</span>', page)
    assert "Sans groupe" in page and "Groupe vide" not in page
    assert words(client.get(GLOSSARY, {"groupe": group.pk})) == ["boulanger"]
    assert words(client.get(GLOSSARY, {"groupe": "0"})) == ["portage"]
    for odd in ("x", "999", "-1"):
        assert words(client.get(GLOSSARY, {"groupe": odd})) == ["boulanger", "portage"]


def test_it_counts_the_pages_and_comments_that_the_reader_may_see(
    client, as_user, workgroup, private_workgroup, group_member
):
    minutes = use(workgroup, "portage")
    hidden = use(private_workgroup, "portage")
    keyword = Keyword.objects.get()
    base.make_comment(minutes, keywords=[keyword])
    base.make_comment(minutes, keywords=[keyword], is_removed=True)
    base.make_comment(hidden, keywords=[keyword])

    def facts(response):
        page = re.sub(r"<[^>]+>", "", response.content.decode())
        return re.search(r"(\d+) page", page)[1], re.search(r"(\d+) commentaire", page)[1]

    assert facts(client.get(GLOSSARY)) == ("1", "1")
    assert facts(as_user(group_member).get(GLOSSARY)) == ("2", "2")


def test_it_does_not_know_drafts_merged_words_and_those_used_out_of_sight(
    client, as_user, workgroup, private_workgroup, group_member
):
    use(workgroup, "portage", "brouillon", "doublon")
    use(private_workgroup, "secret")
    Keyword.objects.filter(name="brouillon").update(live=False)
    Keyword.objects.filter(name="doublon").update(
        live=False, merged_into=Keyword.objects.get(name="portage")
    )
    base.make_keyword("inemployé")
    assert words(client.get(GLOSSARY)) == ["portage"]
    for word in ("secret", "brouillon", "doublon", "inemployé"):
        assert words(client.get(GLOSSARY, {"q": word})) == []
    assert words(as_user(group_member).get(GLOSSARY)) == ["portage", "secret"]


def test_it_says_when_no_word_is_used_yet(client, workgroup):
    page = client.get(GLOSSARY).content.decode()
    assert "Aucun mot-clé n’est encore employé" in page and 'class="letters"' not in page


def test_it_has_one_address_per_language_and_data_for_machines(client, workgroup):
    base.make_keyword("portage", nl="loonportage", definition_fr="Une formule.")
    use(workgroup, "portage")
    page = client.get(GLOSSARY).content.decode()
    assert re.search(r'rel="canonical" href="[^"]+/fr/glossaire/"', page)
    assert re.search(r'hreflang="nl" href="[^"]+/nl/woordenlijst/"', page)
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert data["@type"] == "DefinedTermSet"
    assert [term["name"] for term in data["hasDefinedTerm"]] == ["portage"]
    dutch = client.get(GLOSSARY + "?langue=nl").content.decode()
    assert re.search(r'rel="canonical" href="[^"]+/nl/woordenlijst/"', dutch)
    searched = client.get(GLOSSARY, {"q": "portage"}).content.decode()
    assert 'content="noindex"' in searched and "ld+json" not in searched


def test_it_asks_the_same_of_the_database_for_one_word_and_for_many(client, workgroup):
    def queries(**query):
        with CaptureQueriesContext(connection) as asked:
            client.get(GLOSSARY, query)
        return len(asked)

    group = KeywordGroup.objects.create(name="Métiers")
    Keyword.objects.create(name="métier", group=group)
    use(workgroup, "métier", "mot")
    kinds = ({}, {"q": "mot"}, {"langue": "nl"}, {"groupe": group.pk})
    client.get(GLOSSARY)
    few = [queries(**query) for query in kinds]
    minutes = use(workgroup, "mot")
    for number in range(60):
        for name, its in ((f"mot {number}", None), (f"métier {number}", group)):
            keyword = base.make_keyword(name, nl=f"{name} nl", group=its)
            PageKeyword.objects.create(tag=keyword, content_object_id=minutes.pk)
    many = [queries(**query) for query in kinds]
    assert few == many and max(many) <= 25


def test_a_search_that_finds_nothing_offers_what_resembles_it(
    as_user, member, group_member, workgroup, private_workgroup
):
    known, secret = base.make_keyword("accompagnement"), base.make_keyword("couveuse secrète")
    base.make_minutes(workgroup, keywords=[known])
    base.make_minutes(private_workgroup, keywords=[secret])

    def meant(typed, user):
        answer = as_user(user).get(reverse("glossary"), {"q": typed})
        return answer.context["meant"]

    assert meant("acompagnement", member) == [known]
    assert meant("couveuses secretes", group_member) == [secret]
    assert meant("couveuses secretes", member) == meant("accompagnement", member) == []
