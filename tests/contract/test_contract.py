"""The Whoosh backend keeps every promise that modelsearch tests its own backends for."""

from django.test import TestCase
from modelsearch.tests.test_backends import BackendTests


class TestWhooshBackend(BackendTests, TestCase):
    backend_path = "search.backend"


del BackendTests  # it is there to be inherited from, and is no test by itself
