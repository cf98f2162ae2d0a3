"""Fills a site with the demo's content.

Each object is looked for by its own name (slug, title, address) and made only where it is
missing, and each group of objects is one transaction: what was broken off is completed by
the next run. Pages are made as drafts first and published when all are there, since they
point at each other; a page that was ever published is not touched again.

The editor's account is made after all pages. Where it is, no page is made any more: what
people changed or threw away since stays so. The glossary has its own such mark; see
`home.demo.vocabulary`.
"""

import datetime
import json

from django.apps import apps
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.db import transaction
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page, PageViewRestriction, Site

from accounts.addresses import vouch_for
from accounts.models import Person, User
from glossary.models import Keyword, PageKeyword
from home.demo import vocabulary
from home.demo.lookup import at_noon, group_slugs, home, page_ids, read
from home.demo.pictures import PICTURES, png
from home.demo.talk import comments
from home.demo.texts import FOLDER, settled, texts
from home.models import TextPage
from home.setting_up import set_up
from minutes.importing import store
from minutes.models import (
    ArticleAuthor,
    ArticlePage,
    Coordinator,
    MinutesPage,
    ParticipantListPage,
    Role,
    RosterEntry,
    WorkgroupPage,
)
from pages.models import PageAttachment, RelatedPage, SiteIdentity

CREDIT = "Amandine Fagnoul"
DOCUMENTS = {  # name: (file, title)
    "charte": ("charte-des-trente-jours.txt", "La charte des trente jours"),
    "charter": ("charter-van-dertig-dagen.txt", "Het charter van dertig dagen"),
    "reglement": ("reglement-du-fonds.txt", "Règlement du fonds de secours"),
}


def accounts() -> list[dict]:
    """The demo's accounts with their passwords; the one made last is the editor's."""
    return read("people")["accounts"]


def is_filled() -> bool:
    return has_pages() and vocabulary.is_complete()


def has_pages() -> bool:
    return User.objects.filter(email=accounts()[-1]["email"]).exists()


def fill() -> None:
    """Make what is missing of the demo."""
    if not has_pages():
        pages()
    if not vocabulary.is_complete():
        vocabulary.complete()


def pages() -> None:
    """All but what members did with the glossary."""
    *others, last = accounts()
    words = (vocabulary.groups, vocabulary.concepts, vocabulary.names)
    for step in (the_site, people, *words, files, groups, drafts, rosters):
        with transaction.atomic():
            step()
    with transaction.atomic():
        publish()
    with transaction.atomic():
        for each in others:
            account(each)
    with transaction.atomic():
        comments()
    with transaction.atomic():
        account(last)


def the_site() -> None:
    """The front page and the name over the door, where nobody has written them yet."""
    set_up(apps)
    words = read("site")
    page = home()
    if not page.intro:
        for field, text in words["home"].items():
            setattr(page, field, text)
        page.save_revision().publish()
    identity = SiteIdentity.for_site(Site.objects.get(is_default_site=True))
    if not identity.footer:
        for field, text in words["identity"].items():
            setattr(identity, field, text)
        identity.save()


def people() -> None:
    known = set(Person.objects.values_list("name", flat=True))
    data = read("people")
    for name in data["names"]:
        if name not in known:
            aliases = "\n".join(data["aliases"].get(name, []))
            Person.objects.create(name=name, aliases=aliases)


def files() -> None:
    """The pictures, drawn here, and the documents."""
    Image, Document = get_image_model(), get_document_model()
    for name, (draw_on, title, shows) in PICTURES.items():
        if not Image.objects.filter(title=title).exists():
            file = ImageFile(ContentFile(png(draw_on)), name=f"{name}.png")
            Image.objects.create(title=title, file=file, description=next(iter(shows.values())))
    for file_name, title in DOCUMENTS.values():
        if not Document.objects.filter(title=title).exists():
            content = (FOLDER / "files" / file_name).read_bytes()
            Document.objects.create(title=title, file=ContentFile(content, name=file_name))


def groups() -> None:
    for entry in read("groups")["groups"]:
        if WorkgroupPage.objects.filter(slug=entry["slug"]).exists():
            continue
        fields = ("slug", "title", "title_nl", "title_en", "purpose", "purpose_nl", "purpose_en")
        page = WorkgroupPage(**{field: entry[field] for field in fields})
        page.coordinators = [
            Coordinator(person=Person.objects.get(name=name)) for name in entry["coordinators"]
        ]
        home().add_child(instance=page)
        page.save_revision().publish()
        if private := entry.get("private"):
            restriction = PageViewRestriction.objects.create(
                page=page, restriction_type=PageViewRestriction.GROUPS
            )
            restriction.groups.add(Group.objects.get_or_create(name=private)[0])


def drafts() -> None:
    """Every text as an unpublished page, its links still addresses."""
    names = dict(Keyword.objects.values_list("slug", "name"))
    for group in WorkgroupPage.objects.filter(slug__in=group_slugs()):
        for text in texts(group.slug):
            text.parsed.keywords = [names[slug] for slug in text.words("keywords")]
            store(text.parsed, WorkgroupPage.objects.get(pk=group.pk))
    for text in texts("articles"):
        draft(text, ArticlePage, article_fields(text), text.front.get("group"))
    for text in texts("pages"):
        draft(text, TextPage, {"show_in_menus": True}, None)


def draft(text, model, fields: dict, group: str | None) -> None:
    parent = WorkgroupPage.objects.get(slug=group) if group else home()
    if parent.get_children().filter(slug=text.slug).exists():
        return
    original = Page.objects.filter(slug=text.front.get("translation_of", "")).first()
    page = model(
        title=text.parsed.title,
        slug=text.slug,
        language=text.parsed.language,
        body=json.dumps(text.blocks()),
        translation_of=original,
        live=False,
        **fields,
    )
    parent.add_child(instance=page)
    page.save_revision()


def article_fields(text) -> dict:
    tags = Keyword.objects.filter(slug__in=text.words("keywords"))
    return {
        "over_title": text.front["over_title"],
        "lead": text.front["lead"],
        "date": text.parsed.date,
        "authors": [
            ArticleAuthor(person=Person.objects.get(name=name), sort_order=order)
            for order, name in enumerate(text.words("authors"))
        ],
        "keyword_uses": [PageKeyword(tag=tag) for tag in tags],
    }


def rosters() -> None:
    roles = list(Role.objects.order_by("sort_order")[:6])
    persons = {person.name: person for person in Person.objects.all()}
    for entry in read("groups")["rosters"]:
        group = WorkgroupPage.objects.get(slug=entry["group"])
        if group.get_children().filter(slug=entry["slug"]).exists():
            continue
        fields = ("slug", "title", "title_nl", "title_en", "intro", "intro_nl", "intro_en")
        page = ParticipantListPage(**{field: entry[field] for field in fields})
        page.entries = [
            RosterEntry(
                person=persons[name],
                role=roles[role],
                function=function,
                organisation=organisation,
                sort_order=order,
            )
            for order, (name, role, function, organisation) in enumerate(entry["entries"])
        ]
        tags = Keyword.objects.filter(slug__in=entry["keywords"])
        page.keyword_uses = [PageKeyword(tag=tag) for tag in tags]
        group.add_child(instance=page)
        page.save_revision().publish()
        say_when(page, datetime.date.fromisoformat(entry["date"]))


def publish() -> None:
    """Join the drafts to each other and to their files, and publish them, oldest first."""
    ids = page_ids()
    waiting = []
    for folder, model in (
        *((slug, MinutesPage) for slug in group_slugs()),
        ("articles", ArticlePage),
        ("pages", TextPage),
    ):
        for text in texts(folder):
            page = model.objects.filter(pk=ids[text.slug], first_published_at=None).first()
            if page:
                waiting.append((published_on(text), text, page))
    for date, text, page in sorted(waiting, key=lambda each: each[0]):
        page.body = json.dumps(
            settled(list(page.body.raw_data), ids, file_blocks(text.parsed.language))
        )
        page.related_links = [
            RelatedPage(target_id=ids[slug])
            for slug in text.words("related")
            # One row is shown from both ends.
            if not RelatedPage.objects.filter(page_id=ids[slug], target_id=page.pk).exists()
        ]
        page.attachments = [
            PageAttachment(document=get_document_model().objects.get(title=DOCUMENTS[name][1]))
            for name in text.words("attachments")
        ]
        page.save_revision().publish()
        say_when(page, date)


def published_on(text) -> datetime.date:
    if said := text.front.get("published"):
        return datetime.date.fromisoformat(said)
    if held := text.parsed.date:
        return held + datetime.timedelta(days=0 if "authors" in text.front else 5)
    return datetime.date(2024, 11, 4)  # the site's own texts, since the site is there


def say_when(page, date: datetime.date) -> None:
    """Let a page have been published on that day and not just now."""
    moment = at_noon(date)
    Page.objects.filter(pk=page.pk).update(
        first_published_at=moment, last_published_at=moment, latest_revision_created_at=moment
    )
    page.revisions.update(created_at=moment)


def file_blocks(language: str) -> dict:
    """For each picture and document, how words of a text become the block that shows it."""
    makers = {}
    for name, (_draw, title, shows) in PICTURES.items():
        picture = {"image": get_image_model().objects.get(title=title).pk, "decorative": False}
        picture["alt_text"] = shows.get(language, "")
        makers["image", name] = lambda words, picture=picture: {
            "image": picture,
            "caption": words,
            "credit": CREDIT,
        }
    for name, (_file, title) in DOCUMENTS.items():
        pk = get_document_model().objects.get(title=title).pk
        makers["document", name] = lambda words, pk=pk: pk
    return makers


def account(entry: dict) -> None:
    """One account (its address needs no confirming), and the person it belongs to."""
    if User.objects.filter(email=entry["email"]).exists():
        return
    make = User.objects.create_superuser if entry.get("superuser") else User.objects.create_user
    user = make(
        entry["email"],
        entry["password"],
        display_name=entry["person"],
        language=entry["language"],
    )
    vouch_for(user)
    if group := entry.get("group"):
        user.groups.add(Group.objects.get_or_create(name=group)[0])
    Person.objects.filter(name=entry["person"], user=None).update(user=user)
