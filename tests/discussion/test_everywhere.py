"""Comments elsewhere than under their page: feeds, groups, people."""

from xml.etree import ElementTree

import pytest

from tests import base

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client, page, **headers):
    return client.get(f"/fr/commentaires/page/{page.pk}/flux/", headers=headers)


def entries(response):
    root = ElementTree.fromstring(response.content)
    return [entry.findtext(f"{ATOM}summary") for entry in root.iter(f"{ATOM}entry")]


def test_a_page_has_a_feed_of_what_is_said_newest_first(client, workgroup):
    page = base.make_minutes(workgroup, title="Réunion de mars")
    base.make_comment(page, "D’abord <b>ceci</b>.")
    second = base.make_comment(page, "Puis *cela*.")
    base.make_comment(base.make_minutes(workgroup), "Ailleurs.")
    response = feed(client, page)
    assert entries(response) == [
        "<p>Puis <em>cela</em>.</p>",
        "<p>D’abord &lt;b&gt;ceci&lt;/b&gt;.</p>",
    ]
    text = response.content.decode()
    assert "Réunion de mars" in text and second.get_absolute_url() in text
    assert "visitor@plenum.example" not in text
    assert f"/fr/commentaires/page/{page.pk}/flux/" in client.get(page.url).content.decode()
    assert feed(client, page, if_none_match=response.headers["ETag"]).status_code == 304


def test_a_feed_has_nothing_held_or_hidden_nor_what_hangs_under_it(client, workgroup):
    page = base.make_minutes(workgroup)
    base.make_comment(page, "Visible.")
    parent = base.make_comment(page, "Bientôt retenu.")
    base.make_comment(page, "En dessous.", parent=parent)
    assert len(entries(feed(client, page))) == 3
    base.hold(parent)
    base.make_comment(page, "Masqué.", state="hidden")
    assert entries(feed(client, page)) == ["<p>Visible.</p>"]


def test_a_feed_is_for_those_who_may_read_the_page(
    client, as_user, group_member, private_workgroup
):
    page = base.make_minutes(private_workgroup)
    base.make_comment(page, "Entre nous.")
    assert feed(client, page).status_code == 404
    assert entries(feed(as_user(group_member), page)) == ["<p>Entre nous.</p>"]


def test_a_group_and_a_person_show_what_was_said_last(
    client, as_user, member, group_member, workgroup, private_workgroup
):
    person = base.make_person("Mila Membre", user=member)
    page = base.make_minutes(workgroup)
    base.make_comment(page, "Dit par Mila.", user=member)
    base.make_comment(page, "Dit par une autre.")
    base.make_comment(base.make_minutes(private_workgroup), "Dit en privé.", user=member)
    group = client.get(workgroup.url).content.decode()
    assert "Dit par Mila." in group and "Dit par une autre." in group
    theirs = client.get(person.get_absolute_url()).content.decode()
    assert "Dit par Mila." in theirs and "Dit par une autre." not in theirs
    assert "Dit en privé." not in theirs + group
    inside = as_user(group_member).get(person.get_absolute_url()).content.decode()
    assert "Dit en privé." in inside


def test_a_person_without_an_account_has_nobodys_comments(client, workgroup):
    person = base.make_person("Sans Compte")
    page = base.make_minutes(workgroup)
    base.make_comment(page, "D’un visiteur.")
    assert client.get(person.get_absolute_url()).status_code == 404


def test_replies_fold_away(client, workgroup):
    page = base.make_minutes(workgroup)
    start = base.make_comment(page, "A")
    for n in range(3):
        base.make_comment(page, f"A{n}", parent=start)
    base.make_comment(page, "B")
    text = client.get(page.url).content.decode()
    assert text.count('<details class="replies" open>') == 1
    assert "3 réponses" in text
    discussion = text[text.index('id="discussion"') :]
    assert discussion.index(">A<") < discussion.index("<details") < discussion.index(">A0<")
    assert discussion.index(">A2<") < discussion.index("</details>") < discussion.index(">B<")


def test_what_editors_write_is_no_markup_in_a_feed(client, workgroup):
    base.make_article(workgroup, "Article", lead="Le <b>plancher</b> & nous")
    response = client.get("/fr/flux/")
    assert entries(response) == ["Le &lt;b&gt;plancher&lt;/b&gt; &amp; nous"]
