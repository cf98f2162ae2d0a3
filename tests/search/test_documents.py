"""Documents are found by what they say, under each page that shows them."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from wagtail.documents.models import Document
from wagtail.models import Collection, CollectionViewRestriction

from pages.document_text import reading
from pages.models import PageAttachment
from search import outbox, pieces, spelling
from search.models import Findable
from tests.pages import document_files as files

pytestmark = pytest.mark.django_db


def upload(content, name, title="Charte"):
    return Document.objects.create(title=title, file=ContentFile(content, name))


def read():
    reading.read_waiting()
    outbox.drain()


def found(client, typed):
    return client.get(reverse("search"), {"q": typed}).context.get("hits", [])


def attach(page, document):
    PageAttachment.objects.create(page=page, document=document)
    outbox.drain()


@pytest.mark.parametrize(
    ("name", "make"), [("c.docx", files.docx), ("c.odt", files.odt), ("c.pdf", files.pdf)]
)
def test_it_is_found_by_a_word_inside(client, make_minutes, name, make):
    page = make_minutes()
    attach(page, upload(make("La quiproquade des coordinatrices."), name))
    assert found(client, "quiproquade") == []
    read()
    (hit,) = found(client, "quiproquade coordinateur")
    assert hit.title == "Charte" and hit.row.kind == "document"
    assert "<mark>quiproquade</mark>" in hit.passage
    assert hit.url.startswith(page.url)


def test_it_is_hidden_with_its_page(as_user, private_workgroup, make_minutes, group_member, member):
    page = make_minutes(under=private_workgroup)
    attach(page, upload(b"La quiproquade.", "c.txt"))
    read()
    for user in (None, member):
        assert found(as_user(user), "quiproquade") == []
    assert len(found(as_user(group_member), "quiproquade")) == 1


@pytest.mark.parametrize("shown_by", ["attachment", "body"])
def test_it_is_hidden_with_its_collection(
    as_user, make_minutes, group_member, member, editor, shown_by
):
    document = upload(b"La quiproquade secrete.", "c.txt", title="Zibeline")
    if shown_by == "body":
        make_minutes(body=[{"type": "document", "value": document.pk}])
    else:
        attach(make_minutes(), document)
    read()
    closed = Collection.get_first_root_node().add_child(name="Fermée")
    restriction = CollectionViewRestriction.objects.create(
        collection=closed, restriction_type=CollectionViewRestriction.GROUPS
    )
    restriction.groups.set(group_member.groups.filter(name="Groupe fermé"))

    def surfaces(user):
        client = as_user(user)
        spelling._vocabulary = None
        yield bool(found(client, "quiproquade"))
        yield bool(found(client, "zibeline"))
        yield "secrete" in client.get(reverse("search_feed"), {"q": "quiproquade"}).content.decode()
        yield bool(client.get(reverse("search"), {"q": "quiprokuade"}).context["did_you_mean"])
        yield (
            "Zibeline" in client.get(reverse("search_suggestions"), {"q": "zibel"}).content.decode()
        )

    assert any(surfaces(None))
    # In a closed collection, it is closed at the next request; so it is below one.
    for collection in (closed, closed.add_child(name="Dessous")):
        document.collection = collection
        document.save()
        outbox.drain()
        for user in (None, member):
            assert not any(surfaces(user)), collection
        for user in (group_member, editor):
            assert found(as_user(user), "quiproquade"), collection
    restriction.delete()
    assert any(surfaces(None))


def test_it_is_found_in_a_body_and_anew_when_the_file_is_replaced(client, make_minutes):
    document = upload(b"La quiproquade.", "c.txt")
    make_minutes(body=[{"type": "document", "value": document.pk}])
    read()
    assert len(found(client, "quiproquade")) == 1
    document.file = ContentFile(b"La zanzibarine.", "d.txt")
    document.save()
    read()
    assert found(client, "quiproquade") == []
    assert len(found(client, "zanzibarine")) == 1


def test_a_long_one_is_one_result_with_the_passage_that_answers(client, make_minutes):
    lines = [f"Ligne {number} du règlement." for number in range(6_000)]
    lines[2], lines[5_000] = "La quiproquade du début.", "Et la zanzibarine de la fin."
    attach(make_minutes(), upload("\n".join(lines).encode(), "c.txt"))
    read()
    assert Findable.objects.filter(kind="document").count() > 5
    (hit,) = found(client, "zanzibarine")
    assert "la <mark>zanzibarine</mark> de la fin" in hit.passage
    (hit,) = found(client, "quiproquade zanzibarine")  # words of two stretches
    assert "<mark>" in hit.passage


def test_a_text_is_cut_between_words():
    text = ("mot " * 30_000).strip()
    parts = pieces.stretches(text)
    assert len(parts) == 6 and all(len(part) <= pieces.LONGEST_STRETCH for part in parts)
    assert " ".join(part.strip() for part in parts) == text
    assert "".join(pieces.stretches("x" * 50_000)) == "x" * 50_000
    assert pieces.stretches("") == [""]


def test_it_goes_with_its_document(client, make_minutes):
    document = upload(b"La quiproquade.", "c.txt")
    attach(make_minutes(), document)
    read()
    document.delete()
    outbox.drain()
    assert found(client, "quiproquade") == []


def test_a_page_of_another_use_is_a_result_of_its_own(client, make_minutes):
    document = upload(b"La quiproquade.", "c.txt")
    for _ in range(2):
        attach(make_minutes(), document)
    read()
    assert len(found(client, "quiproquade")) == 2


def test_the_cost_of_a_page_does_not_grow_with_its_documents(
    make_minutes, django_assert_max_num_queries
):
    page = make_minutes()
    for number in range(6):
        attach(page, upload(b"Un mot.", f"{number}.txt"))
    read()
    with django_assert_max_num_queries(12):
        list(pieces.page_pieces(page, "minutes", body=page.body))


def test_each_document_of_a_page_opens_at_itself(client, make_minutes):
    page = make_minutes()
    for name in ("a", "b"):
        attach(page, upload(f"La quiproquade {name}.".encode(), f"{name}.txt"))
    read()
    shown = client.get(page.url).content.decode()
    urls = {hit.url for hit in found(client, "quiproquade")}
    assert len(urls) == 2
    assert all(f'id="{url.partition("#")[2]}"' in shown for url in urls)
