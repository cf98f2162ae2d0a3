"""A wrong setting stops the start with one sentence that names it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config import environment
from tests.test_layout import ROOT

GOOD = {
    "DEBUG": "0",
    "SECRET_KEY": "k" * 60,
    "BASE_URL": "https://plenum.example",
    "EMAIL_URL": "console:",
}


def start(tmp_path, **changes):
    environment = {
        name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")
    }
    environment |= {"VAR_DIR": str(tmp_path), "PYTHONWARNINGS": "ignore"} | GOOD | changes
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"DEBUG": "perhaps"},
        {"SECRET_KEY": None},
        {"SECRET_KEY": "short"},
        {"BASE_URL": "plenum.example"},
        {"BASE_URL": None},
        {"DATABASE_URL": "mysql://root@localhost/x"},
        {"DATABASE_URL": "nonsense"},
        {"EMAIL_URL": "pigeon://coop"},
        {"EMAIL_URL": None},
        {"TRUSTED_PROXIES": "many"},
        {"BASE_URL": "http://[::1"},
        {"BASE_URL": "http://host:port"},
        {"EMAIL_URL": "smtp://host:port"},
        {"DATABASE_URL": "postgres://[bad/name"},
        {"DATABASE_URL": "sqlite:////no/such/folder/db.sqlite3"},
        {"VAR_DIR": "/proc/nowhere"},
        {"SEARCH_URL": "nonsense"},
        {"SEARCH_URL": "whoosh://host/folder"},
        {"SEARCH_URL": "database:"},  # the database is SQLite
        {"SEARCH_URL": "elasticsearch9:"},
        {"SEARCH_URL": "elasticsearch8://search.example:9200"},
        {"SEARCH_URL": "opensearch3://search.example:port"},
    ],
    ids=lambda wrong: "=".join(str(part) for part in next(iter(wrong.items()))),
)
def test_it_names_the_setting_that_is_wrong(tmp_path, wrong):
    done = start(tmp_path, **wrong)
    assert done.returncode != 0
    assert next(iter(wrong)) in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("url", "package"),
    [
        ("elasticsearch9://search.example", "elasticsearch>=9,<10"),
        ("opensearch3s://search.example", "opensearch-py>=3,<4"),
    ],
)
def test_it_names_the_package_that_an_engine_lacks(monkeypatch, tmp_path, url, package):
    monkeypatch.setenv("SEARCH_URL", url)
    monkeypatch.setattr(environment, "find_spec", lambda name: None)
    with pytest.raises(environment.BadSetting, match=re.escape(f"pip install '{package}'")):
        environment.search_backend("SEARCH_URL", tmp_path, on_postgresql=True)


def whoosh(path):
    return {"BACKEND": "search.backend", "PATH": path, "MEMORY_MB": 64}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", whoosh("/var/index")),
        ("whoosh:", whoosh("/var/index")),
        ("whoosh:/srv/index", whoosh("/srv/index")),
        ("database:", {"BACKEND": "search.engines.postgresql", "PATH": "/var/index"}),
        (
            "opensearch3://me:secret@search.example:9200/minutes",
            {
                "BACKEND": "search.engines.opensearch",
                "PATH": "/var/index",
                "URL": "http://me:secret@search.example:9200",
                "PREFIX": "minutes",
            },
        ),
        (
            "elasticsearch9s://search.example",
            {
                "BACKEND": "search.engines.elasticsearch",
                "PATH": "/var/index",
                "URL": "https://search.example:9200",
                "PREFIX": "plenum",
            },
        ),
    ],
)
def test_it_chooses_the_search_engine(monkeypatch, url, expected):
    monkeypatch.setenv("SEARCH_URL", url)
    monkeypatch.setattr(environment, "find_spec", lambda name: name)
    chosen = environment.search_backend("SEARCH_URL", Path("/var/index"), on_postgresql=True)
    assert chosen == expected


def test_it_starts_when_all_is_set(tmp_path):
    done = start(tmp_path)
    assert done.returncode == 0, done.stderr
