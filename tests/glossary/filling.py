"""Many uses of a keyword at once, the way years of meetings would leave them."""

import datetime
import itertools
import uuid

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.models import Page

from glossary.models import PageKeyword
from minutes.models import ArticlePage, MinutesPage
from search.models import Findable, Kind
from tests import base

SPOKEN = "Nous avons parlé du portage et de ce qu’il coûte ; chacun a dit ce qu’il en sait. " * 8
_batch = itertools.count(1)


def fill_topic(keyword, groups, number, beside=()):
    """`number` uses of a keyword in these workgroups, over ten years; `beside` it on each page.

    Of ten uses, six are minutes with a decision, one an article and three comments. They are
    written to the tables at once, with the rows that search would make of them.
    """
    batch, now = next(_batch), timezone.now()
    pages = []
    for at in range(number * 7 // 10):
        is_article = at % 7 == 6
        group = groups[at % len(groups)]
        group.numchild += 1
        kind = ArticlePage if is_article else MinutesPage
        slug = f"u{batch}-{at}"
        pages.append(
            Page(
                title=f"Réunion {at}",
                draft_title=f"Réunion {at}",
                slug=slug,
                path=Page._get_path(group.path, group.depth + 1, group.numchild),
                depth=group.depth + 1,
                url_path=f"{group.url_path}{slug}/",
                content_type=ContentType.objects.get_for_model(kind),
                locale_id=group.locale_id,
                translation_key=uuid.uuid4(),
                first_published_at=now,
                last_published_at=now,
            )
        )
    Page.objects.bulk_create(pages, batch_size=200)
    for group in groups:
        Page.objects.filter(pk=group.pk).update(numchild=group.numchild)
    pages = list(Page.objects.filter(slug__startswith=f"u{batch}-").order_by("pk"))
    texts = [_text(page, at) for at, page in enumerate(pages)]
    for model in (MinutesPage, ArticlePage):
        rows = [text for text in texts if isinstance(text, model)]
        for start in range(0, len(rows), 50):
            model._base_manager._insert(
                rows[start : start + 50], fields=model._meta.local_concrete_fields, using="default"
            )
    PageKeyword.objects.bulk_create(
        [
            PageKeyword(tag=tag, content_object_id=page.pk)
            for page in pages
            for tag in _tags(keyword, beside, page)
        ],
        batch_size=300,
    )
    comments = [
        base.make_comment(
            pages[at % len(pages)],
            "Le portage, j’en suis.",
            keywords=[keyword],
            submit_date=datetime.datetime(
                2016 + at % 10, 1 + at % 12, 1 + at % 28, tzinfo=datetime.UTC
            ),
        )
        for at in range(number - len(pages))
    ]
    above = {group.path: group.pk for group in groups}
    rows = [
        row
        for page, text in zip(pages, texts, strict=True)
        for row in _findables(page, text, above[page.path[: -Page.steplen]])
    ]
    Findable.objects.bulk_create(rows, batch_size=60)
    return pages, comments


def _tags(keyword, beside, page):
    return [keyword, *(beside[(page.pk + at) % len(beside)] for at in range(min(3, len(beside))))]


def _text(page, at):
    day = datetime.date(2016 + at % 10, 1 + at % 12, 1 + at % 28)
    body = [
        ("heading", {"text": "Le portage", "level": "2"}),
        base.text_block(SPOKEN),
        ("decision", {"text": "<p>Le portage est gardé.</p>"}),
    ]
    if at % 7 == 6:
        return ArticlePage(page_ptr_id=page.pk, date=day, body=body)
    return MinutesPage(page_ptr_id=page.pk, meeting_date=day, ordinal=at + 1, body=body)


_analysed = {}


def _findables(page, text, group):
    kind = Kind.MINUTES if isinstance(text, MinutesPage) else Kind.ARTICLE
    for part, of_kind, heading, words in (
        ("", kind, "", "Liège, la maison"),
        ("portage", kind, "Le portage", SPOKEN),
        ("decision", Kind.DECISION, "Le portage", "Le portage est gardé."),
        ("suite", kind, "Autre point", "Rien de plus ce jour-là. " * 8),
    ):
        row = Findable(
            source_type=text._meta.label_lower,
            source_id=page.pk,
            part=part,
            kind=of_kind,
            language="fr",
            page_id=page.pk,
            workgroup_id=group,
            anchor=f"b-{part}" if part else "",
            title=page.title,
            heading=heading,
            text=words,
            date=getattr(text, "meeting_date", None) or text.date,
        )
        # The terms are the same for each, and are worked out once.
        key = (part, kind)
        if key not in _analysed:
            row.analyse(whole="" if part else SPOKEN, is_part=bool(part))
            _analysed[key] = row
        for column in ("title_terms", "context_terms", "heading_terms", "text_terms", "words"):
            setattr(row, column, getattr(_analysed[key], column))
        yield row
