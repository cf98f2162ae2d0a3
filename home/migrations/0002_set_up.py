from django.db import migrations

from home.setting_up import set_up


def forwards(apps, schema_editor):
    set_up(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0001_initial"),
        ("minutes", "0001_initial"),
        ("glossary", "0001_initial"),
        ("discussion", "0001_initial"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
    ]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
