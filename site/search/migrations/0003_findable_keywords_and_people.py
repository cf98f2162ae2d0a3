from django.db import migrations, models

#: What has no page of its own: its source is found under its own model, all others as pages.
APART = ("comment", "person", "keyword")


def have_rows_made_anew(apps, schema_editor):
    """Leaves an outbox entry for whatever rows were made from before they had these columns."""
    Findable = apps.get_model("search", "Findable")
    OutboxEntry = apps.get_model("search", "OutboxEntry")
    sources = Findable.objects.order_by().values_list("source_type", "source_id", "kind").distinct()
    entries = {
        (source_type if kind in APART else "wagtailcore.page", str(source_id))
        for source_type, source_id, kind in sources.iterator()
    }
    OutboxEntry.objects.bulk_create(
        (OutboxEntry(root=root, key=key) for root, key in sorted(entries)), batch_size=500
    )


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0002_findable_by_kind"),
    ]

    operations = [
        migrations.AddField(
            model_name="findable",
            name="keyword_ids",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="findable",
            name="keyword_words",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="findable",
            name="person_names",
            field=models.JSONField(default=list),
        ),
        migrations.RunPython(have_rows_made_anew, migrations.RunPython.noop),
    ]
