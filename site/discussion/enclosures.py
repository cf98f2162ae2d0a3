"""What goes with a message: keywords and documents, on a new one as on one that is edited."""

import re

from django import forms
from django.apps import apps
from django.conf import settings
from django.forms.utils import ErrorDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from discussion import attachments
from discussion.formatting import render
from pages.notation import quoted

#: What comments are for the rules of keyword groups.
KIND = "comment"
MOST_KEYWORDS = 8


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


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class EnclosuresForm(forms.Form):
    """The part of a form that keywords and documents are chosen in, for its `user`."""

    #: Asked for only where a new word resembles a keyword; see `similar`. Whether they are sure
    #: is known before the keywords are looked at.
    sure = forms.BooleanField(label=_("C’est bien un autre mot"), required=False)
    keywords = forms.CharField(label=_("Mots-clés"), required=False, max_length=300)
    #: What came with it; looked at by attachments.checked, whose refusals are said here.
    files = forms.FileField(label=_("Documents"), required=False, widget=SeveralFiles)
    #: The secret of a form that was kept for its files, or while its writer signed in.
    kept_as = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    #: Keywords that the message has already: they may stay, whatever the rules are now.
    carried = ()
    #: New words that resemble existing keywords, [(word, [keyword, …])]: the writer is asked.
    similar = ()
    #: The files that were let in.
    accepted = ()
    #: The KeptForm whose files are with this form already, if any.
    kept = None
    #: What the message will look like, once that was asked for.
    preview = ""

    def tell_limits(self) -> None:
        """Say at the fields what they take, before anything is chosen."""
        self.fields["keywords"].help_text = self._help_with_keywords()
        self.fields["keywords"].widget.attrs |= completed(KIND)
        self.fields["keywords"].error_messages["max_length"] = _(
            "C’est trop long pour des mots-clés : mettez quelques mots, séparés par des virgules."
        )
        self.fields["files"].help_text = attachments.limits()
        self.fields["files"].widget.attrs["accept"] = attachments.accept()

    def _choose(self, words, **more):
        """What the keyword groups' rules make of these words of this writer's."""
        keywords = apps.get_model(settings.KEYWORD_MODEL).objects
        kept = [keyword.pk for keyword in self.carried]
        return keywords.choose(words, user=self.user, kind=KIND, kept=kept, **more)

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
            groups = ", ".join(quoted(group.label) for group in rules.advised)
            sentences.append(gettext("De préférence un mot de : %(groups)s.") % {"groups": groups})
        # Fields' help is markup, group names are not. The list for those without a script.
        return format_html(
            '{} <a href="{}" target="_blank">{}</a>',
            " ".join(sentences),
            reverse("glossary"),
            gettext("Voir le glossaire"),
        )

    def clean_keywords(self):
        """What the rules make of the words, a `Choice`; one that they refuse is said, not dropped.

        A keyword used only where the writer may not look is an unknown word: otherwise it
        would be found out, and made public.
        """
        words = [word.strip() for word in re.split("[,;\n]", self.cleaned_data["keywords"])]
        if self.add_prefix("keywords") not in self.data:  # a form that knows of none
            words = [keyword.name for keyword in self.carried]
        # A click on a keyword that a word resembles sends "word;keyword": it takes its place.
        typed, _sign, meant = self.data.get("instead", "").partition(";")
        words = [meant if word == typed and meant else word for word in words if word]
        if meant:  # another word may have to be asked about; this one is settled
            self.data = self.data.copy()
            self.data[self.add_prefix("keywords")] = ", ".join(words)
        if len(words) > MOST_KEYWORDS:
            raise forms.ValidationError(
                _("Trop de mots-clés : il y en a %(given)d, pour %(number)d au plus. Retirez-en.")
                % {"given": len(words), "number": MOST_KEYWORDS}
            )
        choice = self._choose(words, sure=self.cleaned_data.get("sure", False))
        self.similar = choice.similar
        if choice.problems:
            raise forms.ValidationError(choice.problems)
        return choice

    def previewed(self, people, language=None):
        """The same form with what its message will look like; only the message is judged yet."""
        if "comment" in self.cleaned_data:
            language = language or get_language()
            self.preview = render(self.cleaned_data["comment"], language, people)
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
