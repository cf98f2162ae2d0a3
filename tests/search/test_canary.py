"""Words of a private group leak nowhere: what an outsider is answered is the same to the byte
whether those words are on the site or not. Who is in the group finds each of them.

A new surface of search is one line in `of_each_word` or `of_all`, a new place for words one in
WORDS.
"""

import re
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.urls import NoReverseMatch, reverse
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page

from minutes.models import Attendance
from pages.document_text import reading
from pages.models import PageAttachment
from search import outbox
from tests import base

pytestmark = pytest.mark.django_db

#: One word for each place; none is part of another, and no public text has any.
WORDS = {
    "title": "okapidor",
    "heading": "galagote",
    "text": "quokkaline",
    "decision": "numbatier",
    "action": "tamanoirot",
    "comment": "fennecard",
    "author of a comment": "ratelune",
    "attached file": "pangolade",
    "text of the file": "mandrillon",
    "person": "kinkajoule",
    "keyword": "axolotide",
    "synonym": "wombatine",
    "alternative text of a picture": "dugongeon",
    "caption of a picture": "lamantine",
    "translation": "potorouw",
}
#: Shown, and not looked for by the words alone: it takes `auteur:`.
BY_FIELD = {"author of a comment": "auteur:"}
#: Nothing reads these words yet; they must not leak all the same.
UNREAD: set[str] = set()


def search(q="", **fields):
    return reverse("search") + "?" + urlencode({"q": q, **fields})


def of_each_word(place, word):
    """The surfaces that are asked for a word, by the place where it stands."""
    yield search(BY_FIELD.get(place, "") + word)
    yield search(f"{word[:-1]}q")  # misspelt: what texts have may be offered
    yield reverse("search_suggestions") + "?" + urlencode({"q": word[:6]})
    if place in ("title", "text", "person"):
        yield search(f"{word[:5]}*")
        yield from if_there_is("search_feed", q=word)
    if place in ("keyword", "synonym"):
        yield search("réunion", mot=word)
        yield reverse("keyword_words") + "?" + urlencode({"q": word})
        yield reverse("api_keywords") + "?" + urlencode({"q": word})


def of_all():
    """The surfaces that show or count what there is, whatever is asked."""
    yield search()
    yield search("réunion")
    yield search(f"réunion -{WORDS['text']}")
    yield search(f'"{WORDS["title"]} fermée"')
    yield search(f"réunion OU {WORDS['text']}", tri="date")
    for kind in ("comment", "person", "keyword", "decision"):
        yield search(type=kind)
    for name, value in (
        ("groupe", "groupe-ferme"),
        ("mot", "portage"),
        ("apres", "2026-01-01"),
        ("avant", "2030-01-01"),
        ("page", "2"),
    ):
        yield search("réunion", **{name: value})
    yield reverse("glossary")
    yield reverse("keyword_map")
    yield reverse("api_keywords")
    yield from if_there_is("search_feed", q="réunion")


def addresses():
    """Every surface; a new one is one line in one of the two above."""
    for place, word in WORDS.items():
        yield from of_each_word(place, word)
    yield from of_all()


def if_there_is(name, **fields):
    try:
        yield reverse(name) + "?" + urlencode(fields)
    except NoReverseMatch:
        return


def bare(response) -> bytes:
    """What was answered, without what differs from one request to the next."""
    content = response.content
    content = re.sub(rb'(name="csrfmiddlewaretoken" value=")[^"]*', rb"\1", content)
    return re.sub(rb'(nonce=")[^"]*', rb"\1", content)


def answers(client, urls) -> dict[str, tuple]:
    """(status, content, …) of each surface, by address."""
    given = {}
    for url in urls:
        cache.clear()
        response = client.get(url)
        headers = [response.headers.get(name) for name in ("ETag", "Last-Modified")]
        given[url] = (response.status_code, bare(response), headers)
    return given


def fill(group):
    """Minutes in this group with a canary in every place."""
    word = WORDS
    document = get_document_model().objects.create(
        title=word["attached file"], file=ContentFile(word["text of the file"].encode(), "x.txt")
    )
    image = get_image_model().objects.create(title="Photo", file=get_test_image_file())
    image.contextual_alt_text = word["alternative text of a picture"]
    image.decorative = False
    keyword = base.make_keyword(word["keyword"], synonyms=[word["synonym"]])
    page = base.make_minutes(
        group,
        f"Réunion {word['title']} fermée",
        keywords=[keyword.name],
        body=[
            base.text_block(f"La réunion dit {word['text']}."),
            ("heading", {"text": f"Titre {word['heading']}", "level": "2"}),
            ("decision", {"text": f"<p>Décision {word['decision']}</p>"}),
            ("action", {"text": f"<p>Action {word['action']}</p>", "owner": None, "due": None}),
            ("image", {"image": image, "caption": word["caption of a picture"], "credit": ""}),
        ],
    )
    PageAttachment.objects.create(page=page, document=document, title=word["attached file"])
    person = base.make_person(f"Paul {word['person'].title()}")
    Attendance.objects.create(page=page, person=person, role=base.make_role())
    comment = f"Une réunion {word['comment']}."
    base.make_comment(page, comment, keywords=[keyword], name=f"Léa {WORDS['author of a comment']}")
    base.make_minutes(
        group,
        f"Vergadering {word['translation']}",
        language="nl",
        translation_of=page,
        slug="vergadering",
    )
    page.save_revision().publish()
    reading.read_waiting()
    return page


@pytest.fixture
def open_group(make_minutes, workgroup):
    """A group that everybody sees, with something to be found in it."""
    keyword = base.make_keyword("portage")
    page = make_minutes("La réunion parle du budget.", keywords=[keyword.name])
    base.make_comment(page, "Une réunion utile.")
    outbox.drain()
    return workgroup


@pytest.fixture
def other_member(db):
    """Somebody of another private group, which has a meeting of its own."""
    group = base.make_workgroup("Autre groupe", private_to="Autre groupe")
    base.make_minutes(group, "Réunion de l’autre groupe")
    outbox.drain()
    return base.make_user("Otto Autre", groups=["Members", "Autre groupe"])


def private_from_the_start(open_group, private_group):
    fill(private_group)
    outbox.drain()


def moved(open_group, private_group):
    page = fill(open_group)
    outbox.drain()
    for each in (page, Page.objects.get(slug="vergadering")):
        Page.objects.get(pk=each.pk).move(private_group, pos="last-child")
    # Not drained: rights count before any index does.


def restricted_later(open_group, private_group):
    fill(open_group)
    outbox.drain()
    for page in Page.objects.descendant_of(open_group).exclude(title="4e réunion"):
        base.close(page, "Groupe fermé")


@pytest.mark.parametrize("happening", [private_from_the_start, moved, restricted_later])
def test_it_answers_outsiders_as_if_there_were_nothing(
    happening, open_group, private_workgroup, other_member, group_member, as_user
):
    outbox.drain()
    stranger, other = as_user(), as_user(other_member)
    before = answers(stranger, addresses())
    others = answers(other, of_all())
    happening(open_group, private_workgroup)
    for url, answer in answers(stranger, before).items():
        assert answer == before[url], f"a stranger learns something from {url}"
    for url, answer in answers(other, others).items():
        assert answer == others[url], f"somebody of another group learns something from {url}"
    for word in WORDS.values():
        assert other.get(search(word)).context["total"] == 0
    outbox.drain()
    for url, answer in answers(
        stranger, (search(), search("réunion"), search(type="person"))
    ).items():
        assert answer == before[url], f"{url}, when indexed"

    # The same surfaces do tell, those whom they may.
    insider = as_user(group_member)
    for place, word in WORDS.items():
        found = insider.get(search(BY_FIELD.get(place, "") + word)).context["total"]
        assert bool(found) is (place not in UNREAD), place
    assert insider.get(search(f"{WORDS['text'][:5]}*")).context["total"]
    assert insider.get(search("réunion", mot=WORDS["keyword"])).context["total"]
    for url, answer in answers(insider, [*of_all(), *of_each_word("keyword", "axolotide")]).items():
        # What is asked for has no second page, so it says nothing.
        if "page=2" not in url:
            assert answer != before[url], url


def test_it_keeps_the_searches_of_the_back_office_for_editors(
    open_group, private_workgroup, other_member, group_member, moderator, editor, as_user
):
    fill(private_workgroup)
    outbox.drain()
    word = WORDS["title"]
    for address in ("/admin/pages/search/?q=", "/admin/choose-page/search/?q="):
        for user in (None, other_member, group_member, moderator):
            response = as_user(user).get(address + word)
            assert response.status_code in (302, 403), (address, user)
            assert f"Réunion {word}" not in response.content.decode()
        response = as_user(editor).get(address + word)
        assert response.status_code == 200
        assert f"Réunion {word}" in response.content.decode()
