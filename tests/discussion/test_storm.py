"""Many write on one page at once, through the real server: each post is stored exactly once.

`make soak` has 50 writers with 20 posts each; the suite a tenth of the posts.
"""

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from discussion.models import PageComment
from tests import base

ROOT = Path(__file__).resolve().parent.parent.parent
WRITERS = 50
POSTS = 20 if os.environ.get("SOAK") else 2
pytestmark = pytest.mark.django_db(transaction=True)


def database_url():
    """That of the tests' own database, for a process of its own."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    host, port = found["HOST"] or "127.0.0.1", found["PORT"] or 5432
    user = found["USER"] + (f":{found['PASSWORD']}" if found["PASSWORD"] else "")
    return f"postgres://{user}@{host}:{port}/{found['NAME']}"


@pytest.fixture
def served():
    """served(without="") starts gunicorn on the tests' database and gives its port."""
    processes = []

    def start(without=""):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = os.environ | {
            "PYTHONPATH": f"{ROOT}:{ROOT / 'site'}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database_url(),
            "VAR_DIR": str(settings.VAR_DIR),
            "STORM_WITHOUT": without,
            "COMMENT_MINIMUM_SECONDS": "0",
            "COMMENTS_AN_HOUR": "1000",
            "PYTHONWARNINGS": "ignore",
        }
        processes.append(
            subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "gunicorn",
                    "--bind",
                    f"127.0.0.1:{port}",
                    "--workers=2",
                    "--threads=8",
                    "--timeout=120",
                    "--log-level=critical",
                    "tests.discussion.stock_wsgi" if without else "config.wsgi",
                ],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return port
            except OSError:
                time.sleep(0.2)
        raise AssertionError("the server did not start")

    yield start
    for process in processes:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


@pytest.fixture
def page(workgroup):
    return base.make_minutes(workgroup)


def writers(number):
    """The cookies of so many signed-in members, and the token their forms carry."""
    found = []
    for n in range(number):
        client = base.sign_in(Client(), base.make_user(f"Membre {n}"))
        token = "x" * 32
        cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
        found.append((cookies | {settings.CSRF_COOKIE_NAME: token}, token))
    return found


def storm(port, page, starts, writing, posts):
    """All write at once, some of them replies, some sent twice; the answers' codes by number."""
    forms = [base.comment_form_data(page) for _ in writing]
    dice = random.Random(47)
    plan = [[dice.choice([0, *starts]) for _ in range(posts)] for _ in writing]

    def write(who):
        (cookies, token), answers = writing[who], []
        header = SimpleCookie(cookies).output(header="", sep=";").strip()
        for n, parent in enumerate(plan[who]):
            data = forms[who] | {"comment": f"Écrit {who}-{n}.", "reply_to": parent}
            data |= {"csrfmiddlewaretoken": token, "token": base.make_token(who, n)}
            for _ in range(2 if n % 5 == 0 else 1):  # an impatient finger sends it again
                answers.append(post(port, page, data, header))
        return answers

    with ThreadPoolExecutor(len(writing)) as pool:
        answers = [code for codes in pool.map(write, range(len(writing))) for code in codes]
    return {code: answers.count(code) for code in set(answers)}


def post(port, page, data, cookies):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request(
            "POST",
            f"/fr/commentaires/page/{page.pk}/",
            urlencode(data),
            {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies},
        )
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except OSError:
        return 0
    finally:
        connection.close()


def faults(page, writing, posts):
    """What is wrong with what is stored: (missing, twice, out of place)."""
    wanted = {f"Écrit {who}-{n}." for who in range(writing) for n in range(posts)}
    rows = list(PageComment.objects.filter(page=page, comment__startswith="Écrit").order_by("pk"))
    texts = [row.comment for row in rows]
    every = {row.pk: row for row in PageComment.objects.filter(page=page)}
    orders = [(row.thread_id, row.order) for row in every.values()]
    wrong = len(orders) - len(set(orders))
    for row in rows:
        parent = every.get(row.parent_id)
        right = parent is not None and (
            (parent is row or parent.pk == row.pk)
            if not row.is_reply
            else (parent.order < row.order and row.start == parent.start)
        )
        wrong += not (right and row.start and row.thread_id == row.start)
    return len(wanted - set(texts)), len(texts) - len(set(texts)), wrong


def test_it_stores_each_of_many_posts_at_once_exactly_once(served, page):
    starts = [base.make_comment(page, f"Fil {n}").pk for n in range(3)]
    writing = writers(WRITERS)
    codes = storm(served(), page, starts, writing, POSTS)
    print(codes, PageComment.objects.count())
    assert set(codes) == {302}, codes
    assert faults(page, WRITERS, POSTS) == (0, 0, 0)
    assert PageComment.objects.filter(page=page).count() == 3 + WRITERS * POSTS


@pytest.mark.skipif(connection.vendor != "sqlite", reason="it is about SQLite's settings")
def test_some_are_lost_with_sqlite_as_it_comes(served, page):
    """The control: what our settings of SQLite are for."""
    starts = [base.make_comment(page, f"Fil {n}").pk for n in range(3)]
    codes = storm(served("settings"), page, starts, writers(WRITERS), max(POSTS, 4))
    print(codes, faults(page, WRITERS, max(POSTS, 4)))
    assert set(codes) != {302}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="it is about locks of rows")
def test_threads_break_with_the_packages_own_save(served, page):
    """The control: what our own save() is for."""
    starts = [base.make_comment(page, f"Fil {n}").pk for n in range(3)]
    codes = storm(served("save"), page, starts, writers(WRITERS), max(POSTS, 4))
    print(codes, faults(page, WRITERS, max(POSTS, 4)))
    assert faults(page, WRITERS, max(POSTS, 4)) != (0, 0, 0)


def test_the_writers_are_signed_in(served, page):
    """The control of the codes above: a stranger's post is not stored at once."""
    data = base.comment_form_data(page)
    assert post(served(), page, data | {"comment": ""}, "") == 422
    assert get_user_model().objects.count() == 0
