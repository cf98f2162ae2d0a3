"""Importing plain text: what is a heading, who was there, and that no word is lost."""

import datetime
import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from minutes.importing import parse
from minutes.importing.parsing import block_text

PAGE = """\
La Ruche
Accès direct au contenu Accès direct à la navigation

Le groupe s’est réuni à Namur chez une couveuse amie.
Voici le compte-rendu de notre 7ème réunion, préparé avec Noemie Perrault.

Qui vient, et pourquoi ? Les attentes

Noemie Perrault a lu les réponses. On y parle "d’entraide" et de paie.
Trois personnes veulent un atelier : https://ruche.example/ateliers.

Le mot de la fin
"On ne partage bien que ce qu’on a compté."
La caisse est saine, le groupe se revoit au printemps.

Etaient présents ce jour-là

o Coordinateurs de groupe :
Basile Fontenoy, Alix Quertinmont

o Membres /Leden :
Sven De Wachter (charpentier)
Luce d’Aspremont, relieuse
Milo Hardy (Atelier 9, membre)

o Permanents
Noémie Perrault, comptable et musicienne

o Rédaction :
Noémie Perrault

Nombre de visites: 12

Un message, un commentaire ?

Votre message
"""


def test_it_leaves_out_what_surrounds_the_text_and_says_so():
    minutes = parse(PAGE)
    assert minutes.left_out == [
        "La Ruche",
        "Accès direct au contenu Accès direct à la navigation",
        "Nombre de visites: 12",
        "Un message, un commentaire ?",
        "Votre message",
    ]
    assert any("Nombre de visites" in sentence for sentence in minutes.unsure)


def test_it_keeps_the_text_word_for_word_and_in_order():
    text = PAGE[PAGE.index("Le groupe") : PAGE.index("Etaient")]
    assert words(" ".join(map(block_text, parse(PAGE).blocks))) == words(text)


def test_it_takes_short_lines_that_stand_alone_for_headings():
    headings = [value["text"] for name, value in parse(PAGE).blocks if name == "heading"]
    assert headings == ["Qui vient, et pourquoi ? Les attentes", "Le mot de la fin"]


def test_it_makes_a_quotation_of_a_paragraph_between_quote_marks():
    quotations = [value["text"] for name, value in parse(PAGE).blocks if name == "quotation"]
    assert quotations == ["On ne partage bien que ce qu’on a compté."]


def test_it_makes_links_of_addresses_without_their_full_stop():
    html = "".join(value for name, value in parse(PAGE).blocks if name == "text")
    assert '<a href="https://ruche.example/ateliers">https://ruche.example/ateliers</a>.' in html


def test_every_paragraph_has_a_key_of_its_own():
    html = "".join(value for name, value in parse(PAGE).blocks if name == "text")
    keys = re.findall(r'<(?:p|li) data-block-key="(\w+)">', html)
    assert len(keys) == len(set(keys)) == html.count("<p ") == html.count("</p>")


def test_it_reads_people_under_their_roles():
    rows = [(row.role, row.name, row.function, row.organisation) for row in parse(PAGE).attendance]
    assert rows == [
        ("Coordinateurs de groupe", "Basile Fontenoy", "", ""),
        ("Coordinateurs de groupe", "Alix Quertinmont", "", ""),
        ("Membres /Leden", "Sven De Wachter", "charpentier", ""),
        ("Membres /Leden", "Luce d’Aspremont", "relieuse", ""),
        ("Membres /Leden", "Milo Hardy", "membre", "Atelier 9"),
        ("Permanents", "Noémie Perrault", "comptable et musicienne", ""),
        ("Rédaction", "Noémie Perrault", "", ""),
    ]
    assert [row.minute_taker for row in parse(PAGE).attendance] == [False] * 6 + [True]


def test_it_notices_two_spellings_of_one_name():
    minutes = parse(PAGE)
    assert minutes.aliases == [("Noémie Perrault", "Noemie Perrault")]
    assert any("Noemie" in sentence for sentence in minutes.unsure)


def test_it_finds_ordinal_and_place_and_does_not_invent_a_date():
    minutes = parse(PAGE, "page.txt")
    assert (minutes.ordinal, minutes.place, minutes.date) == (7, "Namur", None)
    assert minutes.title == "7e réunion"
    assert "Date de la réunion inconnue." in minutes.unsure


@pytest.mark.parametrize(
    ("line", "ordinal", "date"),
    [
        ("4e réunion du groupe, 12 mars 2016", 4, datetime.date(2016, 3, 12)),
        ("Compte rendu de la vingtième réunion, 1er août 2019", 20, datetime.date(2019, 8, 1)),
        ("Vierde vergadering, 12 maart 2016", 4, datetime.date(2016, 3, 12)),
        ("Verslag van de 3de bijeenkomst op 2 mei 2018", 3, datetime.date(2018, 5, 2)),
        ("21st meeting, March 12, 2016", 21, datetime.date(2016, 3, 12)),
        ("Réunion n° 12 du 05/06/2017", 12, datetime.date(2017, 6, 5)),
        ("Réunion 2016-02-30", None, None),
        ("Réunion de rentrée", None, None),
    ],
)
def test_it_reads_ordinal_and_date_in_the_title(line, ordinal, date):
    minutes = parse(f"{line}\n\nOn a parlé de la caisse commune.\n", "x.txt")
    assert (minutes.title, minutes.ordinal, minutes.date) == (line, ordinal, date)


def test_it_takes_front_lines_as_facts():
    minutes = parse(
        "Compte rendu\n\nDate : 3 avril 2017\nLieu : Huy, salle haute\nHôte : la couveuse\n"
        "Présents : Ana Pons, Rik Maes et Jo Daems\nExcusée : Lou Brasseur\n\n"
        "On commence par la caisse. Elle est saine.\n"
    )
    assert minutes.date == datetime.date(2017, 4, 3)
    assert (minutes.place, minutes.host) == ("Huy, salle haute", "la couveuse")
    assert [(row.name, row.excused) for row in minutes.attendance] == [
        ("Ana Pons", False),
        ("Rik Maes", False),
        ("Jo Daems", False),
        ("Lou Brasseur", True),
    ]
    assert [name for name, _value in minutes.blocks] == ["text"]


def test_the_file_name_gives_the_date_as_a_last_resort():
    minutes = parse("On a parlé.\n", "cr_20180309.txt")
    assert minutes.date == datetime.date(2018, 3, 9)
    assert any("nom du fichier" in sentence for sentence in minutes.unsure)
    minutes = parse("Réunion du 8 mars 2018\n\nOn a parlé.\n", "2018-03-09.txt")
    assert minutes.date == datetime.date(2018, 3, 8)
    assert any("nom du fichier" in sentence for sentence in minutes.unsure)


def test_a_date_said_of_another_meeting_is_not_the_date():
    assert parse("La prochaine réunion est le 3 mai 2019.\n", "x.txt").date is None


def test_attendance_may_come_first_and_end_at_a_heading():
    minutes = parse(
        "Aanwezig\n\n- Ana Pons\n- Rik Maes (drukker)\n\nAccueil\n\n"
        "Ana ouvre la séance et salue celles et ceux qui viennent pour la première fois.\n"
    )
    assert minutes.people == ["Ana Pons", "Rik Maes"]
    assert [name for name, _value in minutes.blocks] == ["heading", "text"]


def test_decisions_and_actions_become_blocks():
    minutes = parse(
        "Réunion\n\nDécision : la caisse passe à deux clés.\n"
        "Action : écrire à la banque (Ana Pons, pour le 12 mars 2026)\n"
        "Actie: zaal boeken (Rik)\n"
        "Action : relire (voir le dossier de mai)\n"
    )
    kinds = [name for name, _value in minutes.blocks]
    assert kinds == ["decision", "action", "action", "action"]
    said = [(v.get("owner"), v.get("due")) for _name, v in minutes.blocks]
    assert said[1:] == [("Ana Pons", "2026-03-12"), ("Rik", None), (None, None)]
    assert block_text(minutes.blocks[1]).startswith("écrire à la banque")
    assert "(voir le dossier de mai)" in block_text(minutes.blocks[3])


def test_lines_broken_at_a_fixed_width_are_joined():
    line = "On a longuement parlé des outils que chacun garde chez soi et que\n"
    minutes = parse(line * 4 + "personne ne prête.\n\nLa suite en mai, avec la nouvelle équipe.\n")
    assert sum(value.count("<p ") for _name, value in minutes.blocks) == 2


def test_markup_in_a_text_is_text():
    minutes = parse("<script>alert(1)</script> & co, dit-on.\n")
    assert minutes.blocks[0][1].endswith(
        "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co, dit-on.</p>"
    )


def test_a_text_marked_with_the_wrong_language_is_noticed():
    text = "The group met and the treasurer said that the till is fine for the year. " * 3
    assert any("anglais" in sentence for sentence in parse(text, "x.txt").unsure)


# Lines as such texts have them, and as they do not.
NAMES = ["Ana Pons", "Rik Maes (drukker)", "Lou", "Jo Daems, relieur", "Ana Pons et Rik Maes"]
LINES = st.one_of(
    st.sampled_from(
        [
            "",
            "",
            "Etaient présents ce jour-là",
            "Présents : Ana, Rik",
            "o Membres /Leden :",
            "o Permanents",
            "Excusés",
            "Aanwezig",
            "- un point de liste",
            "Le mot de la fin",
            "On a parlé de la caisse. Elle est saine.",
            '"Une phrase entre guillemets."',
            "La fin (avant le dîner",
            *NAMES,
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, max_size=25).map("\n".join))
@example("Présents\nAna (TS\nRik, ")
@example("# a\n---\n\x0c\u2028²³")
def test_it_never_fails_and_loses_no_word(text):
    minutes = parse(text, "x.txt")
    found = [minutes.title, minutes.place, minutes.host, *minutes.left_out]
    found += map(block_text, minutes.blocks)
    for row in minutes.attendance:
        found += [row.role, row.name, row.function, row.organisation]
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"\S*@\S*", " ", text)  # addresses of people are left out, and said
    assert set(words(text)) - set(words(" ".join(found))) <= LABELS


# Words that say what follows, and become a heading, a label or a state of their own.
LABELS = {"etaient", "présents", "ce", "jour", "là", "excusés", "aanwezig", "o", "et", "en"}


def words(text):
    return re.findall(r"\w+", re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", " ", text).lower())
