"""Which files are let in: by what they are, whatever they are called."""

import io
import os
import resource
import unicodedata

import pytest
from django.core.files import uploadhandler
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image, ImageChops, ImageStat

from discussion import attachments
from discussion.files import images, names
from discussion.files.kinds import KINDS, Refused
from discussion.models import CommentFile, KeptForm, PageComment, PendingComment
from tests import base
from tests.discussion import good_files as good
from tests.discussion import hostile_files as hostile
from tests.discussion.attaching import accepted, examine_here, on_disk, post

pytestmark = pytest.mark.django_db
SOAK = bool(os.environ.get("SOAK"))


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def here(monkeypatch):
    if not SOAK:
        examine_here(monkeypatch)


# --- Good ones -----------------------------------------------------------------------------------


def test_it_lets_in_every_good_file(here):
    files = good.corpus()
    assert len(files) >= 200 and {kind for _, kind, *_ in files} == set(KINDS)
    for name, kind, content, language in files:
        with translation.override(language):
            (file, *_), refused = accepted((name, content))
        assert not refused, name
        if not KINDS[kind].is_image:
            assert (file.name, file.kind, file.content) == (name, kind, content)
            continue
        expected = name[: -len("gif")] + "png" if kind == "gif" else name
        assert (file.name, file.kind) == (expected, "png" if kind == "gif" else kind)
        assert _unlike(content, file.content) < 12, name


def _unlike(before: bytes, after: bytes) -> float:
    """How far apart the colours of two pictures are, on average, of 255."""
    first, second = Image.open(io.BytesIO(before)), Image.open(io.BytesIO(after))
    assert first.size == second.size
    if first.mode == "I;16":
        first = first.convert("I").point(lambda level: level / 256).convert("L")
    pair = [image.convert("RGBA").convert("RGB") for image in (first, second)]
    return max(ImageStat.Stat(ImageChops.difference(*pair)).mean)


def test_a_process_of_its_own_finds_the_same():
    for name, kind, content, _language in good.corpus()[:22]:
        (file, *_), refused = accepted((name, content))
        assert not refused and file.kind == ("png" if kind == "gif" else kind)


def test_the_measure_of_pictures_tells_them_apart():
    assert _unlike(good.saved(good.picture(1), "PNG"), good.saved(good.picture(2), "PNG")) > 12


@pytest.mark.parametrize(
    ("called", "kind", "becomes"),
    [
        ("photo.jpeg", "png", "photo.png"),
        ("photo.jpg.html", "jpeg", "photo.jpg"),
        ("facture.pdf.exe", "pdf", "facture.pdf"),
        ("page.html", "png", "page.png"),
        ("rapport v1.2", "docx", "rapport v1.2.docx"),
        ("ancien.doc", "docx", "ancien.docx"),
        ("archive.zip", "ods", "archive.ods"),
        (".htaccess", "pdf", "htaccess.pdf"),
        ("sans extension", "pdf", "sans extension.pdf"),
        ("LOGO.PNG", "png", "LOGO.PNG"),
        ("../../etc/passwd.pdf", "pdf", "passwd.pdf"),
        ("C:\\Users\\Odette\\rapport.pdf", "pdf", "rapport.pdf"),
        ("photo\u202egnp.exe", "png", "photognp.png"),
        ("a\x00.exe\x00.pdf", "pdf", "a.exe.pdf"),
        ("a\r\nSet-Cookie: b=c.pdf", "pdf", "a Set-Cookie_ b=c.pdf"),
        ('"><script>.pdf', "pdf", "___script_.pdf"),
        ("e\u0301te\u0301.pdf", "pdf", "été.pdf"),
        ("\u2066\u200b.pdf", "pdf", "document.pdf"),
        ("", "pdf", "document.pdf"),
        ("...", "pdf", "document.pdf"),
        ("CON .pdf. ", "pdf", "CON.pdf"),
        ("दस्तावेज़ 文書 وثيقة.pdf", "pdf", "दस्तावेज़ 文書 وثيقة.pdf"),
        ("👩\u200d💻.pdf", "pdf", "👩\u200d💻.pdf"),
    ],
)
def test_it_gives_a_name_that_fits(called, kind, becomes):
    assert names.fitting(called, kind, "document") == unicodedata.normalize("NFC", becomes)


@pytest.mark.parametrize("character", ["a", "é", "文", "👩\u200d💻"])
def test_it_cuts_long_names_and_keeps_what_they_end_in(character):
    name = names.fitting(character * 500 + ".pdf", "pdf", "document")
    assert len(name) <= names.LONGEST and name.endswith("….pdf")


def test_names_are_found_fit_a_second_time():
    for item in hostile.corpus():
        once = names.fitting(item.name, "pdf", "document")
        assert names.fitting(once, "pdf", "document") == once
        assert not set(once) & set('/\\<>:"|?*\x00\r\n') and not once.startswith(".")


# --- Hostile ones --------------------------------------------------------------------------------


def test_it_lets_in_no_hostile_file(here):
    files = hostile.corpus()
    assert len(files) >= 300
    wrong = []
    for what, name, content, remade in files:
        let_in, refused = accepted((name, content))
        if remade:
            # Only the pixels are left of it.
            clean = let_in and not _holds(let_in[0], b"alert(", b"<script", b"PK\x03\x04", b"%PDF")
            if not clean or not KINDS[let_in[0].kind].is_image:
                wrong.append(what)
        elif let_in or len(refused) != 1 or names.shown(name) not in refused[0]:
            wrong.append(what)
    assert not wrong
    print(f"\n{len(files)} hostile files: {sum(file.remade for file in files)} made anew, 0 let in")


def _holds(file, *payloads) -> bool:
    return any(payload in part for payload in payloads for part in (file.content, file.small))


def test_what_is_made_anew_held_its_payload_before():
    """The control: the same look finds it in what was sent."""
    made_anew = [file for file in hostile.corpus() if file.remade]
    assert len(made_anew) >= 30
    for file in made_anew:
        packed = file.what.endswith(("png with a page as colours", "GIF of 10,000 views"))
        marks = (b"alert(", b"PK\x03\x04", b"%PDF", b"zTXt")
        assert packed or any(mark in file.content for mark in marks), file.what


def test_it_takes_nothing_of_this_process_to_look_at_them():
    """A seeded part of the hostile ones, each in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sample = [item for item in hostile.corpus() if item.what.startswith(("bombs", "pdfs", "doct"))]
    for what, name, content, remade in sample if SOAK else sample[::4]:
        let_in, _refused = accepted((name, content))
        assert bool(let_in) == remade, what
    # Kilobytes on Linux; the files themselves were made here, and this process is none of ours.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_no_hostile_file_is_an_error_of_the_site(here, workgroup, folder):
    """Through the view, five at a time: each is named, whatever is let in is a picture."""
    page, files = base.make_minutes(workgroup), hostile.corpus()
    files = files if SOAK else files[::3]
    client = Client(raise_request_exception=False)
    for at in range(0, len(files), 5):
        five = [(item.name, item.content) for item in files[at : at + 5]]
        response = post(client, page, *five, preview="1", name="", comment="Regardez.")
        assert response.status_code == 200, [item.what for item in files[at : at + 5]]
        KeptForm.objects.all().delete()
        assert b"Regardez." in response.content
    assert not PageComment.objects.exists() and not PendingComment.objects.exists()
    assert not CommentFile.objects.exists()


# --- Pictures ------------------------------------------------------------------------------------


def test_nothing_is_left_of_where_a_photo_was_taken(here):
    number = 0
    for seed in range(34):
        for kind in ("JPEG", "PNG", "WEBP"):
            before = good.photo(seed, kind)
            assert Image.open(io.BytesIO(before)).getexif().get_ifd(0x8825), "the control"
            assert b"Secret" in before
            (file,), _ = accepted((f"photo.{kind.lower()}", before))
            for content in (file.content, file.small):
                after = Image.open(io.BytesIO(content))
                assert not after.getexif() and not after.getexif().get_ifd(0x8825)
                plain = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background"}
                assert not set(after.info) - plain
                for word in (b"Secret", b"Exif", b"xmp", b"ICC_PROFILE", b"iCCP"):
                    assert word not in content
            number += 1
    assert number >= 100


@pytest.mark.parametrize("turn", range(1, 9))
def test_it_turns_a_photo_the_right_way_up(turn):
    upright = good.picture(1, size=(60, 40))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what undoes each turn
    sideways = upright.transpose(Image.Transpose(back[turn])) if turn > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = turn
    made = images.remade(good.saved(sideways, "PNG", exif=exif), "png", 10_000)
    assert (made.width, made.height) == (60, 40)
    assert _unlike(good.saved(upright, "PNG"), made.content) == 0


def test_it_makes_large_pictures_smaller():
    made = images.remade(good.saved(good.picture(1, size=(4000, 1000)), "JPEG"), "jpeg", 10**7)
    assert (made.width, made.height) == (2400, 600)
    small = Image.open(io.BytesIO(made.small))
    assert small.size == (320, 80)


def test_it_keeps_what_is_transparent():
    clear = Image.new("RGBA", (10, 10), (255, 0, 0, 0))
    for kind in ("PNG", "WEBP"):
        made = images.remade(good.saved(clear, kind), kind.lower(), 1000)
        assert Image.open(io.BytesIO(made.content)).convert("RGBA").getpixel((5, 5))[3] == 0
    palette = Image.new("P", (10, 10), 1)
    palette.putpalette([255, 0, 0, 0, 255, 0])
    palette.putpixel((0, 0), 0)
    gif = images.remade(good.saved(palette, "GIF", transparency=1), "gif", 1000)
    after = Image.open(io.BytesIO(gif.content)).convert("RGBA")
    assert after.getpixel((5, 5))[3] == 0 and after.getpixel((0, 0))[3] == 255


def test_it_asks_how_large_a_picture_is_before_it_is_unpacked():
    with pytest.raises(Refused, match="pixels"):
        images.remade(good.png_header(50_000, 50_000), "png", 40_000_000)


# --- Limits --------------------------------------------------------------------------------------


def test_it_lets_in_so_many_and_names_the_others():
    files = [(f"{number}.txt", f"Texte {number}".encode()) for number in range(7)]
    let_in, refused = accepted(*files)
    assert [file.name for file in let_in] == [f"{number}.txt" for number in range(5)]
    assert "5.txt" in refused[0] and "6.txt" in refused[1]


def test_it_lets_in_so_much(settings):
    settings.COMMENT_FILE_SIZE, settings.COMMENT_FILES_SIZE = 1000, 1500
    sizes = {"a.txt": 1000, "b.txt": 1001, "c.txt": 999, "d.txt": 1}
    let_in, refused = accepted(*((name, b"a" * size) for name, size in sizes.items()))
    assert [file.name for file in let_in] == ["a.txt", "d.txt"]
    assert "b.txt" in refused[0] and "c.txt" in refused[1] and len(refused) == 2


def test_of_a_request_that_is_far_too_large_nothing_is_written(
    client, workgroup, settings, monkeypatch
):
    def fail(*args, **kwargs):
        raise AssertionError("a file was begun")

    page = base.make_minutes(workgroup)
    files = [("a.txt", b"a" * 5000), ("b.txt", b"b" * 8000)]
    with monkeypatch.context() as patch:
        patch.setattr(uploadhandler.MemoryFileUploadHandler, "new_file", fail)
        with pytest.raises(AssertionError):  # the control
            post(client, page, *files)
        settings.COMMENT_FILE_SIZE = 1000
        response = post(client, page, *files, comment="Un texte.")
    html = response.content.decode()
    assert response.status_code == 422 and "Un texte." in html
    assert "a.txt" in html and "b.txt" in html


def test_only_so_much_waits_in_all(settings, workgroup):
    settings.COMMENT_FILES_WAITING_SIZE = 100
    kept = KeptForm.objects.create(page=base.make_minutes(workgroup))
    first, _ = accepted(("a.txt", b"a" * 90))
    attachments.store(first, kept=kept)
    let_in, refused = accepted(("b.txt", b"b" * 20))
    assert not let_in and "b.txt" in refused[0]
    kept.delete()
    assert accepted(("b.txt", b"b" * 20))[0]


def test_the_same_file_twice_is_one(workgroup):
    kept = KeptForm.objects.create(page=base.make_minutes(workgroup))
    let_in, refused = accepted(("a.txt", b"Texte"), ("b.txt", b"Texte"))
    assert [file.name for file in let_in] == ["a.txt"] and not refused
    attachments.store(let_in, kept=kept)
    assert accepted(("c.txt", b"Texte"), kept=kept) == ([], [])


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_the_limits_are_said_before(client, workgroup, language):
    page = base.make_minutes(workgroup)
    html = client.get(f"/{language}" + page.url.removeprefix("/fr")).content.decode()
    at = html.index('name="files"')
    field = html[at - 1500 : at + 300]
    assert "10" in field and "25" in field and ' accept=".pdf,' in field and " multiple" in field
    assert 'enctype="multipart/form-data"' in html


def test_an_examiner_that_says_nothing_lets_nothing_in(monkeypatch):
    monkeypatch.setattr(attachments, "run", lambda *args, **kwargs: b"")
    let_in, refused = accepted(("a.pdf", good.pdf("a")))
    assert not let_in and "a.pdf" in refused[0]


def test_only_so_many_are_examined_at_once(monkeypatch):
    class Taken:
        def acquire(self, timeout):
            return False

    monkeypatch.setattr(attachments, "_at_once", Taken())
    let_in, refused = accepted(("a.pdf", good.pdf("a")), ("b.txt", b"Texte"))
    assert [file.name for file in let_in] == ["b.txt"] and "a.pdf" in refused[0]


def test_it_stores_under_names_that_say_nothing(workgroup, folder):
    comment = base.make_comment(base.make_minutes(workgroup))
    let_in, _ = accepted(("secret.pdf", good.pdf("a")))
    attachments.store(let_in, comment=comment)
    (file,) = comment.files.all()
    with default_storage.open(file.file.name) as stored:
        assert stored.read() == good.pdf("a")
    assert on_disk(folder) == [file.file.name.rpartition("/")[2]]
    assert "secret" not in file.file.name and "." not in file.file.name
    assert reverse("comment_file", args=[file.key, file.name]) == file.get_absolute_url()
