"""Many comments at once, for what is asked of long discussions."""

from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Max
from django.utils import timezone
from django_comments.models import Comment
from django_comments_xtd.models import XtdComment

from accounts.models import User
from discussion.models import CommentFile, PageComment, Reaction, State
from tests import base


def many_comments(page, number, per_thread=10, users=()):
    """`number` published comments, in threads of so many; their author by turns one of `users`.

    Put straight into the three tables: save() would take minutes. Nothing is indexed.
    """
    first = (Comment.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    kind = ContentType.objects.get_for_model(page)
    comments = []
    for n in range(number):
        start = first + n - n % per_thread
        user = users[n % len(users)] if users else None
        comment = PageComment(
            page_id=page.pk,
            content_type=kind,
            object_pk=str(page.pk),
            site_id=1,
            user=user,
            user_name=user.get_full_name() if user else f"Visiteuse {n}",
            comment=f"Le mot numéro {n} de la discussion.",
            html=f"<p>Le mot numéro {n} de la discussion.</p>",
            language="fr",
            submit_date=timezone.now(),
            state=State.PUBLISHED,
            start=start,
            thread_id=start,
            parent_id=start if n % per_thread else first + n,
            level=1 if n % per_thread else 0,
            order=first + n,
        )
        comment.pk = comment.id = comment.comment_ptr_id = comment.xtdcomment_ptr_id = first + n
        comments.append(comment)
    with connection.cursor() as cursor:
        for model in (Comment, XtdComment, PageComment):
            fields = model._meta.local_concrete_fields
            names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
            places = ", ".join(["%s"] * len(fields))
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({places})",
                [
                    [
                        field.get_db_prep_save(getattr(comment, field.attname), connection)
                        for field in fields
                    ]
                    for comment in comments
                ],
            )
        for sql in connection.ops.sequence_reset_sql(no_style(), [Comment]):
            cursor.execute(sql)
    return comments


def many_members(number):
    return User.objects.bulk_create(
        User(email=f"m{n}.{timezone.now().timestamp()}@plenum.example", display_name=f"Membre {n}")
        for n in range(number)
    )


def full_discussion(page, number, per_thread=10):
    """Comments by as many members, each with a keyword, two reactions and a document."""
    users = many_members(number)
    comments = many_comments(page, number, per_thread, users)
    keywords = [base.make_keyword(f"mot {page.pk} {n}") for n in range(5)]
    through = PageComment.keywords.through
    through.objects.bulk_create(
        through(pagecomment_id=comment.pk, keyword_id=keywords[n % 5].pk)
        for n, comment in enumerate(comments)
    )
    Reaction.objects.bulk_create(
        Reaction(comment_id=comment.pk, user=users[(n + offset) % number], kind=kind)
        for n, comment in enumerate(comments)
        for offset, kind in ((1, "agree"), (2, "thanks"))
    )
    CommentFile.objects.bulk_create(
        CommentFile(
            comment_id=comment.pk,
            file=f"comments/{comment.pk}",
            name=f"Pièce {n}.pdf",
            kind="pdf",
            size=12_345,
            digest=f"{n:064d}",
        )
        for n, comment in enumerate(comments)
    )
    return comments
