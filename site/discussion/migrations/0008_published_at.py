import django.utils.timezone
from django.db import migrations, models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce


def fill_comments(apps, schema_editor):
    """Each when it was written, but for those that have waited ever since."""
    PageComment = apps.get_model("discussion", "PageComment")
    acts = apps.get_model("discussion", "ModerationAct").objects
    shown_once = acts.filter(act="hold").values("comment")
    written = apps.get_model("django_comments_xtd", "XtdComment").objects.order_by()
    written = written.filter(pk=OuterRef("pk")).values("submit_date")[:1]
    comments = PageComment.objects.order_by().filter(~Q(state="held") | Q(pk__in=shown_once))
    comments.update(published_at=Subquery(written))


def fill_marks(apps, schema_editor):
    """From the number of a comment to when it was published."""
    comments = apps.get_model("discussion", "PageComment").objects.order_by()

    def when(number):
        last = comments.filter(page=OuterRef("page"), pk__lte=OuterRef(number))
        last = last.exclude(published_at=None)
        return Coalesce(Subquery(last.order_by("-pk").values("published_at")[:1]), F("first_at"))

    marks = apps.get_model("discussion", "ReadMark").objects.all()
    marks.update(seen_until=when("seen"), new_since=when("new_after"))


class Migration(migrations.Migration):
    dependencies = [
        ("discussion", "0007_versions_and_policies"),
        ("django_comments_xtd", "0008_auto_20200920_2037"),
    ]

    operations = [
        migrations.AddField(
            model_name="pagecomment",
            name="published_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunPython(fill_comments, migrations.RunPython.noop),
        migrations.AddField(
            model_name="readmark",
            name="seen_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="readmark",
            name="new_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(fill_marks, migrations.RunPython.noop),
        migrations.RemoveField(model_name="readmark", name="seen"),
        migrations.RemoveField(model_name="readmark", name="new_after"),
        migrations.AlterField(
            model_name="readmark",
            name="seen_until",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name="readmark",
            name="new_since",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
    ]
