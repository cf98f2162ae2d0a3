"""Keywords in the back office: their list and their form."""

from django.conf import settings
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, NumberColumn
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from discussion.models import PageComment
from glossary.models import Keyword, KeywordLabel, PageKeyword, fold

PANELS = [
    MultiFieldPanel(
        [FieldPanel("name"), FieldPanel("slug"), FieldPanel("group")], gettext_lazy("Mot-clé")
    ),
    InlinePanel(
        "labels",
        [FieldPanel("language"), FieldPanel("text"), FieldPanel("kind")],
        label=gettext_lazy("Intitulé"),
        heading=gettext_lazy("Intitulés et synonymes"),
    ),
    MultiFieldPanel(
        [FieldPanel("definition_fr"), FieldPanel("definition_nl"), FieldPanel("definition_en")],
        gettext_lazy("Définition"),
    ),
]


class KeywordForm(WagtailAdminModelForm):
    """Says what the database would refuse: a word names one concept, and once."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = False  # made from the name
        # modelcluster leaves out of its check what is not in the form, here the folded text,
        # and would refuse two words of one language. clean() checks all of it.
        self.formsets["labels"].validate_unique = lambda: None

    def clean_name(self):
        name = self.cleaned_data["name"]
        self._refuse_other(name, lambda error: self.add_error("name", error))
        return name

    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        return self.instance.slugify(slug) if slug else ""

    def clean(self):
        data = super().clean()
        labels = self.formsets["labels"]
        labels.is_valid()
        words, preferred = set(), set()
        for form in labels.forms:
            row = dict(getattr(form, "cleaned_data", {}))
            if form in labels.deleted_forms or not row.keys() >= {"text", "language", "kind"}:
                continue
            word = (row["language"], fold(row["text"]))
            if word in words:
                form.add_error("text", _("Cet intitulé est déjà là dans cette langue."))
            elif row["kind"] == KeywordLabel.PREFERRED and row["language"] in preferred:
                form.add_error(
                    "kind", _("Il y a déjà un intitulé dans cette langue : mettez « synonyme ».")
                )
            words.add(word)
            if row["kind"] == KeywordLabel.PREFERRED:
                preferred.add(row["language"])
            self._refuse_other(row["text"], lambda error, form=form: form.add_error("text", error))
        return data

    def _refuse_other(self, text, say):
        other = Keyword.objects.exclude(pk=self.instance.pk).named(text)
        if other:
            say(_("Ce mot désigne déjà le mot-clé « %(name)s ».") % {"name": other.name})


def _uses(relation, keyword_field):
    counts = (
        relation.order_by()
        .filter(**{keyword_field: OuterRef("pk")})
        .values(keyword_field)
        .annotate(number=Count("pk"))
        .values("number")
    )
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)


class KeywordIndexView(IndexView):
    def get_base_queryset(self):
        return (
            Keyword.objects.unmerged()
            .with_labels()
            .annotate(
                page_count=_uses(PageKeyword.objects, "tag"),
                comment_count=_uses(PageComment.keywords.through.objects, "keyword"),
            )
        )


def _words(keyword) -> str:
    """Every label and synonym, each language's own together."""
    labels = keyword.labels.all()
    texts = {
        language: ", ".join(label.text for label in labels if label.language == language)
        for language, _name in settings.LANGUAGES
    }
    return " · ".join(f"{language}: {words}" for language, words in texts.items() if words)


class KeywordViewSet(SnippetViewSet):
    model = Keyword
    url_prefix = "keywords"
    url_namespace = "keywords"
    icon = "tag"
    menu_order = 225
    add_to_admin_menu = True
    copy_view_enabled = False
    index_view_class = KeywordIndexView
    edit_handler = ObjectList(PANELS, base_form_class=KeywordForm)
    ordering = "name"
    list_per_page = 50
    list_display = [
        "name",
        Column("labels", label=gettext_lazy("Intitulés et synonymes"), accessor=_words),
        NumberColumn("page_count", label=gettext_lazy("Pages"), sort_key="page_count"),
        NumberColumn("comment_count", label=gettext_lazy("Commentaires"), sort_key="comment_count"),
    ]
