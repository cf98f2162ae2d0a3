"""Members suggest keywords for a page; those who may publish it accept or refuse them.

A suggestion of a keyword is shown to whoever may know that keyword, one of a new word to its
author and to those who decide only: until then it is in no glossary.
"""

import logging
from functools import partial

from django import forms
from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.duties import works_here
from accounts.visibility import may_see, visible_pages
from discussion.enclosures import completed
from glossary import rules
from glossary.likeness import similar
from glossary.mentions import found_in
from glossary.models import Keyword, KeywordSuggestion, PageKeyword, fold
from glossary.retagging import retag
from pages.languages import interface_language
from pages.serving import absolute
from search import analysis

#: How many suggestions of one member may wait, under one page and in all.
MOST_ON_PAGE = 10
MOST_WAITING = 50
#: How many keywords a page offers for one click.
MOST_CANDIDATES = 6
#: How many pages that share a keyword with this one are looked at for what else they carry.
MOST_NEAR = 100

log = logging.getLogger(__name__)
WAITING = KeywordSuggestion.WAITING


class Refused(Exception):
    """Something cannot be suggested or accepted; says why, in a sentence for whoever asked."""


class Settled(Refused):
    """There is nothing to do: the page has the keyword, or somebody was quicker."""


class Ambiguous(Exception):
    """A new word resembles keywords: `alike`. Somebody has to say which is meant."""

    def __init__(self, alike):
        super().__init__()
        self.alike = alike


class SuggestionForm(forms.Form):
    """One word: a label or synonym of a keyword in any language, or a new one."""

    word = forms.CharField(
        label=gettext_lazy("Mot-clé"),
        max_length=rules.MOST_LETTERS,
        help_text=format_lazy(
            "{} {}",
            gettext_lazy("Un mot du glossaire, ou un mot nouveau : la rédaction décidera."),
            format_lazy(
                gettext_lazy("Au plus {here} suggestions en attente par page, {all} en tout."),
                here=MOST_ON_PAGE,
                all=MOST_WAITING,
            ),
        ),
    )
    sure = forms.BooleanField(label=gettext_lazy("C’est bien un autre mot"), required=False)
    #: Keywords that the word resembles, so that the writer is asked.
    alike = ()

    def clean_word(self):
        word = " ".join(self.cleaned_data["word"].split())
        if rules.PARTING & set(word):
            raise forms.ValidationError(
                _("Un seul mot-clé à la fois, sans virgule, point-virgule ni guillemet droit.")
            )
        return word


# --- What a page shows -------------------------------------------------------------------------


def on_page(page, request, carried) -> dict | None:
    """What stands under the keywords of a page; None for strangers and in a preview.

    `carried` are the keywords that the page shows. Of the result, `keywords` are those whose
    labels are still to be fetched. Two queries for members, none for strangers.
    """
    user = request.user
    if not user.is_authenticated or not page.live or getattr(request, "is_preview", False):
        return None
    decides = may_decide(page, user)
    tagged = {keyword.pk for keyword in carried}
    waiting = [
        suggestion
        for suggestion in with_known(user, decides).filter(page=page.pk, state=WAITING)
        if suggestion.keyword_id not in tagged and is_shown_to(user, suggestion)
    ]
    offered = candidates(page, request, tagged)
    form = getattr(request, "suggestion_form", None) or SuggestionForm(auto_id="suggestion_%s")
    # One word, not several between commas.
    form.fields["word"].widget.attrs |= completed(page.keyword_kind) | {"data-keywords-one": ""}
    return {
        "template": "glossary/_suggestions.html",
        "waiting": waiting,
        "candidates": offered,
        "decides": decides,
        "form": form,
        "keywords": [*offered, *(each.keyword for each in waiting if each.keyword)],
    }


def may_decide(page, user) -> bool:
    """Whether the user may change what the published page carries: edit it and publish it."""
    if not works_here(user):
        return False
    rights = page.permissions_for_user(user)
    return rights.can_edit() and rights.can_publish()


def with_known(user, decides=False):
    """Suggestions with `known`: whether this user may know the keyword meant.

    `decides` says that they may decide about all of them, and so know them.
    """
    suggestions = KeywordSuggestion.objects.select_related("keyword", "suggested_by")
    if decides:
        return suggestions.annotate(known=Value(True))
    nameable = Keyword.objects.nameable_by(user).filter(pk=OuterRef("keyword"))
    return suggestions.annotate(known=Exists(nameable))


def is_shown_to(user, suggestion) -> bool:
    """Whether the user may see a suggestion that comes from `with_known`."""
    return suggestion.known or suggestion.suggested_by_id == user.pk


def candidates(page, request, tagged) -> list[Keyword]:
    """Keywords to suggest with one click: those the text mentions, then what goes with its own.

    What waits or was refused for this page is left out, and what this reader may not apply.
    """
    user = request.user
    mentioned = [keyword.pk for keyword in _mentioned(page, request)]
    near = visible_pages(user).filter(keyword_uses__tag__in=tagged).exclude(pk=page.pk)
    near = near.order_by("-pk").values("pk")[:MOST_NEAR]
    beside = PageKeyword.objects.filter(content_object__in=near)
    suggested = KeywordSuggestion.objects.filter(page=page.pk, keyword__isnull=False)
    shared = beside.filter(tag=OuterRef("pk")).order_by().values("tag").annotate(n=Count("pk"))
    found = (
        # All of these are on pages that the reader may see: what is left to ask is the groups.
        Keyword.objects.filter(rules.fitting(rules.rank_of(user), page.keyword_kind), live=True)
        .filter(Q(pk__in=mentioned) | Q(pk__in=beside.values("tag")))
        .exclude(pk__in=tagged)
        .exclude(pk__in=suggested.exclude(state=KeywordSuggestion.ACCEPTED).values("keyword"))
        .annotate(
            place=Case(
                *(When(pk=pk, then=at) for at, pk in enumerate(mentioned[:MOST_NEAR])),
                default=MOST_NEAR,
                output_field=IntegerField(),
            ),
            shared=Coalesce(Subquery(shared.values("n")), 0),
        )
    )
    return list(found.order_by("place", "-shared", "name")[:MOST_CANDIDATES])


def _mentioned(page, request) -> list[Keyword]:
    return found_in(page, request).keywords if hasattr(page, "body") else []


# --- Suggesting --------------------------------------------------------------------------------


def propose(page, user, word: str, sure=False) -> KeywordSuggestion:
    """Keep a suggestion. Raises Refused, Settled or, unless they are `sure`, Ambiguous.

    Any member may suggest any keyword that is meant for such a page, whoever may apply it:
    deciding is for those who may.
    """
    known = Keyword.objects.all()
    if rules.rank_of(user) < rules.Rank.EDITOR:
        known = known.nameable_by(user)
    keyword = known.select_related("group").named(word)
    carried = page.keywords_shown()
    if keyword is not None:
        _mind_rules(keyword, page, carried)
    elif problem := rules.not_a_keyword(word):
        raise Refused(problem)
    _mind_others(page, user, keyword, fold(word))
    mine = KeywordSuggestion.objects.filter(suggested_by=user, state=WAITING)
    if mine.filter(page=page.pk).count() >= MOST_ON_PAGE:
        raise Refused(
            _("Vos %(number)d suggestions pour cette page attendent encore : elles suffisent.")
            % {"number": MOST_ON_PAGE}
        )
    if mine.count() >= MOST_WAITING:
        raise Refused(
            _("%(number)d de vos suggestions attendent encore : laissez-les d’abord venir.")
            % {"number": MOST_WAITING}
        )
    if keyword is None and not sure and (alike := similar(word, among=known)):
        raise Ambiguous(alike)
    try:
        with transaction.atomic():
            return KeywordSuggestion.objects.create(
                page_id=page.pk,
                keyword=keyword,
                word=word,
                folded=fold(word),
                language=getattr(page, "language", interface_language()),
                suggested_by=user,
            )
    except IntegrityError as error:  # somebody else, in the same moment
        raise Settled(_already_proposed()) from error


def _mind_rules(keyword, page, carried):
    """Raises Settled or Refused where the page has the keyword or its group is not for it."""
    if keyword in carried:
        raise Settled(_("La page porte déjà « %(word)s ».") % {"word": keyword.label})
    group = keyword.group or rules.UNGROUPED
    if not group.is_for(page.keyword_kind):
        raise Refused(
            _("« %(word)s » n’est pas prévu pour ceci : %(kind)s.")
            % {"word": keyword.label, "kind": rules.Kind(page.keyword_kind).label}
        )
    if group.single and (others := [each for each in carried if each.group_id == group.pk]):
        raise Refused(
            _("Un seul mot-clé du groupe « %(group)s » : la page porte « %(word)s ».")
            % {"group": group.label, "word": others[0].label}
        )


def _mind_others(page, user, keyword, folded):
    """Raises Settled where the same was suggested for the page, as far as may be said."""
    same = Q(folded=folded) | Q(keyword=keyword) if keyword else Q(folded=folded)
    others = KeywordSuggestion.objects.filter(same, page=page.pk).select_related("suggested_by")
    own = others.filter(suggested_by=user)
    if own.filter(state=WAITING).exists():
        raise Settled(_("Vous l’avez déjà suggéré : la rédaction décidera."))
    if own.filter(state=KeywordSuggestion.REFUSED).exists():
        raise Settled(_("Vous l’aviez suggéré, et la rédaction ne l’a pas retenu pour cette page."))
    other = others.filter(state=WAITING).first()
    if other is None:
        return
    name = other.suggested_by.get_full_name()
    if may_decide(page, user):
        raise Settled(_("Déjà suggéré par %(name)s : à vous d’en décider.") % {"name": name})
    if keyword and other.keyword_id == keyword.pk:
        raise Settled(_("Déjà suggéré par %(name)s : la rédaction décidera.") % {"name": name})
    raise Settled(_already_proposed())


def _already_proposed() -> str:
    # Who proposed a new word, and whether it is a keyword somewhere, is not theirs to know.
    return _("Ce mot est déjà proposé pour cette page : la rédaction décidera.")


# --- Deciding ----------------------------------------------------------------------------------


def accept(suggestion, user, meant="") -> Keyword:
    """Tag the page with what was suggested; returns the keyword. Within a transaction.

    A word that is new becomes a keyword, unless it only differs in its ending or accents from
    one that exists. `meant` settles what is Ambiguous: the id of a keyword, or "new".
    """
    page = suggestion.page.specific
    if not page.live:
        raise Refused(_("La page n’est plus publiée : la suggestion attend qu’elle le soit."))
    if page.permissions_for_user(user).page_locked():
        raise Refused(_("La page est verrouillée : la suggestion attend qu’elle ne le soit plus."))
    carried = page.keywords_shown()
    keyword = None if meant == "new" else suggestion.keyword
    while keyword is not None and keyword.merged_into_id:
        keyword = keyword.merged_into
    if keyword is None and meant.isascii() and meant.isdecimal():
        keyword = Keyword.objects.unmerged().filter(pk=int(meant[:18])).first()
    if keyword is None and meant != "new":
        keyword = Keyword.objects.named(suggestion.word) or _the_same(suggestion.word)
    if keyword and keyword.live and not meant and not may_name(suggestion.suggested_by, keyword):
        # They meant a new word: this one, and all it says, may be kept from the readers.
        raise Ambiguous([keyword])
    if keyword not in carried:
        choice = rules.choose(
            [*carried, keyword or suggestion.word],
            user=user,
            kind=page.keyword_kind,
            kept=[each.pk for each in carried],
            sure=True,
            anew=True,
        )
        if choice.problems:
            raise Refused(" ".join(str(problem) for problem in choice.problems))
        keyword = choice.all(suggestion.language)[-1]
        retag([page], add=[keyword], user=user)
    # Who suggested the same with another word of it is thanked too.
    others = KeywordSuggestion.objects.filter(page=page.pk, state=WAITING)
    for each in others.filter(
        Q(pk=suggestion.pk) | Q(keyword=keyword) | Q(folded=suggestion.folded)
    ):
        each.keyword = keyword
        _decide(each, KeywordSuggestion.ACCEPTED, user)
        transaction.on_commit(partial(thank, each.pk))
    return keyword


def may_name(user, keyword) -> bool:
    """Whether the keyword is one that this user may know of."""
    return Keyword.objects.nameable_by(user).filter(pk=keyword.pk).exists()


def refuse(suggestion, user) -> None:
    _decide(suggestion, KeywordSuggestion.REFUSED, user)


def _decide(suggestion, state, user):
    suggestion.state = state
    suggestion.decided_by = user
    suggestion.decided_at = timezone.now()
    suggestion.save(update_fields=["keyword", "state", "decided_by", "decided_at"])


def _the_same(word) -> Keyword | None:
    """The keyword that this word is a form of, or None; raises Ambiguous for one that resembles."""
    alike = similar(word, among=Keyword.objects.filter(live=True))
    for keyword in alike:
        labels = [(settings.LANGUAGE_CODE, keyword.name)]
        labels += [(label.language, label.text) for label in keyword.labels.all()]
        if any(analysis.terms(word, code) == analysis.terms(text, code) for code, text in labels):
            return keyword
    if alike:
        raise Ambiguous(alike)
    return None


def thank(suggestion_id) -> None:
    """Mail whoever made this accepted suggestion, in their language, if they may read the page.

    Nobody waits for it: what goes wrong is logged.
    """
    try:
        _mail_thanks(suggestion_id)
    except Exception:
        log.exception("Thanks for a suggested keyword could not be sent")


def _mail_thanks(suggestion_id):
    suggestion = KeywordSuggestion.objects.select_related("page", "suggested_by", "keyword").get(
        pk=suggestion_id
    )
    member = suggestion.suggested_by
    if member.pk == suggestion.decided_by_id or not member.is_active:
        return
    if not may_see(suggestion.page, member):
        return
    page = suggestion.page.specific
    with translation.override(member.language):
        context = {
            "word": suggestion.word,
            "keyword": suggestion.keyword,
            "page": page,
            "url": absolute(page.url_in(member.language)),
        }
        subject = " ".join(render_to_string("glossary/mail/thanks_subject.txt", context).split())
        body = render_to_string("glossary/mail/thanks.txt", context)
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [member.email])
