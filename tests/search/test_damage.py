"""Whatever happens to the files of the index, pages are served, search answers, and it mends."""

import errno
import os
import shutil
import subprocess

import pytest
from modelsearch.backends import get_search_backend
from wagtail.models import Page
from whoosh.filedb.filestore import FileStorage

from minutes.models import MinutesPage
from search import model_index, outbox
from search.models import Findable, OutboxEntry
from tests import base

pytestmark = [
    pytest.mark.django_db,
    # Whoosh leaves a file that it could not read for Python to close.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

FILES = (".toc", ".seg", "ready-", "all")


@pytest.fixture(autouse=True)
def mended_again(monkeypatch):
    """To lose an index again that was mended just now should not count as hopeless."""
    monkeypatch.setattr(model_index, "PATIENCE", 0)


@pytest.fixture
def page(make_minutes):
    page = make_minutes("Les coordinatrices parlent.", title="Réunion du plateau")
    base.make_comment(page, "Une remarque sur les castors.")
    outbox.drain()
    return page


@pytest.fixture
def everything_is_served(page, client):
    """Checks what people see, and whether the index itself answers in the end."""

    def check(typed="coordinateur", degraded=False):
        for url in (page.url, "/fr/"):
            assert client.get(url).status_code == 200
        assert "castors" in client.get(page.url).content.decode()
        found = client.get("/fr/recherche/", {"q": typed})
        assert found.status_code == 200
        assert bool(found.context["degraded"]) is degraded
        assert found.context["total"] >= 1
        assert Page.objects.search("plateau").count() == 1

    return check


def files_like(folder, kind):
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return [file for file in files if kind == "all" or kind in file.name]


# In place would end the readers that have it mapped: the system's word for that is SIGBUS.
def put_in_place_of(file, content):
    file.unlink()
    if content is not None:
        file.write_bytes(content)


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("harm", ["empty", "zeros", "half", "noise", "gone"])
def test_it_heals_when_files_are_damaged(page, index_folder, everything_is_served, kind, harm):
    for file in files_like(index_folder, kind):
        whole = file.read_bytes()
        content = {
            "empty": b"",
            "zeros": b"\x00" * len(whole),
            "half": whole[: len(whole) // 2],
            "noise": bytes((at * 89) % 256 for at in range(len(whole))),
            "gone": None,
        }[harm]
        put_in_place_of(file, content)
    everything_is_served()
    everything_is_served()


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("harm", ["empty", "half", "gone"])
def test_it_loses_nothing_when_the_next_to_come_is_a_change(
    page, index_folder, everything_is_served, make_minutes, kind, harm
):
    for file in files_like(index_folder, kind):
        whole = file.read_bytes()
        put_in_place_of(file, {"empty": b"", "half": whole[: len(whole) // 2], "gone": None}[harm])
    make_minutes("Une nouvelle coordinatrice.", title="Suite")
    everything_is_served()
    assert Page.objects.search("coordinateur").count() == 2
    assert not OutboxEntry.objects.exists()


def test_it_heals_when_the_folder_is_gone(page, index_folder, everything_is_served):
    shutil.rmtree(index_folder)
    everything_is_served()


def test_it_keeps_what_was_to_be_written_to_a_lost_index(page, index_folder, make_minutes):
    MinutesPage.objects.get(pk=page.pk).save()
    shutil.rmtree(index_folder)
    make_minutes("Une nouvelle coordinatrice.", title="Suite")
    assert Page.objects.search("coordinateur").count() == 2


def test_it_builds_anew_for_another_version(page, everything_is_served, monkeypatch):
    monkeypatch.setattr("search.analysis.VERSION", 99)
    files = get_search_backend().get_index_for_model(Page).files
    assert not files.is_ready()
    everything_is_served()
    assert get_search_backend().get_index_for_model(Page).files.is_ready()


def test_it_answers_from_the_database_while_there_is_no_index(
    page, index_folder, everything_is_served, monkeypatch
):
    shutil.rmtree(index_folder)
    monkeypatch.setattr(model_index.WhooshModelIndex, "heal", lambda self: False)
    everything_is_served(degraded=True)
    assert Page.objects.search("plateau", operator="or")[:5].count() == 1


def test_it_tries_again_later_and_not_at_each_search_when_it_cannot_be_built(
    page, index_folder, everything_is_served, monkeypatch
):
    shutil.rmtree(index_folder)
    monkeypatch.setattr(model_index, "PATIENCE", 1000)
    tried = []

    def failing(self, wait=0):
        tried.append(self)
        raise ValueError("no")

    with monkeypatch.context() as patch:
        patch.setattr(model_index.WhooshModelIndex, "rebuild", failing)
        for _ in range(3):
            everything_is_served(degraded=True)
    assert len(tried) == 2, "once for each index"
    monkeypatch.setattr(model_index, "PATIENCE", 0)
    everything_is_served()


# --- No room, no right ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", [errno.ENOSPC, errno.EROFS, errno.EACCES] if os.environ.get("SOAK") else [errno.ENOSPC]
)
def test_it_serves_what_it_has_when_nothing_can_be_written(
    page, everything_is_served, make_minutes, monkeypatch, code
):
    """Fails at each of the steps of a write in turn; then there is room again."""
    monkeypatch.setattr(model_index, "MERGED_ASIDE", 0)
    step = tried = 0
    while True:
        left = [step]
        tried += 1

        def failing(whole, left=left):
            def do(self, *args, **kwargs):
                left[0] -= 1
                if left[0] < 0:
                    raise OSError(code, os.strerror(code))
                return whole(self, *args, **kwargs)

            return do

        with monkeypatch.context() as patch:
            for name in ("create_file", "rename_file"):
                patch.setattr(FileStorage, name, failing(getattr(FileStorage, name)))
            make_minutes("Une autre coordinatrice.", title=f"Suite {step}")
            everything_is_served()
            if left[0] >= 0:
                break
            assert OutboxEntry.objects.exists()
        step += 1 if os.environ.get("SOAK") else 4  # a sample of the steps
    assert step > 5, "there are several steps"
    outbox.drain()
    assert not OutboxEntry.objects.exists()
    everything_is_served()
    assert Page.objects.search("coordinateur").count() == tried + 1
    assert Findable.objects.filter(title__startswith="Suite").count() == tried


@pytest.fixture
def small_disk(tmp_path):
    """A folder of 400 kB, and how to make it read-only."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k,mode=700", "plenum-test", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this system does not let a disk be mounted")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def page_on_a_small_disk(small_disk, settings, request):
    settings.WAGTAILSEARCH_BACKENDS = {
        "default": {"BACKEND": "search.backend", "PATH": str(small_disk / "index")}
    }
    return request.getfixturevalue("page")


def test_it_serves_while_the_disk_is_full(
    page_on_a_small_disk, small_disk, everything_is_served, make_minutes
):
    with pytest.raises(OSError, match="space"), open(small_disk / "filling", "wb", 0) as filling:
        while True:
            filling.write(b"x" * 512)
    make_minutes("Une autre coordinatrice.", title="Suite")
    everything_is_served()
    assert OutboxEntry.objects.exists()
    (small_disk / "filling").unlink()
    outbox.drain()
    everything_is_served()
    assert Page.objects.search("coordinateur").count() == 2


def test_it_serves_from_a_read_only_disk(
    page_on_a_small_disk, small_disk, everything_is_served, make_minutes
):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    make_minutes("Une autre coordinatrice.", title="Suite")
    everything_is_served()
    assert OutboxEntry.objects.exists()
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    outbox.drain()
    everything_is_served()
    assert Page.objects.search("coordinateur").count() == 2


def test_it_answers_from_the_database_when_the_folder_cannot_be_made(
    page, settings, tmp_path, everything_is_served
):
    (tmp_path / "file").write_text("not a folder")
    settings.WAGTAILSEARCH_BACKENDS = {
        "default": {"BACKEND": "search.backend", "PATH": str(tmp_path / "file" / "index")}
    }
    everything_is_served(degraded=True)
