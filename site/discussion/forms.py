"""The form under a page: "Un message, un commentaire ?"."""

import re
import time
import uuid

from django import forms
from django.apps import apps
from django.conf import settings
from django.forms.utils import ErrorDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_comments_xtd.forms import XtdCommentForm

from discussion import attachments, passages, proof
from discussion.formatting import render
from discussion.models import PageComment, PendingComment

#: The anchors that pages.rendering gives to passages.
ANCHOR = re.compile(r"[bp]-[\w-]{1,70}\Z")
#: What comments are for the rules of keyword groups.
KIND = "comment"
MOST_KEYWORDS = 8
MOST_NUMBER = 2**31 - 1  # what the column of the comment replied to can hold


def completed(kind: str) -> dict:
    """Attributes of a field whose keywords, for things of this kind, keywords.js completes.

    With the sentences that it says to screen readers.
    """
    return {
        "data-keywords": f"{reverse('keyword_words')}?sorte={kind}",
        "data-keywords-none": gettext("Aucun mot-clé ne correspond."),
        "data-keywords-one-found": gettext(
            "Un mot-clé correspond ; flèche vers le bas pour le choisir."
        ),
        "data-keywords-found": gettext("%n mots-clés correspondent ; flèches pour choisir."),
    }


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


def _help_with_marks(user) -> str:
    """How a message is written, said before it is."""
    sentences = [
        gettext("Pour créer des paragraphes, laissez simplement des lignes vides."),
        gettext("*accent*, **fort**, « - » pour une liste, « > » pour citer."),
    ]
    if user.is_authenticated:
        sentences.append(gettext("@[Nom] mène à une personne."))
    return format_html("{}", " ".join(sentences))


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class CommentForm(XtdCommentForm):
    """A comment by a visitor (name and address) or a member (neither), with keywords.

    The base class brings the hidden fields: what is spoken of, a signed time, the honeypot and
    the comment replied to. A wrong one never costs the text: the form comes back filled.
    """

    email = forms.EmailField(max_length=PendingComment._meta.get_field("email").max_length)
    comment = forms.CharField(max_length=settings.COMMENT_LENGTH)
    keywords = forms.CharField(label=_("Mots-clés"), required=False, max_length=300)
    #: Asked for only where a new word resembles a keyword; see `similar`.
    sure = forms.BooleanField(label=_("C’est bien un autre mot"), required=False)
    token = forms.UUIDField(widget=forms.HiddenInput)
    anchor = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)
    #: What came with it; looked at by attachments.checked, whose refusals are said here.
    files = forms.FileField(label=_("Documents"), required=False, widget=SeveralFiles)
    #: The secret of a form kept while its writer signed in (see keeping.py).
    kept_as = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    #: New words that resemble existing keywords, [(word, [keyword, …])]: the writer is asked.
    similar = ()
    #: The files that were let in.
    accepted = ()
    #: The KeptForm whose files are with this form already, if any.
    kept = None
    #: What the message will look like, once that was asked for.
    preview = ""
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
            self.fields["name"].widget = forms.TextInput(attrs={"autocomplete": "name"})
            self.fields["email"].label = _("Votre adresse e-mail")
            self.fields["email"].help_text = _(
                "Jamais montrée. Un lien y est envoyé pour confirmer votre message."
            )
            self.fields["email"].widget = forms.EmailInput(attrs={"autocomplete": "email"})
        self.fields["comment"].max_length = settings.COMMENT_LENGTH  # what the page says
        self.fields["comment"].label = _("Votre message")
        self.fields["comment"].help_text = _help_with_marks(user)
        self.fields["comment"].widget = forms.Textarea(attrs={"rows": 8, **named(user)})
        self.fields["keywords"].help_text = self._help_with_keywords()
        self.fields["keywords"].widget.attrs |= completed(KIND)
        self.fields["files"].help_text = attachments.limits()
        self.fields["files"].widget.attrs["accept"] = attachments.accept()
        self.fields["honeypot"].label = _("Laissez ce champ vide")
        self.fields["honeypot"].widget = forms.TextInput(
            attrs={"autocomplete": "off", "tabindex": "-1"}
        )
        # Whether they are sure is known before the keywords are looked at.
        self.order_fields(["name", "email", "comment", "sure", "keywords"])

    def _choose(self, words, **more):
        """What the keyword groups' rules make of these words of this writer's."""
        keywords = apps.get_model(settings.KEYWORD_MODEL).objects
        return keywords.choose(words, user=self.user, kind=KIND, **more)

    def _help_with_keywords(self) -> str:
        """The limits, before anything is written: how many, new ones or not, which are advised."""
        rules = self._choose([])
        sentences = [
            gettext("Séparés par des virgules, par exemple : portage, statut."),
            gettext("Au plus %(number)d.") % {"number": MOST_KEYWORDS},
        ]
        if not rules.may_create:
            sentences.append(gettext("Ils viennent du glossaire."))
        elif self.user.is_authenticated:
            sentences.append(gettext("Un mot nouveau entre au glossaire."))
        else:
            sentences.append(
                gettext("Un mot nouveau entre au glossaire avec votre message confirmé.")
            )
        if rules.advised:
            groups = ", ".join(f"« {group.label} »" for group in rules.advised)
            sentences.append(gettext("De préférence un mot de : %(groups)s.") % {"groups": groups})
        # Fields' help is markup, group names are not. The list for those without a script.
        return format_html(
            '{} <a href="{}" target="_blank">{}</a>',
            " ".join(sentences),
            reverse("glossary"),
            gettext("Voir le glossaire"),
        )

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
        """A passage that is not there is none; a reply has that of the start of its thread."""
        anchor = self.cleaned_data["anchor"]
        if ANCHOR.match(anchor):
            self.passage = passages.words_at(self.target_object, anchor, self.user)
        return anchor if self.passage else ""

    def clean_keywords(self):
        """What the rules make of the words, a `Choice`; one that they refuse is said, not dropped.

        A keyword used only where the writer may not look is an unknown word: otherwise it
        would be found out, and made public.
        """
        words = [word.strip() for word in re.split("[,;\n]", self.cleaned_data["keywords"])]
        # A click on a keyword that a word resembles sends "word;keyword": it takes its place.
        typed, _sign, meant = self.data.get("instead", "").partition(";")
        words = [meant if word == typed and meant else word for word in words if word]
        if meant:  # another word may have to be asked about; this one is settled
            self.data = self.data.copy()
            self.data[self.add_prefix("keywords")] = ", ".join(words)
        if len(words) > MOST_KEYWORDS:
            raise forms.ValidationError(
                _("Choisissez au plus %(number)d mots-clés.") % {"number": MOST_KEYWORDS}
            )
        choice = self._choose(words, sure=self.cleaned_data.get("sure", False))
        self.similar = choice.similar
        if choice.problems:
            raise forms.ValidationError(choice.problems)
        return choice

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

    def previewed(self, people):
        """The same form with what its message will look like; only the message is judged yet."""
        if "comment" in self.cleaned_data:
            self.preview = render(self.cleaned_data["comment"], get_language(), people)
        return self.unjudged("comment")

    def unjudged(self, *but):
        """The same form without complaints, but those about these fields and the files."""
        self._errors = ErrorDict(
            {name: self.errors[name] for name in (*but, "files") if name in self.errors}
        )
        self.similar = ()
        return self

    @property
    def kept_files(self):
        """The files that are with this form already."""
        return attachments.shown_of(self.kept)

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
