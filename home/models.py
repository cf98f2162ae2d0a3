"""The front door and the site's own texts."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page
from wagtail.search import index

from discussion.panels import DISCUSSION_PANELS
from pages.languages import localised
from pages.models import BasePage, ContainerPage, TextMixin


class HomePage(ContainerPage):
    """The front page; workgroups, articles and the site's texts live under it."""

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["minutes.WorkgroupPage", "minutes.ArticlePage", "home.TextPage"]
    max_count = 1

    intro = models.TextField(_("introduction"), blank=True)
    intro_nl = models.TextField(_("introduction en néerlandais"), blank=True)
    intro_en = models.TextField(_("introduction en anglais"), blank=True)

    content_panels = [
        *ContainerPage.content_panels,
        MultiFieldPanel(
            [FieldPanel("intro"), FieldPanel("intro_nl"), FieldPanel("intro_en")],
            _("Introduction"),
        ),
        *DISCUSSION_PANELS,
    ]
    search_fields = [*ContainerPage.search_fields, index.SearchField("intro")]

    class Meta:
        verbose_name = _("page d’accueil")

    @property
    def intro_text(self):
        return localised(self, "intro")[0]

    @property
    def intro_language(self):
        return localised(self, "intro")[1]

    def get_context(self, request, *args, **kwargs):
        from home.overview import home_context

        return super().get_context(request, *args, **kwargs) | home_context(self, request)


class TextPage(TextMixin, BasePage):
    """A text of the site itself: about, privacy, accessibility statement."""

    top_level = True
    parent_page_types = ["home.HomePage", "home.TextPage"]
    subpage_types = ["home.TextPage"]

    content_panels = [*Page.content_panels, FieldPanel("body"), TextMixin.language_panel]
    search_fields = [
        *Page.search_fields,
        index.SearchField("body"),
        index.AutocompleteField("body"),  # what the admin searches
        index.FilterField("language"),
    ]

    class Meta:
        verbose_name = _("texte du site")
        verbose_name_plural = _("textes du site")

    def get_context(self, request, *args, **kwargs):
        from pages.rendering import contents

        context = super().get_context(request, *args, **kwargs)
        context["contents"] = contents(self.body)
        return context
