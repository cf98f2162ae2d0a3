"""Each engine finds, forgets and ranks as Whoosh does, and a lost one is built again.

Elasticsearch and OpenSearch are stood in for by osmem-server, which speaks as OpenSearch does.
"""

import contextlib
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from modelsearch.query import And, Fuzzy, Not, Or, Phrase, PlainText
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from search import analysis, outbox
from search.engines.postgresql import Labels as PostgresLabels
from search.engines.postgresql import PostgresFiles, tsquery, vector
from search.index_folder import IndexBusyError, IndexUnavailableError
from search.model_index import family
from search.models import Findable, Kind, OutboxEntry
from search.queries import Prefix
from search.whoosh_index import query
from tests.search.conftest import WHOOSH_ONLY

BACKENDS = {
    "whoosh": "search.backend",
    "database": "search.engines.postgresql",
    "elasticsearch9": "search.engines.elasticsearch",
    "opensearch3": "search.engines.opensearch",
}


@pytest.fixture(scope="session")
def server():
    """The address of a server that lasts as long as the tests."""
    osmem = pytest.importorskip("osmem_server", reason="osmem-server is not installed")
    with osmem.OsmemServer.start() as started:
        yield started.url
    started.process.stdout.close()  # it is left open, and Python says so


@pytest.fixture
def plain_types(monkeypatch):
    """Elasticsearch's client with the media type of before version 8: osmem has no other."""
    elasticsearch = pytest.importorskip("elasticsearch")
    from elastic_transport import Urllib3HttpNode

    from search.engines.elasticsearch import ElasticsearchBackend

    class PlainTypes(Urllib3HttpNode):
        def perform_request(self, method, target, body=None, headers=None, **options):
            kept = {
                name: value.replace("vnd.elasticsearch+", "").partition(";")[0]
                for name, value in (headers or {}).items()
            }
            return super().perform_request(method, target, body, kept, **options)

    def connect(self, url):
        return elasticsearch.Elasticsearch(url, node_class=PlainTypes)

    monkeypatch.setattr(ElasticsearchBackend, "connect", connect)


@pytest.fixture(params=BACKENDS)
def engine(request, settings, db):
    """A backend of each engine in turn, made the site's own."""
    own = settings.WAGTAILSEARCH_BACKENDS["default"] | {"BACKEND": BACKENDS[request.param]}
    if request.param == "database" and connection.vendor != "postgresql":
        pytest.skip("full text search in the database needs PostgreSQL")
    if request.param in ("elasticsearch9", "opensearch3"):
        own |= {"URL": request.getfixturevalue("server"), "PREFIX": f"test-{uuid4().hex}"}
    if request.param == "elasticsearch9":
        request.getfixturevalue("plain_types")
    if request.param == "opensearch3":
        pytest.importorskip("opensearchpy")
    settings.WAGTAILSEARCH_BACKENDS = {"default": own}
    return get_search_backend()


def row(title, text="", heading="", **changes):
    given = {"source_type": "x.y", "source_id": Findable.objects.count() + 1, "language": "fr"}
    made = Findable(kind=Kind.TEXT, title=title, text=text, heading=heading, **given | changes)
    made.analyse()
    made.save()
    return made


def found(engine, wanted, **options):
    results = engine.search(wanted, Findable.objects.all(), **options)
    titles = [hit.title for hit in results]
    assert not results.degraded
    assert results.count() == len(titles)
    return titles


@pytest.fixture
def rows(engine):
    row("Réunion", "La réunion du conseil parle de coaching et de lecture.")
    row("Conseil", "On lit, rien de plus.")
    row("Autre", "Le conseil de lecture se réunit.", heading="Lecture")
    outbox.drain()


def row_terms(text):
    return analysis.terms(text, "fr")


def terms(text):
    return PlainText(" ".join(row_terms(text)))


def test_it_finds_words_phrases_beginnings_and_all_their_combinations(engine, rows):
    assert set(found(engine, terms("conseil"))) == {"Réunion", "Conseil", "Autre"}
    assert set(found(engine, And([terms("conseil"), terms("lecture")]))) == {"Réunion", "Autre"}
    assert set(found(engine, Or([terms("coaching"), terms("rien")]))) == {"Réunion", "Conseil"}
    assert found(engine, And([terms("conseil"), Not(terms("lecture"))])) == ["Conseil"]
    assert set(found(engine, Not(terms("coaching")))) == {"Conseil", "Autre"}
    assert found(engine, Phrase(" ".join(row_terms("conseil de lecture")))) == ["Autre"]
    assert found(engine, Phrase(" ".join(row_terms("lecture conseil")))) == []
    assert found(engine, Prefix("coach")) == ["Réunion"]
    assert found(engine, And([Prefix("lect"), Not(Prefix("coach"))])) == ["Autre"]
    assert found(engine, terms("inconnu")) == []


def test_it_puts_a_word_of_the_title_before_one_of_the_text(engine, rows):
    assert found(engine, terms("conseil"))[0] == "Conseil"
    assert found(engine, terms("lecture"))[0] == "Autre"  # a heading and the text


def test_it_looks_only_into_the_fields_asked_for(engine, rows):
    assert found(engine, terms("conseil"), fields=["title_terms"]) == ["Conseil"]
    assert found(engine, terms("lecture"), fields=["heading_terms"]) == ["Autre"]


def test_it_follows_changes_and_deletions(engine, rows):
    changed, gone = Findable.objects.get(title="Réunion"), Findable.objects.get(title="Autre")
    changed.text = "Plus un mot."
    changed.analyse()
    changed.save()
    gone.delete()
    outbox.drain()
    assert found(engine, terms("lecture")) == []
    assert found(engine, terms("conseil")) == ["Conseil"]
    held = engine.get_index_for_model(Findable).files.search(
        query.Term("s__text_terms", row_terms("lecture")[0])
    )
    assert held == []


def test_it_searches_pages_in_their_own_language(engine, workgroup):
    outbox.drain()
    results = engine.search("couveuses", Page.objects.all())
    assert [page.pk for page in results] == [workgroup.pk]
    assert [page.pk for page in engine.autocomplete("couv", Page.objects.all())] == [workgroup.pk]
    assert list(engine.search("introuvable", Page.objects.all())) == []


def test_it_is_built_again_when_it_is_lost(engine, rows):
    index = engine.get_index_for_model(Findable)
    for key, _ in index.files.search(query.Term("s__text_terms", row_terms("conseil")[0])):
        with index.files.writing() as writer:
            writer.remove(key)
    assert found(engine, terms("coaching")) == []
    index.rebuild()
    assert found(engine, terms("coaching")) == ["Réunion"]


def test_it_gives_nothing_before_it_is_built_and_then_all(engine):
    files = engine.get_index_for_model(Findable).files
    assert not files.is_ready()
    with pytest.raises(IndexUnavailableError):
        files.search(query.Term("s__text_terms", "x"))
    Findable.objects.all().delete()
    row("Premier", "couveuse")
    outbox.drain()
    assert found(engine, terms("couveuse")) == ["Premier"]
    assert files.is_ready() and files.exists()


def test_it_shows_the_old_index_until_the_new_one_is_whole(engine, rows):
    files = engine.get_index_for_model(Findable).files
    with pytest.raises(ZeroDivisionError), files.writing(anew=True) as writer:
        writer.put("1", {"s__text_terms": "autre"})
        1 / 0  # noqa: B018
    assert found(engine, terms("coaching")) == ["Réunion"]


@contextlib.contextmanager
def held_elsewhere(engine):
    """The lock of writers, held by another connection where it is a lock of PostgreSQL's."""
    if not shares_its_lock(engine):
        with engine.lock(0):
            yield
        return
    with contextlib.closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(732724)")
        yield
        cursor.execute("SELECT pg_advisory_unlock(732724)")


def test_it_lets_one_writer_in_at_a_time(engine):
    with held_elsewhere(engine), pytest.raises(IndexBusyError), engine.lock(0):
        pass
    with engine.lock(0):
        pass
    with engine.lock(0):  # the first has left
        pass


def shares_its_lock(engine):
    whoosh = engine.__class__.__module__ == BACKENDS["whoosh"]
    return connection.vendor == "postgresql" and not whoosh


def test_a_server_that_is_away_leaves_the_database_to_answer(settings, db):
    pytest.importorskip("opensearchpy")
    own = settings.WAGTAILSEARCH_BACKENDS["default"]
    own |= {"BACKEND": BACKENDS["opensearch3"], "URL": "http://127.0.0.1:1", "PREFIX": "nobody"}
    settings.WAGTAILSEARCH_BACKENDS = {"default": own}
    row("Seul", "couveuse")
    OutboxEntry.objects.all().delete()  # it was indexed before the server went away
    results = get_search_backend().search(terms("couveuse"), Findable.objects.all())
    assert [hit.title for hit in results] == ["Seul"]
    assert results.degraded
    assert outbox.drain() == 0
    with (
        pytest.raises(IndexBusyError),
        get_search_backend().get_index_for_model(Findable).files.writing(anew=True),
    ):
        pass


class TestVectorsAndQueries:
    """PostgreSQL's own way of writing them."""

    @pytest.fixture
    def labels(self):
        return PostgresLabels(family(Findable))

    def test_it_tells_stems_words_and_fields_apart(self, labels):
        written = vector({"s__title_terms": "reunion", "s__words": "reunions"}, labels)
        assert written == "'reunion':1A '=reunions':4A"

    def test_it_asks_for_a_term_of_all_fields_without_naming_any(self, labels):
        names = [f"s__{name}_terms" for name in ("title", "keyword", "heading", "text", "context")]
        assert tsquery(query.Or([query.Term(name, "a") for name in names]), labels) == "(('a'))"
        assert tsquery(query.Term(names[0], "a"), labels) == "('a':A)"

    def test_it_writes_what_is_too_long_as_far_as_it_goes(self, labels):
        text = " ".join(f"mot{number}" for number in range(200_000))
        written = vector({"s__text_terms": text}, labels)
        assert written.startswith("'mot0':1D 'mot1':2D")
        assert "'mot30000' " in written  # without its place
        assert len(written.encode()) < 2**20 * 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="it is about PostgreSQL's plan")
def test_postgresql_answers_from_its_index(settings, db):
    own = settings.WAGTAILSEARCH_BACKENDS["default"] | {"BACKEND": BACKENDS["database"]}
    settings.WAGTAILSEARCH_BACKENDS = {"default": own}
    files = get_search_backend().get_index_for_model(Findable).files
    assert isinstance(files, PostgresFiles)
    with files.writing(anew=True) as writer:
        for number in range(20_000):
            said = f"mot{number % 997} terme{number % 31} commun"
            writer.put(str(number), {"s__text_terms": said, "s__words": said})
    asked = query.And([query.Term("s__text_terms", "mot5"), query.Prefix("s__words", "terme1")])
    with connection.cursor() as cursor:
        sql, values = files.statement(asked)
        cursor.execute(f"EXPLAIN ANALYZE {sql}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    print(plan)
    assert "Bitmap Index Scan" in plan
    assert "Seq Scan" not in plan


def test_the_docs_list_what_only_whoosh_can_pass():
    said = (settings.BASE_DIR / "docs" / "search.md").read_text()
    assert [name for name in WHOOSH_ONLY if f"`{name}`" not in said] == []


@pytest.mark.parametrize("engine", ["elasticsearch9", "opensearch3"], indirect=True)
def test_a_server_gives_all_hits_and_those_nearly_spelt_so(engine, monkeypatch):
    monkeypatch.setattr("search.engines.servers.PAGE", 7)
    Findable.objects.all().delete()
    for number in range(30):
        row(f"Rang {number}", "couveuse")
    outbox.drain()
    assert len(found(engine, terms("couveuse"))) == 30
    assert len(found(engine, Fuzzy(row_terms("couveuse")[0] + "z"))) == 30
    assert found(engine, Fuzzy("introuvable")) == []
