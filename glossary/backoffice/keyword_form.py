"""The form of a keyword in the back office: its panels, and what it refuses."""

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    TabbedInterface,
)

from glossary.forms import SURE, SURE_HELP, SurePanel, linked, resemblance
from glossary.likeness import similar
from glossary.models import Keyword, KeywordLabel, KeywordLink, fold
from glossary.relations import broader_by_keyword, cycle_through, path_in_words
from glossary.rules import PARTING, not_a_keyword
from pages.languages import interface_language


class LinkedFromPanel(Panel):
    """What other keywords say of this one, to read: narrower ones, and related ones."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "glossary/backoffice/_linked_from.html"

        @property
        def links(self):
            """The links that lead here, by kind."""
            links = self.instance.linked_from.select_related("keyword").order_by("keyword__name")
            by_kind = {KeywordLink.BROADER: [], KeywordLink.RELATED: []}
            for link in links:
                by_kind[link.kind].append(link.keyword)
            return by_kind

        def is_shown(self):
            return bool(self.instance.pk) and self.instance.linked_from.exists()


WORDS = [
    MultiFieldPanel(
        [
            FieldPanel(
                "name",
                required_on_save=True,
                help_text=gettext_lazy(
                    "Comment la rédaction l’appelle. On le lit ainsi dans les langues où il n’a "
                    "pas d’intitulé."
                ),
            ),
            SurePanel("sure"),
            FieldPanel("group"),
            FieldPanel(
                "slug",
                heading=gettext_lazy("Adresse"),
                help_text=gettext_lazy(
                    "La fin de l’adresse de sa page ; vide, elle est faite du nom. Une adresse "
                    "changée mène toujours ici."
                ),
            ),
        ],
        gettext_lazy("Mot-clé"),
    ),
    InlinePanel(
        "labels",
        [
            FieldRowPanel(
                [
                    FieldPanel("language"),
                    FieldPanel("text", required_on_save=True),
                    FieldPanel("kind"),
                    FieldPanel("linked"),
                ]
            )
        ],
        label=gettext_lazy("Intitulé"),
        heading=gettext_lazy("Intitulés et synonymes"),
        help_text=gettext_lazy(
            "Un intitulé par langue, et autant de synonymes qu’il en faut : tous mènent ici."
        ),
    ),
    MultiFieldPanel(
        [FieldPanel("definition_fr"), FieldPanel("definition_nl"), FieldPanel("definition_en")],
        gettext_lazy("Définition"),
    ),
]
TEXTS = [
    FieldPanel("text"),
    FieldPanel("text_nl"),
    FieldPanel("text_en"),
    FieldPanel("image"),
]
LINKS = [
    InlinePanel(
        "links",
        [FieldRowPanel([FieldPanel("kind"), FieldPanel("target")])],
        label=gettext_lazy("Lien"),
        heading=gettext_lazy("Mots-clés plus larges et voisins"),
        help_text=gettext_lazy(
            "Ce mot-clé est une sorte ou une partie d’un mot plus large ; un voisin parle "
            "d’autre chose que l’on cherche souvent en même temps."
        ),
    ),
    LinkedFromPanel(heading=gettext_lazy("Dit par d’autres mots-clés")),
    FieldPanel("same_as"),
]


class KeywordForm(WagtailAdminModelForm):
    """Says what the database would refuse, and what would muddle the vocabulary.

    A word names one concept, and a new one that resembles another is asked about; no concept
    is broader than itself, however far round; two keywords are linked once.
    """

    sure = forms.BooleanField(required=False, label=SURE, help_text=SURE_HELP)
    #: Whether a new word resembles those of other keywords.
    resembling = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = False  # made from the name
        # modelcluster leaves out of its checks what is not in the form, here the folded text,
        # and says them above the rows. clean() checks all of it, beside the row.
        for formset in self.formsets.values():
            formset.validate_unique = lambda: None

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        if name and (problem := not_a_keyword(name)):
            self.add_error("name", problem)
        if PARTING & set(name):
            self.add_error(
                "name",
                _(
                    "Sans virgule, point-virgule ni guillemet droit : ils séparent les mots-clés "
                    "qu’on écrit."
                ),
            )
        return name

    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        return self.instance.slugify(slug) if slug else self.instance.slug

    def clean(self):
        data = super().clean()
        others, name = Keyword.objects.exclude(pk=self.instance.pk), data.get("name") or ""
        if name:
            self._mind_other("name", name, self, others, new="name" in self.changed_data)
        self._clean_labels(others, name)
        self._clean_links()
        return data

    def save(self, commit=True):
        """A new keyword has its name for a first label, in the language of whoever makes it."""
        made = self.instance.pk is None
        keyword = super().save(commit=False)
        if made and not keyword.labels.exists():
            keyword.labels.add(KeywordLabel(language=interface_language(), text=keyword.name))
        if commit:
            keyword.save()
            self.save_m2m()
        return keyword

    def _clean_labels(self, others, name):
        words, preferred = set(), set()
        for form, row in self._rows("labels", "text", "language", "kind"):
            word = (row["language"], fold(row["text"]))
            if problem := not_a_keyword(row["text"]):
                form.add_error("text", problem)
            elif word in words:
                form.add_error("text", _("Cet intitulé est déjà là dans cette langue."))
            elif row["kind"] == KeywordLabel.PREFERRED and row["language"] in preferred:
                form.add_error(
                    "kind", _("Il y a déjà un intitulé dans cette langue : mettez « synonyme ».")
                )
            words.add(word)
            if row["kind"] == KeywordLabel.PREFERRED:
                preferred.add(row["language"])
            new = "text" in form.changed_data and fold(row["text"]) != fold(name)
            self._mind_other("text", row["text"], form, others, new)

    def _mind_other(self, field, text, form, others, new):
        """Refuse a new word that names another concept, and ask about one that resembles some.

        A word that was there before may stay: two groups that do not know of each other may
        have come to the same.
        """
        if new and (other := others.named(text)):
            said = _("Ce mot désigne déjà le mot-clé {keyword}.")
            form.add_error(field, format_html(said, keyword=linked([other])))
        elif new and (alike := similar(text, among=others.unmerged())):
            self.resembling = True
            if not self.cleaned_data.get("sure"):
                form.add_error(field, resemblance(text, alike))

    def _clean_links(self):
        broader_of = broader_by_keyword()
        linked_here = dict(
            KeywordLink.objects.filter(target=self.instance.pk).values_list("keyword", "kind")
        )
        seen = set()
        for form, row in self._rows("links", "target", "kind"):
            target, broader = row["target"], row["kind"] == KeywordLink.BROADER
            if target.pk == self.instance.pk:
                problem = _("Un mot-clé n’est pas lié à lui-même.")
            elif target.merged_into_id:
                problem = _("« %(old)s » a été fondu dans « %(new)s » : choisissez celui-ci.") % {
                    "old": target.name,
                    "new": target.merged_into.name,
                }
            elif target.pk in seen:
                problem = _("« %(name)s » est déjà lié plus haut.") % {"name": target.name}
            elif broader and (path := cycle_through(self.instance.pk, [target.pk], broader_of)):
                problem = _(
                    "Ces mots tourneraient en rond, du plus étroit au plus large : %(path)s."
                )
                problem %= {"path": path_in_words(path)}
            elif target.pk in linked_here and form.has_changed():
                problem = _("« %(name)s » est déjà lié à ce mot-clé, de son côté : %(kind)s.") % {
                    "name": target.name,
                    "kind": dict(KeywordLink.kind.field.choices)[linked_here[target.pk]],
                }
            else:
                problem = None
            seen.add(target.pk)
            if problem:
                form.add_error("target", problem)

    def _rows(self, name, *needed):
        """The forms of the rows that stay and can be read, with what they say."""
        formset = self.formsets[name]
        formset.is_valid()
        for form in formset.forms:
            row = dict(getattr(form, "cleaned_data", {}))
            if form not in formset.deleted_forms and all(row.get(field) for field in needed):
                yield form, row


EDIT_HANDLER = TabbedInterface(
    [
        ObjectList(WORDS, heading=gettext_lazy("Mots")),
        ObjectList(TEXTS, heading=gettext_lazy("Texte et image")),
        ObjectList(LINKS, heading=gettext_lazy("Liens")),
    ],
    base_form_class=KeywordForm,
)
