import os
from uuid import uuid4

import hypothesis
import pytest
from django.apps import apps
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from discussion import spam
from search import spelling
from tests import base

collect_ignore = ["contract"]  # it has settings of its own, and a run of its own: make contract

# `make soak` tries a hundred times as many examples as the suite does.
hypothesis.settings.register_profile("suite", max_examples=100, deadline=None, derandomize=True)
hypothesis.settings.register_profile("soak", max_examples=10_000, deadline=None)
hypothesis.settings.load_profile("soak" if os.environ.get("SOAK") else "suite")


@pytest.fixture(autouse=True)
def cold_caches(monkeypatch):
    cache.clear()
    monkeypatch.setattr(spelling, "_vocabulary", None)
    monkeypatch.setattr(spam, "_filter", None)
    translation.activate("fr")  # the last request of another test may have left its own
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def index_folder(settings, tmp_path):
    """An index folder of the test's own: rolled-back rows of another would leave traces."""
    folder = tmp_path / "index"
    chosen = settings.WAGTAILSEARCH_BACKENDS["default"]
    settings.WAGTAILSEARCH_BACKENDS = {"default": chosen | {"PATH": str(folder)}}
    if "PREFIX" in chosen:
        settings.WAGTAILSEARCH_BACKENDS["default"]["PREFIX"] = f"test-{uuid4().hex}"
    return folder


@pytest.fixture(autouse=True)
def engine_chosen(request, settings):
    """Leaves out what only Whoosh can pass where another engine is chosen."""
    marker = request.node.get_closest_marker("whoosh_only")
    if marker and settings.WAGTAILSEARCH_BACKENDS["default"]["BACKEND"] != "search.backend":
        pytest.skip(f"only with Whoosh: {marker.kwargs['reason']}")


@pytest.fixture(autouse=True)
def set_up_again(request):
    """Tests with real transactions empty the database, also of what migrations made."""
    marker = request.node.get_closest_marker("django_db")
    real = (marker and marker.kwargs.get("transaction")) or "live_server" in request.fixturenames
    if real or "transactional_db" in request.fixturenames:
        request.getfixturevalue("transactional_db")
        from home.setting_up import set_up

        apps.get_model("sites", "Site").objects.get_or_create(
            pk=1, defaults={"domain": "example.com", "name": "example.com"}
        )
        set_up(apps)


@pytest.fixture
def member(db):
    return base.make_user("Mila Membre", groups=["Members"])


@pytest.fixture
def group_member(db):
    return base.make_user("Gus Groupe", groups=["Members", "Groupe fermé"])


@pytest.fixture
def editor(db):
    return base.make_user("Édith Éditrice", groups=["Editors"])


@pytest.fixture
def moderator(db):
    return base.make_user("Momo Modérateur", groups=["Moderators"])


@pytest.fixture
def admin(db):
    return base.make_user("Alma Admin", is_superuser=True, is_staff=True)


@pytest.fixture
def workgroup(db):
    return base.make_workgroup("Groupe ouvert", slug="groupe-ouvert")


@pytest.fixture
def private_workgroup(db):
    return base.make_workgroup("Groupe fermé", slug="groupe-ferme", private_to="Groupe fermé")


@pytest.fixture
def as_user():
    """A client signed in as the given user, or a stranger's for None."""

    def client_of(user=None):
        client = Client()
        return base.sign_in(client, user) if user else client

    return client_of
