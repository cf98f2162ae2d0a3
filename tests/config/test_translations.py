"""The interface is whole in Dutch and in English, and shows no word of another language."""

import datetime
import re
from html.parser import HTMLParser

import pytest
from allauth.account.models import EmailAddress
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.core import mail
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.views.defaults import server_error
from wagtail.documents import get_document_model

from config.collect_messages import LOCALE, collect, is_translated
from discussion.models import PageComment, PendingComment
from discussion.posting import confirmation_path
from minutes.models import ArticleAuthor, Attendance, Coordinator, RosterEntry
from pages.models import PageAttachment, RelatedPage, SiteIdentity
from tests import base

LANGUAGES = ["nl", "en"]

# --- The catalogues ---------------------------------------------------------------------------


def catalogue(language):
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as lines:
        return read_po(lines, locale=language)


def forms(texts):
    return [texts] if isinstance(texts, str) else list(texts)


def marks(text):
    """What a translation must keep: placeholders, converters, tags, the ends of the text."""
    found = re.findall(r"%\(\w+\)[sd]|%[sd%]|<[^<>]+>", text)
    return sorted(found), text.startswith("\n"), text.endswith("\n")


def faults(messages):
    """What is wrong with translations, in words; a catalogue or any list of messages."""
    found = []
    for message in messages:
        if not message.id:
            continue
        if message.fuzzy:
            found.append(f"only guessed: {message.id}")
        elif not is_translated(message):
            found.append(f"no translation: {message.id}")
        elif [marks(text) for text in forms(message.id)] != [
            marks(text) for text in forms(message.string)
        ]:
            found.append(f"other placeholders: {message.id} / {message.string}")
    return found


def keys(messages):
    return {(message.context, forms(message.id)[0]) for message in messages if message.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language):
    assert faults(catalogue(language)) == []


def test_it_would_see_a_bad_translation():
    bad = [
        Message("Rien"),
        Message(("%(n)s page", "%(n)s pages"), ("%(n)s pagina", "")),
        Message("Deviné", "Geraden", flags=["fuzzy"]),
        Message("Bonjour %(name)s", "Dag %(naam)s"),
        Message("<b>Oui</b>", "Ja"),
        Message("mots/<slug:slug>/", "woorden/<str:slug>/", context="url"),
    ]
    assert len(faults(bad)) == len(bad)
    assert faults([Message("Bonjour %(name)s", "Dag %(name)s")]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_what_the_code_says(language):
    said, held = keys(collect()), keys(catalogue(language))
    assert said - held == set(), "run `make messages`, then translate these"
    assert held - said == set(), "run `make messages`: nothing says these any more"


def test_it_would_see_a_text_that_is_not_collected():
    short = Catalog()
    for message in catalogue("nl"):
        if message.id != "Accès direct au contenu":
            short.add(message.id, context=message.context)
    assert keys(collect()) - keys(short) == {(None, "Accès direct au contenu")}


# --- The routes -------------------------------------------------------------------------------

ROUTES = {
    ("search",): ("recherche/", "zoeken/", "search/"),
    ("search_feed",): ("recherche/flux/", "zoeken/feed/", "search/feed/"),
    ("glossary",): ("glossaire/", "woordenlijst/", "glossary/"),
    ("keyword", "zebu"): ("mots-cles/zebu/", "trefwoorden/zebu/", "keywords/zebu/"),
    ("person", "zebu"): ("personnes/zebu/", "personen/zebu/", "people/zebu/"),
    ("comment", 7): ("commentaires/7/", "reacties/7/", "comments/7/"),
    ("comment_post", 7): (
        "commentaires/page/7/",
        "reacties/pagina/7/",
        "comments/page/7/",
    ),
    ("comment_confirm", "t"): (
        "commentaires/confirmer/t/",
        "reacties/bevestigen/t/",
        "comments/confirm/t/",
    ),
    ("feed_latest",): ("flux/", "feed/", "feed/"),
    ("feed_workgroup", "zebu"): ("flux/zebu/", "feed/zebu/", "feed/zebu/"),
    ("account",): ("compte/", "account/", "account/"),
    ("account_login",): ("compte/login/", "account/login/", "account/login/"),
}


@pytest.mark.parametrize(("route", "paths"), ROUTES.items(), ids=lambda value: str(value[0]))
def test_every_route_has_its_address_in_each_language(route, paths):
    name, *args = route
    for language, path in zip(["fr", *LANGUAGES], paths, strict=True):
        with translation.override(language):
            assert reverse(name, args=args) == f"/{language}/{path}"


# --- The pages --------------------------------------------------------------------------------
#
# Everything that people wrote is made of words that begin with "Zebu". So whatever else a page
# shows is of the interface, and what a page says in the same words as its French twin is in the
# wrong language on one of the two, unless both languages have that word.

CONTENT = re.compile(r"\bzebu[\w@./:-]*|\S+@\S+|\bplenum\b", re.IGNORECASE)
FRENCH = {"vous", "votre", "vos", "une", "les", "des", "est", "sont", "pour", "avec", "dans", "sur"}
#: Attributes that are read out or shown.
SPOKEN = {"alt", "aria-label", "placeholder", "title"}


def bare(text):
    """A text without what people wrote, numbers, and the signs around it."""
    words = CONTENT.sub(" ", text)
    return " ".join(re.sub(r"\d+", " ", words).split()).strip(" :–·,.“”‘’«»()")


class Reader(HTMLParser):
    """The language of a page, and each piece of text that it shows or tells."""

    def __init__(self, html):
        super().__init__()
        self.language, self.pieces, self._hidden = None, set(), False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "html":
            self.language = attrs.get("lang")
        self._hidden = tag in ("script", "style")
        for name in SPOKEN & set(attrs):
            self.handle_data(attrs[name] or "")
        # Each language of the switcher is called by its own name.
        if attrs.get("hreflang"):
            self._hidden = True

    def handle_endtag(self, tag):
        self._hidden = False

    def handle_data(self, data):
        piece = bare(data)
        if not self._hidden and re.search(r"[^\W\d_]{3}", piece):
            self.pieces.add(piece)


def pieces_of_mail(message):
    """The lines of a mail, without the addresses of its links."""
    lines = f"{message.subject}\n{message.body}".splitlines()
    return Reader("<p>" + "<p>".join(line for line in lines if "://" not in line)).pieces


def same_word(language):
    """Words that this language shares with French, as the catalogue has them."""
    shared = {
        text
        for message in catalogue(language)
        if message.id
        for text, own in zip(forms(message.id), forms(message.string), strict=True)
        if text == own
    }
    shared = {bare(re.sub(r"%\(\w+\)s", "", text)).casefold() for text in shared}
    # Django's word for an address; the kind of a file; what each language calls itself.
    return shared | {"e-mail", "txt", "français", "nederlands", "english"}


def foreign(language, pieces, french_pieces):
    """What a page says in French, or in whatever language its French twin says it too."""
    shared = same_word(language)
    same = {piece for piece in pieces & french_pieces if piece.casefold() not in shared}
    return same | {piece for piece in pieces if french_words(piece)}


def french_words(piece):
    return FRENCH & set(re.findall(r"\w+", piece.casefold()))


@pytest.fixture
def world(db):
    """One of everything that pages show."""
    site = SiteIdentity.for_site(base.home().get_site())
    site.name = "Zebu"
    site.save()
    home = base.home()
    home.title = "Zebuhuis"
    home.intro = home.intro_nl = home.intro_en = "Zebu."
    home.save()
    group = base.make_workgroup("Zebugroep", slug="zebu-groep", purpose="Zebu.")
    person = base.make_person("Zebuanne Zebupeeters", slug="zebuanne")
    role = base.make_role("Zebulid")
    taker = base.make_role("Zebuschrijver")
    taker.is_minute_taker = True
    taker.save()
    keyword = base.make_keyword("zebu", nl="zebunl", en="zebuen", slug="zebu")
    base.make_keyword("zebukoe", slug="zebukoe")
    Coordinator.objects.create(page=group, person=person)
    member = base.make_user("Zebumila", groups=["Members"], email="zebumila@zebu.example")
    document = get_document_model().objects.create(
        title="Zebubestand", file=ContentFile(b"zebu", name="zebu.txt")
    )
    minutes = base.make_minutes(
        group,
        "Zebuverslag",
        slug="zebu-verslag",
        ordinal=4,
        place="Zebustad",
        keywords=[keyword.name],
        body=[
            ("heading", {"text": "Zebu", "level": "2"}),
            base.text_block("Zebu. [[Zebunoot.]]"),
            ("heading", {"text": "Zebudeel", "level": "2"}),
            ("decision", {"text": "<p>Zebu.</p>"}),
            ("action", {"text": "<p>Zebu.</p>", "owner": person, "due": timezone.localdate()}),
            ("heading", {"text": "Zebuslot", "level": "2"}),
            ("document", document),
        ],
    )
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    first = base.make_minutes(group, "Zebueerste", meeting_date=datetime.date(2025, 1, 9))
    base.make_minutes(group, "Zebulater", meeting_date=tomorrow, slug="zebu-later")
    base.make_minutes(group, "Zebudatumloos", meeting_date=None, ordinal=1, slug="zebu-ooit")
    for each, excused, its_role in ((person, False, taker), (person, True, role)):
        Attendance.objects.create(page=minutes, person=each, role=its_role, excused=excused)
    PageAttachment.objects.create(page=minutes, document=document, title="Zebubijlage")
    RelatedPage.objects.create(page=minutes, target=first)
    article = base.make_article(group, "Zebuartikel", slug="zebu-artikel", keywords=["zebu"])
    article.body = [base.text_block("Zebu.")]
    article.save_revision().publish()
    ArticleAuthor.objects.create(page=article, person=person)
    roster = base.make_roster(group, "Zebulijst", slug="zebu-lijst", keywords=["zebu"])
    RosterEntry.objects.create(page=roster, person=person, role=role)
    empty = base.make_roster(group, "Zebuleeg", slug="zebu-leeg")
    text = base.make_text("Zebutekst", slug="zebu-tekst", body=[base.text_block("Zebu.")])
    top = base.make_comment(minutes, "Zebugezegd.", user=member, keywords=[keyword])
    base.make_comment(minutes, "Zebuterug.", parent=top, name="Zebubezoeker")
    gone = base.make_comment(article, "Zebuweg.", name="Zebubezoeker")
    base.make_comment(article, "Zebutoch.", parent=gone, name="Zebubezoeker")
    PageComment.objects.filter(pk=gone.pk).update(state="hidden")
    person.user = member
    person.save()
    return {
        "home": home,
        "workgroup": group,
        "minutes": minutes,
        "article": article,
        "roster": roster,
        "empty roster": empty,
        "text": text,
        "comment": top,
        "member": member,
    }


def at(name, *args, query=""):
    """A visit to a route under the language of the moment."""
    return lambda client, world: client.get(reverse(name, args=args) + query)


def page(name):
    return lambda client, world: client.get(world[name].url_in(translation.get_language()))


def sending(name, **data):
    return lambda client, world: client.post(reverse(name), data, follow=True)


def signed_in(visit):
    def visited(client, world):
        client.force_login(world["member"])
        return visit(client, world)

    return visited


def proved(visit):
    """A visit by a member who has just given the password once more."""

    def visited(client, world):
        client.post(reverse("account_reauthenticate"), {"password": base.PASSWORD})
        return visit(client, world)

    return signed_in(visited)


def asking_for_address(client, world):
    new = f"zebu{timezone.now().timestamp()}@zebu.example"
    return client.post(reverse("account_email"), {"action_add": "", "email": new}, follow=True)


def under_language(path):
    """A visit to an address without language: the browser says which it wants."""

    def visited(client, world):
        wanted = translation.get_language()
        return client.get(path, headers={"accept-language": wanted})

    return visited


def commenting(**changes):
    def visited(client, world):
        url = reverse("comment_post", args=[world["minutes"].pk])
        given = {"name": "Zebu", "email": "zebu@zebu.example", "comment": "Zebu."} | changes
        return client.post(url, base.comment_form_data(world["minutes"], **given), follow=True)

    return visited


def confirming(client, world):
    """The page that a mailed link opens."""
    commenting()(client, world)
    return client.get(confirmation_path(PendingComment.objects.latest("pk")))


def confirmed(client, world):
    confirming(client, world)
    path = confirmation_path(PendingComment.objects.latest("pk"))
    return client.post(path, follow=True)


def answering(client, world):
    url = world["minutes"].url_in(translation.get_language())
    return client.get(f"{url}?reponse={world['comment'].pk}")


def without_token(client, world):
    strict = Client(enforce_csrf_checks=True)
    return strict.post(reverse("account_login"), {"comment": "Zebu"})


def mailed_link(client, world, *, name, data, follow):
    """A page of sign-up or reset that only a mailed link opens."""
    mail.outbox.clear()
    client.post(reverse(name), data)
    link = re.search(r"https?://[^/]+(/\S+)", mail.outbox[-1].body)[1]
    return client.get(link, follow=follow)


NEW = {"display_name": "Zebunieuw", "password1": "zebu-zebu-zebu-77"}
PAGES = {
    "home": page("home"),
    "workgroup": page("workgroup"),
    "minutes": page("minutes"),
    "minutes, to a member": signed_in(page("minutes")),
    "minutes, answering": answering,
    "article": page("article"),
    "roster": page("roster"),
    "roster of nobody": page("empty roster"),
    "text": page("text"),
    "person": at("person", "zebuanne"),
    "keyword": at("keyword", "zebu"),
    "glossary": at("glossary"),
    "search": at("search"),
    "search, found": at("search", query="?q=zebu"),
    "search, not found": at("search", query="?q=zebuqqq"),
    "search, odd": at("search", query="?q=zebu+avant:zebu&type=person&mot=zebu"),
    "search, narrowed": at("search", query="?q=zebu+type:zebu&groupe=zebu&apres=2020&exact=1"),
    "search, long": at("search", query="?q=" + "zebu+" * 90),
    "comment, wrong": commenting(email="", comment="", keywords="zebuonbekend", honeypot="zebu"),
    "comment, wrong answer": commenting(reply_to="99999"),
    "comment, too old": commenting(timestamp="1000000000"),
    "comment, held": commenting(),
    "comment, to be confirmed": confirming,
    "comment, confirmed": confirmed,
    "comment, expired link": at("comment_confirm", "a:b:c"),
    "sign in": at("account_login"),
    "sign in, wrong": sending("account_login", login="zebu@zebu.example", password="zebu"),
    "sign in, done": sending(
        "account_login", login="zebumila@zebu.example", password=base.PASSWORD
    ),
    "sign up": at("account_signup"),
    "sign up, wrong": sending("account_signup", email="zebu", password1="zebu"),
    "sign up, common password": sending(
        "account_signup", email="zebu@zebu.example", password1="123456789012"
    ),
    "sign up, sent": sending("account_signup", email="zebunieuw@zebu.example", **NEW),
    "sign out": signed_in(at("account_logout")),
    "reset": at("account_reset_password"),
    "reset, wrong": sending("account_reset_password", email="zebu"),
    "reset, sent": at("account_reset_password_done"),
    "reset, expired link": at("account_reset_password_from_key", "1", "a-b"),
    "reset, done": at("account_reset_password_from_key_done"),
    "address to confirm": lambda client, world: mailed_link(
        client,
        world,
        name="account_signup",
        data={"email": f"zebu{timezone.now().timestamp()}@zebu.example", **NEW},
        follow=False,
    ),
    "new password": lambda client, world: mailed_link(
        client,
        world,
        name="account_reset_password",
        data={"email": "zebumila@zebu.example"},
        follow=True,
    ),
    "address, expired link": at("account_confirm_email", "a:b:c"),
    "account": signed_in(at("account")),
    "account, closed": at("account_inactive"),
    "address": proved(at("account_email")),
    "address, asked for": proved(asking_for_address),
    "password": signed_in(at("account_change_password")),
    "proof of password": signed_in(at("account_reauthenticate")),
    "not found": lambda client, world: client.get(f"/{translation.get_language()}/zebu/"),
    "refused": signed_in(under_language("/admin/login/")),
    "not understood": under_language("/zebu%00"),
    "form expired": without_token,
}


def visit(go, world, language):
    """What a reader of this language is answered; a member's account is in that language too."""
    world["member"].language = language
    world["member"].save()
    with translation.override(language):
        return go(Client(), world)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_speaks_one_language(name, world):
    french = Reader(visit(PAGES[name], world, "fr").content.decode())
    assert french.language == "fr"
    # What the check would say of a page left in French: so it does see French.
    assert foreign("nl", french.pieces, french.pieces), "this page shows no French at all"
    for language in LANGUAGES:
        shown = Reader(visit(PAGES[name], world, language).content.decode())
        assert shown.language == language
        assert foreign(language, shown.pieces, french.pieces) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_broken_page_speaks_the_readers_language(rf, language):
    shown = {}
    for each in ("fr", language):
        with translation.override(each):
            shown[each] = Reader(server_error(rf.get("/")).content.decode())
    assert shown[language].language == language
    assert foreign("nl", shown["fr"].pieces, shown["fr"].pieces)
    assert foreign(language, shown[language].pieces, shown["fr"].pieces) == set()


def mails(go, world, language):
    """The pieces of all mails that a visit sends."""
    mail.outbox.clear()
    visit(go, world, language)
    assert mail.outbox
    return set().union(*(pieces_of_mail(message) for message in mail.outbox))


def changing_password(client, world):
    client.force_login(world["member"])
    data = {"oldpassword": base.PASSWORD, "password1": base.PASSWORD, "password2": base.PASSWORD}
    return client.post(reverse("account_change_password"), data)


def changing_address(client, world):
    """Asks for another address and opens the link; then all is put back for the next language."""
    proved(asking_for_address)(client, world)
    link = re.search(r"https?://[^/]+(/\S+)", mail.outbox[-1].body)[1]
    client.post(link)
    member = world["member"]
    member.emailaddress_set.exclude(email=member.email).delete()
    EmailAddress.objects.update_or_create(
        user=member, email=member.email, defaults={"verified": True, "primary": True}
    )


MAILS = {
    "comment, held": commenting(),
    "address to confirm": PAGES["address to confirm"],
    "new password": PAGES["new password"],
    "unknown address": sending("account_reset_password", email="zebuonbekend@zebu.example"),
    "known address": sending("account_signup", email="zebumila@zebu.example", **NEW),
    "password changed": changing_password,
    "address changed": changing_address,
}


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_speaks_its_readers_language(name, world):
    french = mails(MAILS[name], world, "fr")
    assert foreign("nl", french, french)
    for language in LANGUAGES:
        assert foreign(language, mails(MAILS[name], world, language), french) == set()


def test_it_would_see_a_piece_left_in_french():
    html = '<html lang="nl"><h1 title="Zebu">Mijn Zebu</h1><p aria-label="Fil d’Ariane">Zebu</p>'
    pieces = Reader(html).pieces
    assert pieces == {"Mijn", "Fil d’Ariane"}
    assert foreign("nl", pieces, {"Mon", "Fil d’Ariane"}) == {"Fil d’Ariane"}
    assert foreign("nl", {"dans les pages"}, set()) == {"dans les pages"}
    assert foreign("nl", {"Document"}, {"Document"}) == set()


def test_translated_addresses_answer(client, world):
    for path in (
        "/nl/zoeken/",
        "/en/search/",
        "/nl/woordenlijst/",
        "/en/glossary/",
        "/nl/trefwoorden/zebu/",
        "/en/keywords/zebu/",
        "/nl/personen/zebuanne/",
        "/en/people/zebuanne/",
        "/nl/feed/",
        "/en/feed/zebu-groep/",
    ):
        assert client.get(path).status_code == 200, path
    for path in ("/nl/recherche/", "/en/mots-cles/zebu/", "/fr/zoeken/"):
        assert client.get(path).status_code == 404, path


def test_a_route_that_is_not_there_is_seen():
    with pytest.raises(NoReverseMatch):
        reverse("zebu")
