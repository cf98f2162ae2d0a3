from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0006_documents_of_rows"),
    ]

    operations = [
        migrations.AddField(
            model_name="missedquery",
            name="handled_day",
            field=models.DateField(null=True, verbose_name="traitée le"),
        ),
    ]
