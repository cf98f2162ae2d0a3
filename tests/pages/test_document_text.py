"""Documents are read beside the requests, by a process that may do next to nothing."""

import io
import resource
import subprocess
import sys
from io import StringIO
from unittest.mock import Mock

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from wagtail.documents.models import Document

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
    many = read(files.pdf("Une page.", pages=200), "pdf")
    assert many.text.count("Une page.") == 200


@pytest.mark.parametrize(
    ("extension", "parts"),
    [
        (
            "odt",
            {
                "content.xml": "<d><tracked-changes><p>Effacé.</p></tracked-changes>"
                "<p>Visible<annotation><p>En marge.</p></annotation> ici.</p></d>"
            },
        ),
        (
            "docx",
            {"word/document2.xml": "<d><p><t>Visible</t><del><t>non</t></del><t> ici.</t></p></d>"},
        ),
    ],
)
def test_it_reads_what_is_meant_to_be_read(extension, parts):
    assert read(files.zipped(parts), extension).text == "Visible ici."


def test_it_keeps_the_words_of_a_sheet_that_is_mostly_numbers(monkeypatch):
    row = '<row><c t="n"><v>1.5</v></c><c><v>12345</v></c></row>'
    parts = {
        "xl/sharedStrings.xml": "<sst><si><t>portage</t></si></sst>",
        # More than is unpacked of any file.
        "xl/worksheets/sheet1.xml": f"<w>{row * 1_300_000}</w>",
    }
    found = read(files.zipped(parts), "xlsx")
    assert (found.state, found.text) == ("ready", "portage")


def test_it_stops_who_takes_too_long(monkeypatch):
    monkeypatch.setattr(extraction, "SECONDS", 0)
    assert read(files.pdf(FRENCH), "pdf").why == "time"


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 5432), 1)",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "open('/tmp/plenum-was-here', 'w')",
        "os.close(os.open('/tmp/plenum-was-here', os.O_CREAT | os.O_WRONLY))",
        "p = f'/tmp/plenum-{os.getpid()}'; os.mkdir(p); os.rmdir(p)",
        "os.kill(os.getppid(), 0)",
        "open('/etc/hostname').close()",
        "bytearray(600 * 1024 * 1024)",
    ],
)
def test_the_reader_may_do_next_to_nothing(attempt):

    def run(confined):
        script = (
            "import sys; sys.path.insert(0, sys.argv[1]); import child, socket, subprocess, os\n"
        )
        script += ("child.confine()\n" if confined else "") + attempt
        # What it may not do as a file it may do as an argument: here it is our own words.
        command = [sys.executable, "-c", script, str(extraction.CHILD.parent)]
        return subprocess.run(command, capture_output=True, timeout=60).returncode

    assert run(confined=True) != 0
    if "5432" not in attempt:  # a control, where no server is needed for it
        assert run(confined=False) == 0


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


@pytest.mark.parametrize("fault", [BlockingIOError(11, "again"), RuntimeError("storage")])
def test_a_file_that_could_not_be_tried_waits_for_the_next_time(document, monkeypatch, fault):
    other = Document.objects.create(title="Autre", file=ContentFile(b"Un mot.", "a.txt"))
    whole = reading.extract
    with monkeypatch.context() as patch:
        patch.setattr(
            reading, "extract", Mock(side_effect=[fault, extraction.Extracted("ready", "Un mot.")])
        )
        reading.read_waiting()
    assert reading.extract is whole
    states = dict(DocumentText.objects.values_list("document", "state"))
    assert states == {document.pk: State.WAITING, other.pk: State.READY}
    monkeypatch.setattr(reading, "GIVEN_UP", -reading.GIVEN_UP)
    assert reading.read_waiting() == 1
    assert DocumentText.objects.get(document=document).state == State.READY


def test_what_could_not_be_read_is_read_again_when_asked_for(document):
    reading.read_waiting()
    DocumentText.objects.update(state=State.UNREADABLE, text="")
    call_command("read_documents", stdout=StringIO())
    assert DocumentText.objects.get().state == State.UNREADABLE
    call_command("read_documents", again=True, stdout=StringIO())
    assert DocumentText.objects.get().state == State.READY


def test_a_file_that_is_gone_is_marked(document):
    document.file.storage.delete(document.file.name)
    reading.read_waiting()
    assert DocumentText.objects.get().state == State.UNREADABLE
