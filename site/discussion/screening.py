"""What the machine thinks of a comment before anybody sees it.

It holds and it says no, beside the form; it drops nothing. What holds is a list of reasons that
moderators read; what they decide is what the filter learns from.
"""

from datetime import timedelta
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.duties import moderates
from discussion import proof, spam, spam_service, tallies, trust
from discussion.models import PageComment, PendingComment, State
from discussion.spam_features import links_in

#: A text that is said again counts as a duplicate from so many characters: "Merci !" does not.
SAID_AGAIN = 25
#: From so many letters on, the language that a text is in can be told.
TELLING = 60
#: Languages of neighbours and of the house's own.
EXPECTED = ("fr", "nl", "en", "de", "af", "lb", "wa", "fy")


class Reason(models.TextChoices):
    POLICY = "policy", gettext_lazy("tout est relu ici")
    UNPROVEN = "unproven", gettext_lazy("envoyé sans le petit calcul du navigateur")
    SPAM = "spam", gettext_lazy("ressemble à du spam")
    LINKS = "links", gettext_lazy("beaucoup de liens")
    AGAIN = "again", gettext_lazy("déjà envoyé tel quel")
    LANGUAGE = "language", gettext_lazy("dans une autre langue")
    SERVICE = "service", gettext_lazy("le service antispam s’en méfie")


class Verdict(NamedTuple):
    """`state` is published or held; nothing is dropped. `refused` is said beside the form."""

    state: str = State.PUBLISHED
    reasons: list[str] = []
    score: float | None = None
    #: {field: sentence}: too many, too fast. The form comes back filled.
    refused: dict[str, str] = {}


def screen(form, page, user, request, policy) -> Verdict:
    """The verdict on a valid form. Called outside of the transaction that stores it.

    `form` is that of a new comment or that of an edited one, which has the message only.
    """
    text = form.cleaned_data["comment"]
    name = form.cleaned_data.get("name", "")
    is_new = "token" in form.fields
    if moderates(user):
        return Verdict()
    if is_new and (earlier := _stored_already(form, user)):
        return _verdict(earlier.reasons, earlier.spam_score)
    known = user.is_authenticated and trust.trusted(user)
    if not _within_limits(user, known, request, "new" if is_new else "edit"):
        sentence = _(
            "Votre message n’est pas parti : il y en a eu beaucoup de vous en une heure. "
            "Votre texte est là ; réessayez dans une heure."
        )
        return Verdict(refused={"": sentence})
    reasons = [Reason.POLICY] if policy.holds(user) else []
    if known:
        return _verdict(reasons, None)
    if is_new and not user.is_authenticated and not proof.solved(form.data.get("proof", ""), page):
        reasons.append(Reason.UNPROVEN)
    odds = spam.filter_of_now().odds(text, name)
    reasons += of_text(text, odds)
    if is_new and _said_again(text):
        reasons.append(Reason.AGAIN)
    if spam_service.suspects(text, name, form.cleaned_data.get("email", ""), request):
        reasons.append(Reason.SERVICE)
    return _verdict(reasons, spam.likelihood(odds))


def _verdict(reasons, score):
    state = State.HELD if reasons else State.PUBLISHED
    return Verdict(state, [str(reason) for reason in reasons], score)


def of_text(text: str, odds: float) -> list[Reason]:
    """What the text alone gives to think, beside who sends it and how."""
    reasons = []
    if odds > spam.ENOUGH:
        reasons.append(Reason.SPAM)
    if len(links_in(text)) > settings.COMMENT_LINKS_MOST:
        reasons.append(Reason.LINKS)
    if _foreign(text):
        reasons.append(Reason.LANGUAGE)
    return reasons


def _foreign(text) -> bool:
    """Whether a text is surely in a language that nobody here is expected to write."""
    if sum(map(str.isalpha, text)) < TELLING:
        return False
    language, sure = _languages().classify(text)
    return language not in EXPECTED and sure > 0.98


@cache
def _languages():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # dear to load

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _stored_already(form, user):
    """What the same form has become that was sent before, or None: the verdict is the same."""
    token = form.token_of(user)
    return (
        PendingComment.objects.filter(token=token).first()
        or PageComment.objects.filter(token=token).first()
    )


def _said_again(text) -> bool:
    """Whether the same words were posted today."""
    if len(text) < SAID_AGAIN:
        return False
    since = timezone.now() - timedelta(days=1)
    return (
        PageComment.objects.filter(submit_date__gt=since, comment=text).exists()
        or PendingComment.objects.filter(created_at__gt=since, comment=text).exists()
    )


def files_within_limits(request) -> bool:
    """Whether they may have documents examined once more in this hour: that is dear."""
    return tallies.within(2 * settings.COMMENTS_AN_HOUR, 3600, "files", *sender_of(request))


def sender_of(request) -> tuple:
    """By whom documents are counted: a member, or for visitors where a request comes from."""
    user = request.user
    return ("member", user.pk) if user.is_authenticated else ("address", network_of(request))


def network_of(request) -> str:
    """Where a request comes from, as far as one household has it: of IPv6 the first half."""
    address = request.META.get("REMOTE_ADDR", "")
    return ":".join(address.split(":")[:4]) if ":" in address else address


def _within_limits(user, known, request, what) -> bool:
    """Whether they may post, or edit, once more in this hour."""
    if user.is_authenticated:
        most = settings.COMMENTS_AN_HOUR_TRUSTED if known else settings.COMMENTS_AN_HOUR
        return tallies.within(most, 3600, what, "member", user.pk)
    address = network_of(request)
    return tallies.within(settings.COMMENTS_AN_HOUR, 3600, what, "address", address)
