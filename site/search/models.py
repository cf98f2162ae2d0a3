"""The rows that the search page searches, and the notes of what is yet to be indexed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page
from wagtail.search import index

from search import analysis
from search.fields import ColumnField, TermsField, WordsField

#: Parts the name of a document's piece from the number of a stretch of it.
STRETCH = "/"


class Kind(models.TextChoices):
    """What sort of thing was found."""

    MINUTES = "minutes", _("Compte rendu")
    ARTICLE = "article", _("Article")
    ROSTER = "roster", _("Liste de participants")
    WORKGROUP = "workgroup", _("Groupe de travail")
    TEXT = "text", _("Page")
    COMMENT = "comment", _("Commentaire")
    DOCUMENT = "document", _("Document")
    PERSON = "person", _("Personne")
    KEYWORD = "keyword", _("Mot-clé")
    DECISION = "decision", _("Décision")
    ACTION = "action", _("Action")


#: What has a name of its own that people may know.
NAMED = (
    Kind.MINUTES,
    Kind.ARTICLE,
    Kind.ROSTER,
    Kind.WORKGROUP,
    Kind.TEXT,
    Kind.PERSON,
    Kind.KEYWORD,
)


class Findable(index.Indexed, models.Model):
    """One piece that can be found: a section of a page, a comment, a person, a decision…

    It is made from its source by `search.sources` and never edited. It says nothing about
    who may see it: that is asked of the database with each search.
    """

    source_type = models.CharField(max_length=100)
    source_id = models.BigIntegerField()
    part = models.CharField(max_length=100, blank=True)
    #: What counts as one result, whichever of its rows were found: see `name_thing`.
    thing = models.CharField(max_length=230, blank=True, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    page = models.ForeignKey(Page, null=True, on_delete=models.CASCADE, related_name="+")
    workgroup = models.ForeignKey(Page, null=True, on_delete=models.SET_NULL, related_name="+")
    #: The place in the page that it opens at, or the slug of what has no page.
    anchor = models.CharField(max_length=255, blank=True)
    title = models.TextField()
    heading = models.TextField(blank=True)
    text = models.TextField(blank=True)
    author = models.TextField(blank=True)
    date = models.DateField(null=True)
    #: Primary key of the document that it is found in: its collection may be closed.
    document_id = models.BigIntegerField(null=True)
    #: Primary keys of the keywords that it carries, published or not.
    keyword_ids = models.JSONField(default=list)
    #: The people that it names in their own right: who came, who wrote, whose task it is.
    person_names = models.JSONField(default=list)
    # Ready terms, so that every engine, and the database alone, looks for the same.
    title_terms = models.TextField(blank=True)
    context_terms = models.TextField(blank=True)
    heading_terms = models.TextField(blank=True)
    # What it is found by that it does not say itself stands apart, to be left out when asked.
    keyword_terms = models.TextField(blank=True)
    keyword_words = models.TextField(blank=True)
    text_terms = models.TextField(blank=True)
    words = models.TextField(blank=True)
    author_words = models.TextField(blank=True)
    #: What it is called, for suggesting it by the beginning of that; empty for what has no name.
    title_words = models.TextField(blank=True)

    #: It would show in the back office as a use of the page.
    wagtail_reference_index_ignore = True
    search_fields = [
        TermsField("title_terms", boost=4),
        TermsField("keyword_terms", boost=3),
        TermsField("heading_terms", boost=2),
        TermsField("text_terms"),
        TermsField("context_terms", boost=0.3),
        WordsField("words"),
        WordsField("keyword_words"),
        WordsField("title_words"),
        index.FilterField("id"),
        index.FilterField("author_words"),
        ColumnField("source_type", settled=True),
        ColumnField("source_id", settled=True),
        ColumnField("thing"),
        ColumnField("kind", settled=True),
        ColumnField("language"),
        ColumnField("page"),
        ColumnField("workgroup"),
        ColumnField("date"),
        ColumnField("author"),
        ColumnField("document_id"),
        ColumnField("keyword_ids", several=True),
        ColumnField("person_names", several=True),
    ]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_type", "source_id", "part"], name="findable_once"
            )
        ]
        # The decisions of certain pages are looked for on their own.
        indexes = [models.Index(fields=["kind", "page"], name="findable_by_kind")]

    def __str__(self):
        return f"{self.kind}: {self.title}"

    @property
    def names(self) -> str:
        """The names that it goes by in its language; none where its title is that of its page."""
        if self.kind not in NAMED or STRETCH in self.part or self.heading:
            return ""
        # The text of a person is how else they are called.
        return f"{self.title}\n{self.text}" if self.kind == Kind.PERSON else self.title

    def name_thing(self) -> None:
        """Sets `thing`: the source, as all sections of a page are one result, or its own part."""
        self.thing = f"{self.source_type}:{self.source_id}"
        if self.kind in (Kind.DECISION, Kind.ACTION, Kind.DOCUMENT):
            self.thing += f":{self.part.partition(STRETCH)[0]}"

    def analyse(self, keywords=(), whole: str = "", is_part: bool = False) -> None:
        """Fills the columns of ready terms.

        `keywords` are labels in any language, `whole` a text to be found by instead of its
        own, and the title of what `is_part` of something bigger counts for little. Comments,
        decisions and actions show the title of their page and are not found by it, else all
        of them would come with the page.
        """
        title = " ".join(analysis.terms(self.title, self.language))
        if self.kind in (Kind.COMMENT, Kind.DECISION, Kind.ACTION):
            title = ""
        self.title_terms, self.context_terms = ("", title) if is_part else (title, "")
        self.heading_terms = " ".join(analysis.terms(self.heading, self.language))
        self.text_terms = " ".join(analysis.terms(whole or self.text, self.language))
        labels = [analysis.words(label) for label in keywords]
        self.keyword_terms = " ".join(
            term
            for label in labels
            for language in analysis.LANGUAGES
            for term in (analysis.stem(word, language) for word in label)
        )
        self.author_words = " " + " ".join(analysis.words(self.author)) + " "
        said = analysis.words(f"{self.title if title else ''} {self.heading} {whole or self.text}")
        self.words = " ".join(dict.fromkeys(said))
        self.keyword_words = " ".join(dict.fromkeys(word for label in labels for word in label))
        called = analysis.words(self.names)
        if self.kind == Kind.KEYWORD:
            called += self.keyword_words.split()
        self.title_words = " ".join(dict.fromkeys(called))


class OutboxEntry(models.Model):
    """An object that was saved or deleted and is yet to be indexed; see `search.outbox`.

    Each change adds a row of its own: a shared one could be worked off and removed just
    before a later change that it stands for is committed.
    """

    root = models.CharField(max_length=100)
    key = models.CharField(max_length=255)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "outbox entries"

    def __str__(self):
        return f"{self.root} {self.key}"


class MissedQuery(models.Model):
    """Words that a search found nothing for, however often; see `search.missed`."""

    words = models.CharField(_("mots cherchés"), max_length=100)
    #: Of the interface that they were typed in.
    language = models.CharField(_("langue"), max_length=5, choices=settings.LANGUAGES)
    times = models.PositiveIntegerField(_("fois"), default=1)
    first_day = models.DateField(_("d’abord le"))
    last_day = models.DateField(_("la dernière fois le"), db_index=True)
    #: When something was last done about it; a search in vain after that day asks for more.
    handled_day = models.DateField(_("traitée le"), null=True)

    class Meta:
        verbose_name = _("recherche sans résultat")
        verbose_name_plural = _("recherches sans résultat")
        constraints = [
            models.UniqueConstraint(fields=["words", "language"], name="missed_query_once")
        ]

    def __str__(self):
        return self.words
