"""What becomes of comments: the one way to change it, and to take a change back."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from discussion import moderation_mail, screening
from discussion.models import (
    ModerationAct,
    PageComment,
    Report,
    SpamExample,
    State,
    lock_threads,
)

# Asked of this module by whoever shows comments to moderators.
from discussion.moderators import moderated_by as moderated_by
from discussion.threads import mark_under_held

Act = ModerationAct.Act

#: The state that each act leads to.
LEADS_TO = {
    Act.HOLD: State.HELD,
    Act.APPROVE: State.PUBLISHED,
    Act.RESTORE: State.PUBLISHED,
    Act.HIDE: State.HIDDEN,
    Act.SPAM: State.SPAM,
    Act.DELETE: State.DELETED,
}
#: The states that each act is for; to a comment in another one it does nothing.
POSSIBLE_FROM = {
    Act.HOLD: {State.PUBLISHED},
    Act.APPROVE: {State.HELD},
    Act.RESTORE: {State.HIDDEN, State.SPAM, State.DELETED},
    Act.HIDE: {State.PUBLISHED, State.HELD},
    Act.SPAM: {State.PUBLISHED, State.HELD, State.HIDDEN},
    Act.DELETE: {State.PUBLISHED, State.HELD, State.HIDDEN, State.SPAM},
}
#: What moderators do in one click; what they hold again, they hide.
DECISIONS = (Act.APPROVE, Act.HIDE, Act.RESTORE, Act.SPAM, Act.DELETE)

#: Those that publish a text or teach it to the filter: only the one that was read. The others
#: show nothing to anybody, and an author who goes on editing must not keep them off.
READ_FIRST = (Act.APPROVE, Act.RESTORE, Act.SPAM)

#: What its author hears of, where it took away what others saw or were to see. Not of spam.
TOLD = (Act.HIDE, Act.DELETE)

#: The reason of a comment that reports have taken away; the others are of screening.
REPORTED = "reported"


def state_label(comment) -> str:
    """Its state, as moderators read it: they delete too."""
    return _("effacé") if comment.state == State.DELETED else comment.get_state_display()


def reason_choices() -> list[tuple[str, str]]:
    """Every reason why a comment may wait, with its label."""
    known = getattr(screening, "Reason", None)
    return [(REPORTED, _("signalé")), *getattr(known, "choices", [])]


def reasons_of(comment) -> list[str]:
    """Why the comment waits or waited, in words."""
    labels = dict(reason_choices())
    return [str(labels.get(reason, reason)) for reason in comment.reasons]


def possible(comment) -> list[Act]:
    """What a moderator may do to this comment, given its state."""
    return [act for act in DECISIONS if comment.state in POSSIBLE_FROM[act] and _may(act, comment)]


def _may(act, comment) -> bool:
    """What authors deleted themselves is nobody's to bring back."""
    return act != Act.RESTORE or not deleted_by_author(comment)


def deleted_by_author(comment) -> bool:
    return comment.pk in deleted_by_authors([comment])


def deleted_by_authors(comments) -> set[int]:
    """The keys of those that their authors deleted, also those whose account is gone since."""
    deleted = {each.pk: each for each in comments if each.state == State.DELETED}
    acts = ModerationAct.objects.filter(comment__in=deleted, act=Act.DELETE, undone=False)
    last = {act.comment_id: act for act in acts.order_by("pk")} if deleted else {}
    return {key for key, act in last.items() if _is_own(act, deleted[key])}


def _is_own(act, comment) -> bool:
    return "own" in act.before or act.moderator_id == comment.user_id is not None


def set_state(comments, act, moderator=None, words="", reason="") -> list[PageComment]:
    """Do this act to these comments; returns those whose state has changed.

    Each change leaves a ModerationAct. Replies keep a state of their own, and each comment is
    saved by itself, so that search hears of it. `moderator` is None for what the site does;
    what somebody else than the author decides settles the open reports. `reason` says why it
    is held.
    """
    return [done.comment for done in acts_of(comments, act, moderator, words, reason)]


def acts_of(comments, act, moderator=None, words="", reason="", seen=None) -> list[ModerationAct]:
    """As set_state; returns what was done, which undo takes.

    `seen` says which version of each was read, {key: version}: of another one nothing is
    published or learnt. None where nobody had to read.
    """
    at = timezone.now()  # one for all: what was done together can be undone together
    done, starts = [], set()
    with transaction.atomic():
        keys = [comment.pk for comment in comments]
        for comment in locked(keys).filter(state__in=POSSIBLE_FROM[act]):
            if not _may(act, comment):
                continue
            if seen is not None and act in READ_FIRST and seen.get(comment.pk) != comment.version:
                continue
            before = {"state": comment.state}
            comment.state = LEADS_TO[act]
            fields = ["state"]
            if reason and reason not in comment.reasons:
                comment.reasons = [*comment.reasons, reason]
                fields.append("reasons")
            comment.save(update_fields=fields)
            if State.HELD in (before["state"], comment.state):
                starts.add(comment.start)
            if moderator and moderator.pk != comment.user_id:
                before |= _settle(comment, at) | _learn(comment, act, before["state"])
                if act in TOLD and before["state"] in (State.PUBLISHED, State.HELD):
                    before["told"] = True
            elif moderator:
                before["own"] = True  # the account may go, and with it who it was
            if comment.state == State.HELD:
                moderation_mail.when_held(comment)
            done.append(note(comment, act, moderator, before, words, at))
        mark_under_held(starts)
        moderation_mail.when_taken_away([each for each in done if "told" in each.before])
    return done


def note(comment, act, moderator, before, words="", at=None) -> ModerationAct:
    """The audit row of one act."""
    return ModerationAct.objects.create(
        comment=comment,
        about=f"{comment.pk}, {comment.page.title}"[:300],
        moderator=moderator,
        act=act,
        before=before,
        words=words,
        at=at or timezone.now(),
    )


def note_answer(act, answer) -> None:
    """This answer was published in one go with the act: it is taken back with it."""
    act.before = {**act.before, "answer": answer.pk}
    act.save(update_fields=["before"])


def settle(comment, moderator, seen=None) -> ModerationAct | None:
    """Nothing is wrong with it: its open reports count no more.

    None when there was none, or when it says something else than the version `seen`.
    """
    with transaction.atomic():
        now = locked([comment.pk]).get()
        if seen is not None and seen != now.version:
            return None
        settled = _settle(comment, timezone.now())
        return note(comment, Act.SETTLE, moderator, settled) if settled else None


def locked(keys):
    """These comments, each with its page, and their threads, for nobody else to change until the
    transaction ends."""
    lock_threads(keys)
    rows = PageComment.objects.select_for_update(of=("self",)).filter(pk__in=keys)
    return rows.select_related("page").order_by("pk")  # two moderators lock in one order


def _settle(comment, at) -> dict:
    keys = list(comment.reports.filter(settled_at=None).values_list("pk", flat=True))
    Report.objects.filter(pk__in=keys).update(settled_at=at)
    return {"reports": keys} if keys else {}


def _learn(comment, act, was) -> dict:
    """What a moderator judged is an example for the filter; returns what it was before."""
    if act == Act.SPAM:
        is_spam = True
    elif was == State.SPAM or act == Act.APPROVE:
        is_spam = False
    else:
        return {}
    known = SpamExample.objects.filter(comment=comment).first()
    SpamExample.objects.update_or_create(
        comment=comment,
        defaults={"text": comment.comment, "is_spam": is_spam, "at": timezone.now()},
    )
    return {"example": known.is_spam if known else None}


# --- Taking it back ----------------------------------------------------------------------------


def undoable(act) -> bool:
    """Whether such an act can be taken back at all; whether it still can is for undo."""
    if act.undone or not act.comment_id or not act.moderator_id:
        return False
    if act.act == Act.DELETE and _is_own(act, act.comment):
        return False
    return act.act not in (Act.UNDO, Act.ANSWER, Act.HOLD)


def together(act):
    """The acts that were done in one go with this one, itself included."""
    return ModerationAct.objects.filter(moderator=act.moderator_id, act=act.act, at=act.at)


def undo(act, moderator) -> ModerationAct | None:
    """Bring back what was before this act, and say so in a new one.

    None when that is not possible any more: it was undone already, or somebody has done
    something else since, which must not be lost.
    """
    from discussion import moving, trust  # they stand on this module

    with transaction.atomic():
        comment = locked([act.comment_id]).first()
        act = ModerationAct.objects.select_for_update().filter(pk=act.pk).first()
        if comment is None or act is None or not undoable(act):
            return None
        if _overtaken(act, comment):
            return None
        if act.act in LEADS_TO:
            if comment.state != LEADS_TO[act.act]:
                return None
            comment.state = act.before["state"]
            if comment.state == State.HELD and (comment.published_at or act.at) >= act.at:
                comment.published_at = None  # by this act alone: it is still to come
            comment.save(update_fields=["state"])
            mark_under_held([comment.start])
        elif act.act == Act.MOVE:
            if not moving.move_back(comment, act.before):
                return None
        elif act.act in (Act.BLOCK, Act.UNBLOCK):
            trust.set_blocked(comment, act.act == Act.UNBLOCK)
        Report.objects.filter(pk__in=act.before.get("reports", [])).update(settled_at=None)
        if "example" in act.before:
            _unlearn(comment, act.before["example"])
        ModerationAct.objects.filter(pk=act.pk).update(undone=True)
        answers = PageComment.objects.filter(pk=act.before.get("answer"), parent_id=comment.pk)
        hidden = [answer.pk for answer in set_state(answers, Act.HIDE, moderator)]
        before = {"act": act.pk, "was": act.act} | ({"answers": hidden} if hidden else {})
        return note(comment, Act.UNDO, moderator, before)


def _overtaken(act, comment) -> bool:
    """Whether an act of the same kind came after this one: then it is that one's to take back."""
    if act.act in (Act.BLOCK, Act.UNBLOCK):
        later = ModerationAct.objects.filter(
            act__in=(Act.BLOCK, Act.UNBLOCK), comment__in=_by_same_author(comment)
        )
    elif act.act in LEADS_TO:
        later = comment.acts.filter(act__in=list(LEADS_TO))
    else:
        return False
    return later.filter(pk__gt=act.pk, undone=False).exists()


def _by_same_author(comment):
    from discussion import trust  # it stands on this module

    return trust.by_same_author(comment)


def _unlearn(comment, was: bool | None) -> None:
    now = {"is_spam": was, "at": timezone.now()} | ({"text": ""} if was is None else {})
    SpamExample.objects.filter(comment=comment).update(**now)
