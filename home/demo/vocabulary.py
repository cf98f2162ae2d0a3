"""The demo's glossary: its words, their rules and links, and what there is to say of them.

A demo filled before there were groups of keywords is completed too: `complete` adds what is
missing and leaves what people wrote. Its last step merges an old keyword; the trace of that
says that all has been done, and nothing is looked at again.
"""

import re

from django.db import transaction
from django.utils import timezone
from wagtail.images import get_image_model
from wagtail.models import Page

from discussion.models import PageComment
from glossary.merging import merge
from glossary.models import (
    Keyword,
    KeywordGroup,
    KeywordLabel,
    KeywordLink,
    KeywordMerge,
    PageKeyword,
)
from glossary.retagging import retag
from home.demo.lookup import (
    group_slugs,
    home,
    keywords_by_slug,
    page_ids,
    read,
    token_of,
    users_by_name,
)
from home.demo.pictures import PICTURES
from home.demo.talk import follows, suggestions
from home.demo.texts import texts

LANGUAGES = ("fr", "nl", "en")
LINK = re.compile(r'<a href="page:([\w-]+)">(.*?)</a>')


def is_complete() -> bool:
    return KeywordMerge.objects.filter(source__slug__in=_merged()).exists()


def complete() -> None:
    """Make what is missing of the glossary, on a site whose pages and people are there."""
    steps = (groups, names, long_texts, links, uses, suggestions, follows, merge_old)
    for step in steps:
        with transaction.atomic():
            step()


def groups() -> None:
    """The groups with their rules, and the keywords that are in none yet."""
    for order, entry in enumerate(read("glossary")["groups"]):
        slugs = entry.pop("keywords")
        group, made = KeywordGroup.objects.get_or_create(
            name=entry.pop("name"), defaults=entry | {"sort_order": order}
        )
        if made:
            Keyword.objects.filter(slug__in=slugs, group=None).update(group=group)


def concepts() -> None:
    """The keywords that explain something."""
    _make(read("keywords"))


def names() -> None:
    """The keywords of places and trades, the draft and the one of the past."""
    _make(read("names"))


def _make(entries: dict) -> None:
    known = keywords_by_slug()
    made = {group.name: group for group in KeywordGroup.objects.all()}
    group_of = {
        slug: made.get(group["name"])
        for group in read("glossary")["groups"]
        for slug in group["keywords"]
    }
    for slug, entry in entries.items():
        if slug in known:
            continue
        keyword = Keyword.objects.create(
            name=entry["fr"][0],
            slug=slug,
            live=not entry.get("draft"),
            group=group_of[slug],
            **{f"definition_{code}": entry[f"definition_{code}"] for code in LANGUAGES},
        )
        for code in LANGUAGES:
            for number, text in enumerate(entry[code]):
                kind = KeywordLabel.SYNONYM if number else KeywordLabel.PREFERRED
                KeywordLabel.objects.create(
                    keyword=keyword,
                    language=code,
                    text=text,
                    kind=kind,
                    linked=text not in entry.get("unlinked", ()),
                )


def long_texts() -> None:
    """What there is to say beyond the definitions, and the pictures."""
    ids = page_ids()

    def linked(match):
        """A link as Wagtail stores it; only its words where the page was thrown away."""
        pk = ids.get(match[1])
        return f'<a linktype="page" id="{pk}">{match[2]}</a>' if pk else match[2]

    for slug, by_language in read("keyword_texts").items():
        keyword = Keyword.objects.filter(slug=slug, text="", text_nl="", text_en="").first()
        if keyword is None:
            continue
        for code, html in by_language.items():
            html = LINK.sub(linked, html.replace("\n", ""))
            setattr(keyword, "text" if code == "fr" else f"text_{code}", html)
        keyword.save()
    for slug, entry in read("names").items():
        if name := entry.get("image"):
            picture = get_image_model().objects.filter(title=PICTURES[name][1]).first()
            Keyword.objects.filter(slug=slug, image=None).update(image=picture)


def links() -> None:
    """Which keyword is broader than which, and which are neighbours."""
    said, keywords = read("glossary"), keywords_by_slug()
    wanted = [(slug, KeywordLink.BROADER, [broader]) for slug, broader in said["broader"].items()]
    wanted += [(slug, KeywordLink.RELATED, slugs) for slug, slugs in said["related"].items()]
    for slug, kind, targets in wanted:
        for target in targets:
            if slug in keywords and target in keywords:
                KeywordLink.objects.get_or_create(
                    keyword=keywords[slug], target=keywords[target], defaults={"kind": kind}
                )


def uses() -> None:
    """Names on the pages and comments of a demo that was filled before there were any."""
    new, keywords = set(read("names")), keywords_by_slug()
    pages = {page.slug: page for page in Page.objects.descendant_of(home())}
    for text in (text for folder in (*group_slugs(), "articles") for text in texts(folder)):
        page = pages.get(text.slug)
        for slug in new.intersection(text.words("keywords")):
            used = PageKeyword.objects.filter(tag=keywords[slug], content_object=page)
            if page and not used.exists():
                retag([page.pk], add=[keywords[slug]])
    comments = {
        comment.token: comment for comment in PageComment.objects.prefetch_related("keywords")
    }
    for entry in read("comments")["comments"]:
        if comment := comments.get(token_of(entry["id"])):
            said = new.intersection(entry.get("keywords", ()))
            for slug in said - {keyword.slug for keyword in comment.keywords.all()}:
                comment.keywords.add(keywords[slug])


def merge_old() -> None:
    """The keyword of the past goes into the one that took its place."""
    care, keywords = read("glossary")["care"], keywords_by_slug()
    for slug, target in _merged().items():
        done = merge(keywords[slug], keywords[target], users_by_name().get(care["editor"]))
        KeywordMerge.objects.filter(pk=done.pk).update(at=timezone.make_aware(care["merged_on"]))


def _merged() -> dict[str, str]:
    """{slug of a keyword of the past: slug of the one that took its place}"""
    entries = read("names").items()
    return {slug: entry["merged_into"] for slug, entry in entries if "merged_into" in entry}
