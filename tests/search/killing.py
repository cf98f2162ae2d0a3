"""A site whose writers are killed: what `test_kill` and `test_writers` start as a process.

    python -m tests.search.killing kill 20 1       rounds, seed
    python -m tests.search.killing together 4 1    writers, seed

It has Django loaded and forks, so that starting a writer costs nothing; all work is done by
processes that it forks, as fresh as those of a server just started. DATABASE_URL names a
database that may be written over. The last line that it prints is its report, as JSON.
"""

import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter, defaultdict
from contextlib import suppress
from itertools import count

LONGEST_WAIT = 60  # seconds for what waits to be indexed
LONGEST = 0.8  # seconds that a writer lives, at most
COMMON = "commun"  # a word that every text has


def main(what: str, number: str, seed: str) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    play = {"kill": kill, "together": together}[what]
    print(json.dumps(play(int(number), random.Random(int(seed)))))


def kill(rounds: int, dice: random.Random) -> dict:
    """Kills a writer in each round, and says what was found wrong after it.

    Rounds are added until a tenth of them struck in the middle of work, which is done sooner on
    one machine than on another; five times as many are the end of it.
    """
    group = _in_child(_start)
    report = Counter(kills=0, lost=0, extra=0, stale=0, locked=0, orphans=0, unserved=0)
    report.update(struck_at_work=0, searches=0)
    while report["kills"] < rounds or (
        report["struck_at_work"] < rounds // 10 and report["kills"] < 5 * rounds
    ):
        reader, asked = _fork_reader()
        writer = _fork(_write_for_ever, group, dice.random())
        time.sleep(dice.uniform(0.02, LONGEST))
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        report["kills"] += 1
        report["struck_at_work"] += _in_child(_has_unfinished_work)
        report["locked"] += _in_child(_is_locked)
        report.update(_answers_of(reader, asked))
        report.update(_in_child(_differences_after_a_search))
        _in_child(_write_once, group)
        report["orphans"] += len(_in_child(_odd_files))
        if report["lost"] or report["extra"] or report["stale"]:
            break
    return report


def together(writers: int, dice: random.Random) -> dict:
    """Lets several write at once, some of it to the same pages, then compares."""
    group = _in_child(_start)
    report = Counter(lost=0, extra=0, stale=0, orphans=0, failed=0, unserved=0, searches=0)
    reader, asked = _fork_reader()
    busy = [_fork(_write_some, group, dice.random(), 12) for _ in range(writers)]
    for pid in busy:
        report["failed"] += os.waitpid(pid, 0)[1] != 0
    report.update(_answers_of(reader, asked))
    report.update(_in_child(_differences_after_a_search))
    _in_child(_write_once, group)
    report["orphans"] += len(_in_child(_odd_files))
    return report


# --- The writers -------------------------------------------------------------------------------


def _start() -> int:
    """Makes a group with some pages, and an index that has them; the key of the group."""
    from modelsearch.backends import get_search_backend
    from wagtail.models import Page

    from search.models import Findable
    from tests import base

    group = base.make_workgroup("Groupe des essais", slug="essais")
    for number in range(6):
        _publish(group.pk, f"Page {number}", number)
    for model in (Findable, Page):
        get_search_backend().get_index_for_model(model).rebuild()
    return group.pk


def _fork(work, *args) -> int:
    from django.db import connections

    connections.close_all()  # a connection must not be shared
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        work(*args)
        for thread in threading.enumerate():
            if thread is not threading.current_thread():
                thread.join()
        status = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


def _in_child(work, *args):
    """What a process of its own says that this comes to."""
    reading, writing = os.pipe()
    pid = _fork(lambda: os.write(writing, json.dumps(work(*args)).encode()))
    os.close(writing)
    said = b""
    while part := os.read(reading, 65536):
        said += part
    os.close(reading)
    if os.waitpid(pid, 0)[1]:
        raise SystemExit(f"{work.__name__} failed")
    return json.loads(said)


def _write_for_ever(group: int, seed: float) -> None:
    dice = random.Random(seed)
    for turn in count():
        _write(group, dice, f"{os.getpid()}-{turn}")


def _write_some(group: int, seed: float, turns: int) -> None:
    dice = random.Random(seed)
    for turn in range(turns):
        _write(group, dice, f"{os.getpid()}-{turn}")


def _write(group: int, dice: random.Random, name: str) -> None:
    """One change, as a request makes it."""
    from django.db import IntegrityError, OperationalError, transaction

    from minutes.models import MinutesPage
    from tests import base

    deed = dice.choice(["publish", "edit", "edit twice", "comment", "delete", "roll back"])
    # Of two that add a page at the same place of the tree, or wait for each other, one fails, as
    # a request would.
    failures = (ZeroDivisionError, IntegrityError, OperationalError)
    with suppress(*failures), transaction.atomic():
        page = MinutesPage.objects.select_for_update().order_by("?").first()
        if page is None or deed == "publish":
            _publish(group, f"Page {name}", dice.randrange(10**6))
        elif deed == "comment":
            base.make_comment(page, f"Remarque {COMMON} r{dice.randrange(10**6)}")
        elif deed == "delete":
            page.delete()
        else:
            for _ in range(2 if deed == "edit twice" else 1):
                page.body = _body(dice.randrange(10**6))
                page.save_revision().publish()
            if deed == "roll back":
                1 / 0  # noqa: B018


def _publish(group: int, title: str, number: int) -> None:
    from minutes.models import MinutesPage, WorkgroupPage

    slug = f"p-{random.SystemRandom().randrange(10**12)}"
    page = MinutesPage(title=title, slug=slug, language="fr", body=_body(number))
    WorkgroupPage.objects.get(pk=group).add_child(instance=page)
    page.save_revision().publish()


def _body(number: int) -> list:
    return [
        ("text", f"<p>Texte {COMMON} t{number}</p>"),
        ("heading", {"text": f"Partie {number}", "level": "2"}),
        ("decision", {"text": f"<p>Décision {COMMON} d{number}</p>"}),
    ]


# --- A reader beside them ------------------------------------------------------------------------


def _fork_reader() -> tuple[int, int]:
    asked, answers = os.pipe()
    pid = _fork(_read_for_ever, answers)
    os.close(answers)
    return pid, asked


def _read_for_ever(answers: int) -> None:
    """Searches until it is told to stop; writes + for an answer from the index, - otherwise."""
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
    while not stopped:
        os.write(answers, b"+" if _one_search() is not None else b"-")


def _answers_of(reader: int, asked: int) -> Counter:
    os.kill(reader, signal.SIGTERM)
    given = b""
    while part := os.read(asked, 4096):
        given += part
    os.close(asked)
    failed = os.waitpid(reader, 0)[1] != 0
    return Counter(searches=len(given), unserved=given.count(b"-") + failed)


def _one_search() -> list[str] | None:
    """The keys of the rows that a visitor's search finds; None if the index did not answer."""
    from django.contrib.auth.models import AnonymousUser
    from django.http import QueryDict

    from search.asked import Asked
    from search.finding import Search

    search = Search(Asked.of(QueryDict(f"q={COMMON}")), AnonymousUser())
    found = [str(key) for key in search.matched.keys]
    return None if search.degraded else found


def _write_once(group: int) -> None:
    _publish(group, "Page suivante", random.SystemRandom().randrange(10**6))


# --- What is wrong --------------------------------------------------------------------------------


def _differences_after_a_search() -> Counter:
    """What the rows and the index say less, more and otherwise than the database.

    Searches come first, as the first requests after a restart, until nothing waits any more:
    one is enough but on a busy machine. Nobody else writes.
    """
    from django.contrib.auth.models import AnonymousUser
    from modelsearch.backends import get_search_backend
    from wagtail.models import Page

    from search import sources
    from search.fields import ColumnField
    from search.matched import COLUMNS, Matched
    from search.model_index import _chunks, document_of, family
    from search.models import Findable, OutboxEntry

    until, waiting = time.monotonic() + LONGEST_WAIT, True
    while waiting:
        # Asked before the search: a thread may work off meanwhile what this one does not find.
        waiting = OutboxEntry.objects.exists() and time.monotonic() < until
        found = _one_search()
    wrong = Counter(unserved=found is None)
    # The rows, against what their sources say.
    should = {}
    for source in sources.registered():
        for obj in source.model._default_manager.all():
            for piece in source.pieces(obj):
                should[source.label(), obj.pk, piece.part] = piece.text.strip()
    rows = Findable.objects.values_list("source_type", "source_id", "part", "text")
    wrong += _compared(should, {row[:3]: row[3] for row in rows})
    # The index, against the rows and the pages.
    for root in (Findable, Page):
        index = get_search_backend().get_index_for_model(root)
        should = {}
        for model in family(root):
            for chunk in _chunks(model.get_indexed_objects()):
                for obj in chunk:
                    document = {
                        name: set(words.split())
                        for name, words in document_of(obj).items()
                        if not name.startswith(ColumnField.PREFIX)
                    }
                    should[str(obj.pk)] = document
        wrong += _compared(should, _documents_in(index.files))
    # What a visitor finds, against what they may see.
    rows = Findable.objects.filter(text_terms__contains=COMMON).values_list(*COLUMNS)
    having = Matched.from_rows([(0.0, *row) for row in rows])
    having = having.keep(sources.Mask(AnonymousUser()).rows(having)).keys
    wrong += _compared(
        dict.fromkeys(map(str, having)), dict.fromkeys(found) if found is not None else {}
    )
    return wrong


def _compared(should: dict, have: dict) -> Counter:
    return Counter(
        lost=len(should.keys() - have.keys()),
        extra=len(have.keys() - should.keys()),
        stale=sum(should[key] != have[key] for key in should.keys() & have.keys()),
    )


def _documents_in(files) -> dict[str, dict[str, set[str]]]:
    """Each document of an index as its terms by field, read from the postings; keys found twice
    have "twice" as a field."""
    from search.whoosh_index import KEY

    with files.open().searcher() as searcher:
        reader = searcher.reader()
        terms, keys = defaultdict(lambda: defaultdict(set)), {}
        for field, term in reader.all_terms():
            matcher = reader.postings(field, term)
            while matcher.is_active():
                if not reader.is_deleted(matcher.id()):
                    if field == KEY:
                        keys[matcher.id()] = term.decode()
                    else:
                        terms[matcher.id()][field].add(term.decode())
                matcher.next()
        found = {}
        for number in reader.all_doc_ids():
            key = keys.get(number, f"without a key: {number}")
            found[key] = {"twice": set()} if key in found else dict(terms[number])
    return found


def _has_unfinished_work() -> bool:
    from search.models import OutboxEntry

    return OutboxEntry.objects.exists() or bool(_odd_files())


def _is_locked() -> bool:
    """Whether the lock, which the system should have freed, cannot be had."""
    from modelsearch.backends import get_search_backend

    from search.index_folder import IndexBusyError

    try:
        with get_search_backend().lock(LONGEST * 5):  # the reader may just be draining
            return False
    except IndexBusyError:
        return True


def _odd_files() -> list[str]:
    """The files that no table of contents names."""
    from modelsearch.backends import get_search_backend
    from wagtail.models import Page

    from search.models import Findable

    backend, odd = get_search_backend(), []
    with backend.lock():
        for root in (Findable, Page):
            files = backend.get_index_for_model(root).files
            whole = files.open()
            known = {f"{segment.segment_id()}.seg" for segment in whole._segments()}
            known |= {f"_MAIN_{whole.latest_generation()}.toc", files.ready_file.name}
            known |= {"merging.lock", "MAIN_WRITELOCK"}
            odd += [file.name for file in files.path.iterdir() if file.name not in known]
    return odd


if __name__ == "__main__":
    main(*sys.argv[1:])
