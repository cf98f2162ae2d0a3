"""Keywords in the page editor: any label or synonym, in any language, names its concept."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel
from wagtail.admin.widgets import AdminTagWidget

from glossary.models import Keyword


class KeywordWidget(AdminTagWidget):
    """Completes from the labels and synonyms of all languages."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, tag_model=Keyword, **kwargs)

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["data-w-tag-url-value"] = reverse("keyword_completions")
        return context


class KeywordPanel(FieldPanel):
    """A page's keywords, with completion over every label."""

    def __init__(self, field_name, **kwargs):
        help_text = _("Un mot que le glossaire ne connaît pas y entre comme nouveau mot-clé.")
        super().__init__(field_name, **{"widget": KeywordWidget, "help_text": help_text, **kwargs})


class KeywordPageForm(WagtailAdminPageForm):
    """Turns synonyms into the concepts they name, so that none is made twice."""

    def clean_keywords(self):
        names = self.cleaned_data["keywords"]
        named = [(Keyword.objects.named(name), name) for name in names]
        return list(dict.fromkeys(keyword.name if keyword else name for keyword, name in named))
