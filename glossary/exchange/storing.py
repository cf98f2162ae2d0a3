"""Taking a vocabulary into the glossary: all of it or nothing."""

from django.db import transaction
from wagtail.log_actions import log
from wagtail.models import ReferenceIndex

from glossary.exchange.planning import Plan, plan
from glossary.exchange.texts import clean
from glossary.exchange.vocabulary import LANGUAGES, Vocabulary
from glossary.mentions import forget
from glossary.models import FormerAddress, Keyword, KeywordGroup, KeywordLabel, KeywordLink, fold
from search import outbox

_BATCH = 200  # rows in one statement


class Refused(ValueError):
    """A vocabulary with problems, of which nothing was taken; `plan` lists them."""

    def __init__(self, plan: Plan):
        super().__init__(f"{len(plan.problems)} problems")
        self.plan = plan


@transaction.atomic
def take_in(vocabulary: Vocabulary, *, update: bool, user=None) -> Plan:
    """Makes and changes what the file wants, as `plan` says; raises Refused for a bad file.

    New keywords are published at once. Changed ones get a revision, so that their history and
    their form tell the same; who did it is in the log.
    """
    made = plan(vocabulary, update=update)
    if made.problems:
        raise Refused(made)
    for group in [*made.groups_created, *made.groups_changed]:
        group.save()
        log(group, "wagtail.edit" if group in made.groups_changed else "wagtail.create", user=user)
    groups = {group.name: group for group in KeywordGroup.objects.all()}
    ids = _create(made.created, groups)
    for change in made.changed:
        _rewrite(change, groups)
    _link(made.changes, ids)
    for change in made.created:
        ReferenceIndex.create_or_update_for_object(change.keyword)
        log(change.keyword, "wagtail.create", user=user)
    for change in made.changed:
        _revise(change.keyword, user)
    forget()  # rows made many at a time tell nobody
    outbox.add(*(change.keyword for change in made.created))
    return made


def _create(created, groups) -> dict[str, int]:
    """Makes the rows of new keywords, many at a time; {key in the file: id}."""
    for change in created:
        change.keyword = Keyword(live=True)
        _fill(change, groups)
    # A new keyword takes its slug from whoever had it before, as Keyword.save does.
    slugs = [change.keyword.slug for change in created]
    for start in range(0, len(slugs), _BATCH):
        FormerAddress.objects.filter(slug__in=slugs[start : start + _BATCH]).delete()
    Keyword.objects.bulk_create([change.keyword for change in created], batch_size=_BATCH)
    labels = [row for change in created for row in _labels(change)]
    KeywordLabel.objects.bulk_create(labels, batch_size=_BATCH)
    return {change.concept.key: change.keyword.pk for change in created}


def _fill(change, groups):
    """Puts what is wanted into the columns of a keyword."""
    keyword, wanted = change.keyword, change.concept
    keyword.name, keyword.slug, keyword.folded = wanted.name, wanted.slug, fold(wanted.name)
    keyword.group = groups.get(wanted.group)
    keyword.same_as = wanted.same_as
    for code, name in zip(LANGUAGES, ("text", "text_nl", "text_en"), strict=True):
        setattr(keyword, f"definition_{code}", wanted.definitions.get(code, ""))
        text = wanted.texts.get(code, "")
        # What is there stays as it is stored: its links to pages know where they lead.
        if change.now is None or text != change.now.texts.get(code, ""):
            setattr(keyword, name, clean(text) if text else "")


def _labels(change) -> list[KeywordLabel]:
    """The labels that are wanted, as unsaved rows."""
    wanted = [(code, text, KeywordLabel.PREFERRED) for code, text in change.concept.labels.items()]
    for code, texts in change.concept.synonyms.items():
        wanted += [(code, text, KeywordLabel.SYNONYM) for text in texts]
    return [
        KeywordLabel(
            keyword_id=change.keyword.pk,
            language=code,
            text=text,
            kind=kind,
            folded=fold(text),
            linked=text not in change.concept.unlinked.get(code, ()),
        )
        for code, text, kind in wanted
    ]


def _rewrite(change, groups):
    """Makes an existing keyword's row and labels what is wanted."""
    _fill(change, groups)
    change.keyword.save()
    rows = {(row.language, row.folded): row for row in change.keyword.labels.all()}
    wanted = {(row.language, row.folded): row for row in _labels(change)}
    for place, row in rows.items():
        if place not in wanted:
            row.delete()
    # Synonyms first, so that no language has two preferred labels on the way.
    for place, row in sorted(wanted.items(), key=lambda each: each[1].kind, reverse=True):
        old = rows.get(place)
        if old is None:
            row.save()
        elif (old.text, old.kind, old.linked) != (row.text, row.kind, row.linked):
            old.text, old.kind, old.linked = row.text, row.kind, row.linked
            old.save()


def _link(changes, ids):
    KeywordLink.objects.bulk_create(
        [
            KeywordLink(keyword_id=change.keyword.pk, target_id=ids.get(other, other), kind=kind)
            for change in changes
            for kind, other in change.links
        ],
        batch_size=_BATCH,
    )


def _revise(keyword, user):
    """A revision that is live at once, where the form would else show what was before."""
    keyword = Keyword.objects.get(pk=keyword.pk)  # with its labels and links as they now are
    revision = keyword.save_revision(user=user, log_action=True, clean=False)
    revision.publish(user=user)
