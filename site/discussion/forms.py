"""The form under a page: "Un message, un commentaire ?"."""

import re
import time
import uuid

from django import forms
from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django_comments_xtd.forms import XtdCommentForm

from discussion.models import PageComment, PendingComment

#: The anchors that pages.rendering gives to passages.
ANCHOR = re.compile(r"[bp]-[\w-]{1,70}\Z")
MOST_KEYWORDS = 8
MOST_NUMBER = 2**31 - 1  # what the column of the comment replied to can hold


class CommentForm(XtdCommentForm):
    """A comment by a visitor (name and address) or a member (neither), with keywords.

    The base class brings the hidden fields: what is spoken of, a signed time, the honeypot and
    the comment replied to. A wrong one never costs the text: the form comes back filled.
    """

    email = forms.EmailField(max_length=PendingComment._meta.get_field("email").max_length)
    comment = forms.CharField(max_length=settings.COMMENT_LENGTH)
    keywords = forms.CharField(
        label=_("Mots-clés"),
        required=False,
        max_length=300,
        help_text=_("Séparés par des virgules, par exemple : portage, statut."),
    )
    token = forms.UUIDField(widget=forms.HiddenInput)
    anchor = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)

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
            self.fields["name"].widget = forms.TextInput(attrs={"autocomplete": "name"})
            self.fields["email"].label = _("Votre adresse e-mail")
            self.fields["email"].help_text = _(
                "Jamais montrée. Un lien y est envoyé pour confirmer votre message."
            )
            self.fields["email"].widget = forms.EmailInput(attrs={"autocomplete": "email"})
        self.fields["comment"].max_length = settings.COMMENT_LENGTH  # what the page says
        self.fields["comment"].label = _("Votre message")
        self.fields["comment"].help_text = _(
            "Pour créer des paragraphes, laissez simplement des lignes vides."
        )
        self.fields["comment"].widget = forms.Textarea(attrs={"rows": 8})
        self.fields["honeypot"].label = _("Laissez ce champ vide")
        self.fields["honeypot"].widget = forms.TextInput(
            attrs={"autocomplete": "off", "tabindex": "-1"}
        )
        self.order_fields(["name", "email", "comment", "keywords"])

    def clean_timestamp(self):
        """Refuse a form filled in no time, or left open for longer than COMMENTS_TIMEOUT."""
        age = int(time.time()) - self.cleaned_data["timestamp"]  # of any size: no float
        if age > settings.COMMENTS_TIMEOUT:
            raise forms.ValidationError(
                _("Ce formulaire est resté ouvert longtemps. Relisez, puis envoyez à nouveau.")
            )
        if age < settings.COMMENT_MINIMUM_SECONDS:
            raise forms.ValidationError(
                _("C’était très rapide. Relisez votre message, puis envoyez-le à nouveau.")
            )
        return self.cleaned_data["timestamp"]

    def clean_security_hash(self):
        try:
            return super().clean_security_hash()
        except forms.ValidationError as error:
            raise forms.ValidationError(
                _("Ce formulaire n’est plus valable. Relisez, puis envoyez à nouveau.")
            ) from error

    def clean_honeypot(self):
        if self.cleaned_data["honeypot"]:
            raise forms.ValidationError(
                _("Un champ caché a été rempli. Laissez-le vide et envoyez à nouveau.")
            )
        return ""

    def clean_name(self):
        return " ".join(self.cleaned_data["name"].split())

    def clean_anchor(self):
        anchor = self.cleaned_data["anchor"]
        return anchor if ANCHOR.match(anchor) else ""

    def clean_keywords(self):
        """The keywords named, as objects; a word that is none of them is said, not dropped.

        A keyword used only where the writer may not look is none of them: it would be found
        out, and made public.
        """
        words = [word.strip() for word in self.cleaned_data["keywords"].split(",")]
        words = [word for word in words if word]
        if len(words) > MOST_KEYWORDS:
            raise forms.ValidationError(
                _("Choisissez au plus %(number)d mots-clés.") % {"number": MOST_KEYWORDS}
            )
        nameable = apps.get_model(settings.KEYWORD_MODEL).objects.nameable_by(self.user)
        found, unknown = [], []
        for word in words:
            keyword = nameable.named(word)
            (found if keyword else unknown).append(keyword or word)
        if unknown:
            raise forms.ValidationError(
                _("Pas encore dans le glossaire : %(words)s. Choisissez un mot-clé existant.")
                % {"words": ", ".join(unknown)}
            )
        return list(dict.fromkeys(found))

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
                _("Le commentaire auquel vous répondez n’est plus là. Vous pouvez écrire à part.")
            )
        return parent_id

    def with_fresh_security(self):
        """The same form, filled as it was, that can be sent again."""
        data = self.data.copy()
        for name in ("timestamp", "security_hash"):
            if name in self.errors:
                data.update(self.generate_security_data())
        if "reply_to" in self.errors:
            data["reply_to"] = 0
        data["honeypot"] = ""
        if "token" in self.errors:
            data["token"] = str(uuid.uuid4())
        errors = self._errors
        self.data, self._errors = data, errors
        return self

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
