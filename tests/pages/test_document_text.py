"""Documents are read beside the requests, by a process that may do next to nothing."""

import ctypes
import errno
import io
import resource
import subprocess
import sys
from unittest import mock

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db.models import F
from wagtail.documents.models import Document

from pages import beside
from pages.document_text import extraction, reading
from pages.models import DocumentText
from tests import base
from tests.pages import document_files as files

FRENCH = "Procès-verbal de l’été.\nLa couveuse décide."
DUTCH = "Verslag van de coöperatie.\nDe vergadering beslist."
ENGLISH = "Minutes of the meeting.\nThe board decides."
State = DocumentText.State


def read(content, extension):
    return extraction.extract(io.BytesIO(content), extension)


@pytest.mark.parametrize("text", [FRENCH, DUTCH, ENGLISH])
@pytest.mark.parametrize(
    ("extension", "make"),
    [
        ("docx", files.docx),
        ("odt", files.odt),
        ("pdf", files.pdf),
        ("txt", str.encode),
        ("txt", lambda text: text.encode("utf-16")),
        ("csv", lambda text: text.encode("cp1252")),
    ],
)
def test_it_reads_every_kind_in_three_languages(extension, make, text):
    found = read(make(text), extension)
    assert found.state == "ready"
    for word in text.replace("\n", " ").replace(".", " ").split():
        assert word in found.text


@pytest.mark.parametrize("what", files.HOSTILE)
def test_it_survives(what):
    extension, make = files.HOSTILE[what]
    content = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = read(content, extension)
    assert found.state in ("unreadable", "empty") and not found.text
    # Whatever it took was taken by the process that is gone (kilobytes on Linux).
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_it_reads_the_beginning_of_what_is_very_long():
    found = read(b"mot " * 2_000_000, "txt")
    assert found.state == "ready" and len(found.text) <= extraction.LONGEST_ANSWER
    assert len(read(("😀" * 1_100_000).encode(), "txt").text) == 1_000_000
    many = read(files.pdf("Une page.", pages=200), "pdf")
    assert many.text.count("Une page.") == 200


def test_it_reads_a_sheet_of_many_rows():
    cells = "".join(f'<c r="{column}1"><v>1.5</v></c>' for column in "ABC")
    row = f'<row r="1" spans="1:3">{cells}</row>'
    inline = '<row><c t="inlineStr"><is><t>En ligne</t></is></c></row>'
    found = read(files.xlsx(inline + row * 300_000, "Partagé"), "xlsx")
    assert found == ("ready", "Partagé\nEn ligne", "")


def test_it_says_what_it_has_read_of_what_is_too_much():
    rows = '<row><c t="inlineStr"><is><t>Mot</t></is></c></row>' + " " * 63_000_000
    assert read(files.xlsx(rows, "Partagé"), "xlsx").text == "Partagé\nMot"


@pytest.mark.parametrize("limit", ["while True: pass", "bytearray(600 * 1024 * 1024)"])
def test_it_says_what_it_has_read_before_a_limit(limit):
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import child\n"
        "def texts(data, extension):\n"
        "    yield 'Une page.'\n"
        f"    {limit}\n"
        "child.SECONDS, child._texts = 1, texts\n"
        "child.confine()\n"
        "print(child.text_of(b'', 'pdf'))"
    )
    command = [sys.executable, "-c", script, str(extraction.CHILD.parent)]
    assert subprocess.run(command, capture_output=True, timeout=60).stdout == b"Une page.\n"


def test_it_reads_neither_deletions_nor_remarks():
    gone = "<text:p>Caché</text:p>"
    content = (
        f'<office:document-content {files.OFFICE} xmlns:a="urn:other">'
        f"<office:meta>{gone}</office:meta><text:tracked-changes><text:changed-region>"
        f"<text:deletion>{gone}</text:deletion></text:changed-region></text:tracked-changes>"
        f"<text:p>Avant<office:annotation>{gone}</office:annotation> après"
        "<a:meta><text:span>.</text:span></a:meta></text:p></office:document-content>"
    )
    assert read(files.zipped({"content.xml": content}), "odt").text == "Avant après."
    document = (
        f"<w:document {files.WORD}><w:p><w:r><w:t>Avant</w:t></w:r>"
        "<w:del><w:r><w:delText>Caché</w:delText><w:t>Caché</w:t></w:r></w:del>"
        "<w:moveFrom><w:r><w:t>Caché</w:t></w:r></w:moveFrom>"
        "<w:ins><w:r><w:t> après</w:t></w:r></w:ins></w:p></w:document>"
    )
    remarks = f"<w:comments {files.WORD}><w:p><w:t>Caché</w:t></w:p></w:comments>"
    parts = {"word/document.xml": document, "word/comments.xml": remarks}
    assert read(files.docx("", **parts), "docx").text == "Avant après"


@pytest.mark.parametrize("target", ["word/document2.xml", "/word/document2.xml"])
def test_it_finds_the_document_of_a_docx_by_its_relationship(target):
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    relations = f'<Relationships><Relationship Type="{kind}" Target="{target}"/></Relationships>'
    document = f"<w:document {files.WORD}><w:p><w:t>Le vrai</w:t></w:p></w:document>"
    parts = {"_rels/.rels": relations, "word/document2.xml": document}
    assert read(files.docx("Un autre", **parts), "docx").text == "Le vrai"
    parts["_rels/.rels"] = relations.replace("document2", "none")
    assert read(files.docx("Un autre", **parts), "docx").text == "Un autre"


def test_it_stops_who_takes_too_long(monkeypatch):
    monkeypatch.setattr(extraction, "SECONDS", 0)
    with pytest.raises(extraction.NotReadError):
        read(files.pdf(FRENCH), "pdf")


def attempted(what, confined):
    """How a script ends that tries this, by the reader's rules or without."""
    script = "import sys; sys.path.insert(0, sys.argv[1]); import child, socket, subprocess, os\n"
    script += ("child.confine()\n" if confined else "") + what
    # What it may not do as a file it may do as an argument: here it is our own words.
    command = [sys.executable, "-c", script, str(extraction.CHILD.parent)]
    return subprocess.run(command, capture_output=True, timeout=60).returncode


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 5432), 1)",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "bytearray(600 * 1024 * 1024)",
        "os.kill(os.getpid(), 0)",
        "os.putenv('A', 'b')",
        "os.listdir('/')",
        "open('/etc/passwd')",
        "open(os.path.dirname(os.__file__) + '/../../../../../../../etc/passwd')",
    ],
)
def test_the_reader_may_do_next_to_nothing(attempt):
    assert attempted(attempt, confined=True) != 0
    if "5432" not in attempt:  # a control, where no server is needed for it
        assert attempted(attempt, confined=False) == 0


LANDLOCK = sys.platform == "linux" and ctypes.CDLL(None).syscall(444, None, 0, 1) > 0
native = pytest.mark.skipif(not LANDLOCK, reason="the system has no Landlock")


@pytest.mark.parametrize(
    "attempt",
    [
        "open('new', 'w')",
        "os.open('new', os.O_CREAT | os.O_WRONLY)",
        "os.open('old', os.O_RDWR)",
        "os.mkdir('new')",
        "os.rmdir('empty')",
        "os.rename('old', 'new')",
        "os.remove('old')",
        "os.symlink('old', 'new')",
        "os.link('old', 'new')",
        "os.truncate('old', 0)",
        "os.chmod('old', 0)",
        "os.utime('old')",
        "import sqlite3; sqlite3.connect('new')",
        pytest.param("os.mkfifo('new')", marks=native),  # Python tells nobody of it
    ],
)
def test_the_reader_may_write_nothing(attempt, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old").write_text("old")
    (tmp_path / "empty").mkdir()
    assert attempted(attempt, confined=True) != 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "old"]
    assert attempted(attempt, confined=False) == 0


def test_the_reader_may_still_import():
    assert (
        attempted(
            "sys.path_importer_cache.clear(); import shelve, encodings.shift_jis", confined=True
        )
        == 0
    )


@pytest.fixture
def document(db):
    return Document.objects.create(title="Charte", file=ContentFile(files.docx(FRENCH), "c.docx"))


def test_it_waits_until_it_is_read(document):
    assert document.read_text.state == State.WAITING
    assert reading.read_waiting() == 1
    document.read_text.refresh_from_db()
    assert document.read_text.state == State.READY and "couveuse" in document.read_text.text
    assert reading.read_waiting() == 0


def test_it_is_read_anew_when_its_file_is_another(document):
    reading.read_waiting()
    document.title = "Charte de 2026"
    document.save()
    assert reading.read_waiting() == 0
    document.file = ContentFile(files.pdf(ENGLISH), "d.pdf")
    document.save()
    call_command("read_documents")
    assert "board" in reading.texts_of([document.pk])[document.pk]


def test_one_from_before_is_read_too(document):
    DocumentText.objects.all().delete()
    assert reading.read_waiting() == 1
    assert DocumentText.objects.get().state == State.READY


def test_a_reader_that_died_is_followed_by_another(document, monkeypatch):
    assert reading._claim() is not None
    assert reading.read_waiting() == 0
    monkeypatch.setattr(reading, "GIVEN_UP", -reading.GIVEN_UP)
    assert reading.read_waiting() == 1


def test_a_damaged_file_is_kept_and_marked(client, admin, db):
    broken = Document.objects.create(title="Cassé", file=ContentFile(b"%PDF-1.7 rien", "x.pdf"))
    reading.read_waiting()
    with broken.open_file() as file:
        assert file.read() == b"%PDF-1.7 rien"
    base.sign_in(client, admin)
    assert (
        "texte non cherchable" in client.get(f"/admin/documents/edit/{broken.pk}/").content.decode()
    )


class StorageError(Exception):
    """Of a storage somewhere else, whose errors are no OSError."""


def failing(error):
    def fail(*_args, **_kwargs):
        raise error

    return fail


def rested():
    """As if those that wait had waited long enough."""
    DocumentText.objects.update(begun=None)


@pytest.mark.parametrize(
    ("where", "what"),
    [
        ("subprocess.run", failing(BlockingIOError(errno.EAGAIN, "no more processes"))),
        ("tempfile.TemporaryFile", failing(OSError(errno.ENOSPC, "full"))),
        ("SECONDS", 0),
        ("CHILD", "/nowhere"),
    ],
)
def test_a_passing_fault_says_nothing_of_the_file(document, monkeypatch, where, what):
    with monkeypatch.context() as patched:
        patched.setattr(f"pages.document_text.extraction.{where}", what)
        assert reading.read_waiting() == 0
    assert DocumentText.objects.get().state == State.WAITING
    assert reading.read_waiting() == 0  # it rests
    DocumentText.objects.update(begun=F("begun") - reading.REST)
    assert reading.read_waiting() == 1
    assert DocumentText.objects.get().state == State.READY


def test_an_error_of_a_storage_does_not_keep_the_others(document, monkeypatch):
    other = Document.objects.create(title="Autre", file=ContentFile(b"Un mot.", "o.txt"))
    whole = Document.open_file
    monkeypatch.setattr(
        Document,
        "open_file",
        lambda self: whole(self) if self == other else failing(StorageError())(),
    )
    assert reading.read_waiting() == 1
    assert [row.state for row in DocumentText.objects.order_by("pk")] == [
        State.WAITING,
        State.READY,
    ]


def test_a_file_that_is_gone_is_marked_in_the_end_and_read_again_if_asked(document):
    storage, name = document.file.storage, document.file.name
    storage.delete(name)
    rests = []
    for _ in range(reading.MOST_TRIES):
        assert reading.read_waiting() == 0
        assert DocumentText.objects.get().state == State.WAITING
        rests.append(reading._rest())
        rested()
    assert rests == sorted(rests) and rests[-1] > 3600
    assert reading.read_waiting() == 1
    assert DocumentText.objects.get().state == State.UNREADABLE
    assert reading._rest() is None
    storage.save(name, ContentFile(files.docx(FRENCH)))
    call_command("read_documents")
    assert DocumentText.objects.get().state == State.UNREADABLE
    call_command("read_documents", "--again")
    assert DocumentText.objects.get().state == State.READY


def test_a_file_that_ends_its_readers_is_not_tried_for_ever(document, monkeypatch):
    for _ in range(reading.MOST_TRIES):
        reading._claim()
        rested()
    monkeypatch.setattr(reading, "extract", failing(AssertionError))
    assert reading.read_waiting() == 1
    assert DocumentText.objects.get().state == State.UNREADABLE


def test_another_file_has_tries_of_its_own(document):
    DocumentText.objects.update(tries=reading.MOST_TRIES)
    document.file = ContentFile(files.pdf(ENGLISH), "d.pdf")
    document.save()
    assert DocumentText.objects.get().tries == 0


def test_the_thread_goes_on_when_what_waits_has_rested(monkeypatch):
    rests, passes = [0.01, None], []
    monkeypatch.setattr(reading, "read_waiting", lambda: passes.append(1))
    monkeypatch.setattr(reading, "_rest", lambda: rests.pop(0))
    for name in ("close_old_connections", "connection"):  # the test's own stays open
        monkeypatch.setattr(beside, name, mock.Mock())
    reading._beside.run()
    assert len(passes) == 2 and reading._beside._thread is None
