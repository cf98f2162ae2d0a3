"""What search finds of the minutes: meetings, articles, rosters, workgroups and people."""

from django.db.models import F, Q
from django.utils import translation
from wagtail.models import Page

from accounts.models import Person
from accounts.visibility import visible_pages
from minutes.models import (
    ArticleAuthor,
    ArticlePage,
    Attendance,
    Coordinator,
    MinutesPage,
    ParticipantListPage,
    RosterEntry,
    WorkgroupPage,
)
from minutes.overview import owners_of_actions_in, pages_with_actions_of
from minutes.people import Role
from pages.notation import date_format
from pages.templatetags.pages_tags import ordinal_meeting
from search.models import Kind
from search.pieces import keyword_uses, labels_of, page_pieces
from search.queries import AmongKeys
from search.sources import PageSource, Piece, Source, follow, register

LANGUAGES = ("fr", "nl", "en")


def people_lines(rows) -> str:
    """The people of an attendance list or a roster, one a line, with what they do."""
    lines = []
    for row in rows.select_related("person", "role"):
        labels = " / ".join(filter(None, [row.role.label_fr, row.role.label_nl]))
        role = " / ".join(dict.fromkeys(part.strip() for part in labels.split("/")))
        lines.append(", ".join(filter(None, [row.person.name, row.does, role])))
    return "\n".join(lines)


def names_of(rows) -> list[str]:
    return [row.person.name for row in rows.select_related("person")]


def own_words(page, field: str, language: str) -> str:
    """What a container says in one language; nothing where it falls back to another."""
    return getattr(page, field if language == "fr" else f"{field}_{language}")


def container_pieces(page, kind, field: str, people=(), more: str = ""):
    """A piece for each language that a container has a title or words of its own in."""
    uses = keyword_uses(page)
    labels = tuple(text for use in uses for text in labels_of(use.tag))
    for language in LANGUAGES:
        title, words = own_words(page, "title", language), own_words(page, field, language)
        if title or words:
            yield Piece(
                part="" if language == "fr" else language,
                kind=kind,
                language=language,
                title=title or page.title,
                text="\n".join(filter(None, [words, more])),
                keywords=labels if language == "fr" else (),
                keyword_ids=tuple(use.tag_id for use in uses),
                people=tuple(people),
            )


class InWorkgroup(PageSource):
    def workgroup(self, page):
        return WorkgroupPage.objects.ancestor_of(page).only("pk").first()


def meeting_line(page) -> str:
    """ "4e réunion, 25 septembre 2025" in the language of the minutes, as their page says it."""
    with translation.override(page.language):
        day = date_format(page.meeting_date) if page.meeting_date else ""
        return ", ".join(filter(None, [ordinal_meeting(page.ordinal), day]))


@register
class MinutesSource(InWorkgroup):
    model = MinutesPage

    def pieces(self, page):
        where = ", ".join(filter(None, [meeting_line(page), page.place, page.host]))
        yield from page_pieces(
            page,
            Kind.MINUTES,
            body=page.body,
            lead="\n".join(filter(None, [where, people_lines(page.attendance.all())])),
            people=names_of(page.attendance.filter(excused=False)),
            language=page.language,
            date=page.meeting_date,
        )


@register
class ArticleSource(InWorkgroup):
    model = ArticlePage

    def pieces(self, page):
        authors = names_of(page.authors)
        yield from page_pieces(
            page,
            Kind.ARTICLE,
            body=page.body,
            lead="\n".join(filter(None, [page.over_title, page.lead])),
            people=authors,
            language=page.language,
            date=page.date,
            author=", ".join(authors),
        )


@register
class RosterSource(InWorkgroup):
    model = ParticipantListPage

    def pieces(self, page):
        return container_pieces(
            page,
            Kind.ROSTER,
            "intro",
            people=names_of(page.entries),
            more=people_lines(page.entries.all()),
        )


@register
class WorkgroupSource(PageSource):
    model = WorkgroupPage

    def workgroup(self, page):
        return page

    def pieces(self, page):
        names = names_of(page.coordinators)
        return container_pieces(
            page, Kind.WORKGROUP, "purpose", people=names, more=", ".join(names)
        )


@register
class PersonSource(Source):
    """A person exists for a reader who may see one page that names them."""

    model = Person

    def pieces(self, person):
        yield Piece(
            part="",
            kind=Kind.PERSON,
            language="fr",
            title=person.name,
            text="\n".join(person.names[1:]),
            people=(person.name,),
            anchor=person.slug,
        )

    def visible(self, user):
        # Asked first and by itself: five times within the rest, the rule on pages would be nested
        # deeper than SQLite's parser goes.
        seen = list(visible_pages(user).values_list("pk", flat=True))
        pages = Page.objects.filter(AmongKeys(F("pk"), seen)).values("pk")
        return Person.objects.filter(
            Q(pk__in=Attendance.objects.filter(page__in=pages).values("person"))
            | Q(pk__in=RosterEntry.objects.filter(page__in=pages).values("person"))
            | Q(pk__in=ArticleAuthor.objects.filter(page__in=pages).values("person"))
            | Q(pk__in=Coordinator.objects.filter(page__in=pages).values("person"))
            | Q(pk__in=owners_of_actions_in(pages).values("pk"))
        )

    def url(self, row, page_url):
        return Person(slug=row.anchor).get_absolute_url()


def pages_naming(person):
    """The pages that name a person, and so are found by the name."""
    return Page.objects.filter(
        Q(minutespage__attendance__person=person)
        | Q(participantlistpage__entries__person=person)
        | Q(articlepage__authors__person=person)
        | Q(workgrouppage__coordinators__person=person)
        | Q(pk__in=pages_with_actions_of(person, Page.objects.all()).values("pk"))
    ).distinct()


def pages_with_role(role):
    """The pages that say who was there, or who belongs to a group, in this role."""
    return Page.objects.filter(
        Q(minutespage__attendance__role=role) | Q(participantlistpage__entries__role=role)
    ).distinct()


follow(Person, pages_naming)
follow(Role, pages_with_role)
# Rows that say something of a page and can be saved without it.
for row in (Attendance, RosterEntry, ArticleAuthor, Coordinator):
    follow(row, lambda instance: Page.objects.filter(pk=instance.page_id))
