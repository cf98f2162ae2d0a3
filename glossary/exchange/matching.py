"""Who is who: which concept of a file is which keyword of the glossary.

By address first: slug, former slug, origin, or the name that a table gives. Then by a
preferred label that is a label of the keyword in the same language, or by the name, which has
no language, where it is any word of the keyword.
"""

from django.utils.translation import gettext as _

from glossary.exchange.vocabulary import Concept, Problem, Vocabulary
from glossary.models import FormerAddress, Keyword, fold


class Matching:
    """A vocabulary beside the glossary as it is now."""

    def __init__(self, vocabulary: Vocabulary):
        self.vocabulary = vocabulary
        self.problems: list[Problem] = []
        self._know_the_glossary()
        self._know_the_file()
        #: {concept's key: keyword}
        self.matched: dict[str, Keyword] = {}
        self._match()

    def known_by_address(self, concept: Concept) -> Keyword | None:
        """The keyword that a concept says it is."""
        found = self.by_origin.get(concept.same_as) if concept.same_as else None
        if concept.foreign:
            return found
        found = self.by_slug.get(concept.slug) or found
        if found is None and not concept.slug:
            found = self.by_name.get(fold(concept.name))
        return found

    def keyword_meant(self, ref: str) -> Keyword | None:
        """The keyword that a link to something outside the file means."""
        keyword = self.by_slug.get(ref) or self.by_origin.get(ref)
        if keyword is None and self.vocabulary.links_by_word:
            keyword = self.by_name.get(fold(ref)) or self.by_word.get(fold(ref))
        return self.unmerged(keyword)

    def concept_meant(self, ref: str) -> Concept | None:
        """The concept of the file that a link means."""
        found = self.by_key.get(ref)
        if found is None and self.vocabulary.links_by_word:
            found = self.in_file.get(ref) or self.in_file.get(fold(ref))
        return found

    def unmerged(self, keyword: Keyword | None) -> Keyword | None:
        """The keyword that one was merged into, itself if into none."""
        while keyword is not None and keyword.merged_into_id:
            keyword = self.keywords[keyword.merged_into_id]
        return keyword

    def _know_the_glossary(self):
        rows = Keyword.objects.select_related("group", "merged_into").with_labels().order_by("pk")
        self.keywords = {keyword.pk: keyword for keyword in rows}
        self.by_slug = {keyword.slug: keyword for keyword in self.keywords.values()}
        for slug, pk in FormerAddress.objects.values_list("slug", "keyword_id"):
            self.by_slug.setdefault(slug, self.keywords[pk])
        self.by_origin, self.by_name, self.by_word, self.by_label = {}, {}, {}, {}
        # Those that were merged come last: their words are the others' now.
        for keyword in sorted(self.keywords.values(), key=lambda each: each.merged_into_id or 0):
            if keyword.same_as:
                self.by_origin.setdefault(keyword.same_as, keyword)
            self.by_name.setdefault(keyword.folded, keyword)
            self.by_word.setdefault(keyword.folded, keyword)
            for label in keyword.labels.all():
                self.by_label.setdefault((label.language, label.folded), keyword)
                self.by_word.setdefault(label.folded, keyword)

    def _know_the_file(self):
        """Who is meant by a word in the file: keys, then slugs, names and labels."""
        self.by_key, self.in_file = {}, {}
        for concept in self.vocabulary.concepts:
            if (other := self.by_key.setdefault(concept.key, concept)) is not concept:
                sentence = _("« %(word)s » est déjà à un autre endroit : %(where)s.")
                sentence %= {"word": concept.key, "where": other.where}
                self.problems.append(Problem(concept.where, sentence, concept.at))
        for words_of in (
            lambda concept: [concept.slug],
            lambda concept: [fold(concept.word)],
            lambda concept: map(fold, concept.words()),
        ):
            for concept in self.vocabulary.concepts:
                for word in words_of(concept):
                    self.in_file.setdefault(word, concept)

    def _match(self):
        claimed = {}
        for find in (self.known_by_address, self._known_by_label):
            for concept in self.vocabulary.concepts:
                keyword = None if concept.key in self.matched else find(concept)
                if keyword is None:
                    continue
                other = claimed.setdefault(keyword.pk, concept)
                if other is concept:
                    self.matched[concept.key] = keyword
                elif (
                    other.key != concept.key
                    and not concept.foreign
                    and (not concept.slug or find == self.known_by_address)
                ):
                    sentence = _("« %(word)s » et %(where)s sont le même mot-clé « %(name)s ».")
                    sentence %= {
                        "word": concept.word,
                        "where": other.where,
                        "name": keyword.name,
                    }
                    self.problems.append(Problem(concept.where, sentence, concept.at))

    def _known_by_label(self, concept):
        for language, text in concept.labels.items():
            if found := self.by_label.get((language, fold(text))):
                return found
        found = self.by_name.get(fold(concept.word))
        return found or (self.by_word.get(fold(concept.name)) if concept.name else None)
