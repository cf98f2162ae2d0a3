from django.apps import AppConfig


class GlossaryConfig(AppConfig):
    name = "glossary"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from glossary import mentions
        from pages.rendering import finishers

        finishers.append(mentions.finish)
