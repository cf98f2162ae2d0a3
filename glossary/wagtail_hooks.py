"""Keywords in the back office: their list, their form, and completion in the page editor."""

from django.conf import settings
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import Column, NumberColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import register_permission_policy

from discussion.models import PageComment
from glossary.models import Keyword, KeywordLabel, PageKeyword, fold

COMPLETIONS = 10

register_permission_policy(Keyword)


def completions(request):
    """Names of the keywords that have ?term= in any label or synonym, accents and case ignored."""
    term = fold(request.GET.get("term", "").replace("\x00", ""))[:100]
    if not term:
        return JsonResponse([], safe=False)
    keywords = Keyword.objects.filter(labels__folded__contains=term) | Keyword.objects.filter(
        folded__contains=term
    )
    names = keywords.distinct().order_by("name").values_list("name", flat=True)[:COMPLETIONS]
    return JsonResponse(list(names), safe=False)


@hooks.register("register_admin_urls")
def completion_url():
    return [path("keywords/completions/", completions, name="keyword_completions")]


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


class KeywordIndexView(generic.IndexView):
    def get_base_queryset(self):
        return Keyword.objects.with_labels().annotate(
            page_count=_uses(PageKeyword.objects, "tag"),
            comment_count=_uses(PageComment.keywords.through.objects, "keyword"),
        )


def _words(keyword) -> str:
    """Every label and synonym, each language's own together."""
    labels = keyword.labels.all()
    texts = {
        language: ", ".join(label.text for label in labels if label.language == language)
        for language, _name in settings.LANGUAGES
    }
    return " · ".join(f"{language}: {words}" for language, words in texts.items() if words)


class KeywordViewSet(ModelViewSet):
    model = Keyword
    name = "keywords"
    icon = "tag"
    menu_order = 225
    add_to_admin_menu = True
    copy_view_enabled = False
    index_view_class = KeywordIndexView
    edit_handler = ObjectList(Keyword.panels, base_form_class=KeywordForm)
    ordering = "name"
    list_per_page = 50
    list_display = [
        "name",
        Column("labels", label=gettext_lazy("Intitulés et synonymes"), accessor=_words),
        NumberColumn("page_count", label=gettext_lazy("Pages"), sort_key="page_count"),
        NumberColumn("comment_count", label=gettext_lazy("Commentaires"), sort_key="comment_count"),
    ]


@hooks.register("register_admin_viewset")
def keywords():
    return KeywordViewSet()
