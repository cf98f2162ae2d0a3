"""What the tests of attached files share."""

import re
import warnings

from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import ValidationError
from django.urls import reverse

from discussion import attachments
from discussion.files import examiner
from discussion.files.kinds import Refused
from tests import base


def upload(name, content, said="application/octet-stream"):
    file = SimpleUploadedFile("a", content, said)
    file._name = name  # as it was sent: Django cuts a path off, and another upload need not
    return file


def accepted(*files, kept=None):
    """(files that are let in, sentences about the others), of (name, bytes) pairs."""
    try:
        return attachments.checked([upload(*file) for file in files], kept), []
    except ValidationError as error:
        return error.accepted, error.messages


def examine_here(monkeypatch):
    """Files are looked at in this process: starting another for hundreds takes minutes."""

    def examined(content, kind):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return examiner.examined(content, kind, 40_000_000)
        except Refused:
            raise
        except Exception as error:
            raise Refused("damaged") from error

    monkeypatch.setattr(attachments, "_examined_apart", examined)


def post(client, page, *files, **changes):
    """Sends the form under a page with these (name, bytes) files."""
    data = base.comment_form_data(page, **changes)
    data["files"] = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(reverse("comment_post", args=[page.pk]), data)


def send_again(client, page, response, *files, **changes):
    """What a browser sends when the form that came back is sent as it is."""
    form = response.context["discussion"]["form"]
    data = {field.html_name: field.value() or "" for field in form if field.html_name != "files"}
    data["files"] = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(reverse("comment_post", args=[page.pk]), data | changes)


def attach(comment, *files):
    """Stores (name, bytes) files with a comment, pending comment or kept form."""
    let_in, refused = accepted(*files)
    assert not refused
    owner = {"pagecomment": "comment", "pendingcomment": "pending", "keptform": "kept"}
    attachments.store(let_in, **{owner[comment._meta.model_name]: comment})
    return list(comment.files.order_by("-pk")[: len(let_in)])[::-1]


def on_disk(folder) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def link_in(mail) -> str:
    return re.search(r"https?://[^/]+(/\S+)", mail.body)[1]
