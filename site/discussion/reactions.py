"""What members make of comments, in one word each."""

from collections.abc import Sequence

from django.db.models import Count, Q

from discussion.models import PageComment, Reaction


def with_reactions(comments: Sequence[PageComment], user=None) -> None:
    """Gives each comment `agree` and `thanks`, how many say so, and `mine`, what this reader
    says ("" for nothing). One query, whatever their number."""
    rows = Reaction.objects.filter(comment__in=[comment.pk for comment in comments])
    own = Q(user=user) if user else Q(pk__in=())
    counted = rows.values_list("comment", "kind").annotate(
        number=Count("pk"), mine=Count("pk", filter=own)
    )
    kinds = Reaction.Kind.values  # a list made anew each time
    said = {(comment, kind): (number, mine) for comment, kind, number, mine in counted}
    for comment in comments:
        comment.mine = ""
        for kind in kinds:
            number, mine = said.get((comment.pk, kind), (0, 0))
            setattr(comment, kind, number)
            if mine:
                comment.mine = kind


def react(comment: PageComment, user, kind: str) -> bool:
    """Say this of a comment; said again, it is taken back. One word for each member.

    Whether it is said now. Raises ValueError for a word that there is not.
    """
    kind = Reaction.Kind(kind)
    said = Reaction.objects.filter(comment=comment, user=user)
    if said.filter(kind=kind).delete()[0]:
        return False
    # At once from two windows: the constraint lets one in, and both say the same or the last.
    Reaction.objects.update_or_create(comment=comment, user=user, defaults={"kind": kind})
    return True
