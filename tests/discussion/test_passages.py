"""Comments on a passage: from the link beside it to what is shown once it is gone."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.urls import reverse
from django.utils import translation

from discussion import passages
from discussion.context import may_write_here
from discussion.models import DiscussionPolicy, PageComment, Standing
from pages.rendering import body_of
from tests import base

pytestmark = pytest.mark.django_db

HEADING = "11111111-0000-4000-8000-000000000001"
TEXT = "22222222-0000-4000-8000-000000000002"
DECISION = "33333333-0000-4000-8000-000000000003"
ACTION = "44444444-0000-4000-8000-000000000004"
QUOTE = "55555555-0000-4000-8000-000000000005"


def body(text="Nous avons parlé du <b>portage</b>[[une note]].", **without):
    blocks = {
        "heading": {
            "type": "heading",
            "id": HEADING,
            "value": {"level": "2", "text": "Le portage"},
        },
        "text": {
            "type": "text",
            "id": TEXT,
            "value": f'<p data-block-key="aaaaa">{text}</p><ul><li data-block-key="bbbbb">Un '
            'point</li><li data-block-key="ccccc">Deux points</li></ul>',
        },
        "decision": {
            "type": "decision",
            "id": DECISION,
            "value": {"text": '<p data-block-key="ddddd">On le fait &amp; vite.</p>'},
        },
        "action": {
            "type": "action",
            "id": ACTION,
            "value": {"text": '<p data-block-key="eeeee">Écrire à tous.</p>'},
        },
        "quotation": {"type": "quotation", "id": QUOTE, "value": {"text": "Je dis oui."}},
    }
    return [block for name, block in blocks.items() if without.get(name, True)]


@pytest.fixture
def minutes(workgroup):
    page = base.make_minutes(workgroup)
    return rewrite(page, body())


def rewrite(page, blocks):
    """The text changed in the editor: the same blocks keep their numbers."""
    page.body = page.body.stream_block.to_python(blocks)
    page.save_revision().publish()
    return type(page).objects.get(pk=page.pk)


PARAGRAPH = "p-22222222-aaaaa"


def post(client, page, **changes):
    data = base.comment_form_data(page, **changes)
    return client.post(reverse("comment_post", args=[page.pk]), data)


def test_it_knows_headings_paragraphs_points_decisions_actions_and_quotations(minutes):
    found = passages.passages_of(body_of(minutes, None))
    assert found == {
        "b-11111111": "Le portage",
        PARAGRAPH: "Nous avons parlé du portage.",
        "p-22222222-bbbbb": "Un point",
        "p-22222222-ccccc": "Deux points",
        "b-33333333": "On le fait & vite.",
        "b-44444444": "Écrire à tous.",
        "b-55555555": "Je dis oui.",
    }


def test_each_has_a_link_and_the_text_is_otherwise_the_same(client, minutes):
    html = client.get(minutes.url).content.decode()
    for anchor in passages.passages_of(body_of(minutes, None)):
        assert html.count(f'href="?passage={anchor}#repondre"') == 1, anchor
    shown = html[html.index('<div class="prose"') :]
    for added in (
        r' ?<a class="discuss".*?</a>',
        r'<p class="discuss-whole">\s*</p>',
        r' aria-labelledby="b-[\w]+-name"',
        r'<span id="b-\w+-name">|</span>',
    ):
        shown = re.sub(added, "", shown)
    plain = re.sub(r"<span>|</span>", "", body_of(minutes, None))
    assert " ".join(plain.split()) in " ".join(shown.split())


def links_in(html):
    return [
        (anchor, re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", "", inside)))
        for anchor, inside in re.findall(
            r'<a class="discuss[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', html, re.DOTALL
        )
    ]


def test_each_link_is_named_by_its_passage(client, workgroup):
    text = "Un, deux &amp; trois, quatre, cinq, six, sept, huit, neuf."
    minutes = rewrite(base.make_minutes(workgroup), body(text=text))
    base.make_comment(minutes, anchor="b-33333333", passage="On le fait & vite.")
    named = dict(links_in(client.get(minutes.url).content.decode()))
    assert named["?passage=b-11111111#repondre"] == "En parler\u202f: «\u202fLe portage\u202f»"
    long = "En parler\u202f: «\u202fUn, deux &amp; trois, quatre, cinq,…\u202f»"
    assert named[f"?passage={PARAGRAPH}#repondre"] == long
    spoken = "En parler\u202f: «\u202fOn le fait &amp; vite.\u202f» 1 (1 commentaire)"
    assert named["?passage=b-33333333#discussion"] == spoken
    assert len(set(named.values())) == len(named) == 7


@pytest.mark.parametrize("mode", ["closed", "members"])
def test_who_may_not_write_sees_only_what_was_said(client, as_user, member, minutes, mode):
    base.make_comment(minutes, anchor=PARAGRAPH, passage="Nous avons parlé du portage.")
    assert len(links_in(client.get(minutes.url).content.decode())) == 7
    DiscussionPolicy.objects.create(page=minutes, mode=mode)
    [(address, name)] = links_in(client.get(minutes.url).content.decode())
    assert address == "#discussion" and name.startswith("On en a parlé") and "1" in name
    theirs = links_in(as_user(member).get(minutes.url).content.decode())
    assert len(theirs) == (1 if mode == "closed" else 7)
    Standing.objects.create(user=member, blocked=True)
    assert len(links_in(as_user(member).get(minutes.url).content.decode())) == 1


def test_the_form_quotes_the_passage_and_the_comment_carries_it(as_user, member, minutes):
    client = as_user(member)
    html = client.get(f"{minutes.url}?passage={PARAGRAPH}").content.decode()
    form = html[html.index('id="repondre"') :]
    assert "Nous avons parlé du portage." in form
    assert f'name="anchor" value="{PARAGRAPH}"' in form
    post(client, minutes, anchor=PARAGRAPH, comment="Et la suite ?")
    comment = PageComment.objects.get()
    assert (comment.anchor, comment.passage) == (PARAGRAPH, "Nous avons parlé du portage.")


def test_a_visitors_comment_carries_it_through_the_confirmation(client, minutes):
    post(client, minutes, anchor="b-33333333")
    client.post(re.search(r"https?://[^/]+(/\S+)", mail.outbox[0].body)[1])
    assert PageComment.objects.get().passage == "On le fait & vite."


@pytest.mark.parametrize(
    "anchor", ["b-99999999", "p-22222222-zzzzz", "discussion", "x" * 81, '"><']
)
def test_a_passage_that_is_not_there_is_none(as_user, member, minutes, anchor):
    client = as_user(member)
    html = client.get(minutes.url, {"passage": anchor}).content.decode()
    assert "À propos" not in html
    response = post(client, minutes, anchor=anchor)
    if response.status_code == 302:
        assert (PageComment.objects.get().anchor, PageComment.objects.get().passage) == ("", "")
    else:  # longer than any anchor
        assert response.status_code == 422 and len(anchor) > 80


def test_the_passage_shows_how_many_speak_of_it_replies_included(as_user, client, minutes):
    start = base.make_comment(minutes, anchor=PARAGRAPH, passage="Nous avons parlé du portage.")
    base.make_comment(minutes, parent=start)
    base.make_comment(minutes, anchor=PARAGRAPH, passage="…", is_removed=True)
    base.make_comment(minutes, anchor=PARAGRAPH, passage="…", is_public=False)
    base.make_comment(minutes)
    html = client.get(minutes.url).content.decode()
    link = re.search(rf'<a class="discuss discussed" href="\?passage={PARAGRAPH}#.*?</a>', html)[0]
    assert re.search(r">2<", link) and "2 commentaires" in link
    assert html.count('class="discuss discussed"') == 1
    assert html.count("À propos de ce passage<") == 1, "said once, at the start of the thread"
    assert f'href="#{PARAGRAPH}"' in html


def test_it_survives_an_edit_of_the_passage(client, minutes):
    base.make_comment(minutes, anchor=PARAGRAPH, passage="Nous avons parlé du portage.")
    page = rewrite(minutes, body(text="Nous avons parlé de tout autre chose."))
    html = client.get(page.url).content.decode()
    letters = html[html.index('id="discussion"') :]
    assert "À propos de ce passage, modifié depuis" in letters
    assert "Nous avons parlé du portage." in letters
    assert f'href="?passage={PARAGRAPH}#discussion"' in html


def test_it_stands_at_the_foot_once_the_passage_is_gone(client, minutes):
    base.make_comment(minutes, "Et alors.", anchor=PARAGRAPH, passage="Ce qui fut dit.")
    page = rewrite(minutes, body(text="Rien.", decision=False))
    page = rewrite(page, [block for block in body() if block["type"] != "text"])
    html = client.get(page.url).content.decode()
    letters = html[html.index('id="discussion"') :]
    assert "Et alors." in letters and "Ce qui fut dit." in letters
    assert "qui n’est plus dans le texte" in letters
    assert f'href="#{PARAGRAPH}"' not in html


def test_the_link_is_in_the_readers_language(client, workgroup):
    page = rewrite(base.make_minutes(workgroup, language="nl"), body())
    html = client.get(page.url).content.decode()
    assert re.search(r'<a class="discuss"[^>]* lang="(fr|nl)"', html)


def test_it_is_not_in_previews_nor_where_nothing_is_discussed(rf, minutes):
    request = rf.get("/")
    request.user = AnonymousUser()
    html = str(body_of(minutes, request))
    assert "discuss" in passages.finish(minutes, request, html).html
    request.is_preview = True
    assert passages.finish(minutes, request, html).html == html
    assert passages.finish(minutes, None, html).html == html
    text = base.make_text()
    assert passages.finish(text, rf.get("/"), html).html == html


@pytest.mark.parametrize("count", [0, 3])
def test_counts_cost_one_query(client, minutes, django_assert_num_queries, rf, count):
    for number in range(count):
        base.make_comment(minutes, anchor=["b-33333333", PARAGRAPH][number % 2], passage="…")
    request = rf.get("/")
    request.user = AnonymousUser()
    html = body_of(minutes, request)
    may_write_here(minutes, request)  # asked with the discussion
    with django_assert_num_queries(1), translation.override("fr"):
        passages.finish(minutes, request, html)
        passages.counts_of(minutes, request)


def test_odd_markup_stops_nothing():
    assert passages.passages_of('<p id="p-1">a</div></p><p id="p-2"><b>b') == {"p-1": "a"}
    long = "mot " * 200
    assert len(passages.passages_of(f'<p id="p-1">{long}</p>')["p-1"]) <= passages.LENGTH
