"""A body as readers get it."""

import pytest
from django.contrib.auth.models import AnonymousUser

from pages.rendering import anchor_of, contents, render_body
from tests import base

pytestmark = pytest.mark.django_db


def shown(page, user=None):
    return render_body(page.body, user=user or AnonymousUser(), language=page.language, page=page)


def test_it_anchors_headings_and_paragraphs_and_keeps_the_anchors_when_edited(workgroup):
    page = base.make_minutes(
        workgroup,
        body=[("heading", {"text": "Portage", "level": "2"}), base.text_block("Un mot.", "k1")],
    )
    heading, text = page.body
    assert f'id="{anchor_of(heading.id)}"' in shown(page)
    paragraph = f'id="p-{text.id[:8]}-k1"'
    assert paragraph in shown(page)
    assert contents(page.body) == [{"level": 2, "text": "Portage", "anchor": anchor_of(heading.id)}]
    page.body[1].value.source = page.body[1].value.source.replace("Un mot.", "Deux mots.")
    page.save()
    page.refresh_from_db()
    assert paragraph in shown(page) and "Deux mots" in shown(page)


def test_it_links_to_no_page_that_the_reader_may_not_see(
    workgroup, private_workgroup, group_member
):
    open_page, closed = base.make_minutes(workgroup), base.make_minutes(private_workgroup)
    page = base.make_minutes(
        workgroup,
        body=[
            base.text_block(
                f'<a linktype="page" id="{open_page.pk}">ouvert</a> '
                f'<a linktype="page" id="{closed.pk}">fermé</a>'
            ),
            ("page", closed),
        ],
    )
    for_strangers = shown(page)
    assert open_page.url in for_strangers
    assert "groupe-ferme" not in for_strangers
    assert "fermé" in for_strangers, "the words stay"
    assert closed.url in shown(page, group_member)


def test_it_sets_footnotes_at_the_end_and_links_both_ways(workgroup):
    page = base.make_minutes(
        workgroup,
        body=[
            base.text_block("Un[[Première <b>note</b>.]] deux[[Seconde.]]."),
            base.text_block("x"),
        ],
    )
    html = shown(page)
    assert html.count('role="doc-noteref"') == 2
    assert "[[" not in html
    assert html.index("Première <b>note</b>.") > html.index("deux")
    assert 'href="#note-ref-2"' in html


def test_it_takes_double_brackets_for_a_note_in_text_alone(workgroup):
    wiki = '<a href="https://x.example/wiki/[[Page]]">le wiki</a>'
    page = base.make_minutes(
        workgroup,
        body=[base.text_block(f"Voir {wiki}.[[Une note avec {wiki}, [1] et <b>gras</b>.]] Fin.")],
    )
    html = shown(page)
    assert html.count('href="https://x.example/wiki/[[Page]]"') == 2
    assert html.count('role="doc-noteref"') == 1
    assert html.index("et <b>gras</b>.") > html.index("Fin.")
    assert "<sup" not in html.split("</a>")[0]


def test_it_spaces_french_and_only_french(workgroup):
    french = base.make_minutes(workgroup, body=[base.text_block("Qui ?")])
    dutch = base.make_minutes(workgroup, body=[base.text_block("Wie ?")], language="nl")
    assert "Qui\u202f?" in shown(french)
    assert "Wie ?" in shown(dutch)
    assert "\u202f" not in french.body[0].value.source
