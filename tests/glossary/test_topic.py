"""The page of a keyword: what it means, then everything tagged with it through time."""

import datetime

import pytest
from django.urls import reverse
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file

from glossary.models import Keyword, KeywordGroup, KeywordLink
from search import outbox
from tests import base
from tests.base import text_block

pytestmark = pytest.mark.django_db


def heading(text):
    return ("heading", {"text": text, "level": "2"})


def page_of(client, keyword, query=""):
    response = client.get(f"/fr/mots-cles/{keyword.slug}/{query}")
    assert response.status_code == 200
    return response


def shown(response):
    """(kind, title of the page) of each line, in order."""
    return [(entry.kind, entry.page.title) for entry in response.context["entries"]]


def status_of(client, address):
    """Of a file, which is read to its end, and so closed."""
    response = client.get(address)
    if response.streaming:
        assert b"".join(response.streaming_content)
    return response.status_code


def plain(response):
    """The page without the marks on words that were looked for."""
    return response.content.decode().replace("<mark>", "").replace("</mark>", "")


@pytest.fixture
def portage():
    return base.make_keyword(
        "portage", nl="draagkracht", en="carrying", synonyms=["portage salarial"]
    )


# --- The entry ---


def test_it_defines_first(client, workgroup, portage):
    Keyword.objects.filter(pk=portage.pk).update(
        definition_fr="Porter un projet.",
        text='<p data-block-key="abc">Un mot <b>lourd</b> : il dit tout.</p>',
        group=KeywordGroup.objects.create(name="Thèmes"),
    )
    base.make_minutes(workgroup, "Réunion", keywords=["portage"])
    page = page_of(client, portage).content.decode()
    assert "<p>Porter un projet.</p>" in page
    assert "Un mot <b>lourd</b>\u202f: il dit tout." in page
    assert page.index("Porter un projet") < page.index("lourd") < page.index("Réunion")
    assert "portage salarial" in page and "draagkracht" in page and "Thèmes" in page
    assert '"@type": "DefinedTerm"' in page


def test_it_says_so_where_nothing_defines_it(client, workgroup, portage):
    base.make_minutes(workgroup, keywords=["portage"])
    assert "n’a pas encore de définition" in page_of(client, portage).content.decode()


def test_it_shows_its_picture_to_those_for_whom_it_exists(
    client, private_workgroup, workgroup, portage, group_member, as_user
):
    portage.image = get_image_model().objects.create(title="Une poutre", file=get_test_image_file())
    portage.save()
    base.make_minutes(private_workgroup, keywords=["portage"])
    insider = as_user(group_member)
    page = page_of(insider, portage).content.decode()
    assert 'alt="Une poutre"' in page
    address = page.partition('<figure class="picture"><img src="')[2].partition('"')[0]
    assert status_of(insider, address) == 200
    assert status_of(client, address) == 404
    base.make_minutes(workgroup, keywords=["portage"])
    assert status_of(client, address) == 200


def test_it_names_broader_narrower_and_related_keywords_that_exist_for_the_reader(
    client, workgroup, private_workgroup, portage, group_member, as_user
):
    names = ["entraide", "outils", "plancher", "parrainage", "oublié", "caché"]
    entraide, outils, plancher, parrainage, unused, hidden = map(base.make_keyword, names)
    base.make_minutes(workgroup, keywords=["portage"])
    base.make_article(workgroup, keywords=names[:4])
    base.make_article(private_workgroup, keywords=["caché"])
    for keyword, target, kind in (
        (portage, entraide, "broader"),
        (outils, portage, "broader"),
        (portage, plancher, "related"),
        (parrainage, portage, "related"),
        (portage, unused, "related"),
        (portage, hidden, "broader"),
    ):
        KeywordLink.objects.create(keyword=keyword, target=target, kind=kind)
    context = page_of(client, portage).context
    assert context["broader"] == [entraide]
    assert context["narrower"] == [outils]
    assert context["related"] == [parrainage, plancher]
    assert page_of(as_user(group_member), portage).context["broader"] == [hidden, entraide]


def test_it_names_keywords_that_stand_beside_it_and_how_often(
    client, workgroup, private_workgroup, portage, group_member, as_user
):
    linked, draft, *_others = (
        base.make_keyword(name) for name in ("lié", "brouillon", "souvent", "une fois", "caché")
    )
    base.make_minutes(workgroup, keywords=["portage", "souvent", "lié", "brouillon"])
    base.make_article(workgroup, keywords=["portage", "souvent", "une fois"])
    base.make_article(private_workgroup, keywords=["portage", "souvent", "caché"])
    base.make_article(workgroup, keywords=["souvent"])
    KeywordLink.objects.create(keyword=portage, target=linked)
    Keyword.objects.filter(pk=draft.pk).update(live=False)

    def beside(client):
        found = page_of(client, portage).context["beside"]
        return [(keyword.name, keyword.together) for keyword in found]

    assert beside(client) == [("souvent", 2), ("une fois", 1)]
    assert beside(as_user(group_member)) == [("souvent", 3), ("caché", 1), ("une fois", 1)]


def test_it_previews_a_draft_with_its_own_words_and_links(client, workgroup, portage):
    entraide = base.make_keyword("entraide")
    base.make_minutes(workgroup, "Réunion", keywords=["portage", "entraide"])
    portage.definition_fr = "Une définition à venir."
    portage.links = [KeywordLink(target=entraide, kind="broader")]
    preview = portage.make_preview_request().render().content.decode()
    assert "Une définition à venir." in preview and "Réunion" in preview
    assert "Plus large" in preview
    assert "Plus large" not in page_of(client, portage).content.decode()


# --- The chronicle ---


def test_it_lists_everything_newest_first_and_what_has_no_date_last(client, workgroup, portage):
    keywords = ["portage"]
    old = base.make_minutes(
        workgroup, "Ancienne", keywords=keywords, meeting_date=datetime.date(2024, 5, 2)
    )
    base.make_minutes(workgroup, "Sans date 1", keywords=keywords, meeting_date=None, ordinal=1)
    base.make_minutes(workgroup, "Sans date 2", keywords=keywords, meeting_date=None, ordinal=2)
    base.make_article(workgroup, "Article", keywords=keywords, date=datetime.date(2024, 12, 31))
    base.make_roster(workgroup, "Liste", keywords=keywords)
    base.make_minutes(workgroup, "Sans le mot")
    at = datetime.datetime(2024, 12, 31, 23, 30, tzinfo=datetime.UTC)
    base.make_comment(old, "Dit à minuit passé.", keywords=[portage], submit_date=at)
    response = page_of(client, portage)
    assert shown(response) == [
        ("comment", "Ancienne"),  # the new year had come in Brussels
        ("article", "Article"),
        ("minutes", "Ancienne"),
        ("minutes", "Sans date 2"),
        ("minutes", "Sans date 1"),
        ("roster", "Liste"),
    ]
    assert [entry.year for entry in response.context["entries"]][::2] == ["2025", "2024", "-"]
    assert "Dit à minuit passé." in response.content.decode()


def test_it_shows_the_passage_that_speaks_of_the_topic_and_leads_to_its_place(
    client, workgroup, portage
):
    person = base.make_person("Portage Dupont")
    body = [
        text_block("Accueil. On commence.", "aaaaa"),
        heading("Budget"),
        text_block("Il manque <b>trois</b> euros.", "bbbbb"),
        heading("Divers"),
        text_block("Les portages sont longs & lourds.", "ccccc"),
    ]
    minutes = base.make_minutes(
        workgroup, "Réunion", ordinal=4, keywords=["portage"], body=body, place="Portage-la-Ville"
    )
    minutes.attendance.create(person=person, role=base.make_role())
    minutes.save_revision().publish()
    outbox.drain()
    (entry,) = page_of(client, portage).context["entries"]
    assert entry.passage == "Les <mark>portages</mark> sont longs &amp; lourds."
    assert entry.heading == "Divers"
    anchor = entry.heading_url.partition("#")[2]
    assert f'id="{anchor}"' in client.get(minutes.url).content.decode()


def test_it_shows_no_passage_of_minutes_that_only_list_the_word(client, workgroup, portage):
    body = [text_block("Rien de cela."), heading("Suite"), text_block("Rien non plus.", "bbbbb")]
    base.make_minutes(workgroup, keywords=["portage"], body=body, place="Rue du Portage")
    outbox.drain()
    (entry,) = page_of(client, portage).context["entries"]
    assert entry.passage == "" and not entry.heading


def test_it_finds_the_passage_by_any_word_of_the_concept_in_the_language_of_the_text(
    client, workgroup, portage
):
    body = [heading("Opening"), text_block("Wij spreken over onze draagkracht.")]
    base.make_minutes(workgroup, keywords=["portage"], body=body, language="nl")
    body = [heading("Suite"), text_block("Du portage aussi, du portage salarial surtout.")]
    base.make_minutes(workgroup, keywords=["portage"], body=body)
    outbox.drain()
    french, dutch = page_of(client, portage).context["entries"]
    assert "<mark>draagkracht</mark>" in dutch.passage and dutch.language == "nl"
    assert "<mark>portage</mark> <mark>salarial</mark>" in french.passage


def test_it_lists_the_decisions_of_tagged_minutes_that_name_it(client, workgroup, portage):
    donneur = base.make_keyword("donneur d’ordre")

    def decided(*texts):
        return [("decision", {"text": f"<p>{text}</p>"}) for text in texts]

    body = decided("Les portages continuent.", "On achète du pain.", "Le comportage est refusé.")
    tagged = base.make_minutes(workgroup, "Avec", keywords=["portage"], body=body)
    base.make_minutes(workgroup, "Sans", body=decided("Le portage finit."))
    base.make_article(workgroup, "Article", keywords=["portage"], body=decided("Le portage dort."))
    base.make_minutes(
        workgroup,
        "Ordre",
        keywords=["donneur d’ordre"],
        body=decided("Les donneurs d'ordre paient.", "L’ordre du donneur."),
    )
    outbox.drain()
    response = page_of(client, portage, "?sorte=decision")
    assert [str(entry.passage) for entry in response.context["entries"]] == [
        "Les <mark>portages</mark> continuent."
    ]
    (entry,) = response.context["entries"]
    assert entry.url.startswith(f"{tagged.url}#b-")
    assert ("decision", "Avec") in shown(page_of(client, portage))
    phrases = page_of(client, donneur, "?sorte=decision").context["entries"]
    assert [entry.passage.replace("mark>", "") for entry in phrases] == [
        "Les <donneurs</ d&#x27;<ordre</ paient."
    ]


def test_it_lists_a_hidden_or_held_comment_no_more(client, workgroup, portage):
    minutes = base.make_minutes(workgroup)
    base.make_comment(minutes, "Montré.", keywords=[portage])
    base.make_comment(minutes, "Masqué.", keywords=[portage], is_removed=True)
    base.make_comment(minutes, "Retenu.", keywords=[portage], is_public=False)
    response = page_of(client, portage)
    assert shown(response) == [("comment", minutes.title)]
    assert "Montré." in response.content.decode()


def test_it_pages_the_list_by_twenty(client, workgroup, portage):
    minutes = base.make_minutes(workgroup)
    for at in range(25):
        base.make_comment(minutes, f"Mot {at}.", keywords=[portage])
    assert len(page_of(client, portage).context["entries"]) == 20
    second = page_of(client, portage, "?sorte=comment&page=2")
    assert len(second.context["entries"]) == 5
    assert "sorte=comment&amp;page=1" in second.content.decode()


# --- Filters ---


@pytest.fixture
def much(workgroup, portage):
    """Things of two groups and two years; {name: page}."""
    other = base.make_workgroup("Autre groupe", slug="autre")
    day = datetime.date
    keywords = ["portage"]
    found = {
        "a": base.make_minutes(workgroup, "A", keywords=keywords, meeting_date=day(2024, 1, 1)),
        "b": base.make_minutes(workgroup, "B", keywords=keywords, meeting_date=day(2025, 1, 1)),
        "c": base.make_minutes(other, "C", keywords=keywords, meeting_date=day(2025, 2, 1)),
        "d": base.make_article(other, "D", keywords=keywords, date=day(2025, 3, 1)),
        "e": base.make_article(base.home(), "E", keywords=keywords, date=day(2021, 3, 1)),
    }
    base.make_roster(other, "F", keywords=keywords)
    return found


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", "DCBAEF"),
        ("?sorte=minutes", "CBA"),
        ("?groupe=autre", "DCF"),
        ("?annee=2025", "DCB"),
        ("?sorte=minutes&groupe=autre", "C"),
        ("?sorte=minutes&groupe=autre&annee=2025", "C"),
        ("?groupe=-", "E"),
        ("?annee=-", "F"),
        ("?sorte=article&annee=2024", ""),
        ("?sorte=minutes&groupe=autre&annee=1999", ""),
    ],
)
def test_it_filters_by_kind_group_and_year_together(client, much, portage, query, titles):
    response = page_of(client, portage, query)
    assert "".join(title for _kind, title in shown(response)) == titles
    facets = response.context["facets"]
    assert facets.total == len(titles)
    if not titles:
        assert "Tout montrer" in response.content.decode()
    # What each link promises is what it shows.
    links = [*facets.kinds, *facets.years, *facets.rows, *facets.other_years, *facets.other_groups]
    links += [bar for row in facets.rows for bar in row.bars if bar.count]
    counted = [choice for choice in links if choice.label != "Tout"]
    assert len(counted) > 6
    for choice in counted:
        promised = page_of(client, portage, choice.url.partition("#")[0])
        filters = promised.context["facets"].filters
        if filters != facets.filters and choice.url != facets.filters.url():
            taken_off = choice in [link for link in links if link.current]
            total = promised.context["facets"].total
            assert taken_off or total == choice.count, (query, choice)


def test_it_marks_the_filter_that_is_set_and_takes_it_off(client, much, portage):
    response = page_of(client, portage, "?sorte=minutes&annee=2025")
    facets = response.context["facets"]
    assert [choice.label for choice in facets.kinds if choice.current] == ["Compte rendu"]
    assert [choice.label for choice in facets.years if choice.current] == ["2025"]
    assert [choice.url for choice in facets.chosen] == [
        "?annee=2025#chronique",
        "?sorte=minutes#chronique",
    ]
    page = response.content.decode()
    assert 'aria-current="true"' in page and "2 résultats" in page


@pytest.mark.parametrize(
    "query",
    [
        "?sorte=rien",
        "?groupe=inconnu",
        "?annee=MMXXV",
        "?annee=٢٠٢٥",
        "?annee=20255",
        "?page=x",
        "?page=-3",
        "?page=999",
        "?sorte=%00&groupe=%00&annee=%00&page=%00",
        "?sorte=workgroup",
        "?sorte[]=minutes",
        "?groupe=%F0%9F%8D%87&annee=%E2%80%AF",
    ],
)
def test_it_passes_over_values_that_mean_nothing(client, much, portage, query):
    assert len(page_of(client, portage, query).context["entries"]) == 6


def test_it_draws_a_strip_with_a_bar_for_each_group_and_year(client, much, portage):
    facets = page_of(client, portage).context["facets"]
    assert [year.label for year in facets.years] == ["2021", "2022", "2023", "2024", "2025"]
    assert [year.label for year in facets.other_years] == ["sans date"]
    rows = {row.label: [bar.count for bar in row.bars] for row in facets.rows}
    assert rows == {
        "Autre groupe": [0, 0, 0, 0, 2],
        "Groupe ouvert": [0, 0, 0, 1, 1],
        "Hors des groupes": [1, 0, 0, 0, 0],
    }
    heights = {bar.height for row in facets.rows for bar in row.bars}
    assert heights == {0, 50, 100}


def test_it_survives_a_year_typed_wrong(client, workgroup, portage):
    for year in (1024, 2024, 9999):
        base.make_article(workgroup, keywords=["portage"], date=datetime.date(year, 1, 1))
    facets = page_of(client, portage).context["facets"]
    assert [year.label for year in facets.years] == ["1024", "2024", "9999"]


def test_it_keeps_the_strip_short_and_leads_to_the_rest(client, portage):
    for at in range(12):
        group = base.make_workgroup(f"Groupe {at:02}")
        for year in [2000 + at] * (1 + at % 3):
            base.make_article(group, keywords=["portage"], date=datetime.date(year, 1, 1))
    facets = page_of(client, portage).context["facets"]
    assert facets.years[0].label == "2002" and len(facets.years) == 10
    assert [year.label for year in facets.other_years] == ["2001", "2000"]
    assert len(facets.rows) == 8 and len(facets.other_groups) == 4
    assert all(group.count == 1 for group in facets.other_groups)


# --- Whom it exists for ---


def test_it_does_not_exist_before_something_carries_it_or_while_it_is_a_draft(
    client, workgroup, portage
):
    address = portage.get_absolute_url()
    assert client.get(address).status_code == 404
    base.make_minutes(workgroup, keywords=["portage"])
    assert client.get(address).status_code == 200
    Keyword.objects.filter(pk=portage.pk).update(live=False)
    assert client.get(address).status_code == 404
    assert client.get(reverse("keyword_feed", args=["portage"])).status_code == 404


def test_it_shows_nothing_of_private_uses_to_a_stranger(
    client, workgroup, private_workgroup, portage, group_member, as_user
):
    private = base.make_minutes(
        private_workgroup,
        "Réunion Zanzibar",
        keywords=["portage"],
        meeting_date=datetime.date(2019, 1, 1),
        body=[heading("Zanzibar"), ("decision", {"text": "<p>Portage à Zanzibar.</p>"})],
    )
    base.make_comment(private, "Portage de Zanzibar.", keywords=[portage])
    open_page = base.make_minutes(workgroup, "Ouverte", meeting_date=datetime.date(2025, 1, 1))
    outbox.drain()
    address = portage.get_absolute_url()
    insider = as_user(group_member)
    assert client.get(address).status_code == 404
    assert client.get(reverse("keyword_feed", args=["portage"])).status_code == 404
    assert insider.get(address).status_code == 200

    base.make_comment(open_page, "Portage ouvert.", keywords=[portage])
    outbox.drain()
    strange, own = page_of(client, portage), page_of(insider, portage)
    assert shown(strange) == [("comment", "Ouverte")]
    assert {kind for kind, _title in shown(own)} == {"minutes", "decision", "comment"}
    for query in ("", "?groupe=groupe-ferme", "?annee=2019", "?sorte=decision"):
        words = plain(client.get(address + query))
        assert "Zanzibar" not in words and "Groupe fermé" not in words
        assert "Zanzibar" in plain(insider.get(address + query))
    assert strange.context["facets"].total == 1 and own.context["facets"].total == 4
    assert [year.label for year in strange.context["facets"].years] == ["2026"]
    assert own.context["facets"].years[0].label == "2019"
    assert [row.label for row in strange.context["facets"].rows] == ["Groupe ouvert"]
