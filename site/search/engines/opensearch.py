"""OpenSearch 3 as the engine."""

from opensearchpy import OpenSearch, OpenSearchException

from search.engines.servers import ServerSearchBackend


class OpenSearchBackend(ServerSearchBackend):
    errors = (OpenSearchException,)

    def connect(self, url):
        return OpenSearch(url, timeout=10)


SearchBackend = OpenSearchBackend
