"""The form under a page: "Un message, un commentaire ?"."""

import re
import time
import uuid

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_comments_xtd.forms import XtdCommentForm

from discussion import passages, proof
from discussion.enclosures import EnclosuresForm
from discussion.models import PageComment, PendingComment

#: The anchors that pages.rendering gives to passages.
ANCHOR = re.compile(r"[bp]-[\w-]{1,70}\Z")
#: What can be wrong with a field that nobody sees, and what is said of it.
MISTAKES = ("required", "invalid", "max_length", "max_value", "null_characters_not_allowed")
DAMAGED = _(
    "Votre message n’est pas parti : ce formulaire n’était plus valable. "
    "Le voici remis à neuf ; relisez votre texte, puis envoyez-le à nouveau."
)
MOST_NUMBER = 2**31 - 1  # what the column of the comment replied to can hold


def named(user) -> dict:
    """Attributes of a field in which people.js completes names, for those who may ask for them."""
    if not user.is_authenticated:
        return {}
    return {
        "data-people": reverse("comment_people"),
        "data-people-found": gettext(
            "Noms proposés sous le message : %n. Tabulation pour choisir."
        ),
    }


def help_with_marks(user) -> str:
    """How a message is written, said before it is."""
    sentences = [
        gettext("Pour créer des paragraphes, laissez simplement des lignes vides."),
        gettext("*accent*, **fort**, « - » pour une liste, « > » pour citer."),
    ]
    if user.is_authenticated:
        sentences.append(
            gettext(
                "Pour nommer quelqu’un, tapez @ et le début du nom, puis choisissez ; "
                "ou écrivez @[Prénom Nom]."
            )
        )
    return format_html("{}", " ".join(sentences))


def long_or_empty() -> dict:
    """What is said of a message that is too long or not there."""
    return {
        "required": gettext("Écrivez votre message : il est encore vide."),
        "max_length": gettext(
            "Votre message est trop long : raccourcissez-le à %(number)s caractères, "
            "ou envoyez-le en deux fois."
        )
        % {"number": number_format(settings.COMMENT_LENGTH, force_grouping=True)},
    }


class CommentForm(EnclosuresForm, XtdCommentForm):
    """A comment by a visitor (name and address) or a member (neither), with keywords.

    The base class brings the hidden fields: what is spoken of, a signed time, the honeypot and
    the comment replied to. A wrong one never costs the text: the form comes back filled.
    """

    email = forms.EmailField(max_length=PendingComment._meta.get_field("email").max_length)
    comment = forms.CharField(max_length=settings.COMMENT_LENGTH)
    token = forms.UUIDField(widget=forms.HiddenInput)
    anchor = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)
    #: What the passage spoken of says, as the server reads it; "" for the whole page.
    passage = ""

    def __init__(self, page, user, data=None, initial=None, **kwargs):
        initial = {"token": uuid.uuid4(), "reply_to": 0, **(initial or {})}
        self.user = user
        super().__init__(page, data=data, initial=initial, **kwargs)
        del self.fields["url"], self.fields["followup"]
        self.fields["reply_to"].required = False
        if user.is_authenticated:
            del self.fields["name"], self.fields["email"]
        else:
            self.fields["name"].label = _("Votre nom")
            self.fields["name"].error_messages |= {
                "required": _("Écrivez le nom dont vous signez."),
                "max_length": _("Ce nom est trop long : %(limit_value)d caractères au plus."),
            }
            self.fields["name"].widget = forms.TextInput(attrs={"autocomplete": "name"})
            self.fields["email"].label = _("Votre adresse e-mail")
            self.fields["email"].help_text = _(
                "Jamais montrée. Un lien y est envoyé pour confirmer votre message."
            )
            self.fields["email"].error_messages |= {
                "required": _("Écrivez votre adresse e-mail : le lien y sera envoyé."),
                "invalid": _("Cette adresse n’est pas complète : écrivez-la comme nom@exemple.be."),
                "max_length": _("Cette adresse est trop longue : donnez-en une autre."),
            }
            self.fields["email"].widget = forms.EmailInput(attrs={"autocomplete": "email"})
        self.fields["comment"].max_length = settings.COMMENT_LENGTH  # what the page says
        self.fields["comment"].label = _("Votre message")
        self.fields["comment"].help_text = help_with_marks(user)
        self.fields["comment"].widget = forms.Textarea(attrs={"rows": 8, **named(user)})
        self.tell_limits()
        self.fields["honeypot"].label = _("Laissez ce champ vide")
        self.fields["honeypot"].widget = forms.TextInput(
            attrs={"autocomplete": "off", "tabindex": "-1"}
        )
        self.fields["comment"].error_messages |= long_or_empty()
        for field in self.fields.values():
            if field.widget.is_hidden:
                field.error_messages = dict.fromkeys(MISTAKES, DAMAGED)
        # Whether they are sure is known before the keywords are looked at.
        self.order_fields(["name", "email", "comment", "sure", "keywords"])

    def clean_timestamp(self):
        """Refuse a form filled in no time, or left open for longer than COMMENTS_TIMEOUT."""
        age = int(time.time()) - self.cleaned_data["timestamp"]  # of any size: no float
        if age > settings.COMMENTS_TIMEOUT:
            raise forms.ValidationError(
                _(
                    "Votre message n’est pas parti : la page est restée ouverte longtemps. "
                    "Relisez-le, puis envoyez-le à nouveau."
                )
            )
        if age < settings.COMMENT_MINIMUM_SECONDS:
            raise forms.ValidationError(
                _(
                    "Votre message n’est pas parti : il est venu très vite après la page. "
                    "Relisez-le, puis envoyez-le à nouveau."
                )
            )
        return self.cleaned_data["timestamp"]

    def clean_security_hash(self):
        try:
            return super().clean_security_hash()
        except forms.ValidationError as error:
            raise forms.ValidationError(DAMAGED) from error

    def clean_honeypot(self):
        if self.cleaned_data["honeypot"]:
            raise forms.ValidationError(
                _(
                    "Votre message n’est pas parti : un champ caché a été rempli, peut-être par "
                    "votre navigateur. Nous l’avons vidé ; envoyez à nouveau."
                )
            )
        return ""

    def clean_name(self):
        return " ".join(self.cleaned_data["name"].split())

    def clean_anchor(self):
        """A passage that is not there is none; a reply has that of the start of its thread."""
        anchor = self.cleaned_data["anchor"]
        if ANCHOR.match(anchor):
            self.passage = passages.words_at(self.target_object, anchor, self.user)
        return anchor if self.passage else ""

    def clean_reply_to(self):
        """The comment replied to must still stand under this page."""
        parent_id = self.cleaned_data.get("reply_to") or 0
        if parent_id and not (
            0 < parent_id <= MOST_NUMBER
            and PageComment.objects.published()
            .filter(pk=parent_id, page_id=self.target_object.pk)
            .exists()
        ):
            raise forms.ValidationError(
                _(
                    "Le commentaire auquel vous répondiez n’est plus là. Envoyez-le à nouveau : "
                    "votre message paraîtra à part."
                )
            )
        return parent_id

    def token_of(self, user) -> uuid.UUID:
        """What this text of this writer, and its files, are known by, however often they are sent.

        Another text in the same form, or another writer who knows its token, is something else.
        """
        data = self.cleaned_data
        writer = user.pk if user.is_authenticated else data["email"].lower()
        files = " ".join(sorted(file.digest for file in self.accepted))
        known = f"{self.target_object.pk} {writer} {data['comment']}"
        return uuid.uuid5(data["token"], f"{known} {files}" if files else known)

    @property
    def challenge(self) -> str:
        """What a visitor's browser works out meanwhile; see proof.py."""
        return proof.challenge(self.target_object)

    def with_fresh_security(self):
        """The same form, filled as it was, that can be sent again."""
        data = self.data.copy()
        signed = self.generate_security_data()
        if any(name in self.errors for name in signed):
            data.update(signed)
        anew = {"reply_to": 0, "token": str(uuid.uuid4()), "anchor": "", "kept_as": ""}
        data.update({name: value for name, value in anew.items() if name in self.errors})
        data["honeypot"] = ""
        errors = self._errors
        self.data, self._errors = data, errors
        return self

    @property
    def passage_shown(self) -> str:
        """The passage that the form, as it stands, will speak of."""
        anchor = str(self["anchor"].value() or "")
        if self.is_bound or not ANCHOR.match(anchor):
            return self.passage
        return passages.words_at(self.target_object, anchor, self.user)

    @property
    def general_errors(self) -> list[str]:
        """What went wrong with fields that nobody sees."""
        hidden = [name for name, field in self.fields.items() if field.widget.is_hidden]
        return list(
            dict.fromkeys(
                str(error)
                for name in ["__all__", "honeypot", *hidden]
                for error in self.errors.get(name, [])
            )
        )
