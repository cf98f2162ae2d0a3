"""An attached file is given to those who may read its comment, as a file and as nothing else."""

import re
from urllib.parse import unquote

import pytest
from django.urls import reverse

from discussion import attachments
from discussion.files.kinds import KINDS
from discussion.models import CommentFile, KeptForm, ModerationAct, PendingComment, State
from discussion.moderation import set_state
from tests import base
from tests.discussion import good_files as good
from tests.discussion.attaching import attach, on_disk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup)


def one_of_each():
    """{kind that is stored: (name, bytes)}; a GIF is stored as a PNG."""
    return {kind: (name, content) for name, kind, content, _ in good.corpus() if kind != "gif"}


def get(client, file, more="", **headers):
    """The answer, and its bytes as `body`."""
    return read(client.get(file.get_absolute_url() + more, headers=headers))


def read(response):
    response.body = b"".join(response) if response.streaming else response.content
    return response


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "gif"])
def test_it_is_a_file_and_no_page(client, minutes, kind):
    name, content = one_of_each()[kind]
    (file,) = attach(base.make_comment(minutes), (name, content))
    response = get(client, file)
    assert response.status_code == 200
    body = response.body
    assert len(body) == int(response["Content-Length"]) == file.size
    assert KINDS[kind].is_image or body == content
    assert response["Content-Type"] == KINDS[kind].mime
    how = "inline" if KINDS[kind].is_image else "attachment"
    assert response["Content-Disposition"].startswith(f"{how};")
    assert said_name(response) == file.name
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert {"private", "no-cache"} <= set(response["Cache-Control"].split(", "))
    assert "Set-Cookie" not in response and name.split(".")[0] not in file.file.name


def said_name(response) -> str:
    """The name in a Content-Disposition, as RFC 6266 and 8187 have it read."""
    said = response["Content-Disposition"]
    if found := re.search(r"filename\*=utf-8''([\w%.!~*'()-]+)$", said):
        return unquote(found[1])
    found = re.search(r'filename="((?:[^"\\]|\\.)*)"$', said)
    return re.sub(r"\\(.)", r"\1", found[1])


@pytest.mark.parametrize(
    "name", ["été « 1 ».txt", "a;b=c.txt", "文書 👩\u200d💻.txt", "50%.txt", "a'b.txt"]
)
def test_its_name_comes_through(client, minutes, name):
    (file,) = attach(base.make_comment(minutes), (name, b"Texte"))
    assert said_name(get(client, file)) == name


def test_a_picture_has_a_small_one(client, minutes):
    (file,) = attach(
        base.make_comment(minutes), ("a.jpg", good.saved(good.picture(1, size=(900, 600)), "JPEG"))
    )
    large, small = get(client, file), get(client, file, "?petite")
    assert len(small.body) < len(large.body)
    assert small["ETag"] != large["ETag"]
    (text,) = attach(file.comment, ("a.txt", b"Texte"))
    assert get(client, text, "?petite").body == b"Texte"


def test_it_is_not_sent_twice_to_who_has_it(client, minutes):
    (file,) = attach(base.make_comment(minutes), ("a.txt", b"Texte"))
    etag = get(client, file)["ETag"]
    again = get(client, file, if_none_match=etag)
    assert again.status_code == 304 and again["Content-Security-Policy"].endswith("sandbox")
    assert get(client, file, if_none_match='"other"').status_code == 200
    set_state([file.comment], ModerationAct.Act.HIDE)
    assert get(client, file, if_none_match=etag).status_code == 404


def test_a_part_of_it_is_asked_for_like_the_whole(client, minutes, member, as_user):
    (file,) = attach(base.make_comment(minutes), ("a.txt", b"0123456789"))
    for headers in ({"range": "bytes=2-4"}, {"range": "bytes=99-"}, {"range": "x" * 1000}):
        response = get(client, file, **headers)
        assert response.status_code == 200 and response.body == b"0123456789"
        assert response["Accept-Ranges"] == "none"
    base.close(minutes, "Autres")
    assert get(client, file, range="bytes=0-1").status_code == 404


def test_it_answers_reading_only(client, minutes):
    (file,) = attach(base.make_comment(minutes), ("a.txt", b"Texte"))
    head = read(client.head(file.get_absolute_url()))
    assert head.status_code == 200 and head["Content-Length"] == "5"
    for method in ("post", "put", "delete", "patch"):
        assert getattr(client, method)(file.get_absolute_url()).status_code == 405


def test_another_name_in_the_address_is_no_matter(client, minutes):
    (file,) = attach(base.make_comment(minutes), ("a.txt", b"Texte"))
    response = read(client.get(reverse("comment_file", args=[file.key, "evil.html"])))
    assert said_name(response) == "a.txt" and response["Content-Type"] == "text/plain"


def test_an_unknown_one_and_a_closed_one_are_the_same(client, minutes):
    (file,) = attach(base.make_comment(minutes), ("a.txt", b"Texte"))
    address = file.get_absolute_url()
    unknown = address.replace(str(file.key), "0" * 8 + str(file.key)[8:])
    base.close(minutes, "Autres")
    closed, missing = client.get(address), client.get(unknown)
    assert closed.status_code == missing.status_code == 404
    assert closed.content == missing.content.replace(b"0" * 8, str(file.key)[:8].encode())


STATES = [State.PUBLISHED, State.HELD, State.HIDDEN, State.SPAM, State.DELETED]


@pytest.mark.parametrize("private", [False, True], ids=["open", "closed"])
@pytest.mark.parametrize("state", STATES)
def test_it_is_given_to_whom_the_comment_is(
    request, as_user, workgroup, private_workgroup, group_member, state, private
):
    moderator = base.make_user("Mo", groups=["Moderators", "Groupe fermé"])
    people = {
        "stranger": None,
        "member": base.make_user("Autre", groups=["Members"]),
        "group_member": base.make_user("Autre", groups=["Members", "Groupe fermé"]),
        "author": group_member,
        "moderator": moderator,
        "moderator elsewhere": base.make_user("Mo", groups=["Moderators"]),
    }
    page = base.make_minutes(private_workgroup if private else workgroup)
    comment = base.make_comment(page, user=group_member)
    (file,) = attach(comment, ("a.txt", b"Texte"))
    set_state(
        [comment],
        {
            State.PUBLISHED: ModerationAct.Act.APPROVE,
            State.HELD: ModerationAct.Act.HOLD,
            State.HIDDEN: ModerationAct.Act.HIDE,
            State.SPAM: ModerationAct.Act.SPAM,
            State.DELETED: ModerationAct.Act.DELETE,
        }[state],
    )
    inside = {"group_member", "author", "moderator"} if private else set(people)
    expected = {"moderator", "moderator elsewhere"} & inside
    if state == State.PUBLISHED:
        expected = inside
    elif state == State.HELD:
        expected |= {"author"} & inside
    given = {who for who, user in people.items() if get(as_user(user), file).status_code == 200}
    assert given == expected


def test_what_waits_is_given_to_nobody(as_user, admin, minutes):
    pending = PendingComment.objects.create(page=minutes, token="0" * 32, name="a", email="a@b.be")
    kept = KeptForm.objects.create(page=minutes)
    for owner in (pending, kept):
        (file,) = attach(owner, ("a.txt", b"Texte"))
        for user in (None, admin):
            assert get(as_user(user), file).status_code == 404


def test_a_page_that_is_unpublished_or_closed_takes_them_along(client, as_user, admin, minutes):
    (file,) = attach(base.make_comment(minutes), ("a.txt", b"Texte"))
    assert get(client, file).status_code == 200
    minutes.unpublish()
    assert get(client, file).status_code == get(as_user(admin), file).status_code == 404


def test_one_that_is_lost_from_the_disk_is_not_there(client, minutes, caplog):
    (file,) = attach(base.make_comment(minutes), ("a.txt", b"Texte"))
    attachments.remove_from_disk(file.file.name)
    assert get(client, file).status_code == 404 and file.file.name in caplog.text


def test_no_media_is_served_as_it_lies(client, minutes):
    (file,) = attach(base.make_comment(minutes), ("a.txt", b"Texte"))
    assert client.get(f"/media/{file.file.name}", follow=True).status_code == 404


# --- Under the comment ---------------------------------------------------------------------------


def test_it_stands_under_its_comment(client, minutes):
    comment = base.make_comment(minutes)
    picture = good.saved(good.picture(1, size=(900, 600)), "JPEG")
    files = attach(comment, ("été <b>.txt", b"Texte"), ("photo.jpg", picture))
    html = client.get(minutes.url).content.decode()
    letter = html[html.index(f'id="c{comment.pk}"') :]
    for file in files:
        assert f'href="{file.get_absolute_url()}"' in letter
    assert "été _b_.txt" in letter and "<b>" not in letter.split("</article>")[0]
    assert re.search(r'<img src="[^"]+\?petite" width="160" height="107" loading="lazy"', letter)
    other = base.make_comment(minutes)
    html = client.get(minutes.url).content.decode()
    assert 'class="files"' not in html[html.index(f'id="c{other.pk}"') :].split("</article>")[0]


def test_a_thread_by_itself_shows_them_too(client, minutes):
    start = base.make_comment(minutes)
    (file,) = attach(base.make_comment(minutes, parent=start), ("a.txt", b"Texte"))
    html = client.get(reverse("comment_thread", args=[start.pk])).content.decode()
    assert file.get_absolute_url() in html


# --- Withdrawn -----------------------------------------------------------------------------------


def test_an_author_takes_one_away(
    as_user, member, minutes, folder, django_capture_on_commit_callbacks
):
    comment = base.make_comment(minutes, user=member)
    first, second = attach(comment, ("a.txt", b"Texte"), ("b.txt", b"Autre"))
    client, address = as_user(member), reverse("comment_file_withdraw", args=[first.key])
    assert address in client.get(minutes.url).content.decode()
    # Not from where a text is being changed: it would be lost on the way.
    editing = client.get(reverse("comment_edit", args=[comment.pk])).content.decode()
    assert "a.txt" in editing and address not in editing
    asked = client.get(address)
    assert asked.status_code == 200 and "a.txt" in asked.content.decode()
    assert CommentFile.objects.filter(withdrawn_at=None).count() == 2
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(address)
    assert response.status_code == 302 and response.url.endswith(f"#c{comment.pk}")
    first.refresh_from_db()
    assert first.withdrawn_at and not first.file and not first.text
    assert get(client, first).status_code == 404 and get(client, second).status_code == 200
    assert on_disk(folder) == [second.file.name.rpartition("/")[2]]
    html = client.get(minutes.url).content.decode()
    assert "a.txt" not in html and "b.txt" in html
    assert client.post(address).status_code == 404


@pytest.mark.parametrize("who", ["stranger", "member", "moderator"])
def test_nobody_else_takes_it_away(request, as_user, group_member, minutes, who):
    user = None if who == "stranger" else request.getfixturevalue(who)
    (file,) = attach(base.make_comment(minutes, user=group_member), ("a.txt", b"Texte"))
    address = reverse("comment_file_withdraw", args=[file.key])
    client = as_user(user)
    assert client.get(address).status_code == client.post(address).status_code == 404
    assert "retirer" not in client.get(minutes.url).content.decode()
    assert CommentFile.objects.get().file


def test_a_visitors_is_nobodys_to_take_away(client, minutes):
    (file,) = attach(base.make_comment(minutes), ("a.txt", b"Texte"))
    assert client.post(reverse("comment_file_withdraw", args=[file.key])).status_code == 404
