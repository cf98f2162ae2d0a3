"""The conversation as it is read."""

import pytest
from django.core.exceptions import ValidationError

from discussion.models import PageComment
from discussion.threads import Conversation, Thread
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup)


def conversation(page, *args):
    return Conversation(page, *args).comments


def read(page, *args):
    return [(comment.comment, comment.depth) for comment in conversation(page, *args)]


def test_it_puts_replies_under_what_they_answer(minutes):
    a = base.make_comment(minutes, "A")
    b = base.make_comment(minutes, "B")
    a1 = base.make_comment(minutes, "A1", parent=a)
    base.make_comment(minutes, "B1", parent=b)
    base.make_comment(minutes, "A2", parent=a)
    base.make_comment(minutes, "A11", parent=a1)
    assert read(minutes) == [("A", 0), ("A1", 1), ("A11", 2), ("A2", 1), ("B", 0), ("B1", 1)]
    assert conversation(minutes)[2].parent_name == "Visiteuse"


def test_it_leaves_a_gap_for_a_hidden_comment_that_others_answer(minutes):
    a = base.make_comment(minutes, "A")
    base.make_comment(minutes, "A1", parent=a)
    b = base.make_comment(minutes, "B")
    for comment in (a, b):
        comment.state = "hidden"
        comment.save()
    shown = conversation(minutes)
    assert [(c.comment, c.placeholder) for c in shown] == [("A", True), ("A1", False)]


def test_it_shows_no_word_of_a_hidden_comment(client, minutes):
    hidden = base.make_comment(minutes, "Un mot caché", name="Auteur caché")
    base.make_comment(minutes, "Une réponse", parent=hidden)
    assert "Un mot caché" in client.get(minutes.url).content.decode()
    hidden.state = "hidden"
    hidden.save()
    page = client.get(minutes.url).content.decode()
    assert "Un mot caché" not in page and "Auteur caché" not in page
    assert "Une réponse" in page


def test_it_hides_what_hangs_under_a_held_comment_and_nothing_else(minutes):
    a = base.make_comment(minutes, "A")
    base.make_comment(minutes, "A1", parent=a)
    base.make_comment(minutes, "B")
    base.hold(a)
    assert read(minutes) == [("B", 0)]


def test_it_publishes_no_held_reply_when_its_parent_is_saved(minutes):
    a = base.make_comment(minutes, "A")
    held = base.make_comment(minutes, "A1", parent=a)
    PageComment.objects.filter(pk=held.pk).update(state="held")
    a.comment = "A, mieux dit"
    a.save()
    held.refresh_from_db()
    assert held.state == "held"


def test_it_refuses_a_reply_to_a_comment_of_another_page(minutes, workgroup):
    elsewhere = base.make_comment(base.make_minutes(workgroup), "Ailleurs")
    with pytest.raises(ValidationError):
        base.make_comment(minutes, "Perdu", parent=elsewhere)
    assert not PageComment.objects.filter(comment="Perdu").exists()


def test_it_reads_a_thread_a_thousand_replies_deep(minutes, settings):
    parent = None
    for number in range(1000):
        parent = base.make_comment(minutes, str(number), parent=parent)
    settings.COMMENT_REPLIES_SHOWN = settings.COMMENTS_SHOWN = 2000
    assert read(minutes)[-1] == ("999", 999)
    settings.COMMENT_REPLIES_SHOWN = 50
    shown = conversation(minutes)
    assert (shown[-1].comment, shown[-1].more) == ("49", 950)


class TestParts:
    """A long discussion is read some threads at a time, in the order that one likes."""

    @pytest.fixture(autouse=True)
    def few(self, settings, monkeypatch):
        settings.COMMENT_THREADS_SHOWN = 2
        settings.COMMENT_REPLIES_SHOWN = 3
        monkeypatch.setattr("discussion.threads.FLAT_SHOWN", 4)

    @pytest.fixture
    def said(self, minutes):
        """A with four replies, then B with one, then C."""
        a = base.make_comment(minutes, "A")
        b = base.make_comment(minutes, "B")
        replies = [base.make_comment(minutes, f"A{n}", parent=a) for n in range(4)]
        base.make_comment(minutes, "B0", parent=b)
        return [a, b, base.make_comment(minutes, "C"), *replies]

    def test_it_shows_some_threads_and_of_each_its_beginning(self, minutes, said):
        assert read(minutes) == [("A", 0), ("A0", 1), ("A1", 1), ("B", 0), ("B0", 1)]
        assert [comment.more for comment in conversation(minutes)] == [0, 0, 2, 0, 0]
        assert read(minutes, "anciens", 2) == [("C", 0)]
        assert read(minutes, "recents") == [("C", 0), ("B", 0), ("B0", 1)]
        flat = conversation(minutes, "plat")
        assert [comment.comment for comment in flat] == ["A", "B", "A0", "A1"]
        assert flat[2].parent_name == "Visiteuse"
        assert next(comment.comment for comment in conversation(minutes, "plat", 2)) == "A2"

    def test_what_answers_a_held_comment_is_nowhere_and_not_counted(self, minutes, said):
        held = base.make_comment(minutes, "A4", parent=said[3], state="held")
        PageComment.objects.filter(pk=held.pk).update(state="published")
        base.make_comment(minutes, "A40", parent=PageComment.objects.get(pk=held.pk))
        assert (Conversation(minutes).count, conversation(minutes)[2].more) == (10, 4)
        base.hold(held)
        assert (Conversation(minutes).count, conversation(minutes)[2].more) == (8, 2)
        every = [c.comment for n in (1, 2) for c in conversation(minutes, "plat", n)]
        assert every == ["A", "B", "A0", "A1", "A2", "A3", "B0", "C"]
        assert "A40" not in [c.comment for c in Thread(said[0], 2).comments]

    def test_it_shows_one_long_thread_by_itself(self, client, minutes, said):
        assert [comment.comment for comment in Thread(said[0], 2).comments] == ["A2", "A3"]
        page = client.get(minutes.url).content.decode()
        address = f"/fr/commentaires/{said[0].pk}/fil/"
        assert "Lire 2 autres réponses de ce fil" in page and address in page
        said[5].keywords.add(base.make_keyword("portage"))
        whole = client.get(address, {"page": 2}).content.decode()
        assert "/mots-cles/portage/" in whole
        assert "A2" in whole and "en réponse à Visiteuse" in whole
        PageComment.objects.filter(pk=said[5].pk).update(state="held")
        base.make_comment(minutes, "A10", parent=said[4])
        assert [comment.comment for comment in Thread(said[0], 2).comments] == ["A3", "A10"]
        minutes.unpublish()
        assert client.get(address).status_code == 404

    def test_whom_a_comment_answers_is_a_link_to_where_that_one_is(self, client, minutes, said):
        client.post("/fr/commentaires/ordre/", {"ordre": "plat", "next": minutes.url})
        first = client.get(minutes.url).content.decode()
        assert first.count(f'href="#c{said[0].pk}"') == 2
        second = client.get(minutes.url, {"page": 2}).content.decode()
        assert f'href="#c{said[0].pk}"' not in second
        label = f'<a class="quiet-link" href="{said[0].get_absolute_url()}">en réponse à'
        assert second.count(label) == 2

    def test_a_permalink_leads_to_where_a_comment_is_shown(self, client, minutes, said):
        def lands(comment):
            response = client.get(comment.get_absolute_url())
            path, _, anchor = response.url.partition("#")
            shown = client.get(path).content.decode()
            assert f'id="{anchor}"' in shown
            return path

        assert lands(said[0]) == lands(said[3]) == minutes.url
        assert lands(said[2]) == f"{minutes.url}?page=2"
        assert lands(said[6]) == f"/fr/commentaires/{said[0].pk}/fil/?page=2"
        client.post("/fr/commentaires/ordre/", {"ordre": "recents", "next": minutes.url})
        assert lands(said[2]) == minutes.url
        assert lands(said[0]) == f"{minutes.url}?page=2"
        client.post("/fr/commentaires/ordre/", {"ordre": "plat", "next": minutes.url})
        assert lands(said[6]) == f"{minutes.url}?page=2"

    def test_the_order_is_remembered_and_leads_nowhere_else(self, client, minutes, said):
        sent = {"ordre": "recents", "next": "https://evil.example/"}
        assert client.post("/fr/commentaires/ordre/", sent).url == "/#discussion"
        page = client.get(minutes.url).content.decode()
        assert page.index(">C<") < page.index(">B<")
        assert client.post("/fr/commentaires/ordre/", {"ordre": "x"}).status_code == 302
        assert client.get(minutes.url).context["discussion"]["order"] == "recents"

    def test_a_reply_is_written_to_a_comment_of_another_part(self, client, minutes, said):
        page = client.get(minutes.url, {"reponse": said[2].pk})
        assert page.context["discussion"]["answered"] == said[2]
        for odd in ("x", "0", str(10**30), said[2].pk + 1000):
            assert (
                client.get(minutes.url, {"reponse": odd}).context["discussion"]["answered"] is None
            )


def test_it_points_at_a_comment_for_ever(client, minutes, private_workgroup):
    comment = base.make_comment(minutes)
    response = client.get(comment.get_absolute_url())
    assert response.url == f"{minutes.url}#c{comment.pk}"
    secret = base.make_comment(base.make_minutes(private_workgroup))
    assert client.get(secret.get_absolute_url()).status_code == 404


def test_it_escapes_what_people_write(client, minutes):
    base.make_comment(minutes, "<script>alert(1)</script>", name="<b>Nom</b>")
    page = client.get(minutes.url).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>Nom</b>" not in page


def test_it_goes_with_its_page(minutes):
    base.make_comment(minutes)
    minutes.delete()
    assert PageComment.objects.count() == 0
