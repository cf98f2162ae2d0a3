"""Private things are shown to those they are for, and do not exist for anybody else.

Every public route is named here with what it must do; a route that is not named fails.
"""

import datetime

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver, reverse
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.images.views.serve import generate_image_url

from discussion import attachments
from glossary.models import KeywordFollow, KeywordLink, KeywordSuggestion, PageKeyword, fold
from minutes.models import Attendance
from pages.models import PageAttachment, RelatedPage
from search import outbox
from tests import base

pytestmark = pytest.mark.django_db

#: A word that stands in every private thing and nowhere else.
CANARY = "Zanzibarine"

#: Routes with a private thing behind them: how to ask for it. A stranger and a member get the
#: same as for a thing that does not exist; somebody of the group gets it.
PRIVATE = {
    "wagtail_serve": lambda w: w["minutes"].url,
    "wagtaildocs_serve": lambda w: w["document"].url,
    "wagtailimages_serve": lambda w: generate_image_url(w["image"], "width-200"),
    "comment": lambda w: w["comment"].get_absolute_url(),
    "comment_edit": lambda w: reverse("comment_edit", args=[w["own_comment"].pk]),
    "comment_delete": lambda w: reverse("comment_delete", args=[w["own_comment"].pk]),
    "comment_thread": lambda w: reverse("comment_thread", args=[w["comment"].pk]),
    "comment_react": lambda w: reverse("comment_react", args=[w["comment"].pk]),
    "comment_feed": lambda w: reverse("comment_feed", args=[w["minutes"].pk]),
    "comment_file": lambda w: w["file"].get_absolute_url(),
    "comment_file_withdraw": lambda w: reverse("comment_file_withdraw", args=[w["file"].key]),
    "comment_post": lambda w: reverse("comment_post", args=[w["minutes"].pk]),
    "keyword": lambda w: w["keyword"].get_absolute_url(),
    "keyword_feed": lambda w: reverse("keyword_feed", args=[w["keyword"].slug]),
    "keyword_follow": lambda w: reverse("keyword_follow", args=[w["keyword"].slug]),
    "keyword_suggest": lambda w: reverse("keyword_suggest", args=[w["minutes"].pk]),
    "api_keyword": lambda w: reverse("api_keyword", args=[w["keyword"].slug]),
    "person": lambda w: w["person"].get_absolute_url(),
    "feed_workgroup": lambda w: reverse("feed_workgroup", args=[w["group"].slug]),
}
#: Routes that anybody may open, and where somebody of the group sees more.
MIXED = {
    "search": lambda w: reverse("search") + f"?q={CANARY}",
    "search_suggestions": lambda w: reverse("search_suggestions") + f"?q={CANARY}",
    "search_feed": lambda w: reverse("search_feed") + f"?q={CANARY}",
    "glossary": lambda w: reverse("glossary"),
    "keyword_map": lambda w: reverse("keyword_map"),
    "keyword_own_words": lambda w: reverse("keyword_own_words"),
    "keyword_words": lambda w: reverse("keyword_words") + f"?q={CANARY}",
    "api_keywords": lambda w: reverse("api_keywords"),
    "comment_people": lambda w: reverse("comment_people") + f"?q={CANARY}",
    "feed_latest": lambda w: reverse("feed_latest"),
}
#: Routes that say nothing about content, to anybody. Sign-up, sign-in and the rest of allauth.
SILENT = {
    "robots": "/robots.txt",
    "sitemap": "/sitemap.xml",
    "healthz": "/healthz",
    "favicon": "/favicon.ico",
    "comment_confirm": "/fr/commentaires/confirmer/a:b:c/",
    "comment_order": "/fr/commentaires/ordre/",
    "comment_decide": "/fr/commentaires/moderer/a:b:c/",
    "comment_answer": "/fr/commentaires/signalement/a:b:c/",
}
#: What is sent to those that take no other request.
SENT = {
    "comment_post": lambda w: base.comment_form_data(w["minutes"]),
    "keyword_follow": lambda w: {"follow": "1"},
    "keyword_suggest": lambda w: {"word": f"mot {CANARY}"},
}
#: Each has a test of its own: strangers are sent to sign in, whether there is such a thing or not.
DOORKEPT = {"keyword_decide", "comment_report"}
#: Wagtail's own doors, which lead to the one guarded door.
DOORS = {"admin/login/", "^admin/password_reset/"}


def routes(patterns, prefix=""):
    """(path, name) of every public route."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if path.startswith("admin/") and hasattr(pattern, "url_patterns"):
            continue  # the back office has its own rights, and its own tests
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern.url_patterns, path)
        else:
            yield path, pattern.name


@pytest.fixture
def world(private_workgroup, workgroup, group_member):
    """A private group full of the canary, and an open one beside it."""
    keyword = base.make_keyword(f"mot {CANARY}")
    person = base.make_person(f"Pauline {CANARY}")
    image = get_image_model().objects.create(title=CANARY, file=get_test_image_file())
    document = get_document_model().objects.create(
        title=CANARY, file=ContentFile(CANARY.encode(), name="secret.txt")
    )
    minutes = base.make_minutes(
        private_workgroup,
        f"Réunion {CANARY}",
        ordinal=4,
        keywords=[keyword.name],
        slug="reunion-fermee",
        body=[
            ("heading", {"text": f"Titre {CANARY}", "level": "2"}),
            base.text_block(f"Texte {CANARY}"),
            ("decision", {"text": f"<p>Décision {CANARY}</p>"}),
            ("document", document),
        ],
    )
    PageAttachment.objects.create(page=minutes, document=document, title=CANARY)
    Attendance.objects.create(page=minutes, person=person, role=base.make_role())
    other = base.make_article(private_workgroup, f"Article {CANARY}", body=[_picture(image)])
    comment = base.make_comment(minutes, f"Commentaire {CANARY}", keywords=[keyword])
    own_comment = base.make_comment(minutes, f"De Gus {CANARY}", user=group_member)
    upload = SimpleUploadedFile("note.txt", f"Une note sur {CANARY}.".encode())
    attachments.store(attachments.checked([upload]), comment=own_comment)
    open_minutes = base.make_minutes(
        workgroup, "Réunion ouverte", meeting_date=datetime.date(2026, 4, 1)
    )
    RelatedPage.objects.create(page=open_minutes, target=minutes)
    shared = base.make_keyword("mot commun", definition_fr="Employé partout.")
    for page in (open_minutes, minutes):
        PageKeyword.objects.create(tag=shared, content_object=page)
    KeywordLink.objects.create(keyword=shared, target=keyword)
    KeywordFollow.objects.create(keyword=keyword, user=group_member)
    suggestion = KeywordSuggestion.objects.create(
        page=minutes,
        word=f"nouveau {CANARY}",
        folded=fold(f"nouveau {CANARY}"),
        language="fr",
        suggested_by=group_member,
    )
    return {
        "shared": shared,
        "suggestion": suggestion,
        "group": private_workgroup,
        "minutes": minutes,
        "article": other,
        "keyword": keyword,
        "person": person,
        "comment": comment,
        "own_comment": own_comment,
        "file": own_comment.files.get(),
        "image": image,
        "document": document,
        "open": open_minutes,
        "open_group": workgroup,
    }


def _picture(image):
    image.contextual_alt_text = CANARY
    image.decorative = False
    return ("image", {"image": image, "caption": CANARY, "credit": ""})


def ask(client, world, name):
    url = {**PRIVATE, **MIXED}[name](world)
    if name in SENT:
        return client.post(url, SENT[name](world))
    return client.get(url, follow=True)


def words(response):
    if response.streaming:
        content = b"".join(response.streaming_content)
        response.close()
        return content.decode(errors="replace")
    return response.content.decode(errors="replace")


def test_it_names_every_public_route():
    named = set(PRIVATE) | set(MIXED) | set(SILENT) | DOORKEPT
    for path, name in routes(get_resolver().url_patterns):
        known = name in named or path in DOORS or (name or "").startswith("account")
        assert known, f"{path} ({name}) is not in this test's tables"


@pytest.mark.parametrize("name", sorted(PRIVATE))
@pytest.mark.parametrize("who", ["stranger", "member"])
def test_it_denies_that_private_things_exist(name, who, world, member, as_user):
    client = as_user(member if who == "member" else None)
    response = ask(client, world, name)
    assert response.status_code == 404
    assert CANARY not in words(response)


@pytest.mark.parametrize("name", sorted(PRIVATE))
def test_it_gives_private_things_to_the_group(name, world, group_member, as_user):
    response = ask(as_user(group_member), world, name)
    assert response.status_code in (200, 302)
    content = words(response)
    said = "note.txt" if name == "comment_file_withdraw" else CANARY  # that page names it only
    assert name in {*SENT, "wagtailimages_serve"} or said in content


@pytest.mark.parametrize("name", sorted(MIXED))
def test_it_shows_private_things_in_shared_places_to_the_group_alone(
    name, world, member, group_member, as_user
):
    def told(client):
        page = words(ask(client, world, name))
        # What the reader asked for is said back; that is no leak.
        page = page.replace(f'value="{CANARY}"', "").replace(f"q={CANARY}", "")
        as_json = name in ("keyword_words", "search_suggestions")
        return page.encode().decode("unicode_escape") if as_json else page

    shown = told(as_user(group_member))
    assert "Pauline" in shown or f"Réunion {CANARY}" in shown or f"mot {CANARY}" in shown
    for user in (None, member):
        hidden = told(as_user(user))
        for secret in ("Pauline", "Réunion Z", "mot Z", "reunion-fermee", "Groupe fermé"):
            assert secret not in hidden


@pytest.mark.parametrize("name", sorted(SILENT))
def test_it_says_nothing_of_private_things_elsewhere(name, world, group_member, as_user):
    for user in (None, group_member):
        page = words(as_user(user).get(SILENT[name]))
        assert CANARY not in page and "reunion-fermee" not in page
    if name == "sitemap":
        assert world["open"].slug in page


def test_it_denies_a_suggestion_to_whom_it_does_not_concern(world, member, editor, as_user):
    """Those who decide may; others are told what they would be of a suggestion that is not."""
    url = reverse("keyword_decide", args=[world["suggestion"].pk])
    none = reverse("keyword_decide", args=[world["suggestion"].pk + 1])
    for answer in ("accept", "refuse", "withdraw"):
        responses = [as_user(member).post(to, {"answer": answer}) for to in (url, none)]
        assert responses[0].status_code == responses[1].status_code == 404
        asked = [as_user().post(to, {"answer": answer}) for to in (url, none)]
        assert asked[0].status_code == asked[1].status_code == 302
        assert asked[0].url == asked[1].url and CANARY not in asked[0].url
    assert KeywordSuggestion.objects.get().state == KeywordSuggestion.WAITING
    assert as_user(editor).post(url, {"answer": "refuse"}).status_code == 302
    assert KeywordSuggestion.objects.get().state == KeywordSuggestion.REFUSED


def test_it_leaves_private_things_out_of_pages_that_list(world, member, group_member, as_user):
    lists = ["/fr/", world["open"].url, world["open_group"].url, world["shared"].get_absolute_url()]
    for user in (None, member):
        for url in lists:
            page = words(as_user(user).get(url))
            assert CANARY not in page and "groupe-ferme" not in page, url
    insider = as_user(group_member)
    assert CANARY in words(insider.get("/fr/"))
    assert CANARY in words(insider.get(world["open"].url)), "related pages are shown"


def test_it_answers_alike_for_a_private_page_and_for_none(world, client):
    private = client.get(world["minutes"].url)
    none = client.get("/fr/groupe-ferme/reunion-inconnue/")
    assert private.status_code == none.status_code == 404

    def bare(response):
        return response.content.decode().replace("reunion-inconnue", "reunion-fermee")

    assert bare(private) == bare(none)


def test_it_closes_at_the_next_request_when_rights_change(world, client, group_member, as_user):
    insider = as_user(group_member)
    assert insider.get(world["minutes"].url).status_code == 200
    group_member.groups.clear()
    assert insider.get(world["minutes"].url).status_code == 404
    open_page = world["open"]
    outbox.drain()
    search = reverse("search") + "?q=ouverte"
    assert client.get(open_page.url).status_code == 200
    assert world["open"].slug in words(client.get(search))
    base.close(open_page, "Autre groupe")
    assert client.get(open_page.url).status_code == 404
    assert world["open"].slug not in words(client.get(search))


def test_it_closes_with_the_page_when_that_moves_into_a_private_group(world, client):
    assert client.get(world["open"].url).status_code == 200
    world["open"].move(world["group"], pos="last-child")
    world["open"].refresh_from_db()
    assert client.get(world["open"].url).status_code == 404


def test_it_takes_login_and_password_restrictions_as_closed(world, member, as_user):
    from wagtail.models import PageViewRestriction

    for kind in (PageViewRestriction.LOGIN, PageViewRestriction.PASSWORD):
        restriction = PageViewRestriction.objects.create(
            page=world["open"], restriction_type=kind, password="x"
        )
        assert as_user(member).get(world["open"].url).status_code == 404
        restriction.delete()
    assert as_user(member).get(world["open"].url).status_code == 200


def test_it_hides_an_alias_of_a_private_page(world, client):
    alias = world["minutes"].create_alias(parent=world["open_group"], update_slug="double")
    assert client.get(alias.url).status_code == 404
    assert CANARY not in words(client.get(world["open_group"].url))


def test_it_serves_nothing_straight_from_the_media_folder(world, admin, as_user):
    path = world["document"].file.name
    assert as_user(admin).get(f"/media/{path}").status_code == 404
    assert CANARY in words(as_user(admin).get(world["document"].url))


def test_it_hides_a_draft_from_everybody_on_the_site(world, admin, as_user):
    draft = base.make_minutes(world["open_group"], f"Brouillon {CANARY}", live=False)
    draft.live = False
    for user in (None, admin):
        assert as_user(user).get(draft.get_url()).status_code == 404
    draft.save_revision().publish()
    assert as_user(None).get(draft.get_url()).status_code == 200


def test_it_lets_a_superuser_see_all(world, admin, as_user):
    assert as_user(admin).get(world["minutes"].url).status_code == 200


def test_it_mixes_no_two_readers_of_a_feed(world, member, group_member, rf):
    """Two requests that overlap in one process, as they do in a threaded server."""
    from minutes.feeds import Latest, feed

    class Interrupted(Latest):
        def get_object(self, request, slug=None):
            found = super().get_object(request, slug)
            if request.user == member:  # the other reader comes in between
                insider = rf.get("/fr/flux/")
                insider.user = group_member
                assert CANARY in feed(insider).content.decode()
            return found

    request = rf.get("/fr/flux/")
    request.user = member
    assert CANARY not in Interrupted()(request).content.decode()


ADMIN_DOORS = [
    "/admin/choose-page/",
    "/admin/choose-page/search/?q=Zanzibarine",
    "/admin/api/main/documents/",
    "/admin/api/main/pages/",
    "/admin/snippets/choose/accounts/person/",
    "/admin/tag-autocomplete/glossary/keyword/?term=mot",
    "/admin/keywords/completions/?term=mot",
    "/admin/pages/",
    "/admin/images/chooser/",
    "/admin/documents/chooser/",
]


@pytest.mark.parametrize("door", ADMIN_DOORS)
def test_it_keeps_moderators_at_their_own_desk(door, world, moderator, editor, as_user):
    assert as_user(moderator).get(door).status_code == 403
    assert as_user(editor).get(door).status_code == 200
    assert as_user(moderator).get("/admin/").status_code == 200


def test_it_gives_a_moderator_no_file_of_a_closed_group(world, moderator, as_user):
    client = as_user(moderator)
    assert client.get(world["document"].url).status_code == 404
    assert client.get(PRIVATE["wagtailimages_serve"](world)).status_code == 404


def test_it_tells_a_page_s_new_address_only_to_those_who_may_see_it(
    world, client, group_member, as_user
):
    from wagtail.contrib.redirects.models import Redirect

    for target, path in ((world["minutes"], "/fr/ancienne/"), (world["open"], "/fr/vieille/")):
        Redirect.add_redirect(path, redirect_to=target, is_permanent=True)
    assert client.get("/fr/ancienne/").status_code == 404
    assert as_user(group_member).get("/fr/ancienne/").url == world["minutes"].url
    assert client.get("/fr/vieille/").url == world["open"].url
    assert client.get("/nl/vieille/").status_code == 301, "under every language"


def test_it_hides_what_lies_under_an_unpublished_group(world, client):
    outbox.drain()
    search = reverse("search") + "?q=ouverte"
    assert world["open"].slug in words(client.get(search))
    world["open_group"].unpublish()
    assert client.get(world["open"].url).status_code == 404
    for url in ("/fr/", search, "/fr/flux/", "/sitemap.xml"):
        page = words(client.get(url))
        assert world["open"].slug not in page, url
