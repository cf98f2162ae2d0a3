from importlib import import_module

from django.db import migrations, models

# Rows that were made before have no words of their titles yet.
before = import_module("search.migrations.0003_findable_keywords_and_people")


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0004_findable_thing"),
    ]

    operations = [
        migrations.AddField(
            model_name="findable",
            name="title_words",
            field=models.TextField(blank=True),
        ),
        migrations.CreateModel(
            name="MissedQuery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("words", models.CharField(max_length=100, verbose_name="mots cherchés")),
                (
                    "language",
                    models.CharField(
                        choices=[("fr", "français"), ("nl", "néerlandais"), ("en", "anglais")],
                        max_length=5,
                        verbose_name="langue",
                    ),
                ),
                ("times", models.PositiveIntegerField(default=1, verbose_name="fois")),
                ("first_day", models.DateField(verbose_name="d’abord le")),
                ("last_day", models.DateField(db_index=True, verbose_name="la dernière fois le")),
            ],
            options={
                "verbose_name": "recherche sans résultat",
                "verbose_name_plural": "recherches sans résultat",
            },
        ),
        migrations.AddConstraint(
            model_name="missedquery",
            constraint=models.UniqueConstraint(
                fields=("words", "language"), name="missed_query_once"
            ),
        ),
        migrations.RunPython(before.have_rows_made_anew, migrations.RunPython.noop),
    ]
