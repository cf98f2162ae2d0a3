from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("recherche")

    def ready(self):
        # Each app that has something to be found says so in its findables.py.
        autodiscover_modules("findables")
        from search import sources

        sources.listen()
