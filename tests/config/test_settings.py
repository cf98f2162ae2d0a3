"""A wrong setting stops the start with one sentence that names it."""

import os
import subprocess
import sys

import pytest

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
    ],
    ids=lambda wrong: "=".join(str(part) for part in next(iter(wrong.items()))),
)
def test_it_names_the_setting_that_is_wrong(tmp_path, wrong):
    done = start(tmp_path, **wrong)
    assert done.returncode != 0
    assert next(iter(wrong)) in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_it_starts_when_all_is_set(tmp_path):
    done = start(tmp_path)
    assert done.returncode == 0, done.stderr
