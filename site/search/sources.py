"""Who answers for what can be found: sections register a Source for each of their models.

    class MinutesSource(PageSource):
        model = MinutesPage

        def pieces(self, page):
            yield from page_pieces(page, Kind.MINUTES, date=page.meeting_date)

    register(MinutesSource)        # in findables.py, imported by AppConfig.ready()

A Source says what pieces an object is found by, and which objects a reader may see. Pieces
are stored as Findable; rights are not: they are asked of the database with each search.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date as Date
from functools import cached_property

import numpy as np
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.signals import post_delete, post_save, pre_delete
from wagtail.models import Page
from wagtail.signals import page_published, post_page_move

from accounts.visibility import visible_pages
from pages.files import closed_documents
from pages.legible import legible
from search import outbox
from search.matched import Matched
from search.model_index import failing_alone, indexed_root
from search.queries import AmongKeys


@dataclass(frozen=True)
class Piece:
    """One thing to be found; `part` names it among the pieces of its source, and stays."""

    part: str
    kind: str
    title: str
    text: str = ""
    heading: str = ""
    language: str = ""
    date: Date | None = None
    author: str = ""
    anchor: str = ""
    #: Labels and synonyms, in any language, that it is found by besides its words.
    keywords: tuple[str, ...] = ()
    #: Primary keys of the keywords that it carries.
    keyword_ids: tuple[int, ...] = ()
    #: Names of those it names in their own right: who came, who wrote, whose task it is.
    people: tuple[str, ...] = ()
    #: What it is found by instead of `text`: a whole page for the piece it opens with.
    whole: str = ""
    #: Primary key of the document that says it.
    document_id: int | None = None
    #: A part of something that has a piece of its own, which its title is better found by.
    is_part: bool = False


class Source:
    """How the objects of one model are found. A model of its own table, with integer keys."""

    model: type[models.Model]

    def pieces(self, obj) -> Iterable[Piece]:
        """What the object is found by; nothing if it should not be found at all."""
        raise NotImplementedError

    def page(self, obj) -> Page | None:
        """The page that the object stands on, if it stands on one."""
        return None

    def workgroup(self, obj) -> Page | None:
        """The workgroup it belongs to, if it belongs to one: that of its page."""
        page = self.page(obj)
        return source_of(page.specific).workgroup(page.specific) if page else None

    def visible(self, user) -> models.QuerySet:
        """The objects that this user may see, as a queryset of `model`.

        It is asked by itself, and may lean on lists of keys that were asked before.
        """
        raise NotImplementedError

    def url(self, row, page_url: str) -> str:
        """Where a row opens, given the address of its page if it has one."""
        return f"{page_url}#{row.anchor}" if row.anchor else page_url

    @classmethod
    def label(cls) -> str:
        return cls.model._meta.label_lower


class PageSource(Source):
    """A type of page: seen by whoever may see the page."""

    def page(self, obj):
        return obj

    def workgroup(self, obj):
        """The nearest page around it, itself included, that the site counts as a workgroup."""
        return getattr(obj, "workgroup", None)

    def visible(self, user):
        return visible_pages(user)


@dataclass(frozen=True)
class Name:
    """What a keyword is called in the reader's language, and where it is."""

    text: str
    language: str
    slug: str
    url: str


class VocabularySource(Source):
    """The source of settings.KEYWORD_MODEL, whose objects other things are tagged with."""

    def names(self, ids: Iterable[int]) -> dict[int, Name]:
        """What the keywords with these primary keys are called."""
        raise NotImplementedError

    def words(self, ids: Iterable[int]) -> dict[int, list[str]]:
        """All that these keywords are called, in any language; what the reader reads first."""
        raise NotImplementedError

    def named(self, texts: Collection[str]) -> dict[str, tuple[list[int], list[int]]]:
        """The published keywords that each text is the slug of, and those that it names.

        A name is a label or synonym in any language, without regard to case and accents.
        Without regard to who asks: what they may see of it is masked like all else.
        """
        raise NotImplementedError

    def synonym_url(self, word: str, language: str, user) -> str:
        """Where this user can make a word a synonym of a keyword; "" for whoever may not."""
        raise NotImplementedError


class OddSource(Source):
    """Answers for models that nobody has registered: not found, and of no workgroup."""

    def pieces(self, obj):
        return ()

    def workgroup(self, obj):
        return None


_sources: dict[str, Source] = {}


def register(source: type[Source]) -> type[Source]:
    """Makes a model's objects findable; also a class decorator."""
    _sources[source.label()] = source()
    if not hasattr(source.model, "get_search_fields"):
        # modelsearch hears of saved and deleted objects of indexed models, and tells the outbox.
        post_save.connect(_changed, sender=source.model, dispatch_uid=f"search {source.label()}")
        post_delete.connect(_changed, sender=source.model, dispatch_uid=f"search {source.label()}")
    return source


def registered() -> list[Source]:
    return list(_sources.values())


def source_of(obj) -> Source:
    return _sources.get(obj._meta.label_lower) or OddSource()


def source_named(label: str) -> Source:
    return _sources.get(label) or OddSource()


def vocabulary() -> VocabularySource:
    """The source that answers for keywords."""
    return _sources[settings.KEYWORD_MODEL.lower()]


def follow(sender: type[models.Model], said_by) -> None:
    """When a `sender` is saved or deleted, the objects `said_by(instance)` are indexed anew."""

    def changed(instance, **kwargs):
        if not kwargs.get("raw"):
            outbox.add(*said_by(instance))

    uid = f"search follows {sender._meta.label_lower}"
    # weak=False: nobody else holds this function.
    post_save.connect(changed, sender=sender, weak=False, dispatch_uid=uid)
    # Before: what was tied to it is not known any more when it is gone.
    pre_delete.connect(changed, sender=sender, weak=False, dispatch_uid=uid)


def listen() -> None:
    """Hears what the saving of a page does not tell, or tells before its parts are saved."""
    page_published.connect(_published, dispatch_uid="search page_published")
    post_page_move.connect(_moved, dispatch_uid="search post_page_move")


def _changed(instance, **kwargs):
    if not kwargs.get("raw"):
        outbox.add(instance)


def _published(instance, **kwargs):
    outbox.add(instance)


def _moved(instance, **kwargs):
    # Rights need nothing; but everything below may belong to another workgroup now.
    outbox.add(*instance.get_descendants(inclusive=True))


# --- What a reader may see -------------------------------------------------------------------


#: Up to so many objects are asked about by their keys; of more, all that may be seen are asked for.
_FEW = 2_000


class Mask:
    """Which objects a reader may see, asked of the database with small queries, once a search.

    One query for all page types, and one for every other source that something is asked of:
    all of them in one would be nested deeper than SQLite's parser goes. What no registered
    source answers for is hidden, and so is what the database does not know.
    """

    def __init__(self, user):
        self.user = user
        #: By source: the keys that were asked about, None for all; and those that may be seen.
        self._known: dict[str, tuple[np.ndarray | None, np.ndarray]] = {}

    def visible(self, label: str, ids: np.ndarray) -> np.ndarray:
        """Which of these objects (primary keys) may be seen: booleans, one for each."""
        source = _sources.get(label)
        if source is None or not len(ids):
            return np.zeros(len(ids), dtype=bool)
        key = PageSource.__name__ if isinstance(source, PageSource) else label
        asked, seen = self._known.get(key, (np.array([], dtype=np.int64), None))
        if seen is None or not (asked is None or np.isin(ids, asked).all()):
            asked, seen = self._known[key] = self._ask(source, np.unique(ids))
        return np.isin(ids, seen)

    def rows(self, matched: Matched) -> np.ndarray:
        """Which rows may be seen: booleans, one for each."""
        pages = {source.label() for source in registered() if isinstance(source, PageSource)}
        others = [{label} for label in _sources if label not in pages]
        shown = np.zeros(len(matched), dtype=bool)
        for labels in [pages, *others]:
            own = matched.source.having(labels)
            if own.any():
                shown[own] = self.visible(min(labels), matched.source_ids[own])
        if matched.document.values:
            shown &= ~matched.document.having(self._closed)
        return shown

    @cached_property
    def _closed(self) -> frozenset[int]:
        """The documents that are closed to the reader, on whatever page they stand."""
        return frozenset(closed_documents(self.user).values_list("pk", flat=True))

    def _ask(self, source: Source, ids: np.ndarray):
        seen = source.visible(self.user).order_by()
        asked = ids if len(ids) <= _FEW else None
        if asked is not None:
            seen = seen.filter(AmongKeys(F("pk"), ids.tolist()))
        return asked, np.fromiter(seen.values_list("pk", flat=True), dtype=np.int64)


def rows_of(keys: dict[str, set[str]]) -> Q:
    """The rows of Findable made from these objects, given as keys by the label of their root."""
    made = Q(pk__in=[])
    for source in registered():
        ids = [int(key) for key in keys.get(indexed_root(source.model)._meta.label_lower, ())]
        if ids:
            made |= Q(source_type=source.label(), source_id__in=ids)
    return made


# --- Rows from objects -------------------------------------------------------------------------


def refresh(root: type[models.Model], found: list[models.Model], missing: set[str]) -> None:
    """Makes the rows of these objects true again, and has them indexed."""
    from search.models import Findable

    labels = [source.label() for source in registered() if indexed_root(source.model) is root]
    if not labels:
        return
    gone = [int(key) for key in missing if key.isdigit()]
    if gone:
        _remove(Findable.objects.filter(source_type__in=labels, source_id__in=gone))
    for obj in found:
        if obj._meta.label_lower in _sources:
            made = False
            with failing_alone(obj):
                _refresh_one(obj)
                made = True
            if not made:  # its rows may say what it has stopped saying
                _remove(
                    Findable.objects.filter(source_type=obj._meta.label_lower, source_id=obj.pk)
                )


def _refresh_one(obj) -> None:
    from search.models import Findable

    source = source_of(obj)
    page, workgroup = source.page(obj), source.workgroup(obj)
    own = Findable.objects.filter(source_type=source.label(), source_id=obj.pk)
    rows = {}
    for piece in source.pieces(obj):
        row = Findable(
            source_type=source.label(),
            source_id=obj.pk,
            page_id=page.pk if page else None,
            workgroup_id=workgroup.pk if workgroup else None,
            part=piece.part,
            kind=piece.kind,
            language=piece.language,
            title=_clean(piece.title),
            heading=_clean(piece.heading),
            text=_clean(piece.text),
            author=_clean(piece.author),
            date=piece.date,
            document_id=piece.document_id,
            anchor=piece.anchor,
            keyword_ids=list(dict.fromkeys(piece.keyword_ids)),
            person_names=list(dict.fromkeys(map(_clean, piece.people))),
        )
        row.name_thing()
        row.analyse(piece.keywords, _clean(piece.whole), piece.is_part)
        rows[piece.part] = row
    _remove(own.exclude(part__in=rows))
    unique = ["source_type", "source_id", "part"]
    Findable.objects.bulk_create(
        rows.values(),
        batch_size=100,
        update_conflicts=True,
        unique_fields=unique,
        update_fields=[
            field.name
            for field in Findable._meta.concrete_fields
            if not field.primary_key and field.name not in unique
        ],
    )
    outbox.note(*own.only("pk"))


def _remove(rows) -> None:
    stale = list(rows.only("pk"))
    if stale:
        outbox.note(*stale)  # while they still have their keys
        rows._raw_delete(rows.db)


def _clean(text: str) -> str:
    return legible(str(text)).strip()


def refresh_everything() -> int:
    """Makes every row anew from its source; what `refresh_findables` runs. How many objects."""
    from search.models import Findable

    Findable.objects.exclude(source_type__in=_sources).delete()
    total = 0
    for source in registered():
        for obj in source.model._default_manager.order_by("pk").iterator(chunk_size=100):
            outbox.note(obj)
            total += 1
            if total % outbox.BATCH == 0:
                outbox.drain()  # what waits is not found, so that little should wait at a time
        gone = Findable.objects.filter(source_type=source.label()).exclude(
            source_id__in=source.model._default_manager.order_by().values("pk")
        )
        _remove(gone)
    outbox.drain()
    return total
