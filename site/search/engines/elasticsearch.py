"""Elasticsearch 9 as the engine."""

from elasticsearch import ApiError, Elasticsearch, TransportError

from search.engines.servers import ServerSearchBackend


class ElasticsearchBackend(ServerSearchBackend):
    errors = (ApiError, TransportError)

    def connect(self, url):
        return Elasticsearch(url, request_timeout=10)


SearchBackend = ElasticsearchBackend
