"""Editors see what was searched for in vain, and put results first."""

from django.db import migrations

from home.setting_up import editors_permissions


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0004_glossary_permissions"),
        ("search", "0005_title_words_and_missed_queries"),
        ("wagtailsearchpromotions", "0008_query_verbose_name"),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, _: editors_permissions(apps, "search", "wagtailsearchpromotions"),
            migrations.RunPython.noop,
            elidable=True,
        )
    ]
