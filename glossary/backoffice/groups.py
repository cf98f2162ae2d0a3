"""Keyword groups in the back office: their names, and the rules for their keywords."""

from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, NumberColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from glossary.models import fold
from glossary.rules import KeywordGroup, Kind, Rank

WHERE = [f"on_{kind}" for kind in Kind.values]

PANELS = [
    MultiFieldPanel(
        [FieldPanel("name"), FieldRowPanel([FieldPanel("name_nl"), FieldPanel("name_en")])],
        gettext_lazy("Nom"),
    ),
    MultiFieldPanel(
        [FieldPanel("description"), FieldPanel("description_nl"), FieldPanel("description_en")],
        gettext_lazy("Description"),
        classname="collapsed",
    ),
    MultiFieldPanel(
        [
            FieldRowPanel([FieldPanel("applied_by"), FieldPanel("created_by")]),
            FieldRowPanel([FieldPanel("single"), FieldPanel("recommended")]),
        ],
        gettext_lazy("Règles"),
        help_text=gettext_lazy(
            "Chacun·e peut ce que peuvent les précédents : visiteurs, membres, rédaction, "
            "administration. Un nouveau mot va dans le premier groupe, dans l’ordre de la liste, "
            "où son auteur·e peut en créer ; ceux de la rédaction attendent qu’on leur en donne un."
        ),
    ),
    MultiFieldPanel(
        [FieldRowPanel([FieldPanel(field) for field in WHERE])], gettext_lazy("Sur quoi")
    ),
]


class KeywordGroupForm(WagtailAdminModelForm):
    """Says which rules would contradict each other."""

    def clean_name(self):
        name = self.cleaned_data["name"]
        for other in KeywordGroup.objects.exclude(pk=self.instance.pk):
            if fold(other.name) == fold(name):
                raise ValidationError(
                    _("Ce nom est déjà celui du groupe « %(name)s ».") % {"name": other}
                )
        return name

    def clean(self):
        data = super().clean()
        if not any(data.get(field) for field in WHERE):
            self.add_error(WHERE[0], _("Cochez au moins une sorte de textes."))
        if (data.get("created_by") or 0) < (data.get("applied_by") or 0):
            self.add_error("created_by", _("Qui crée un mot-clé doit aussi pouvoir l’employer."))
        return data

    def save(self, commit=True):
        if self.instance.pk is None:  # last in the list
            last = KeywordGroup.objects.aggregate(last=Max("sort_order"))["last"]
            self.instance.sort_order = 0 if last is None else last + 1
        return super().save(commit)


def rules_in_words(group: KeywordGroup) -> str:
    """The rules of a group on one line."""
    kinds = [kind for kind in Kind if group.is_for(kind)]
    where = _("partout")
    if len(kinds) < len(Kind):
        where = _("sur : %(kinds)s") % {"kinds": ", ".join(str(kind.label) for kind in kinds)}
    rules = [
        _("un seul par texte") if group.single else _("plusieurs par texte"),
        _("conseillé") if group.recommended else "",
        where,
        _("employés par : %(who)s") % {"who": Rank(group.applied_by).label},
        _("créés par : %(who)s") % {"who": Rank(group.created_by).label},
    ]
    return " · ".join(filter(None, rules))


class KeywordGroupIndexView(IndexView):
    def get_base_queryset(self):
        mine = Q(keywords__merged_into=None)
        return KeywordGroup.objects.annotate(number=Count("keywords", filter=mine))


class KeywordGroupViewSet(ModelViewSet):
    """The few groups, in the order that lists are shown in; they are moved by dragging."""

    model = KeywordGroup
    name = "keyword-groups"
    url_namespace = "keyword_groups"
    icon = "folder-open-inverse"
    menu_label = gettext_lazy("Groupes")
    copy_view_enabled = False
    index_view_class = KeywordGroupIndexView
    edit_handler = ObjectList(PANELS, base_form_class=KeywordGroupForm)
    sort_order_field = "sort_order"
    ordering = "sort_order"
    list_per_page = 100
    list_display = [
        "label",
        Column("rules", label=gettext_lazy("Règles"), accessor=rules_in_words),
        NumberColumn("number", label=gettext_lazy("Mots-clés"), sort_key="number"),
    ]
