"""What is refused says what happened and what to do, in plain words."""

import pytest
from django.urls import reverse

from discussion import attachments
from discussion.models import PageComment
from tests import base
from tests.discussion.attaching import send_again

pytestmark = pytest.mark.django_db
#: What Django says by itself, to whoever knows what a field or a UUID is.
RIDDLES = ("obligatoire", "Assurez-vous", "UUID", "valide", "nombre entier")


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup)


def refused(client, page, **changes):
    data = base.comment_form_data(page, **changes)
    answer = client.post(reverse("comment_post", args=[page.pk]), data)
    assert answer.status_code == 422
    return answer


def remarks(answer):
    form = answer.context["discussion"]["form"]
    return [str(one) for errors in form.errors.values() for one in errors]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("token", "x"),
        ("token", ""),
        ("timestamp", "soon"),
        ("timestamp", ""),
        ("security_hash", ""),
        ("security_hash", "0" * 40),
        ("security_hash", "0" * 41),
        ("anchor", "x" * 81),
        ("kept_as", "x" * 41),
        ("object_pk", ""),
        ("content_type", "x"),
        ("reply_to", "x"),
    ],
)
def test_a_form_that_was_damaged_says_so_once_and_goes_when_sent_again(
    as_user, member, minutes, field, value
):
    client = as_user(member)
    answer = refused(client, minutes, **{field: value})
    [told] = answer.context["discussion"]["form"].general_errors
    assert told.startswith("Votre message n’est pas parti : ce formulaire n’était plus valable.")
    assert send_again(client, minutes, answer).status_code == 302
    assert PageComment.objects.get().comment == "Merci pour ce compte rendu."


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": ""}, "Écrivez le nom"),
        ({"name": "x" * 51}, "50 caractères au plus"),
        ({"email": ""}, "Écrivez votre adresse e-mail"),
        ({"email": "vera"}, "comme nom@exemple.be"),
        ({"email": "x" * 250 + "@a.be"}, "trop longue"),
        ({"comment": ""}, "Écrivez votre message"),
        ({"comment": "x" * 10_001}, "raccourcissez-le à 10\xa0000 caractères"),
        ({"keywords": "x" * 301}, "quelques mots"),
        ({"keywords": ",".join("abcdefghi")}, "il y en a 9, pour 8 au plus"),
        ({"honeypot": "x"}, "Nous l’avons vidé"),
        ({"reply_to": "12345"}, "Envoyez-le à nouveau"),
    ],
)
def test_each_remark_says_what_to_do(client, minutes, changes, told):
    sentences = remarks(refused(client, minutes, **changes))
    assert any(told in one for one in sentences), sentences
    assert not any(riddle in one for one in sentences for riddle in RIDDLES), sentences


def test_so_does_each_about_a_document():
    for why, sentence in attachments.SENTENCES.items():
        happened, _colon, to_do = str(sentence).partition(" : ")
        assert "%(name)s" in happened and len(to_do.split()) >= 2, why
