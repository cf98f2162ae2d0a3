"""What a keyword takes over from one that is merged into it, besides its uses: words and links.

Both are part of a keyword's drafts, too. `glossary.merging` calls all this.
"""

import datetime

from django.conf import settings
from django.db.models import Q
from modelcluster.models import get_serializable_data_for_fields
from wagtail.models import Revision

from glossary.models import Keyword, KeywordLabel, KeywordLink, fold
from glossary.relations import broader_by_keyword, cycle_through


def fields_of(row) -> dict:
    """A row as JSON takes it, for Model(**fields)."""
    values = ((field, getattr(row, field.attname)) for field in row._meta.concrete_fields)
    return {
        field.attname: value.isoformat() if isinstance(value, datetime.datetime) else value
        for field, value in values
    }


# --- Links -------------------------------------------------------------------------------------


def move_links(source, target) -> dict:
    links = KeywordLink.objects.filter(Q(keyword=source) | Q(target=source)).order_by("pk")
    before = [fields_of(link) for link in links]
    links.delete()
    moved, both = [], []
    for fields in before:
        ends = {
            end: target.pk if fields[end] == source.pk else fields[end]
            for end in ("keyword_id", "target_id")
        }
        (moved if _link({**fields, **ends}) else both).append(fields)
    return {"moved": moved, "both": both}


def _link(fields, *, again=False) -> bool:
    """Makes a link of two keywords that have none yet, unless it would make a cycle.

    One that was there before, made `again`, is only kept from being doubled.
    """
    one, other = fields["keyword_id"], fields["target_id"]
    ends = [one, other]
    known = KeywordLink.objects.filter(keyword__in=ends, target__in=ends)
    if again:
        known = known.filter(keyword=one)
    if one == other or known.exists():
        return False
    broader = fields["kind"] == KeywordLink.BROADER
    if broader and cycle_through(one, [other], broader_by_keyword()):
        return False
    KeywordLink.objects.create(**fields)
    return True


def give_links_back(moved, source, target) -> None:
    for fields in moved["moved"]:
        ends = {
            end: target.pk if fields[end] == source.pk else fields[end]
            for end in ("keyword_id", "target_id")
        }
        gone, _rows = KeywordLink.objects.filter(**{**fields, **ends}).delete()
        if gone:
            _link(fields, again=True)
    unmerged = set(Keyword.objects.unmerged().values_list("pk", flat=True))
    for fields in moved["both"]:
        if {fields["keyword_id"], fields["target_id"]} <= unmerged:
            _link(fields, again=True)


# --- Words -------------------------------------------------------------------------------------


def words_for(source: Keyword, target: Keyword) -> list[KeywordLabel]:
    """The labels, unsaved, that the target would get of the source's words.

    They are synonyms, or preferred where the target has no word of that language yet.
    """
    own = list(target.labels.all())
    said = {(label.language, label.folded) for label in own}
    preferred = {label.language for label in own if label.kind == KeywordLabel.PREFERRED}
    if target.folded not in {label.folded for label in own}:
        # A name that no label repeats is its word in the site's first language.
        said.add((settings.LANGUAGE_CODE, target.folded))
        preferred.add(settings.LANGUAGE_CODE)
    words = [
        (label.language, label.text, label.kind, label.linked) for label in source.labels.all()
    ]
    if source.folded not in {fold(word[1]) for word in words}:
        words.append((settings.LANGUAGE_CODE, source.name, KeywordLabel.SYNONYM, True))
    made = []
    for language, text, kind, linked in words:
        if (language, fold(text)) in said:
            continue
        if kind == KeywordLabel.PREFERRED and language in preferred:
            kind = KeywordLabel.SYNONYM
        if kind == KeywordLabel.PREFERRED:
            preferred.add(language)
        said.add((language, fold(text)))
        label = KeywordLabel(keyword=target, language=language, text=text, kind=kind, linked=linked)
        made.append(label)
    return made


def copy_labels(source, target) -> list[list[str]]:
    made = words_for(source, target)
    for label in made:
        label.folded = fold(label.text)
    # In bulk, for a save of each would have all that is tagged indexed each time.
    KeywordLabel.objects.bulk_create(made)
    return [[label.language, label.text] for label in made]


# --- Drafts of keywords ------------------------------------------------------------------------


def current_links(keyword_id: int, links: list[dict]) -> list[dict]:
    """A revision's links, leading to what the keywords have been merged into since.

    One that would then lead to the keyword itself, or say the same twice, is left out.
    """
    known = Keyword.objects.filter(
        pk__in={link["target"] for link in links}, merged_into__isnull=False
    )
    merged = dict(known.values_list("pk", "merged_into"))
    current = {}
    for link in sorted(links, key=lambda link: link["target"] in merged):
        target = merged.get(link["target"], link["target"])
        if target != keyword_id:
            current.setdefault(target, {**link, "target": target})
    return list(current.values())


def _draft_of(keyword) -> Revision | None:
    return keyword.latest_revision if keyword.has_unpublished_changes else None


def add_to_draft(target, moved) -> None:
    """Puts new words and links into a draft, which would take them away when published."""
    draft = _draft_of(target)
    if draft is None:
        return
    labels = draft.content["labels"]
    said = {(label["language"], label["folded"]) for label in labels}
    preferred = {label["language"] for label in labels if label["kind"] == KeywordLabel.PREFERRED}
    new = {(language, fold(text)) for language, text in moved["labels"]} - said
    for label in target.labels.all():
        if (label.language, label.folded) in new:
            row = get_serializable_data_for_fields(label)
            if label.language in preferred:
                row["kind"] = KeywordLabel.SYNONYM
            labels.append(row)
    ids = {fields["id"] for fields in moved["links"]["moved"]}
    draft.content["links"] += [
        get_serializable_data_for_fields(link)
        for link in KeywordLink.objects.filter(pk__in=ids, keyword=target)
    ]
    draft.save(update_fields=["content"])


def take_words_from_draft(keyword: Keyword, words: set[tuple[str, str]], links=()) -> None:
    """Takes labels, as (language, folded text), and links by id out of a keyword's draft."""
    draft = _draft_of(keyword)
    if draft is None:
        return
    labels, known = draft.content["labels"], draft.content["links"]
    draft.content["labels"] = [
        label for label in labels if (label["language"], label["folded"]) not in words
    ]
    draft.content["links"] = [link for link in known if link["pk"] not in links]
    draft.save(update_fields=["content"])
