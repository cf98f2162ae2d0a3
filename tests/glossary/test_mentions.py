"""Texts link the terms they mention, for each reader those that exist for them."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import RequestFactory
from django.utils import translation

from glossary import mentions
from glossary.models import Keyword, KeywordLabel, PageKeyword
from glossary.retagging import retag
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(workgroup):
    return base.make_minutes(
        workgroup, body=[base.text_block("Le portage, puis le plateau technique et deux soins.")]
    )


def explained(name, *uses, **changes):
    """A keyword with a definition, used on pages."""
    changes.setdefault("definition_fr", f"Ce qu’est {name}.")
    keyword = base.make_keyword(name, **changes)
    for used_on in uses:
        PageKeyword.objects.create(tag=keyword, content_object_id=used_on.pk)
    return keyword


def asked_by(user=None):
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    return request


def found(page, user=None):
    return mentions.found_in(page, asked_by(user))


def terms(response):
    """The words linked on a page, in order."""
    return re.findall(r'<a class="term"[^>]*>(.*?)</a>', response.content.decode())


def test_it_links_terms_and_gives_their_definitions(client, page):
    portage = explained("portage", page, definition_fr="Porter ensemble : oui.")
    html = client.get(page.url).content.decode()
    assert (
        f'Le <a class="term" href="{portage.get_absolute_url()}" data-term="{portage.pk}"'
        f' aria-describedby="terme-{portage.pk}">portage</a>,'
    ) in html
    assert f'<dd id="terme-{portage.pk}" lang="fr">Porter ensemble\u202f: oui.</dd>' in html
    assert "js/terms.js" in html and "css/terms.css" in html


def test_words_that_look_like_markup_stay_words(client, workgroup):
    page = base.make_minutes(
        workgroup, body=[base.text_block("Le portage, dit &lt;img src=x onerror=alert(1)&gt;.")]
    )
    keyword = explained("portage", page, definition_fr="<script>alert(1)</script> & co")
    label = KeywordLabel.objects.get(keyword=keyword)
    label.text = 'portage"><b>gras'
    label.save()
    KeywordLabel.objects.create(keyword=keyword, language="fr", text="portage", kind="synonym")
    html = client.get(page.url).content.decode()
    assert terms(client.get(page.url)) == ["portage"]  # it was linked, so all of it was shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    for live in ("<script>alert", "<img src=x", '"><b>gras'):
        assert live not in html


def test_it_does_not_link_a_label_that_is_not_to_be(client, workgroup):
    body = [base.text_block("Il avance. Un acompte ; un suivi.")]
    page = base.make_minutes(workgroup, body=body)
    avance, suivi = explained("avance", page), explained("suivi", page)
    KeywordLabel.objects.create(keyword=avance, language="fr", text="acompte", kind="synonym")
    assert terms(client.get(page.url)) == ["avance", "suivi"]
    for label in (*avance.labels.filter(text="avance"), *suivi.labels.all()):
        label.linked = False
        label.save()
    assert terms(client.get(page.url)) == ["acompte"], "nor by its name"


def test_it_names_keywords_in_the_order_of_the_text_with_their_labels(page):
    soin, portage = explained("soin", page), explained("portage", page)
    keywords = found(page).keywords
    assert keywords == [portage, soin]
    assert [keyword.label for keyword in keywords] == ["portage", "soin"]


def test_it_links_articles_and_texts_too(client, workgroup, page):
    explained("portage", page)
    body = [base.text_block("Le portage.")]
    for other in (base.make_article(workgroup, body=body), base.make_text(body=body)):
        assert terms(client.get(other.url)) == ["portage"]


def test_it_links_only_what_has_a_definition_and_exists(client, page):
    base.make_keyword("portage")
    PageKeyword.objects.create(tag=Keyword.objects.get(), content_object_id=page.pk)
    explained("plateau technique", offered=False)
    explained("soin", page)
    assert terms(client.get(page.url)) == ["soins"]


def test_it_links_labels_and_synonyms_of_the_texts_language(client, workgroup):
    text = "Pleegzorg, draagzorg, portage en kinderopvang."
    page = base.make_minutes(workgroup, language="nl", body=[base.text_block(text)])
    both = explained("portage", page, nl="pleegzorg")
    KeywordLabel.objects.create(
        keyword=both, language="nl", text="draagzorg", kind=KeywordLabel.SYNONYM
    )
    explained("kinderopvang", page)  # no Dutch label: its name stands for one
    html = client.get(page.url)
    assert terms(html) == ["Pleegzorg", "kinderopvang"]
    assert mentions.vocabulary().index("nl") is not mentions.vocabulary().index("fr")


def test_it_defines_in_the_readers_language_or_says_which_it_is(client, page):
    explained("portage", page, definition_nl="Samen dragen.")
    explained("soin", page)
    explained("plateau technique", page, definition_fr="", definition_en="The machines.")
    with translation.override("nl"):
        html = client.get(page.get_url()).content.decode()
    assert 'lang="nl">Samen dragen.</dd>' in html
    assert 'lang="fr">Ce qu’est soin.</dd>' in html
    assert 'lang="en">The machines.</dd>' in html
    assert "/nl/" in re.search(r'class="term" href="([^"]+)"', html)[1]


def test_it_does_not_link_where_editors_switched_it_off(client, page):
    explained("portage", page)
    assert terms(client.get(page.url)) == ["portage"]
    page.terms_linked = False
    page.save_revision().publish()
    response = client.get(page.url)
    assert terms(response) == []
    assert "terme-" not in response.content.decode()
    page.refresh_from_db()
    assert [keyword.name for keyword in found(page).keywords] == ["portage"]
    assert "<a" not in found(page).html


def test_an_editor_can_switch_it_off_on_the_page_form(as_user, admin, page):
    html = as_user(admin).get(f"/admin/pages/{page.pk}/edit/").content.decode()
    assert 'name="terms_linked"' in html


def test_a_stranger_sees_no_trace_of_a_term_used_in_a_private_group(
    as_user, page, private_workgroup, group_member, member
):
    closed = base.make_minutes(private_workgroup)
    secret = explained("plateau technique", closed, definition_fr="Le secret.")
    explained("plateau", page)
    explained("technique", page)
    for user in (None, member):
        response = as_user(user).get(page.url)
        # As if the longer term were not there: the shorter ones are linked.
        assert terms(response) == ["plateau", "technique"]
        assert "secret" not in response.content.decode()
        assert f"terme-{secret.pk}" not in response.content.decode()
    response = as_user(group_member).get(page.url)
    assert terms(response) == ["plateau technique"]
    assert "Le secret." in response.content.decode()
    assert terms(as_user().get(page.url)) == ["plateau", "technique"], "kept for no other reader"


def test_it_stops_linking_when_the_last_visible_use_is_gone(client, page):
    keyword = explained("portage", page, offered=False)
    assert terms(client.get(page.url)) == ["portage"]
    retag([page], remove=[keyword])
    assert terms(client.get(page.url)) == []


def test_it_follows_changes_of_labels_and_definitions_at_once(client, page):
    keyword = explained("portage", page)
    assert terms(client.get(page.url)) == ["portage"]
    keyword.definition_fr = "Autre chose."
    keyword.save()
    assert "Autre chose." in client.get(page.url).content.decode()
    synonym = KeywordLabel.objects.create(
        keyword=keyword, language="fr", text="plateau", kind=KeywordLabel.SYNONYM
    )
    label = keyword.labels.get(text="portage")
    label.text = "soin"
    label.save()
    assert terms(client.get(page.url)) == ["plateau"]
    synonym.delete()
    assert terms(client.get(page.url)) == ["soins"]
    keyword.definition_fr = ""
    keyword.save()
    assert terms(client.get(page.url)) == []


def test_it_follows_publication_and_deletion_at_once(client, page):
    keyword = explained("portage", page)
    other = explained("soin", page)
    assert terms(client.get(page.url)) == ["portage", "soins"]
    keyword.unpublish()
    assert terms(client.get(page.url)) == ["soins"]
    keyword.save_revision().publish()
    assert terms(client.get(page.url)) == ["portage", "soins"]
    keyword.delete()
    Keyword.objects.filter(pk=other.pk).update(live=False)  # heard of by nobody, and yet gone
    assert terms(client.get(page.url)) == []


def test_it_does_not_link_what_was_merged(client, page):
    keyword, other = explained("portage", page), explained("soin", page)
    assert terms(client.get(page.url)) == ["portage", "soins"]
    Keyword.objects.filter(pk=keyword.pk).update(merged_into=other)
    assert terms(client.get(page.url)) == ["soins"]


def test_it_reads_the_list_of_terms_once(page, django_assert_num_queries):
    explained("portage", page)
    explained("soin", page)
    assert len(found(page).keywords) == 2
    request = asked_by()
    with django_assert_num_queries(2):  # which of them exist for the reader, and their labels
        mentions.found_in(page, request)
    with django_assert_num_queries(0):
        mentions.found_in(page, request)
    kept = mentions.vocabulary()
    cache.clear()
    assert mentions.vocabulary() is kept, "what was found stays as long as the terms do"
    explained("plateau technique", page)
    assert mentions.vocabulary() is not kept
    assert len(found(page).keywords) == 3


def test_it_links_the_draft_that_is_previewed(client, admin, page):
    explained("portage", page)
    explained("soin", page)
    client.force_login(admin)
    page.body = [base.text_block("Des soins.")]
    page.save_revision()
    url = f"/admin/pages/{page.pk}/view_draft/"
    assert terms(client.get(url)) == ["soins"]
    assert terms(client.get(page.url)) == ["portage", "soins"]


def test_it_links_nothing_in_titles_quotations_and_labels_of_the_site(client, page, workgroup):
    for name in ("portage", "décision", "action"):
        explained(name, page)
    silent = base.make_minutes(
        workgroup,
        title="Portage",
        body=[
            ("heading", {"text": "Le portage", "level": "2"}),
            ("quotation", {"text": "Le portage !", "speaker": "", "source": "portage"}),
            ("callout", {"title": "Portage", "text": "<p>x</p>"}),
            ("decision", {"text": "<p>x</p>"}),
            ("action", {"text": "<p>x</p>", "owner": None, "due": None}),
        ],
    )
    assert terms(client.get(silent.url)) == []
    silent.body.append(("decision", {"text": "<p>Le portage.</p>"}))
    silent.save_revision().publish()
    assert terms(client.get(silent.url)) == ["portage"]
