"""What a file would do to the glossary: made, changed, left, and why it cannot be taken.

A keyword that the file knows by its address takes what the file says in place of what it said;
one known by a label alone only gains what it lacked (see `matching`). Nothing that a file does
not mention is removed.
"""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.text import slugify
from django.utils.translation import gettext as _

from glossary.exchange.hierarchy import LinkPlan
from glossary.exchange.matching import Matching
from glossary.exchange.texts import bare, clean
from glossary.exchange.vocabulary import (
    GROUP_FIELDS,
    Concept,
    Problem,
    Vocabulary,
    gather,
)
from glossary.models import Keyword, KeywordGroup, fold
from glossary.rules import PARTING, not_a_keyword
from pages.notation import quoted

MAX_WORD = 100  # characters, as the columns of names and labels hold them
MAX_ADDRESS = 500
_SLUG = re.compile(r"[-\w]{1,100}", re.ASCII)
_whole_address = URLValidator(schemes=["http", "https"])


@dataclass
class Change:
    """One keyword that is made, or changed, as the file wants it."""

    concept: Concept  # as it is to be, words and texts complete
    keyword: Keyword | None = None  # None: a new one
    now: Concept | None = None  # as the keyword is
    #: New links: [(kind, id of a keyword or key of a new concept)].
    links: list[tuple[str, int | str]] = field(default_factory=list)

    @property
    def identity(self) -> int | str:
        """The keyword's id, or a new one's key in the file."""
        return self.keyword.pk if self.now else self.concept.key

    @property
    def fields(self) -> list[str]:
        """What changes of a keyword, in words."""
        return [*_differences(self.now, self.concept), *([_("liens")] if self.links else [])]


@dataclass
class Plan:
    """What would come of a file."""

    created: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    #: (keyword, why it stays as it is)
    left: list[tuple[Keyword, str]] = field(default_factory=list)
    groups_created: list[KeywordGroup] = field(default_factory=list)
    groups_changed: list[KeywordGroup] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def changes(self) -> list[Change]:
        return [*self.created, *self.changed]

    @property
    def does_nothing(self) -> bool:
        return not (self.changes or self.groups_created or self.groups_changed)


def plan(vocabulary: Vocabulary, *, update: bool) -> Plan:
    """What taking this vocabulary in would do; with `update`, to keywords there already too."""
    return _Planning(vocabulary, update).plan


class _Planning:
    def __init__(self, vocabulary, update):
        # A copy: words are renamed and left out below, and who asked may plan again.
        self.vocabulary, self.update = copy.deepcopy(vocabulary), update
        self.matching = Matching(self.vocabulary)
        self.plan = Plan(
            problems=[*vocabulary.problems, *self.matching.problems], notes=[*vocabulary.notes]
        )
        unmerged = (each for each in self.matching.keywords.values() if not each.merged_into_id)
        self.now = {concept.slug: concept for concept in gather(unmerged).concepts}
        self.slugs = set(self.matching.by_slug)
        self._plan_groups()
        for concept in self.vocabulary.concepts:
            if self._is_sound(concept):
                self._plan_concept(concept)
        self._mind_words_of_others()
        LinkPlan(self.plan.changes, self.matching, self.refuse, self.plan.notes.append)
        for change in [each for each in self.plan.changed if not each.fields]:
            self.plan.changed.remove(change)
            self.plan.left.append((change.keyword, _("dit déjà la même chose")))
        self.plan.problems.sort(key=lambda problem: problem.at)

    def refuse(self, concept, sentence):
        self.plan.problems.append(Problem(concept.where, sentence, concept.at))

    def refuse_or_note(self, concept, sentence):
        """What is wrong in our own files can be mended in them; others' are taken as they are."""
        if concept.foreign:
            self.plan.notes.append(f"{concept.where} : {sentence}")
        else:
            self.refuse(concept, sentence)

    # --- groups

    def _plan_groups(self):
        self.groups = {group.name: group for group in KeywordGroup.objects.all()}
        for group in self.vocabulary.groups:
            where = _("groupe « %(name)s »") % {"name": group.name[:MAX_WORD]}
            if any(len(name) > MAX_WORD for name in (group.name, group.name_nl, group.name_en)):
                self.plan.problems.append(Problem(where, _too_long(MAX_WORD)))
            old = self.groups.get(group.name)
            if old is None:
                self.groups[group.name] = group
                self.plan.groups_created.append(group)
            elif any(getattr(old, name) != getattr(group, name) for name in GROUP_FIELDS):
                if self.update:
                    for name in GROUP_FIELDS:
                        setattr(old, name, getattr(group, name))
                    self.plan.groups_changed.append(old)
                else:
                    self.plan.notes.append(f"{where} : {_('ses règles restent comme elles sont.')}")

    def _mind_group(self, concept):
        """Makes the group that a table names and nobody has."""
        if concept.group and concept.group not in self.groups:
            self.groups[concept.group] = KeywordGroup(name=concept.group)
            self.plan.groups_created.append(self.groups[concept.group])

    # --- concepts

    def _is_sound(self, concept) -> bool:
        """Whether it could be stored at all."""
        before = len(self.plan.problems)
        if not concept.word:
            sentence = _("Pas d’intitulé en français, en néerlandais ou en anglais.")
            self.refuse_or_note(concept, sentence)
            return False
        for word in (*concept.words(), concept.group):
            if len(word) > MAX_WORD:
                self.refuse(concept, f"« {word[:40]}… » : {_too_long(MAX_WORD)}")
        if concept.slug and not _SLUG.fullmatch(concept.slug):
            if concept.foreign:
                concept.slug = ""
            else:
                sentence = _("L’adresse « %(slug)s » a d’autres signes que a-z, 0-9, - et _.")
                self.refuse(concept, sentence % {"slug": concept.slug[:MAX_WORD]})
        if concept.same_as and not _is_address(concept.same_as):
            if concept.foreign:
                concept.same_as = ""
            else:
                sentence = _("L’origine « %(address)s » n’est pas une adresse http ou https.")
                self.refuse(concept, sentence % {"address": concept.same_as[:MAX_WORD]})
        for language, texts in concept.synonyms.items():
            seen = {fold(concept.labels.get(language, ""))}
            for text in list(texts):
                if fold(text) in seen:
                    texts.remove(text)
                    sentence = _("« %(word)s » est déjà là dans cette langue.") % {"word": text}
                    self.refuse_or_note(concept, sentence)
                seen.add(fold(text))
        concept.texts = {code: bare(clean(html)) for code, html in concept.texts.items()}
        return len(self.plan.problems) == before

    def _plan_concept(self, concept):
        keyword = self.matching.matched.get(concept.key)
        if keyword is None:
            name = self._fit_name(concept)
            self._mind_group(concept)
            self.plan.created.append(
                Change(replace(concept, slug=self._slug_for(concept), name=name))
            )
        elif reason := self._why_left(keyword):
            if fold(concept.word) != keyword.folded:
                reason += f" ({quoted(concept.word)})"
            self.plan.left.append((keyword, reason))
        else:
            now = self.now[keyword.slug]
            wanted = self._together(now, concept, keyword)
            self._mind_group(wanted)
            self.plan.changed.append(Change(wanted, keyword, now))

    def _fit_name(self, concept) -> str:
        """A name that can be written among others, in a field where commas part them."""
        name = concept.word
        if concept.foreign:
            name = re.sub(r"\s*[,;]\s*", " – ", name.replace('"', "”"))[:MAX_WORD]
        elif self.vocabulary.links_by_word and PARTING & set(name):
            sentence = _(
                "« %(word)s » : sans virgule, point-virgule ni guillemet droit dans un nom."
            )
            self.refuse(concept, sentence % {"word": name})
        if problem := not_a_keyword(name):
            self.refuse_or_note(concept, problem)
        return name

    def _slug_for(self, concept) -> str:
        wanted = concept.slug or slugify(concept.word)[:90] or "mot"
        slug, number = wanted, 1
        while slug in self.slugs:
            slug, number = f"{wanted[:90]}-{number}", number + 1
        self.slugs.add(slug)
        return slug

    def _why_left(self, keyword) -> str:
        if keyword.merged_into:
            return _("fusionné avec « %(name)s »") % {"name": keyword.merged_into.name}
        if not keyword.live:
            return _("n’est pas publié")
        if not self.update:
            return _("existe déjà")
        if keyword.has_unpublished_changes:
            return _("a des modifications qui ne sont pas publiées")
        return ""

    def _together(self, now, concept, keyword) -> Concept:
        """The keyword as it is to be: what the file says, over or under what it says now."""
        over = self.matching.known_by_address(concept) is keyword
        first, second = (concept, now) if over else (now, concept)
        labels = second.labels | first.labels
        words = [*now.synonyms.items(), *concept.synonyms.items()]
        if not over:
            words += [(language, [text]) for language, text in concept.labels.items()]
        synonyms = {}
        for language, texts in words:
            known = synonyms.setdefault(language, [])
            for text in texts:
                if fold(text) not in map(fold, (labels.get(language, ""), *known)):
                    known.append(text)
        # A name that is the first label goes on being that.
        follows = now.name == now.label and concept.label
        return replace(
            now,
            key=concept.key,
            where=concept.where,
            at=concept.at,
            foreign=concept.foreign,
            name=(over and (concept.name or follows)) or now.name,
            labels=labels,
            synonyms={code: texts for code, texts in synonyms.items() if texts},
            unlinked=second.unlinked | first.unlinked,
            definitions=second.definitions | first.definitions,
            texts=second.texts | first.texts,
            group=first.group or second.group,
            same_as=first.same_as or second.same_as,
            broader=concept.broader,
            related=concept.related,
        )

    # --- words

    def _mind_words_of_others(self):
        """Says whose words are another's already; nobody gets another's name."""
        owners = {word: keyword.pk for word, keyword in self.matching.by_word.items()}
        names = {each.name.casefold(): each.pk for each in self.matching.keywords.values()}
        for change in self.plan.changes:
            concept, me = change.concept, change.identity
            for language, text in _each_word(concept):
                owner = owners.setdefault(fold(text), me)
                if owner == me:
                    continue
                sentence = _("« %(word)s » désigne déjà %(other)s.")
                sentence %= {"word": text, "other": self._named(owner)}
                if not concept.foreign:
                    self.plan.notes.append(f"{concept.where} : {sentence}")
                elif text in concept.synonyms.get(language, ()):
                    concept.synonyms[language].remove(text)
                    self.plan.notes.append(f"{concept.where} : {sentence}")
                else:
                    renamed = _numbered(text, me, owners)
                    if concept.name == text:
                        concept.name = renamed
                    if language:
                        concept.labels[language] = renamed
                    told = _("Celui-ci est nommé « %(word)s ».") % {"word": renamed}
                    self.plan.notes.append(f"{concept.where} : {sentence} {told}")
            owner = names.setdefault(concept.name.casefold(), me)
            if owner != me:
                sentence = _("« %(word)s » est déjà le nom d’un autre mot-clé : %(other)s.")
                self.refuse(concept, sentence % {"word": concept.name, "other": self._named(owner)})

    def _named(self, owner) -> str:
        keyword = self.matching.keywords.get(owner)
        return quoted(keyword.name) if keyword else self.matching.by_key[owner].where


def _each_word(concept: Concept) -> list[tuple[str, str]]:
    """(language, word): labels, the name if it is none of them, synonyms."""
    found = list(concept.labels.items())
    if concept.name not in concept.labels.values():
        found.append(("", concept.name))
    return found + [(code, text) for code, texts in concept.synonyms.items() for text in texts]


def _numbered(text: str, me, owners: dict) -> str:
    """The word with the first number that leaves it to this concept."""
    number = 2
    while True:
        numbered = f"{text[: MAX_WORD - 8]} ({number})"
        if owners.setdefault(fold(numbered), me) == me:
            return numbered
        number += 1


def _is_address(text: str) -> bool:
    try:
        _whole_address(text)
    except ValidationError:
        return False
    return len(text) <= MAX_ADDRESS


def _too_long(most: int) -> str:
    return _("trop long, %(most)d signes au plus.") % {"most": most}


def _differences(now: Concept, wanted: Concept) -> Iterator[str]:
    """What differs between two states of a keyword, in words."""
    for name, words in (
        ("name", _("nom")),
        ("labels", _("intitulés")),
        ("synonyms", _("synonymes")),
        ("unlinked", _("mots que les textes ne lient pas")),
        ("definitions", _("définition")),
        ("texts", _("texte")),
        ("group", _("groupe")),
        ("same_as", _("origine")),
    ):
        if getattr(now, name) != getattr(wanted, name):
            yield words
