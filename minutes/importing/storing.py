"""Minutes as parsed become a page, with its people, roles and keywords."""

from __future__ import annotations

import difflib
import json
import uuid

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import Person
from glossary.models import Keyword, KeywordLabel, PageKeyword
from minutes.models import Attendance, MinutesPage, Role, WorkgroupPage

from .attendance import is_minute_taker
from .parsed import Attendee, ParsedMinutes
from .words import fold, singular

# Roles that lists of attendance name in many ways: their labels in fr, nl and en, and other words.
COMMON_ROLES = [
    (("Participants", "Deelnemers", "Participants"), ""),
    (("Membres / Leden", "Leden", "Members"), "Membres"),
    (("Invités", "Genodigden", "Guests"), "Invited/Invited guests/Invitées/Gasten"),
    (("Observateurs", "Waarnemers", "Observers"), "Observatrices"),
    (("Rédaction", "Verslag", "Minutes"), ""),
]


@transaction.atomic
def store(
    parsed: ParsedMinutes, group: WorkgroupPage, *, publish: bool = False, user=None
) -> tuple[MinutesPage, bool, list[str]]:
    """Make the page under its group: (page, whether it is new, what was unsure).

    A text the group already has is left alone, whatever became of its page since.
    """
    of_group = MinutesPage.objects.child_of(group)
    known = of_group.filter(source_digest=parsed.digest).first() if parsed.digest else None
    if not known and parsed.slug:
        known = of_group.filter(slug=parsed.slug).first()
    if known:
        return known, False, [_("Déjà là : rien n’est changé.")]
    unsure = list(parsed.unsure)
    if twin := of_group.filter(title=parsed.title, meeting_date=parsed.date).first():
        unsure.append(
            _("Un autre compte rendu porte ce titre et cette date : « %(slug)s ».")
            % {"slug": twin.slug}
        )
    people, roles = People(parsed, unsure), Roles(parsed.language, unsure)
    page = MinutesPage(
        title=parsed.title,
        slug=free_slug(parsed, group),
        language=parsed.language,
        ordinal=parsed.ordinal,
        meeting_date=parsed.date,
        place=clipped(parsed.place, MinutesPage, "place", unsure),
        host=clipped(parsed.host, MinutesPage, "host", unsure),
        source_digest=parsed.digest,
        live=False,
        owner=user,
    )
    rows = [
        Attendance(
            person=people.get(row.name),
            role=roles.get(row),
            function=clipped(row.function, Attendance, "function", unsure),
            organisation=clipped(row.organisation, Attendance, "organisation", unsure),
            excused=row.excused,
            sort_order=order,
        )
        for order, row in enumerate(parsed.attendance)
    ]
    page.body = json.dumps([stored_block(block, people) for block in parsed.blocks])
    page.attendance = rows
    page.keyword_uses = [PageKeyword(tag=keyword) for keyword in keywords(parsed, unsure)]
    group.add_child(instance=page)
    people.add_aliases(parsed.aliases)
    revision = page.save_revision(user=user)
    if publish:
        revision.publish(user=user)
        page.refresh_from_db()
    return page, True, unsure


def clipped(text: str, model, field: str, unsure: list[str]) -> str:
    """What fits the column; what does not is said."""
    room = model._meta.get_field(field).max_length
    if len(text) > room:
        unsure.append(_("Trop long, coupé : « %(text)s »") % {"text": text})
    return text[:room]


def free_slug(parsed: ParsedMinutes, group: WorkgroupPage) -> str:
    """The slug asked for, else one from the title that no sister page has."""
    base = parsed.slug or slugify(parsed.title)[:80].strip("-") or "reunion"
    taken = set(group.get_children().values_list("slug", flat=True))
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def stored_block(block: tuple, people: People) -> dict:
    name, value = block
    if name == "action":
        value = with_owner(value, people)
    return {"type": name, "value": value, "id": str(uuid.uuid4())}


def with_owner(value: dict, people: People) -> dict:
    """An action with its owner as a person; a name nobody bears here goes back into the text."""
    owner = people.owner(value["owner"]) if value["owner"] else None
    text = value["text"]
    if value["owner"] and not owner:
        text = text.removesuffix("</p>") + f" ({value['owner']})</p>"
    return value | {"text": text, "owner": owner.pk if owner else None}


class People:
    """Persons by name or other spelling; who is not known yet is made."""

    def __init__(self, parsed: ParsedMinutes, unsure: list[str]) -> None:
        self.by_name: dict[str, Person] = {}
        for person in Person.objects.order_by("-pk"):  # of two namesakes, the first known one
            for name in person.names:
                self.by_name[fold(name)] = person
        self.present: dict[str, Person] = {}
        self.unsure = unsure

    def get(self, name: str) -> Person:
        key = fold(name)
        person = self.by_name.get(key)
        if person is None:
            name = name[: Person._meta.get_field("name").max_length]
            near = difflib.get_close_matches(key, self.by_name, n=1, cutoff=0.88)
            if near:
                self.unsure.append(
                    _("Nouvelle personne « %(name)s », proche de « %(near)s » : la même ?")
                    % {"name": name, "near": self.by_name[near[0]].name}
                )
            person = self.by_name[key] = Person.objects.create(name=name)
        elif name not in person.names and name.lower() != person.name.lower():
            self.unsure.append(
                _("« %(other)s » : autre graphie de « %(name)s », notée chez cette personne.")
                % {"other": name, "name": person.name}
            )
            self.add_alias(person, name)
        self.present[key] = person
        return person

    def owner(self, name: str) -> Person | None:
        """Who an action falls to: a full name, or the one person here with that first name."""
        if " " in name:
            return self.get(name)
        here = {person for key, person in self.present.items() if key.split()[:1] == [fold(name)]}
        if len(here) == 1:
            return here.pop()
        self.unsure.append(
            _("Responsable d’une action non reconnu : « %(name)s ».") % {"name": name}
        )
        return None

    def add_aliases(self, aliases: list[tuple[str, str]]) -> None:
        for name, other in aliases:
            self.add_alias(self.by_name[fold(name)], other)

    def add_alias(self, person: Person, other: str) -> None:
        if other not in person.names:
            person.aliases = "\n".join([*person.names[1:], other])
            person.save()


class Roles:
    """Roles by label in any language; who is not known yet is made."""

    def __init__(self, language: str, unsure: list[str]) -> None:
        self.language = language
        self.unsure = unsure
        self.by_word: dict[str, Role] = {}
        for role in Role.objects.order_by("-sort_order", "-pk"):
            for label in (role.label_en, role.label_nl, role.label_fr):
                for word in words_of(label):
                    self.by_word[word] = role

    def get(self, row: Attendee) -> Role:
        label = row.role or COMMON_ROLES[0][0][0]
        labels, words = (label,), words_of(label)
        for common, others in COMMON_ROLES:
            of_common = [word for text in (*common, others) for word in words_of(text)]
            if set(words) & set(of_common):
                labels, words = common, [*words, *of_common]
        role = next((self.by_word[word] for word in words if word in self.by_word), None)
        return role or self.make(labels, words, is_minute_taker(label))

    def make(self, labels: tuple[str, ...], words: list[str], takes_minutes: bool) -> Role:
        room = Role._meta.get_field("label_fr").max_length
        labels = tuple(label[:room] for label in labels)
        role = Role(label_fr=labels[0], is_minute_taker=takes_minutes)
        if len(labels) == 3:
            role.label_nl, role.label_en = labels[1:]
        elif self.language != "fr":  # French is what the others fall back to
            setattr(role, f"label_{self.language}", labels[0])
        last = Role.objects.order_by("-sort_order").values_list("sort_order", flat=True).first()
        role.sort_order = (last or 0) + 1
        role.save()
        self.unsure.append(_("Nouveau rôle : « %(label)s ».") % {"label": labels[0]})
        for word in words:
            self.by_word.setdefault(word, role)
        return role


def words_of(label: str) -> list[str]:
    """The ways to say a role: "Membres /Leden" is two, compared without plural or accents."""
    ways = [label, *label.split("/")]
    return [word for way in ways if (word := singular(way))]


def keywords(parsed: ParsedMinutes, unsure: list[str]) -> list[Keyword]:
    """The keywords a text asks for, by any of their labels; new ones are made and said."""
    found: list[Keyword] = []
    for word in parsed.keywords:
        word = word[:100]
        keyword = Keyword.objects.named(word)
        if keyword is None:
            keyword = Keyword.objects.create(name=word)
            KeywordLabel.objects.create(keyword=keyword, language=parsed.language, text=word)
            unsure.append(_("Nouveau mot-clé : « %(word)s ».") % {"word": word})
        if keyword not in found:
            found.append(keyword)
    return found
