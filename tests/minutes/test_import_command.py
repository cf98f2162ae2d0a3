"""`import_minutes` makes pages, people and roles; never twice, and never half."""

import datetime
from io import StringIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command

from accounts.models import Person
from accounts.visibility import may_see
from glossary.models import Keyword
from minutes.importing import files, parse, store
from minutes.models import MinutesPage, Role
from tests.base import make_keyword, make_minutes, make_person

TEXT = """\
Compte rendu de la 3e réunion, 4 mai 2018

Accueil

On a parlé de la caisse commune avec Noemie Perrault. Elle est saine.

Action : relire les comptes (Noémie, pour le 9 juin 2018)
Action : écrire à la banque (Ursule)

Présents

o Membres /Leden :
Noémie Perrault, comptable
Basile Fontenoy (Atelier 9, membre)

o Veilleurs de nuit :
Basile Fontenoy
"""


@pytest.fixture
def run(workgroup, tmp_path):
    """Writes texts to files, imports them, and gives what was printed."""

    def run(*texts, **options):
        paths = []
        for number, text in enumerate(texts):
            path = tmp_path / f"texte-{number}.txt"
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            paths.append(str(path))
        out, err = StringIO(), StringIO()
        options = {"group": workgroup.slug, "stdout": out, "stderr": err} | options
        try:
            call_command("import_minutes", *paths, **options)
        except CommandError as error:
            err.write(str(error))
            return out.getvalue() + err.getvalue(), True
        return out.getvalue() + err.getvalue(), False

    return run


def test_it_makes_a_draft_with_its_facts_people_and_roles(run, workgroup):
    said, failed = run(TEXT)
    page = MinutesPage.objects.child_of(workgroup).get()
    assert not failed and not page.live
    assert (page.ordinal, page.meeting_date) == (3, datetime.date(2018, 5, 4))
    rows = [(str(row.role), row.person.name, row.does) for row in page.attendance.all()]
    assert rows == [
        ("Membres / Leden", "Noémie Perrault", "comptable"),
        ("Membres / Leden", "Basile Fontenoy", "membre, Atelier 9"),
        ("Veilleurs de nuit", "Basile Fontenoy", ""),
    ]
    assert Role.objects.filter(label_fr__startswith="Membres").count() == 1
    assert "Nouveau rôle : « Veilleurs de nuit »." in said
    assert f"/{page.slug}/" in said and "http" in said and f"/admin/pages/{page.pk}/edit/" in said
    assert "personnes : 2 · avec date : 1 · sans date : 0" in said


def test_it_publishes_when_asked(run, workgroup, client):
    run(TEXT, publish=True)
    page = MinutesPage.objects.child_of(workgroup).get()
    response = client.get(page.url)
    assert page.live and response.status_code == 200
    assert "On a parlé de la caisse commune" in response.content.decode()


def test_an_action_finds_its_owner_among_those_present(run, workgroup):
    said, _failed = run(TEXT)
    actions = [
        block.value
        for block in MinutesPage.objects.child_of(workgroup).get().body
        if block.block_type == "action"
    ]
    assert actions[0]["owner"].name == "Noémie Perrault"
    assert actions[0]["due"] == datetime.date(2018, 6, 9)
    assert actions[1]["owner"] is None and "(Ursule)" in actions[1]["text"].source
    assert "« Ursule »" in said


def test_another_spelling_is_kept_with_the_person(run):
    run(TEXT)
    assert Person.objects.get(name="Noémie Perrault").names[1:] == ["Noemie Perrault"]


def test_it_knows_people_by_name_or_alias_whatever_the_accents(run, workgroup):
    known = make_person("NOEMIE PERRAULT", aliases="N. Perrault")
    other = make_person("Vasil Fontenoy", aliases="Basile Fontenoy")
    run(TEXT)
    rows = MinutesPage.objects.child_of(workgroup).get().attendance.all()
    assert {row.person for row in rows} == {known, other}


def test_a_new_person_close_to_a_known_one_is_said(run):
    make_person("Basil Fontenoy")
    said, _failed = run(TEXT)
    assert "proche de « Basil Fontenoy »" in said


def test_twice_gives_no_double(run, workgroup):
    run(TEXT, publish=True)
    page = MinutesPage.objects.child_of(workgroup).get()
    page.title = "Changé entre-temps"
    page.save_revision().publish()
    said, failed = run(TEXT.replace("\n", "\r\n"))
    assert not failed and "Déjà là" in said
    assert MinutesPage.objects.child_of(workgroup).get().title == "Changé entre-temps"
    assert Person.objects.count() == 2


def test_a_text_that_changed_is_a_new_page_and_its_twin_is_said(run, workgroup):
    said, _failed = run(TEXT, TEXT.replace("saine", "vide"))
    assert MinutesPage.objects.child_of(workgroup).count() == 2
    assert "porte ce titre et cette date" in said


def test_a_slug_asked_for_is_never_made_twice(workgroup):
    make_minutes(workgroup, slug="mai")
    parsed = parse("---\nslug: mai\n---\n\nUn autre texte.\n", "x.md")
    _page, created, _unsure = store(parsed, workgroup)
    assert not created


def test_keywords_of_the_front_matter_are_found_by_any_label(workgroup):
    known = make_keyword("portage", nl="payroll")
    parsed = parse("---\nkeywords: Payroll, couveuse\n---\n\nUn texte.\n", "x.md")
    page, _created, unsure = store(parsed, workgroup, publish=True)
    assert {use.tag for use in page.keyword_uses.all()} == {
        known,
        Keyword.objects.get(name="couveuse"),
    }
    assert any("couveuse" in sentence for sentence in unsure)


def test_people_without_roles_are_participants(workgroup):
    page, _created, _unsure = store(parse("# Mei\n\n## Aanwezig\n\n* Rik Maes\n"), workgroup)
    assert page.attendance.get().role.label_nl == "Deelnemers"


def test_minutes_of_a_private_group_stay_private(private_workgroup, group_member, run):
    run(TEXT, group=private_workgroup.slug, publish=True)
    page = MinutesPage.objects.child_of(private_workgroup).get()
    assert may_see(page, group_member) and not may_see(page, AnonymousUser())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "est vide"),
        (b" \n\n", "est vide"),
        (b"abc\x00def", "lisible"),
        (bytes(range(256)), "lisible"),
        (b"PK\x03\x04zip", "en texte ou en Markdown"),
        (b"a" * (files.MAX_BYTES + 1), "5 Mo"),
    ],
)
def test_a_bad_file_is_named_and_the_others_are_imported(run, workgroup, data, reason):
    said, failed = run(data, TEXT)
    assert failed and reason in said and "texte-0.txt" in said
    assert MinutesPage.objects.child_of(workgroup).count() == 1


def test_a_missing_file_and_a_missing_group_are_named(workgroup):
    err = StringIO()
    with pytest.raises(CommandError):
        call_command(
            "import_minutes", "nulle-part.txt", group=workgroup.slug, stdout=err, stderr=err
        )
    assert "« nulle-part.txt » n’existe pas." in err.getvalue()
    with pytest.raises(CommandError, match=f"« ailleurs ».*{workgroup.slug}"):
        call_command("import_minutes", "nulle-part.txt", group="ailleurs")


def test_a_windows_text_is_read_and_that_is_said(run, workgroup):
    said, failed = run(TEXT.encode("cp1252"))
    assert not failed and "Windows-1252" in said
    assert Person.objects.filter(name="Noémie Perrault").exists()


def test_what_does_not_fit_is_cut_and_said(workgroup):
    long = "mot " * 28
    parsed = parse(f"Texte.\n\nPrésents\n- Ana Pons ({long}, {long * 3})\n")
    store(parsed, workgroup)  # whatever was made of that line, nothing breaks
    parsed = parse("Texte.\n\nLieu\n")
    parsed.place = "L" * 300
    page, _created, unsure = store(parsed, workgroup)
    assert len(page.place) == 255 and any("coupé" in sentence for sentence in unsure)
