"""The glossary as a table: out to a spreadsheet, and back."""

import csv
import io

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glossary.exchange import files, tables
from glossary.exchange.planning import plan
from glossary.exchange.storing import Refused, take_in
from glossary.exchange.vocabulary import Concept, UnreadableFileError, Vocabulary, gather_all
from glossary.models import Keyword, KeywordGroup, KeywordLabel, KeywordLink
from tests import base

HEAD = "nom;intitulé fr;synonymes fr;plus larges;voisins;groupe"


def rows(*lines, head=HEAD):
    return "\r\n".join([head, *lines]).encode()


def take(data, **options):
    return take_in(files.read(data, "mots.csv"), **{"update": False, **options})


def problems(data, update=False):
    """[(line, sentence)] for what a refused file is told."""
    try:
        found = plan(files.read(data, "mots.csv"), update=update).problems
    except UnreadableFileError as error:
        return [(f"ligne {error.line}", str(error))]
    return [problem[:2] for problem in found]


def make_glossary():
    group = KeywordGroup.objects.create(name="Thèmes; larges")
    economy = base.make_keyword(
        "Économie sociale",
        nl="sociale economie",
        synonyms=["l’ESS", "a|b", "c\\d", "-moins", "'=quote"],
        group=group,
        definition_fr='Sur deux\nlignes, avec "guillemets"; et plus.',
        text="<p>Un <b>texte</b>.</p>",
        same_as="https://thesaurus.example/c/12",
    )
    roof = base.make_keyword("Grenier", definition_fr="=1+1", definition_nl="@SUM(A1)")
    shed = base.make_keyword("Remise", nl="'schuur'")
    KeywordLabel.objects.filter(text__in=["a|b", "Remise", "'schuur'"]).update(linked=False)
    Keyword.objects.create(name="Sans intitulé")
    KeywordLink.objects.create(keyword=roof, target=economy, kind="broader")
    KeywordLink.objects.create(keyword=roof, target=shed, kind="broader")
    KeywordLink.objects.create(keyword=shed, target=economy, kind="related")


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_what_went_out_comes_back_the_same(language):
    make_glossary()
    before = gather_all().concepts
    with translation.override(language):
        written = files.write(gather_all(), "csv")
    Keyword.objects.all().delete()
    KeywordGroup.objects.all().delete()
    assert gather_all().concepts != before
    made = take(written)
    assert len(made.created) == 4 and not made.notes
    assert gather_all().concepts == before


@pytest.mark.django_db
def test_lists_of_one_may_be_headed_in_the_singular():
    base.make_keyword("Lieu"), base.make_keyword("Four")
    made = take(rows("Atelier;local|hangar;Lieu;Four", head="nom;synonyme fr;plus large;voisin"))
    assert not made.notes
    keyword = Keyword.objects.get(name="Atelier")
    assert {label.text for label in keyword.labels.all()} >= {"local", "hangar"}
    links = keyword.links.values_list("kind", "target__name")
    assert set(links) == {("broader", "Lieu"), ("related", "Four")}


@pytest.mark.django_db
def test_a_spreadsheet_opens_it_and_runs_none_of_it():
    make_glossary()
    data = files.write(gather_all(), "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    cells = [
        cell
        for row in csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";")
        for cell in row
    ]
    assert "'=1+1" in cells and "'@SUM(A1)" in cells
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")]


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])), max_size=6))
def test_any_words_survive_in_one_cell(words):
    words = list(dict.fromkeys(filter(None, (" ".join(word.split()) for word in words))))
    concept = Concept(key="a", slug="a", name="a", synonyms={"fr": words} if words else {})
    [back] = tables.read(tables.write(Vocabulary([concept]))).concepts
    assert back.synonyms == concept.synonyms


@given(
    st.text(
        alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from("'=+-@\t\r\n;,|\"\\")
    )
)
def test_any_definition_survives_and_is_no_formula(text):
    from glossary.exchange.vocabulary import lines

    text = lines(text)
    concept = Concept(key="a", slug="a", name="a", definitions={"fr": text} if text else {})
    written = tables.write(Vocabulary([concept]))
    [back] = tables.read(written).concepts
    assert back.definitions == concept.definitions
    _head, row = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), delimiter=";")
    assert not [cell for cell in row if cell[:1] in tuple("=+-@\t\r＝＋－＠")]


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "table",
    [
        "nom;intitulé nl;synonymes fr\nportage;payrolling;portage salarial | intermittence\n",
        "name,synonyms fr,label nl\nportage,portage salarial|intermittence,payrolling\n",
        "\ufeffSYNONYMES FR;Intitule_NL;Nom\r\n"
        "portage salarial|intermittence;payrolling;portage\r\n",
        "nom\tintitulé nl\tsynonymes fr\nportage\tpayrolling\tportage salarial|intermittence",
        "synonyms_fr,name,label_nl,couleur\n"
        '"portage salarial\nintermittence",portage,payrolling,bleu\n',
    ],
)
def test_tables_of_many_hands_are_read(table, encoding):
    take(table.encode(encoding))
    keyword = Keyword.objects.get()
    words = {(label.language, label.text, label.kind) for label in keyword.labels.all()}
    assert keyword.name == "portage"
    assert words == {
        ("nl", "payrolling", "preferred"),
        ("fr", "portage salarial", "synonym"),
        ("fr", "intermittence", "synonym"),
    }


@pytest.mark.django_db
def test_a_table_saved_by_an_old_spreadsheet_is_read_and_that_is_said():
    made = take("nom;définition fr\nécole;où l’on apprend\n".encode("cp1252"))
    assert Keyword.objects.get().name == "école"
    assert "Windows-1252" in made.notes[0]


@pytest.mark.django_db
def test_links_and_groups_are_named_by_words():
    KeywordGroup.objects.create(name="Lieux")
    known = base.make_keyword("économie", synonyms=["l’éco"])
    take(rows("portage;;;L'ECO;Toit;", "grenier;toit;zolder;;;Lieux", "remise;;;;;Neuf"))
    portage = Keyword.objects.get(name="portage")
    links = {(link.kind, link.target.name) for link in portage.links.all()}
    assert links == {("broader", known.name), ("related", "grenier")}
    assert Keyword.objects.get(name="grenier").group.name == "Lieux"
    assert Keyword.objects.get(name="remise").group.name == "Neuf"


BAD = rows(
    "portage;;;;;",
    ";;;;;",
    ";;synonyme seul;;;",
    f"{'x' * 101};;;;;",
    "toit;;;nulle part;;",
    "a, b;;;;;",
    "portage;;;;;",
    "un;;;;;;;trop",
    "haut;;;bas;;",
    "bas;;;haut;;",
    "moi;;;;moi;",
    "***;;;;;",
    "pareil;même;Meme;;;",
)


@pytest.mark.django_db
def test_every_bad_line_is_listed_and_nothing_is_taken():
    base.make_keyword("déjà là")
    with pytest.raises(Refused) as refused:
        take(BAD)
    assert list(Keyword.objects.values_list("name", flat=True)) == ["déjà là"]
    assert not KeywordGroup.objects.exists()
    said = [problem[:2] for problem in refused.value.plan.problems]
    bad = (4, 5, 6, 7, 8, 9, 10, 12, 13, 14)
    assert [where for where, _sentence in said] == [f"ligne {number}" for number in bad]
    by_line = dict(said)
    assert "nulle part" in by_line["ligne 6"]
    assert "ligne 2" in by_line["ligne 8"]
    assert "haut → bas → haut" in by_line["ligne 10"]
    assert all(sentence.endswith(".") for sentence in by_line.values())
    take(rows("portage;;;;;"))  # the first of them alone is good
    assert Keyword.objects.filter(name="portage").exists()


@pytest.mark.django_db
def test_lines_are_counted_as_an_editor_counts_them():
    data = 'nom;définition fr\nun;"deux\nlignes"\n;vide\n'.encode()
    assert [where for where, _sentence in problems(data)] == ["ligne 4"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "data",
    [b"", b"\n\n", b"couleur;taille\nbleu;grand\n", b"\x81\x8d\x8f", b"\xff\xfe\x00"],
)
def test_what_is_no_such_table_is_said_in_a_sentence(data):
    with pytest.raises(UnreadableFileError, match=r"\.$"):
        files.read(data, "mots.csv")


@pytest.mark.django_db
def test_an_open_quote_is_said_with_its_line():
    [(where, sentence)] = problems(b'nom;groupe\nun;a\n"deux" trois;b\n')
    assert where == "ligne 3" and "tableau" in sentence


# --- Who is there already ----------------------------------------------------------------------


@pytest.mark.django_db
def test_who_is_there_already_stays_unless_told_otherwise():
    keyword = base.make_keyword("portage", nl="payrolling", definition_fr="Avant.")
    data = rows(
        "portage;Après.;loonportage;nouveau",
        head="nom;définition fr;intitulé nl;synonymes fr",
    )
    made = take(data)
    assert not made.changes and made.left == [(keyword, "existe déjà")]
    keyword.refresh_from_db()
    assert keyword.definition_fr == "Avant."
    made = take(data, update=True)
    assert made.changed[0].fields == ["intitulés", "synonymes", "définition"]
    keyword = Keyword.objects.get()
    words = {(label.language, label.text, label.kind) for label in keyword.labels.all()}
    assert keyword.definition_fr == "Après."
    assert words == {
        ("fr", "portage", KeywordLabel.PREFERRED),
        ("nl", "loonportage", KeywordLabel.PREFERRED),
        ("fr", "nouveau", KeywordLabel.SYNONYM),
    }
    again = take(data, update=True)
    assert not again.changes and len(again.left) == 1


@pytest.mark.django_db
def test_the_form_of_a_changed_keyword_shows_the_change(as_user, admin):
    keyword = base.make_keyword("portage", definition_fr="Avant.")
    keyword.save_revision().publish()
    take(rows("portage;Après.", head="nom;définition fr"), update=True, user=admin)
    keyword.refresh_from_db()
    assert keyword.get_latest_revision_as_object().definition_fr == "Après."
    assert not keyword.has_unpublished_changes and keyword.live
    page = as_user(admin).get(f"/admin/keywords/edit/{keyword.pk}/")
    assert "Après." in page.content.decode()


@pytest.mark.django_db
def test_a_name_that_is_anothers_word_is_that_keyword():
    keyword = base.make_keyword("accompagnement", nl="begeleiding", synonyms=["coaching"])
    [(where, _sentence)] = problems(b"nom\ncoaching\nBegeleiding\ncouveuse\n")
    assert where == "ligne 3"
    made = take(b"nom\ncoaching\ncouveuse\n")
    assert [change.concept.name for change in made.created] == ["couveuse"]
    assert made.left == [(keyword, "existe déjà (« coaching »)")]
    [label] = Keyword.objects.get(name="couveuse").labels.all()
    assert (label.language, label.text) == ("fr", "couveuse")


@pytest.mark.django_db
def test_drafts_and_merged_keywords_are_left():
    target = base.make_keyword("portage")
    merged = base.make_keyword("portage salarial", live=False)
    Keyword.objects.filter(pk=merged.pk).update(merged_into=target)
    base.make_keyword("couveuse", live=False)
    waiting = base.make_keyword("remise")
    waiting.definition_fr = "En cours."
    waiting.save_revision()
    made = take(
        rows("portage salarial;x", "couveuse;x", "remise;x", head="nom;définition fr"), update=True
    )
    assert {keyword.name: why for keyword, why in made.left} == {
        "portage salarial": "fusionné avec « portage »",
        "couveuse": "n’est pas publié",
        "remise": "a des modifications qui ne sont pas publiées",
    }
    assert not made.changes


@pytest.mark.django_db
def test_texts_that_nobody_changed_keep_their_links_to_pages(workgroup):
    page = base.make_minutes(workgroup)
    text = f'<p data-block-key="abcde">Voir <a linktype="page" id="{page.pk}">ici</a>.</p>'
    keyword = base.make_keyword("portage", text=text, definition_fr="Avant.")
    written = files.write(gather_all(), "csv")
    assert f"http://127.0.0.1:8000{page.url}" in written.decode()
    assert not take(written, update=True).changes
    made = take(files.write(gather_all(), "csv").replace(b"Avant.", "Après.".encode()), update=True)
    assert made.changed[0].fields == ["définition"]
    keyword.refresh_from_db()
    assert (keyword.definition_fr, keyword.text) == ("Après.", text)


@pytest.mark.django_db(transaction=True)
def test_what_was_imported_is_found(as_user, admin):
    take(rows("portage;;loonwerk;;;"))
    found = as_user(admin).get("/admin/keywords/", {"q": "loonw"}).context["object_list"]
    assert [keyword.name for keyword in found] == ["portage"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_no_bytes_make_it_fall(data):
    try:
        vocabulary = tables.read(data)
    except UnreadableFileError:
        return
    assert vocabulary.concepts is not None


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0", b"PK\x03\x04\x14\0", b"nom;\0\nmot;"])
@pytest.mark.parametrize("name", ["mots.csv", "mots.xlsx", "mots.ttl"])
def test_what_is_no_text_is_called_neither_a_table_nor_skos(data, name):
    with pytest.raises(UnreadableFileError, match="ni un tableau CSV ni du SKOS"):
        files.read(data, name)
