"""Keywords in the page editor: any label or synonym, in any language, names its concept."""

import re

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel
from wagtail.admin.widgets import AdminTagWidget

from glossary import rules
from glossary.models import Keyword, KeywordGroup, PageKeyword

SURE = gettext_lazy("C’est bien un autre mot")
SURE_HELP = gettext_lazy(
    "Cochez si le nouveau mot désigne autre chose que ceux qui lui ressemblent."
)


def linked(keywords) -> str:
    """Keywords by their labels, each with a link to its form."""
    quoted = _("« %(word)s »") % {"word": '<a href="{}" target="_blank">{}</a>'}
    return format_html_join(
        ", ",
        f"{quoted}{{}}",
        (
            (reverse("keywords:edit", args=[each.pk]), each.label, rules.beside_label(each))
            for each in keywords
        ),
    )


def resemblance(word: str, keywords) -> str:
    """A sentence for whoever writes a new word that resembles existing keywords, with links."""
    return format_html(
        _("« {word} » ressemble à {others}. Prenez le mot qui existe, ou cochez « {sure} »."),
        word=word,
        others=linked(keywords),
        sure=SURE,
    )


class KeywordWidget(AdminTagWidget):
    """Completes from the labels and synonyms of all languages."""

    #: What sort of thing is tagged, one of `rules.Kind`; None where it is not known.
    kind = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, tag_model=Keyword, **kwargs)

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        url = reverse("keyword_completions")
        if self.kind:
            url = f"{url}?{urlencode({'kind': self.kind})}"
        context["widget"]["attrs"]["data-w-tag-url-value"] = url
        return context


class KeywordPanel(FieldPanel):
    """A page's keywords, with completion over every label."""

    def __init__(self, field_name, **kwargs):
        super().__init__(field_name, **{"widget": KeywordWidget, **kwargs})

    class BoundPanel(FieldPanel.BoundPanel):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            if self.bound_field is not None:
                self.help_text = self.bound_field.help_text = self._advice()

        def _advice(self):
            advice = [
                _(
                    "Un mot que le glossaire ne connaît pas y entre comme nouveau mot-clé "
                    "quand vous enregistrez la page."
                )
            ]
            if groups := getattr(self.form, "groups_advised", ()):
                names = ", ".join(f"« {group.label} »" for group in groups)
                advice.append(_("Conseillé : un mot du groupe %(groups)s.") % {"groups": names})
            return " ".join(advice)


class SurePanel(FieldPanel):
    """The box that lets a word pass which resembles others; shown once there is such a word."""

    class BoundPanel(FieldPanel.BoundPanel):
        def is_shown(self):
            return super().is_shown() and self.form is not None and self.form.resembling


#: What a page's form shows for its keywords.
KEYWORD_PANELS = [KeywordPanel("keywords"), SurePanel("keywords_sure")]


class KeywordPageForm(WagtailAdminPageForm):
    """Applies the rules of keyword groups, and turns synonyms into the concepts they name.

    New words become keywords when somebody saves the page, never by a preview, a failed form
    or the editor's own saving in between; see `makes_keywords`.
    """

    keywords_sure = forms.BooleanField(required=False, label=SURE, help_text=SURE_HELP)
    #: What became of the words; None until they were read.
    choice = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "keywords" in self.fields:
            self.fields["keywords"].widget.kind = self.instance.keyword_kind

    @property
    def resembling(self) -> bool:
        """Whether a new word resembles existing ones."""
        return bool(self.choice and self.choice.similar)

    @cached_property
    def groups_advised(self) -> list[KeywordGroup]:
        """Recommended groups of which the page has no keyword yet."""
        if self.choice:
            return self.choice.advised
        rank = rules.rank_of(self.for_user)
        here = {f"on_{self.instance.keyword_kind}": True, "applied_by__lte": rank}
        groups = list(KeywordGroup.objects.filter(recommended=True, **here))
        chosen = Keyword.objects.filter(pk__in=self._carried) if groups else []
        taken = {keyword.group_id for keyword in chosen}
        return [group for group in groups if group.pk not in taken]

    @property
    def _carried(self) -> set[int]:
        """The keywords of the page as published and of the draft that is being edited."""
        published = PageKeyword.objects.filter(content_object=self.instance.pk)
        drafted = {use.tag_id for use in self.instance.keyword_uses.all()}
        return drafted | set(published.values_list("tag_id", flat=True))

    def clean(self):
        data = super().clean()
        if "keywords" not in data:
            return data
        # The tag field takes the space after a comma from a name that has one.
        words = [", ".join(part.strip() for part in word.split(",")) for word in data["keywords"]]
        words = [part for word in words for part in _parted(word)]
        self.choice = rules.choose(
            words,
            user=self.for_user,
            kind=self.instance.keyword_kind,
            kept=self._carried,
            sure=True,  # said below, with links
        )
        problems = list(self.choice.problems)
        if not data.get("keywords_sure"):
            problems += [resemblance(word, alike) for word, alike in self.choice.similar]
        data["keywords"] = self.choice.keywords
        for problem in problems:
            self.add_error("keywords", problem)
        return data

    def save(self, commit=True):
        if self.choice and self.choice.new and self._makes_keywords():
            language = getattr(self.instance, "language", settings.LANGUAGE_CODE)
            self.cleaned_data["keywords"] = self.choice.all(language)
            self.choice.new = []
        return super().save(commit)

    def _makes_keywords(self):
        return any(
            getattr(page, "makes_keywords", False) for page in (self.instance, self.parent_page)
        )


def _parted(word: str) -> list[str]:
    """What was pasted as one, cut where semicolons or line ends are; not a name that has some."""
    parts = re.split(r"[;\r\n]", word)
    return [word] if len(parts) == 1 or Keyword.objects.named(word) else parts


def let_make_keywords(page, request) -> None:
    """Let the form of this page, or of a new one under it, make keywords of new words.

    It may when a person saves. The editor also sends the form by itself, half a second after
    each change, and then asks for JSON: what is half typed or quickly taken away again would
    stay in the glossary for ever. Such words wait in the field for the person to save.
    """
    page.makes_keywords = request.accepts("text/html")
