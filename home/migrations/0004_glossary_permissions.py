"""Editors keep the keyword groups and publish keywords."""

from django.db import migrations

from home.setting_up import editors_permissions


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0003_terms_linked"),
        ("glossary", "0002_groups_links_drafts"),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, _: editors_permissions(apps, "glossary"),
            migrations.RunPython.noop,
            elidable=True,
        )
    ]
