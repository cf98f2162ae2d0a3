"""The glossary goes out of the back office, and a file comes in in two steps."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from glossary.backoffice import exchange
from glossary.exchange import files
from glossary.models import Keyword, KeywordGroup, KeywordLink
from tests import base

PAGE = "/admin/keywords/exchange/"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path / "imports"


def upload(client, text, name="mots.csv", mode="add"):
    file = SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())
    return client.post(PAGE, {"file": file, "mode": mode})


def token_of(response):
    return re.search(r'name="token" value="([^"]+)"', response.content.decode())[1]


@pytest.mark.django_db
def test_an_editor_sees_what_a_file_would_do_then_takes_it_in(as_user, editor, own_folder):
    base.make_keyword("couveuse")
    base.make_keyword("coopérative")
    client = as_user(editor)
    assert "Importer" in client.get(PAGE).content.decode()
    table = "nom;intitulé nl;groupe\nportage;payrolling;Métiers\ncouveuse;;\ncoopératives;;\n"
    preview = upload(client, table)
    html = preview.content.decode()
    assert preview.status_code == 200
    assert "payrolling" in html and "Métiers : nouveau groupe" in html
    assert "couveuse : existe déjà" in html
    assert re.search(r"coopératives</td>\s*<td>coopérative</td>", html)
    assert Keyword.objects.count() == 2
    done = client.post(PAGE, {"token": token_of(preview)}, follow=True)
    assert "2 mots-clés ajoutés" in done.content.decode()
    assert Keyword.objects.get(name="portage").group.name == "Métiers"
    assert not list(own_folder.iterdir())


@pytest.mark.django_db
def test_a_file_with_errors_is_answered_with_each_of_them(as_user, editor):
    response = upload(as_user(editor), "nom;plus larges\nportage;rien\n***;\nbon;\n")
    html = response.content.decode()
    assert response.status_code == 422 and "Rien n’a été importé" in html
    assert "2 erreurs" in html and "ligne 2" in html and "ligne 3" in html
    assert 'name="token"' not in html and not Keyword.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.csv", b"", "Ce fichier est vide."),
        ("x.ttl", b"a b", "Turtle"),
        ("x.rdf", b"<!DOCTYPE a><a/>", "DOCTYPE"),
        ("x.exe", b"MZ\x90\x00\x81\x8d", "ni un tableau CSV ni du SKOS"),
        ("x.txt", b"mot\x81\x8d", "lisible"),
        ("x.csv", b"#" * (files.MAX_BYTES + 1), "trop long"),
    ],
)
def test_what_cannot_be_read_is_said(as_user, editor, name, data, said):
    assert said in upload(as_user(editor), data, name).content.decode()


@pytest.mark.django_db
def test_the_choice_stays_when_the_file_is_missing(as_user, editor):
    html = as_user(editor).post(PAGE, {"mode": "update"}).content.decode()
    assert "Choisissez un fichier." in html
    assert re.search(r'value="update"[^>]*checked', html)


@pytest.mark.django_db
def test_updates_happen_only_when_asked_for(as_user, editor):
    keyword = base.make_keyword("portage", definition_fr="Avant.")
    client = as_user(editor)
    table = "nom;définition fr\nportage;Après.\n"
    assert "ne changerait rien" in upload(client, table).content.decode()
    preview = upload(client, table, mode="update")
    client.post(PAGE, {"token": token_of(preview)})
    keyword.refresh_from_db()
    assert keyword.definition_fr == "Après."
    history = client.get(f"/admin/keywords/history/{keyword.pk}/").content.decode()
    assert "Édith Éditrice" in history


@pytest.mark.django_db
def test_what_changed_meanwhile_is_shown_before_it_is_done(as_user, editor):
    client = as_user(editor)
    preview = upload(client, "nom;plus larges\nremise;grenier\ngrenier;\n", mode="update")
    shed, roof = base.make_keyword("remise"), base.make_keyword("grenier")
    KeywordLink.objects.create(keyword=roof, target=shed, kind="broader")
    answer = client.post(PAGE, {"token": token_of(preview)})
    assert answer.status_code == 422
    assert "remise → grenier → remise" in answer.content.decode()
    assert KeywordLink.objects.count() == 1


@pytest.mark.django_db
def test_a_token_is_good_for_its_file_and_its_owner_only(as_user, editor, admin):
    client = as_user(editor)
    token = token_of(upload(client, "nom\nportage\n"))
    other = token_of(upload(as_user(admin), "nom\ncouveuse\n"))
    newer = token_of(upload(client, "nom\nremise\n"))
    for wrong in (token, other, newer[:-1], "x"):
        answer = client.post(PAGE, {"token": wrong}, follow=True)
        assert "encore une fois" in answer.content.decode()
    assert not Keyword.objects.exists()
    client.post(PAGE, {"token": newer})
    assert list(Keyword.objects.values_list("name", flat=True)) == ["remise"]


@pytest.mark.django_db
def test_files_that_were_left_are_thrown_away(as_user, editor, own_folder, monkeypatch):
    own_folder.mkdir()
    (own_folder / "999").write_bytes(b"old")
    upload(as_user(editor), "nom\nportage\n")
    assert len(list(own_folder.iterdir())) == 2
    monkeypatch.setattr(exchange, "HOURS", -1)
    upload(as_user(editor), "nom\nportage\n")
    assert [file.name for file in own_folder.iterdir()] == [str(editor.pk)]


@pytest.mark.django_db
def test_a_browser_is_not_kept_waiting(as_user, editor, monkeypatch):
    monkeypatch.setattr(exchange, "MOST", 2)
    client = as_user(editor)
    assert "import_keywords" in upload(client, "nom\nun\ndeux\ntrois\n").content.decode()
    assert upload(client, "nom\nun\ndeux\n").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("format_name", files.FORMATS)
def test_the_glossary_goes_out_in_each_format(as_user, editor, workgroup, format_name):
    KeywordGroup.objects.create(name="Thèmes")
    base.make_keyword("portage")
    response = as_user(editor).get(f"{PAGE}{format_name}/")
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    assert b"portage" in response.content
    assert as_user(editor).get(f"{PAGE}doc/", follow=True).status_code == 404


@pytest.mark.django_db
def test_only_those_who_keep_the_glossary_come_here(as_user, moderator, member, editor):
    for user in (None, member, moderator):
        client = as_user(user)
        assert client.get(PAGE).status_code in (302, 403)
        assert client.get(f"{PAGE}ttl/").status_code in (302, 403)
        upload(client, "nom\nportage\n")
    assert as_user(editor).get(PAGE).status_code == 200
    assert PAGE in as_user(editor).get("/admin/").content.decode()
    assert PAGE not in as_user(moderator).get("/admin/").content.decode()


@pytest.mark.django_db
def test_groups_come_in_only_with_those_who_may_make_them(as_user, editor):
    editor.groups.get(name="Editors").permissions.filter(codename="add_keywordgroup").delete()
    client = as_user(editor)
    assert "groupes" in upload(client, "nom;groupe\nportage;Neuf\n").content.decode()
    assert upload(client, "nom\nportage\n").status_code == 200
