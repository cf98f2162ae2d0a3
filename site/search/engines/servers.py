"""Elasticsearch and OpenSearch as the engine: what both of them understand.

One index for each root model, under an alias, with the fields of ready terms split at spaces
and nothing else done to them. A rebuilt index takes the alias over from the one before.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured

from search.backend import WhooshSearchBackend
from search.engines import EngineFiles, fingerprint, shared_lock
from search.fields import ColumnField
from search.index_folder import IndexBusyError, IndexUnavailableError
from search.model_index import WAIT
from search.whoosh_index import query

PAGE = 5_000  # hits fetched at a time; a server gives 10,000 at most
CHUNK = 500  # documents sent at a time
SCROLL = "1m"


def request(wanted: query.Query) -> dict:
    """The query of a request body that asks the same, boosts included."""
    if isinstance(wanted, query.Every):
        return {"match_all": {}}
    if isinstance(wanted, query.Term):
        return {"term": {wanted.fieldname: {"value": wanted.text, "boost": wanted.boost}}}
    if isinstance(wanted, query.FuzzyTerm):
        return {
            "fuzzy": {
                wanted.fieldname: {
                    "value": wanted.text,
                    "fuzziness": wanted.maxdist,
                    "prefix_length": wanted.prefixlength,
                    "boost": wanted.boost,
                }
            }
        }
    if isinstance(wanted, query.Prefix):
        return {"prefix": {wanted.fieldname: {"value": wanted.text, "boost": wanted.boost}}}
    if isinstance(wanted, query.Phrase):
        asked = {"query": " ".join(wanted.words), "boost": wanted.boost}
        return {"match_phrase": {wanted.fieldname: asked}}
    if isinstance(wanted, query.Or):
        parts = [request(part) for part in wanted]
        return {"bool": {"should": parts, "minimum_should_match": 1}}
    if isinstance(wanted, query.And):
        return {"bool": {"must": [request(part) for part in wanted]}}
    if isinstance(wanted, query.AndNot):
        return {"bool": {"must": [request(wanted.a)], "must_not": [request(wanted.b)]}}
    if isinstance(wanted, query.Not):
        return {"bool": {"must_not": [request(wanted.query)]}}
    raise NotImplementedError(
        f"`{type(wanted).__name__}` is not a query that this search engine knows."
    )


class ServerFiles(EngineFiles):
    """The index of one root model on a server."""

    def __init__(self, backend: "ServerSearchBackend", root: type, names, fingerprint: str):
        self.backend, self.root, self.names = backend, root, names
        self.alias = f"{backend.prefix}-{root._meta.label_lower}"
        self.fingerprint = fingerprint

    def exists(self) -> bool:
        return self._current() is not None

    def is_ready(self) -> bool:
        current = self._current()
        return current is not None and current.startswith(f"{self.alias}-{self.fingerprint}-")

    def _current(self) -> str | None:
        """The index that the alias stands for; None if there is none or no answer."""
        try:
            return next(iter(self.backend.client.indices.get_alias(name=self.alias)), None)
        except self.backend.errors:
            return None

    def search(self, wanted: query.Query) -> list[tuple[str, float]]:
        if not self.is_ready():
            raise IndexUnavailableError(f"{self.alias} has not been built, or does not answer.")
        client, found = self.backend.client, []
        body = {"query": request(wanted), "_source": False, "size": PAGE}
        try:
            answer = client.search(index=self.alias, body=body, scroll=SCROLL)
            while hits := answer["hits"]["hits"]:
                found += [(hit["_id"], hit["_score"]) for hit in hits]
                if len(hits) < PAGE:
                    break
                answer = client.scroll(body={"scroll_id": answer["_scroll_id"], "scroll": SCROLL})
            client.clear_scroll(body={"scroll_id": answer["_scroll_id"]})
        except self.backend.errors as error:
            raise IndexUnavailableError(f"{self.alias} cannot be used: {error}") from error
        return found

    @contextmanager
    def writing(self, *, anew: bool = False) -> Iterator["Writer"]:
        if not anew and not self.is_ready():
            raise IndexUnavailableError(f"{self.alias} has not been built, or does not answer.")
        indices = self.backend.client.indices
        name = self.alias
        try:
            if anew:
                name = f"{self.alias}-{self.fingerprint}-{secrets.token_hex(4)}"
                indices.create(index=name, body=self._description())
            writer = Writer(self.backend, name)
            yield writer
            writer.flush()
            indices.refresh(index=name)
            if anew:
                self._take_over(name)
        except self.backend.errors as error:
            # Nothing is lost: what was to be written stays in the outbox.
            raise IndexBusyError(f"{self.alias} cannot be written to: {error}") from error

    def _take_over(self, name: str) -> None:
        indices = self.backend.client.indices
        before = [old for old in indices.get(index=f"{self.alias}-*") if old != name]
        # In one step, so that there is an index under the alias at any time.
        moves = [{"add": {"index": name, "alias": self.alias}}]
        moves += [{"remove_index": {"index": old}} for old in before]
        indices.update_aliases(body={"actions": moves})

    def _description(self) -> dict:
        words = {"type": "text", "analyzer": "whitespace"}
        return {"mappings": {"dynamic": False, "properties": dict.fromkeys(self.names, words)}}


class Writer:
    """Sends documents and removals, each key at most once."""

    def __init__(self, backend: "ServerSearchBackend", index: str):
        self._backend, self._index = backend, index
        self._lines: list[dict] = []
        self._seen: set[str] = set()

    def put(self, key: str, document: dict[str, str]) -> None:
        if key in self._seen:
            return
        self._seen.add(key)
        terms = {
            name: text for name, text in document.items() if not name.startswith(ColumnField.PREFIX)
        }
        self._send({"index": {"_index": self._index, "_id": key}}, terms)

    def remove(self, key: str) -> None:
        self._send({"delete": {"_index": self._index, "_id": key}})

    def _send(self, *lines: dict) -> None:
        self._lines += lines
        if len(self._lines) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Sends what waits. Raises IndexBusyError when any of it was refused."""
        if not self._lines:
            return
        answer = self._backend.client.bulk(body=self._lines)
        self._lines = []
        refused = [
            item
            for entry in answer["items"]
            for action, item in entry.items()
            if item["status"] >= 300 and not (action == "delete" and item["status"] == 404)
        ]
        if refused:
            raise IndexBusyError(f"{self._index} refused {len(refused)} documents: {refused[0]}")


class ServerSearchBackend(WhooshSearchBackend):
    """As the Whoosh backend, with its terms on a server at URL, in indexes named after PREFIX."""

    #: The exceptions of its client: no connection, or an answer that says no.
    errors: tuple[type[Exception], ...] = ()

    def __init__(self, params):
        super().__init__(params)
        if not params.get("URL"):
            raise ImproperlyConfigured("This search backend needs URL, the address of its server.")
        self.prefix = params.get("PREFIX") or "plenum"
        self.client = self.connect(params["URL"])

    def connect(self, url: str):
        """The client that speaks with the server."""
        raise NotImplementedError

    def open_files(self, root, names, columns, version):
        return ServerFiles(self, root, names, fingerprint(names, version))

    def lock(self, wait: float = WAIT):
        return shared_lock(self.path, wait)
