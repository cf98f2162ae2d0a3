"""What search finds of the glossary: keywords by every label, synonym and definition."""

from collections import defaultdict

from django.db.models import Q, prefetch_related_objects
from django.urls import reverse
from django.utils.http import urlencode
from wagtail.models import Page

from accounts.duties import keeps_glossary
from glossary.models import Keyword, KeywordLabel, PageKeyword, fold
from pages.languages import interface_language
from search.models import Kind
from search.pieces import labels_of
from search.sources import Name, Piece, VocabularySource, follow, register


@register
class KeywordSource(VocabularySource):
    """A keyword exists for a reader as `KeywordQuerySet.existing_for` says."""

    model = Keyword

    def pieces(self, keyword):
        prefetch_related_objects([keyword], "labels")  # read many times below
        for language in ("fr", "nl", "en"):
            definition = getattr(keyword, f"definition_{language}")
            labels = [label for label in keyword.labels.all() if label.language == language]
            if language == "fr" or definition or labels:
                yield Piece(
                    part="" if language == "fr" else language,
                    kind=Kind.KEYWORD,
                    language=language,
                    title=keyword.label_in(language),
                    text=definition,
                    anchor=keyword.slug,
                    keywords=tuple(labels_of(keyword)),
                    keyword_ids=(keyword.pk,),
                )

    def visible(self, user):
        return Keyword.objects.existing_for(user)

    def names(self, ids):
        return {
            keyword.pk: Name(
                text=keyword.label,
                language=keyword.label_language,
                slug=keyword.slug,
                url=keyword.get_absolute_url(),
            )
            for keyword in Keyword.objects.filter(pk__in=ids).with_labels()
        }

    def words(self, ids):
        language, words = interface_language(), {}
        rows = Keyword.objects.filter(pk__in=ids).order_by("pk", "labels__kind", "labels__pk")
        columns = ("pk", "name", "labels__text", "labels__kind", "labels__language")
        for pk, name, text, *said in rows.values_list(*columns):
            known = words.setdefault(pk, [name])
            if text:
                shown = said == [KeywordLabel.PREFERRED, language]
                known.insert(0 if shown else len(known), text)
        return words

    def named(self, texts):
        by_slug, by_label = defaultdict(set), defaultdict(set)
        folded = {fold(text) for text in texts}
        published = Keyword.objects.filter(live=True).order_by()
        ways = Q(labels__folded__in=folded) | Q(folded__in=folded) | Q(slug__in=texts)
        columns = ("pk", "slug", "folded", "labels__folded")
        for pk, slug, name, label in published.filter(ways).values_list(*columns):
            by_slug[slug].add(pk)
            by_label[name].add(pk)
            by_label[label].add(pk)
        return {text: (sorted(by_slug[text]), sorted(by_label[fold(text)])) for text in texts}

    def synonym_url(self, word, language, user):
        if not keeps_glossary(user):
            return ""
        return f"{reverse('keyword_synonym')}?{urlencode({'word': word, 'language': language})}"

    def url(self, row, page_url):
        return Keyword(slug=row.anchor).get_absolute_url()


def tagged_with(keyword):
    """What carries a keyword, and so is found by its labels."""
    pages = Page.objects.filter(keyword_uses__tag=keyword)
    return [*pages, *keyword.comments.all()]


follow(Keyword, tagged_with)
follow(KeywordLabel, lambda label: [label.keyword, *tagged_with(label.keyword)])
follow(PageKeyword, lambda use: Page.objects.filter(pk=use.content_object_id))
