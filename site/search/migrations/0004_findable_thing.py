from django.db import migrations, models
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat


def name_things(apps, schema_editor):
    rows = apps.get_model("search", "Findable").objects
    source = Concat("source_type", Value(":"), Cast("source_id", CharField()))
    rows.update(thing=source)
    rows.filter(kind__in=("decision", "action", "document")).update(
        thing=Concat(source, Value(":"), "part")
    )


class Migration(migrations.Migration):
    dependencies = [("search", "0003_findable_keywords_and_people")]

    operations = [
        migrations.AddField(
            model_name="findable",
            name="thing",
            field=models.CharField(blank=True, default="", editable=False, max_length=230),
            preserve_default=False,
        ),
        migrations.RunPython(name_things, migrations.RunPython.noop),
    ]
