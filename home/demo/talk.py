"""What people said under the demo's pages, and what they did with its keywords."""

from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.text import slugify
from wagtail.models import Page

from discussion import attachments
from discussion.models import PageComment, Reaction, State
from discussion.passages import passages_of
from glossary.models import KeywordFollow, KeywordSuggestion, fold
from home.demo.lookup import (
    home,
    keywords_by_slug,
    page_ids,
    read,
    token_of,
    users_by_name,
)
from pages.rendering import render_body

FILES = Path(__file__).with_name("files")


def comments() -> None:
    """The threads; each comment is known by a token made from its name in the file."""
    pages = {page.slug: page for page in Page.objects.descendant_of(home())}
    users, tags = users_by_name(), keywords_by_slug()
    known = dict(PageComment.objects.values_list("token", "pk"))
    for entry in read("comments")["comments"]:
        token = token_of(entry["id"])
        if token in known:
            continue
        page, user = pages[entry["page"]].specific_deferred, users.get(entry["by"])
        email = user.email if user else f"{slugify(entry['by'])[:40]}@visitor.example"
        anchor, passage = _passage(page.specific, entry["about"]) if "about" in entry else ("", "")
        comment = PageComment.objects.create(
            page_id=page.pk,
            content_type=ContentType.objects.get_for_model(page),
            object_pk=str(page.pk),
            site_id=settings.SITE_ID,
            user=user,
            user_name=entry["by"],
            user_email=email,
            comment=entry["text"].strip(),
            language=entry.get("language", "fr"),
            parent_id=known[token_of(entry["to"])] if "to" in entry else 0,
            submit_date=timezone.make_aware(entry["date"]),
            token=token,
            anchor=anchor,
            passage=passage,
            state=entry.get("state", State.PUBLISHED),
            reasons=entry.get("reasons", []),
        )
        comment.keywords.set(tags[slug] for slug in entry.get("keywords", ()))
        _attach(comment, entry.get("files", ()))
        for kind in Reaction.Kind.values:
            for name in entry.get(kind, ()):
                Reaction.objects.create(comment=comment, user=users[name], kind=kind)
        known[token] = comment.pk


def _passage(page, begins: str) -> tuple[str, str]:
    """(anchor, words) of the passage that begins so."""
    html = render_body(page.body, user=AnonymousUser(), language=page.language, page=page)
    return next(
        (anchor, words) for anchor, words in passages_of(html).items() if words.startswith(begins)
    )


def _attach(comment, names) -> None:
    """The demo's files of these names, let in as a member's would be."""
    uploads = [SimpleUploadedFile(name, (FILES / name).read_bytes()) for name in names]
    files = attachments.checked(uploads)
    with attachments.none_left_behind(files):
        attachments.store(files, comment=comment)


def suggestions() -> None:
    """What members proposed, and what an editor made of it."""
    said = read("glossary")
    ids, users, keywords = page_ids(), users_by_name(), keywords_by_slug()
    for entry in said["suggestions"]:
        page, by = ids.get(entry["page"]), users.get(entry["by"])
        known = {"page_id": page, "folded": fold(entry["word"]), "suggested_by": by}
        if not (page and by) or KeywordSuggestion.objects.filter(**known).exists():
            continue
        decided = entry.get("decided")
        KeywordSuggestion.objects.create(
            **known,
            word=entry["word"],
            keyword=keywords.get(entry.get("keyword")),
            language=entry["language"],
            suggested_at=timezone.make_aware(entry["date"]),
            state=entry.get("state", KeywordSuggestion.WAITING),
            decided_by=users.get(said["care"]["editor"]) if decided else None,
            decided_at=timezone.make_aware(decided) if decided else None,
        )


def follows() -> None:
    users, keywords = users_by_name(), keywords_by_slug()
    for name, slugs in read("glossary")["follows"].items():
        for slug in slugs:
            if name in users and slug in keywords:
                KeywordFollow.objects.get_or_create(keyword=keywords[slug], user=users[name])
