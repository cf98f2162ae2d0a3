from django.db import migrations, models


def fill(apps, schema_editor):
    """Which comments answer a held one, or answer what does."""
    comments = apps.get_model("discussion", "PageComment").objects.order_by()
    held = comments.filter(state="held")
    not_shown, under = set(held.values_list("pk", flat=True)), []
    rows = comments.filter(start__in=held.values("start")).order_by("pk")
    for key, parent in rows.values_list("pk", "parent_id"):
        if parent in not_shown and parent != key:
            not_shown.add(key)
            under.append(key)
    for first in range(0, len(under), 10_000):
        comments.filter(pk__in=under[first : first + 10_000]).update(under_held=True)


class Migration(migrations.Migration):
    dependencies = [("discussion", "0004_moderated_part_of_a_page_gone")]

    operations = [
        migrations.AddField(
            model_name="pagecomment",
            name="under_held",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="pagecomment", name="comment_states"),
        migrations.AddIndex(
            model_name="pagecomment",
            index=models.Index(fields=["page", "state", "under_held"], name="comments_shown"),
        ),
    ]
