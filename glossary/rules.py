"""Keyword groups and their rules: who may tag what with which keywords, and make new ones.

`choose` is the one place where the rules are applied: the page editor, the form under a page
and the suggestions of members all ask it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.duties import keeps_glossary
from pages.languages import localised


class Rank(models.IntegerChoices):
    """Who somebody is for the glossary; each may do what those below may."""

    VISITOR = 0, _("visiteurs")
    MEMBER = 1, _("membres")
    EDITOR = 2, _("rédaction")
    ADMIN = 3, _("administration")


class Kind(models.TextChoices):
    """What sort of thing carries a keyword."""

    MINUTES = "minutes", _("comptes rendus")
    ARTICLE = "article", _("articles")
    ROSTER = "roster", _("listes de participants")
    COMMENT = "comment", _("commentaires")


def rank_of(user) -> Rank:
    """The rank of a user; AnonymousUser is a visitor."""
    if not user.is_authenticated or not user.is_active:
        return Rank.VISITOR
    if user.is_superuser:
        return Rank.ADMIN
    return Rank.EDITOR if keeps_glossary(user) else Rank.MEMBER


class KeywordGroup(models.Model):
    """Keywords that belong together, and the rules for all of them.

    The defaults are the rules for keywords that are in no group: see `UNGROUPED`.
    """

    name = models.CharField(_("nom"), max_length=100, unique=True)
    name_nl = models.CharField(_("nom en néerlandais"), max_length=100, blank=True)
    name_en = models.CharField(_("nom en anglais"), max_length=100, blank=True)
    description = models.TextField(_("description"), blank=True)
    description_nl = models.TextField(_("description en néerlandais"), blank=True)
    description_en = models.TextField(_("description en anglais"), blank=True)
    single = models.BooleanField(
        _("un seul mot-clé par texte"),
        default=False,
        help_text=_("Un texte porte au plus un mot-clé de ce groupe."),
    )
    recommended = models.BooleanField(
        _("conseillé"),
        default=False,
        help_text=_("Le formulaire rappelle d’en choisir un, sans l’exiger."),
    )
    on_minutes = models.BooleanField(_("comptes rendus"), default=True)
    on_article = models.BooleanField(_("articles"), default=True)
    on_roster = models.BooleanField(_("listes de participants"), default=True)
    on_comment = models.BooleanField(_("commentaires"), default=True)
    applied_by = models.PositiveSmallIntegerField(
        _("qui peut les employer"), choices=Rank.choices, default=Rank.VISITOR
    )
    created_by = models.PositiveSmallIntegerField(
        _("qui peut en créer"), choices=Rank.choices, default=Rank.EDITOR
    )
    sort_order = models.PositiveSmallIntegerField(_("ordre"), default=0)

    class Meta:
        verbose_name = _("groupe de mots-clés")
        verbose_name_plural = _("groupes de mots-clés")
        ordering = ["sort_order", "name"]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        return localised(self, "name")[0]

    @property
    def label_language(self) -> str:
        return localised(self, "name")[1]

    @property
    def description_text(self) -> str:
        return localised(self, "description")[0]

    def is_for(self, kind: str) -> bool:
        """Whether things of this Kind may carry its keywords."""
        return getattr(self, f"on_{kind}")


#: How long a keyword may be: what `Keyword.name` and `KeywordLabel.text` have room for.
MOST_LETTERS = 100

#: What may not be in a keyword's name, for it parts the keywords that people write.
PARTING = frozenset(',;"')

#: The rules for keywords without a group.
UNGROUPED = KeywordGroup()


@dataclass
class Choice:
    """What became of the words that somebody wrote in a field for keywords."""

    keywords: list = field(default_factory=list)  # existing ones, each once
    new: list[str] = field(default_factory=list)  # words to make keywords of
    #: Whether the writer may make new keywords of such a thing.
    may_create: bool = False
    #: The group that new words go into; None for none.
    group: KeywordGroup | None = None
    #: Why it is not accepted, in sentences for the writer.
    problems: list[str | Promise] = field(default_factory=list)
    #: New words that resemble existing keywords: [(word, [keyword, …])], also among problems
    #: unless the writer is `sure`.
    similar: list[tuple[str, list]] = field(default_factory=list)
    #: Recommended groups of which nothing was chosen.
    advised: list[KeywordGroup] = field(default_factory=list)

    def all(self, language: str) -> list:
        """The keywords chosen, with the new ones made in this language."""
        from glossary.models import Keyword

        made = [Keyword.objects.make(word, language, self.group) for word in self.new]
        return [*self.keywords, *made]


def applicable(user, kind: str):
    """The keywords that this user may tag a thing of this kind with."""
    from glossary.models import Keyword

    rank = rank_of(user)
    known = Keyword.objects.filter(live=True)
    if rank < Rank.EDITOR:
        known = known.nameable_by(user)
    return known.filter(fitting(rank, kind))


def fitting(rank: Rank, kind: str) -> models.Q:
    """Which keywords' groups let people of this rank tag a thing of this kind."""
    fits = models.Q(**{f"group__on_{kind}": True}, group__applied_by__lte=rank)
    if UNGROUPED.is_for(kind) and UNGROUPED.applied_by <= rank:
        fits |= models.Q(group=None)
    return fits


def group_for_new(user, kind: str) -> tuple[bool, KeywordGroup | None]:
    """(whether this user may make new keywords on such a thing, the group they go into).

    The first group, in the groups' order, that allows it; for editors, and where no group
    does, no group at all.
    """
    rank = rank_of(user)
    return _group_for_new(rank, kind, _open_groups(rank, kind))


def _open_groups(rank, kind):
    """The groups whose keywords this rank may tag such a thing with; asked for once."""
    return KeywordGroup.objects.filter(**{f"on_{kind}": True}, applied_by__lte=rank)


def _group_for_new(rank, kind, groups):
    if rank >= UNGROUPED.created_by and UNGROUPED.is_for(kind):
        return True, None
    group = next((group for group in groups if group.created_by <= rank), None)
    return group is not None, group


def beside_label(keyword) -> str:
    """A keyword's name in brackets, after its label; "" where they are one word."""
    from glossary.models import fold

    return "" if fold(keyword.label) == keyword.folded else f" ({keyword.name})"


def quoted(keywords: Iterable) -> str:
    """Keywords by their labels, in quotation marks, and by their names where those differ."""
    return ", ".join(
        _("« %(word)s »") % {"word": keyword.label} + beside_label(keyword) for keyword in keywords
    )


def not_a_keyword(word: str) -> str | Promise:
    """Why a word cannot become a keyword, in a sentence; "" when it can."""
    if len(word) > MOST_LETTERS:
        return _("« %(word)s… » est trop long : %(number)d caractères au plus.") % {
            "word": word[:40],
            "number": MOST_LETTERS,
        }
    if not any(letter.isalnum() for letter in word):
        return _("« %(word)s » n’est pas un mot.") % {"word": word}
    return ""


def choose(
    words: Iterable, *, user, kind: str, kept: Iterable[int] = (), sure=False, anew=False
) -> Choice:
    """What `user` may tag a thing of this `kind` with, of the words they wrote.

    A word is any label or synonym in any language, or a Keyword. `kept` are the ids of keywords
    that the thing carries already: they may stay, whoever may apply them, and a word that is
    theirs means them. `sure` says that new words which resemble existing keywords are meant,
    `anew` that all words are new, also those that name a keyword.
    """
    from glossary.likeness import similar
    from glossary.models import Keyword, fold

    choice, kept = Choice(), set(kept)
    rank = rank_of(user)
    groups = _open_groups(rank, kind)
    choice.may_create, choice.group = _group_for_new(rank, kind, groups)
    words, visible = list(words), Keyword.objects.all()
    if words and rank < Rank.EDITOR:  # each form asks for no words, to say the rules
        visible = visible.nameable_by(user)
    carried = _words_of(Keyword.objects.unmerged().filter(pk__in=kept)) if kept else {}
    unknown, seen = [], set()
    for word in words:
        if isinstance(word, Keyword):
            if word not in choice.keywords:
                choice.keywords.append(word)
            continue
        word = " ".join(word.split())
        if not word or fold(word) in seen:
            continue
        seen.add(fold(word))
        # One that is known only where they may not look is as unknown as any other, also to
        # those who may make keywords: theirs is then another one of the same word.
        keyword = None
        if not anew:
            keyword = carried.get(fold(word)) or visible.select_related("group").named(word)
        if keyword is None and (problem := not_a_keyword(word)):
            choice.problems.append(problem)
        elif keyword is None:
            (choice.new if choice.may_create else unknown).append(word)
        elif keyword not in choice.keywords:
            choice.keywords.append(keyword)
    if unknown:
        choice.problems.append(
            _(
                "Pas encore dans le glossaire : %(words)s. "
                "Choisissez un mot-clé existant, ou retirez-le."
            )
            % {"words": ", ".join(unknown)}
        )
    for keyword in choice.keywords:
        group = keyword.group or UNGROUPED
        if keyword.pk in kept:
            continue
        if not keyword.live:
            choice.problems.append(
                _("Le mot-clé « %(word)s » n’est pas publié : retirez-le.") % {"word": keyword.name}
            )
        elif not group.is_for(kind):
            choice.problems.append(
                _("« %(word)s » n’est pas prévu pour ceci (%(kind)s) : retirez-le.")
                % {"word": keyword.label, "kind": Kind(kind).label}
            )
        elif group.applied_by > rank:
            choice.problems.append(
                _(
                    "« %(word)s » est réservé (%(who)s) : "
                    "retirez-le, ou choisissez un autre mot-clé."
                )
                % {"word": keyword.label, "who": Rank(group.applied_by).label}
            )
    _mind_single(choice, kept)
    for word in choice.new:
        if alike := similar(word, among=visible):
            choice.similar.append((word, alike))
            if not sure:
                choice.problems.append(
                    _("« %(word)s » ressemble à %(others)s : choisissez-le, ou confirmez.")
                    % {"word": word, "others": quoted(alike)}
                )
    chosen = {keyword.group_id for keyword in choice.keywords}
    advised = [group for group in groups if group.recommended and group.pk not in chosen]
    if advised and not choice.may_create:
        # The name of a group that has nothing for them would be of no use, or say too much.
        theirs = set(
            applicable(user, kind).filter(group__in=advised).values_list("group", flat=True)
        )
        advised = [group for group in advised if group.pk in theirs]
    choice.advised = advised
    return choice


def _words_of(keywords) -> dict:
    """{folded name, label or synonym: keyword}; a name counts before another's label."""
    keywords = list(keywords.select_related("group").with_labels())
    words = {keyword.folded: keyword for keyword in keywords}
    for keyword in keywords:
        for label in keyword.labels.all():
            words.setdefault(label.folded, keyword)
    return words


def _mind_single(choice: Choice, kept: set[int]) -> None:
    """At most one keyword of a group that says so, new ones counted; what is there may stay."""
    by_group, joining = {}, set()
    for keyword in choice.keywords:
        by_group.setdefault(keyword.group, []).append(keyword.label)
        if keyword.pk not in kept:
            joining.add(keyword.group)
    if choice.new:
        by_group.setdefault(choice.group, []).extend(choice.new)
        joining.add(choice.group)
    for group, words in by_group.items():
        if group in joining and group is not None and group.single and len(words) > 1:
            choice.problems.append(
                _("Un seul mot-clé du groupe « %(group)s » est permis : gardez l’un de %(words)s.")
                % {"group": group.label, "words": ", ".join(words)}
            )
