"""A writer is killed at random moments: nothing is lost, and nothing stays in the way."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROUNDS = 200 if os.environ.get("SOAK") else 20


@pytest.fixture
def play(transactional_db, tmp_path):
    """Plays `tests.search.killing` on the test database, and gives its report."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    connection.close()

    def play(*arguments):
        root = Path(__file__).parents[2]
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "tests.search.killing", *map(str, arguments)],
            cwd=root,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(root / "site"), str(root)]),
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "DATABASE_URL": url,
                "VAR_DIR": str(tmp_path),
            },
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1]), done.stderr

    return play


def test_it_loses_nothing_when_a_writer_is_killed(play):
    report, said = play("kill", ROUNDS, 1)
    print(report)
    assert report["kills"] >= ROUNDS, said
    # The kills did strike in the middle of writing, and there was something to find.
    assert report["struck_at_work"] >= ROUNDS // 10
    assert report["searches"] >= ROUNDS
    for wrong in ("lost", "extra", "stale", "locked", "orphans", "unserved"):
        assert report[wrong] == 0, (wrong, report, said)


def test_it_loses_nothing_when_several_processes_write(play):
    report, said = play("together", 4, 1)
    print(report, said)
    assert report["searches"] > 0
    for wrong in ("lost", "extra", "stale", "orphans", "failed", "unserved"):
        assert report[wrong] == 0, (wrong, report, said)
