from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("discussion", "0005_under_held")]

    operations = [
        migrations.AlterField(
            model_name="spamexample",
            name="is_spam",
            field=models.BooleanField(null=True),
        ),
    ]
