"""It asks the database the same number of questions, however much there is to show."""

import datetime

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Site

from glossary.models import PageKeyword
from minutes.models import ArticleAuthor, Attendance, RosterEntry
from pages.models import RelatedPage
from search import outbox
from tests import base

pytestmark = pytest.mark.django_db
MOST = 28  # of minutes, with all that they carry and a discussion that is shown in parts
#: Names the keywords that `fill` makes, so that a text mentions them as soon as they are there.
NAMES = ", ".join(f"mot {i}" for i in range(200))


def queries_of(client, url):
    """What a page asks with nothing cached.

    Content types stay: a process reads each once in its life, as it does its code.
    """
    cache.clear()
    Site.clear_site_root_paths_cache()
    with CaptureQueriesContext(connection) as asked:
        response = client.get(url)
        assert response.status_code == 200, url
        assert response.content
    # The visit counter writes on a first visit only; what is read is what is compared.
    return [query["sql"] for query in asked.captured_queries]


def fill(pages, number, start=0):
    """`number` more comments, explained keywords and people on each page."""
    roles = [base.make_role(), base.make_role("Partenaires")]
    for i in range(start, start + number):
        person = base.make_person(f"Personne {i}")
        keyword = base.make_keyword(
            f"mot {i}", nl=f"woord {i}", en=f"word {i}", definition_fr=f"Le mot {i}."
        )
        user = base.make_user(f"Membre {i}")
        for page in pages:
            PageKeyword.objects.create(tag=keyword, content_object_id=page.pk)
            base.make_comment(page, f"Commentaire {i}", user=user, keywords=[keyword])
        Attendance.objects.create(
            page=pages[0], person=person, role=roles[i % 2], sort_order=i, function="métier"
        )
        RosterEntry.objects.create(page=pages[1], person=person, role=roles[i % 2], sort_order=i)
        ArticleAuthor.objects.create(page=pages[2], person=person, sort_order=i)


@pytest.mark.parametrize("who", ["stranger", "member"])
def test_it_costs_the_same_with_one_and_with_two_hundred(who, request, as_user, workgroup):
    user = request.getfixturevalue("member") if who == "member" else None
    owner = base.make_person("Responsable")
    base.make_text("À propos", show_in_menus=True)
    base.make_text("Over ons", show_in_menus=True, language="nl")
    linked = base.make_text("Vie privée")
    body = [
        ("heading", {"text": "Le portage", "level": "2"}),
        base.text_block(f'Voir <a linktype="page" id="{linked.pk}">ici</a>. [[Une note.]]'),
        ("decision", {"text": "<p>Décidé.</p>"}),
        ("action", {"text": "<p>À faire.</p>", "owner": owner, "due": None}),
        ("quotation", {"text": "Oui.", "speaker": "Quelqu’un", "source": ""}),
        base.text_block(NAMES),
    ]
    minutes = base.make_minutes(workgroup, ordinal=4, body=body)
    roster = base.make_roster(workgroup)
    article = base.make_article(workgroup, body=[base.text_block(NAMES)])
    text = base.make_text(body=[base.text_block(NAMES)])
    texts = [minutes, article, text]
    earlier = base.make_minutes(workgroup, ordinal=3, meeting_date=datetime.date(2026, 1, 5))
    for target in (earlier, article):
        RelatedPage.objects.create(page=minutes, target=target)
    fill([minutes, roster, article], 1)
    beside = base.make_keyword("voisin")  # one that goes with the others, as later many do
    for page in (minutes, roster, article):
        PageKeyword.objects.create(tag=beside, content_object_id=page.pk)
    urls = [
        "/fr/",
        workgroup.url,
        minutes.url,
        roster.url,
        article.url,
        text.url,
        reverse("glossary"),
        reverse("keyword", args=["mot-0"]),
        reverse("person", args=["personne-0"]),
        reverse("search") + "?q=commentaire",
        reverse("feed_latest"),
    ]
    client = as_user(user)
    outbox.drain()
    for url in urls:
        client.get(url)  # the visit is counted once a day: not part of what is compared
    few = {url: queries_of(client, url) for url in urls}
    linked_terms = [client.get(page.url).content.count(b"data-term=") for page in texts]
    assert linked_terms == [1, 1, 1]
    fill([minutes, roster, article], 199, start=1)
    outbox.drain()
    for url in urls:
        client.get(url)  # how far a member has read is written at each visit with news
    many = {url: queries_of(client, url) for url in urls}
    linked_terms = [client.get(page.url).content.count(b"data-term=") for page in texts]
    assert linked_terms == [200, 200, 200]
    print({url: len(asked) for url, asked in many.items()})
    for url in urls:
        assert len(many[url]) == len(few[url]), (url, few[url], many[url])
        assert len(many[url]) <= MOST, (url, "\n".join(many[url]))
