"""The glossary goes out as SKOS, and SKOS comes in."""

import os
import socket
import urllib.request

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.html import escape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from glossary.exchange import files, skos
from glossary.exchange.planning import plan
from glossary.exchange.storing import Refused, take_in
from glossary.exchange.vocabulary import UnreadableFileError, gather_all
from glossary.models import Keyword, KeywordGroup, KeywordLabel, KeywordLink, Rank, fold
from pages.serving import absolute
from tests import base


def say(keyword, language, text, kind=KeywordLabel.SYNONYM):
    return KeywordLabel.objects.create(keyword=keyword, language=language, text=text, kind=kind)


def link(keyword, target, kind=KeywordLink.BROADER):
    return KeywordLink.objects.create(keyword=keyword, target=target, kind=kind)


def empty():
    Keyword.objects.all().delete()
    KeywordGroup.objects.all().delete()


def make_awkward():
    """A vocabulary with whatever may go wrong on the way."""
    themes = KeywordGroup.objects.create(
        name="Thèmes « larges » & autres",
        name_nl="Thema’s",
        name_en='"Topics"',
        description="De quoi il s’agit.\r\nSur deux lignes.",
        description_nl="Waarover het gaat <b>",
        single=True,
        recommended=True,
        on_roster=False,
        on_comment=False,
        applied_by=Rank.MEMBER,
        created_by=Rank.ADMIN,
        sort_order=7,
    )
    places = KeywordGroup.objects.create(name="Lieux/Plaatsen?", applied_by=Rank.EDITOR)
    KeywordGroup.objects.create(name="Vide", on_minutes=False, on_article=False)
    economy = base.make_keyword(
        "Économie “sociale” & solidaire",
        nl="sociale economie",
        en="social economy",
        synonyms=["tiers secteur", "l’ESS", "E\\S\\S"],
        group=themes,
        definition_fr='Ce qui sert avant de rapporter.\r\n\r\n"Toujours."',
        definition_nl="Wat dient; vóór wat opbrengt",
        text='<p data-block-key="abcde">Un <b>texte</b> &amp; un '
        '<a href="https://exemple.example/?a=1&amp;b=2">lien</a>.</p>',
        text_en='<ul><li data-block-key="fghij">one</li><li data-block-key="klmno">two</li></ul>',
        same_as="https://thesaurus.example/c/12?lang=fr",
    )
    say(economy, "nl", "derde sector")
    say(economy, "nl", "coöperatieve sector")
    say(economy, "en", "third sector")
    economy.labels.filter(text__in=["l’ESS", "social economy"]).update(linked=False)
    roof = base.make_keyword("Grenier", group=places, nl="zolder")
    nameless = Keyword.objects.create(name="Sans intitulé")
    foreign = Keyword.objects.create(name="Nom à part")
    say(foreign, "nl", "iets anders", KeywordLabel.PREFERRED)
    say(foreign, "fr", "@formule")
    say(foreign, "fr", "=1+1 | deux")
    child = base.make_keyword("Coopérative", text_nl="<p>Tekst</p>")
    other = base.make_keyword("ゆっくり")
    link(child, economy)
    link(child, foreign)
    link(roof, child)
    link(nameless, economy, KeywordLink.RELATED)
    link(economy, roof, KeywordLink.RELATED)
    link(roof, economy)
    assert other.slug == "mot"
    hidden = base.make_keyword("brouillon", live=False)
    link(hidden, economy)
    merged = base.make_keyword("ess", live=False)
    merged.merged_into = economy
    merged.save()


def graph_now():
    return skos.export(gather_all())


@pytest.mark.django_db
@pytest.mark.parametrize("format_name", ["ttl", "rdf", "jsonld"])
def test_what_went_out_comes_back_the_same(format_name):
    make_awkward()
    before = graph_now()
    written = files.write(gather_all(), format_name)
    empty()
    assert not isomorphic(before, graph_now())
    made = take_in(files.read(written, f"glossaire.{format_name}"), update=False)
    assert not made.notes
    assert len(made.created) == 6 and len(made.groups_created) == 3
    assert isomorphic(before, graph_now())


LANGUAGES = ["fr", "nl", "en"]
#: Letters, accents, quotes, other scripts, and what each format must escape.
WORDS = st.text(
    alphabet=st.characters(categories=["L", "N", "P", "S"], max_codepoint=0x2FFFF)
    | st.sampled_from(" '\"\\<>&;{}[]#@=\u202f’«»"),
    min_size=1,
    max_size=25,
).map(lambda text: " ".join(text.split()))
PROSE = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n\r\t"\\'),
    max_size=40,
)

TEXTS = st.lists(
    st.tuples(st.sampled_from(["p", "p", "b", "ul", "a"]), PROSE.map(escape)), max_size=3
).map(lambda parts: "".join(ELEMENTS[tag].format(text) for tag, text in parts))
ELEMENTS = {
    "p": '<p data-block-key="abcde">{}</p>',
    "b": "<p>un <b>{}</b> fin </p>",
    "ul": "<ul><li>{}</li><li>deux<br/>trois</li></ul>",
    "a": '<p><a href="https://x.example/?a=1&amp;b=2">{}</a></p>',
}


@st.composite
def vocabularies(draw):
    """[(name, group or None, labels, synonyms, definitions, same_as)], links, groups' rules."""
    words = draw(
        st.lists(
            WORDS.filter(lambda text: any(map(str.isalnum, fold(text)))),
            min_size=4,
            max_size=24,
            unique_by=fold,
        )
    )
    groups = [
        {"name": draw(WORDS.filter(bool)), "description_nl": draw(PROSE), **draw(RULES)}
        for _ in range(draw(st.integers(0, 2)))
    ]
    groups = list({group["name"]: group for group in groups}.values())
    keywords = []
    while words:
        name = words.pop()
        labels = {code: words.pop() for code in draw(st.sets(st.sampled_from(LANGUAGES))) if words}
        if draw(st.booleans()):
            labels["fr"] = name
        synonyms = [
            (draw(st.sampled_from(LANGUAGES)), words.pop())
            for _ in range(draw(st.integers(0, 3)))
            if words
        ]
        definitions = {f"definition_{code}": draw(PROSE) for code in LANGUAGES}
        definitions |= {name: draw(TEXTS) for name in ("text", "text_nl", "text_en")}
        group = draw(st.sampled_from([None, *range(len(groups))]))
        keywords.append((name, group, labels, synonyms, definitions))
    pairs = [(one, other) for one in range(len(keywords)) for other in range(one)]
    kinds = st.sampled_from(["broader", "related"])
    links = draw(st.dictionaries(st.sampled_from(pairs), kinds, max_size=8)) if pairs else {}
    return groups, keywords, links


RULES = st.fixed_dictionaries(
    {name: st.booleans() for name in ("single", "recommended")}
    | {f"on_{kind}": st.booleans() for kind in ("minutes", "article", "roster", "comment")}
    | {name: st.sampled_from(Rank.values) for name in ("applied_by", "created_by")}
    | {"sort_order": st.integers(0, 32767)}
)


@pytest.mark.django_db
@settings(
    max_examples=1000 if os.environ.get("SOAK") else 30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(vocabularies(), st.sampled_from(["ttl", "rdf", "jsonld"]))
def test_any_vocabulary_comes_back_the_same(made, format_name):
    empty()
    groups, keywords, links = made
    groups = [KeywordGroup.objects.create(**group) for group in groups]
    rows = []
    for name, group, labels, synonyms, definitions in keywords:
        row = Keyword.objects.create(
            name=name, group=None if group is None else groups[group], **definitions
        )
        for language, text in labels.items():
            say(row, language, text, KeywordLabel.PREFERRED)
        for language, text in synonyms:
            say(row, language, text)
        rows.append(row)
    for (one, other), kind in links.items():
        link(rows[one], rows[other], kind)
    before, written = graph_now(), files.write(gather_all(), format_name)
    empty()
    made = take_in(files.read(written, f"x.{format_name}"), update=False)
    assert not made.notes
    assert isomorphic(before, graph_now())
    again = take_in(files.read(written, f"x.{format_name}"), update=True)
    assert again.does_nothing


# --- Thesauri of others ------------------------------------------------------------------------

PREFIXES = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix skosxl: <http://www.w3.org/2008/05/skos-xl#> .
@prefix plenum: <urn:plenum:glossary#> .
@prefix c: <https://thesaurus.example/c/> .
@prefix own: <http://127.0.0.1:8000/api/keywords/> .
"""


def take(turtle, update=False):
    return take_in(files.read((PREFIXES + turtle).encode(), "t.ttl"), update=update)


def problems(turtle, update=False):
    vocabulary = files.read((PREFIXES + turtle).encode(), "t.ttl")
    return [each[:2] for each in plan(vocabulary, update=update).problems]


def words_of(keyword):
    return {(label.language, label.text, label.kind) for label in keyword.labels.all()}


@pytest.mark.django_db
def test_a_foreign_thesaurus_comes_in_and_keeps_its_addresses():
    made = take(
        """
        c:1 a skos:Concept ; skos:prefLabel "Économie"@fr-BE, "Economie"@nl, "Wirtschaft"@de ;
            skos:altLabel "éco"@fr, "business"@en-GB, "Konjunktur"@de ; skos:notation "3.1" ;
            skos:topConceptOf c:all ; skos:narrower c:2 ; skos:hiddenLabel "ekonomi"@fr ;
            skos:scopeNote "Tout ce qui sert."@fr .
        c:2 skos:prefLabel "Coopérative, agricole"@fr ; skos:broader c:9 .
        c:3 a skos:Concept ; skos:prefLabel "Nur deutsch"@de ; skos:related c:1 .
        c:all a skos:ConceptScheme .
        c:some a skos:Collection ; skos:member c:1 .
        <https://elsewhere.example/9> <http://www.w3.org/2002/07/owl#imports> c:none .
        """
    )
    economy = Keyword.objects.get(same_as="https://thesaurus.example/c/1")
    assert (economy.name, economy.slug) == ("Économie", "economie")
    assert economy.definition_fr == "Tout ce qui sert."
    assert words_of(economy) == {
        ("fr", "Économie", "preferred"),
        ("nl", "Economie", "preferred"),
        ("fr", "éco", "synonym"),
        ("en", "business", "synonym"),
    }
    narrower = Keyword.objects.get(same_as="https://thesaurus.example/c/2")
    assert narrower.name == "Coopérative – agricole"
    assert [each.target for each in narrower.links.all()] == [economy]
    assert Keyword.objects.count() == 2
    told = " ".join(made.notes)
    for what in (
        "de (3)",
        "hiddenLabel",
        "<https://thesaurus.example/c/3>",
        "Collections",
        "absents",
    ):
        assert what in told
    again = take("c:1 a skos:Concept ; skos:prefLabel 'Toute l’économie'@fr .", update=True)
    economy.refresh_from_db()
    assert not again.created and economy.name == "Toute l’économie"


@pytest.mark.django_db
def test_concepts_of_one_name_are_told_apart():
    made = take(
        """
        c:1 a skos:Concept ; skos:prefLabel "Mercure"@fr .
        c:2 a skos:Concept ; skos:prefLabel "mercure"@fr ; skos:altLabel "Hg"@fr .
        c:3 a skos:Concept ; skos:prefLabel "vif-argent"@fr ; skos:altLabel "hg"@fr .
        """
    )
    assert set(Keyword.objects.values_list("name", flat=True)) == {
        "Mercure",
        "mercure (2)",
        "vif-argent",
    }
    assert KeywordLabel.objects.filter(folded="hg").count() == 1
    assert len(made.notes) == 2


@pytest.mark.django_db
def test_a_keyword_that_is_there_is_known_by_its_label_and_gains_what_it_lacks():
    keyword = base.make_keyword("couveuse", definition_fr="La nôtre.")
    turtle = """
        c:1 a skos:Concept ; skos:prefLabel "Couveuse"@fr, "kweekvijver"@nl ;
            skos:definition "La leur."@fr, "De hunne."@nl .
    """
    assert take(turtle).left == [(keyword, "existe déjà")]
    take(turtle, update=True)
    keyword.refresh_from_db()
    assert (keyword.name, keyword.definition_fr) == ("couveuse", "La nôtre.")
    assert (keyword.definition_nl, keyword.same_as) == (
        "De hunne.",
        "https://thesaurus.example/c/1",
    )
    assert ("nl", "kweekvijver", "preferred") in words_of(keyword)


@pytest.mark.django_db
def test_several_broader_terms_are_kept():
    take(
        """
        c:1 a skos:Concept ; skos:prefLabel "a"@fr ; skos:broader c:2, c:3 .
        c:2 a skos:Concept ; skos:prefLabel "b"@fr ; skos:narrower c:1 ; skos:related c:3 .
        c:3 a skos:Concept ; skos:prefLabel "c"@fr ; skos:related c:2 .
        """
    )
    links = {(each.keyword.name, each.kind, each.target.name) for each in KeywordLink.objects.all()}
    assert links == {("a", "broader", "b"), ("a", "broader", "c"), ("b", "related", "c")}


@pytest.mark.django_db
def test_skos_xl_alone_is_not_read_and_that_is_said():
    made = take(
        """
        c:1 a skos:Concept ; skosxl:prefLabel [ skosxl:literalForm "x"@fr ] .
        c:2 a skos:Concept ; skos:prefLabel "lu"@fr .
        """
    )
    assert len(made.created) == 1
    assert "SKOS-XL" in " ".join(made.notes)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("turtle", "where", "said"),
    [
        (
            """c:1 a skos:Concept ; skos:prefLabel "un"@fr ; skos:broader c:2 .
               c:2 a skos:Concept ; skos:prefLabel "deux"@fr ; skos:broader c:3 .
               c:3 a skos:Concept ; skos:prefLabel "trois"@fr ; skos:broader c:1 .""",
            "c/1",
            "un → deux → trois → un",
        ),
        ('c:1 a skos:Concept ; skos:prefLabel "un"@fr ; skos:broader c:1 .', "c/1", "un → un"),
        ('c:1 a skos:Concept ; skos:prefLabel "un"@fr, "uno"@fr .', "c/1", "« un » et « uno »"),
        (f'c:1 a skos:Concept ; skos:prefLabel "{"x" * 101}"@fr .', "c/1", "trop long"),
        ("c:1 a skos:Concept ; skos:prefLabel c:2 .", "c/1", "pas un texte"),
        (
            """c:1 a skos:Concept ; skos:prefLabel "un"@fr .
               c:g a skos:Collection, plenum:KeywordGroup ; skos:prefLabel "G"@fr ;
                   plenum:appliedBy "everybody" ; plenum:on "walls" ; plenum:order -1 .""",
            "c/g",
            "plenum:appliedBy",
        ),
        ("own:a%20b a skos:Concept .", "", "concept"),
        ("c:1 a skos:ConceptScheme .", "", "Aucun concept SKOS"),
    ],
)
def test_what_is_wrong_is_listed_and_nothing_is_taken(turtle, where, said):
    good = 'c:8 a skos:Concept ; skos:prefLabel "bon"@fr .'
    turtle = turtle if said in ("Aucun concept SKOS", "concept") else turtle + good
    if said == "concept":
        turtle = turtle.replace("own:a%20b", "<http://127.0.0.1:8000/api/keywords/a%20b/>")
        said = "intitulé"
    found = problems(turtle)
    assert any(where in place and said in sentence for place, sentence in found), found
    with pytest.raises(Refused):
        take(turtle)
    assert not Keyword.objects.exists() and not KeywordGroup.objects.exists()
    take(good)
    assert Keyword.objects.count() == 1


@pytest.mark.django_db
def test_a_cycle_with_what_is_there_is_refused():
    low, high = base.make_keyword("bas"), base.make_keyword("haut")
    link(low, high)
    turtle = """own:haut\\/ a skos:Concept ; skos:prefLabel "haut"@fr ; skos:broader c:1 .
                c:1 a skos:Concept ; skos:prefLabel "milieu"@fr ; skos:broader own:bas\\/ ."""
    [(_where, sentence)] = problems(turtle, update=True)
    assert "haut → milieu → bas → haut" in sentence or "milieu → bas → haut → milieu" in sentence
    assert problems(turtle) == []  # the one that is there stays as it is: no circle


# --- Files that mean harm ----------------------------------------------------------------------


@pytest.fixture
def no_network(monkeypatch):
    """Whoever opens a connection, or a file by its address, fails the test."""
    tried = []

    def refuse(*args, **kwargs):
        tried.append(args)
        raise AssertionError(f"fetched {args}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    monkeypatch.setattr("rdflib._networking.urlopen", refuse, raising=False)
    yield
    assert not tried


BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><x>&c;</x></rdf:RDF>"""
XXE = """<?xml version="1.0"?>
<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:skos="http://www.w3.org/2004/02/skos/core#">
<skos:Concept rdf:about="http://x.example/1"><skos:prefLabel xml:lang="fr">&e;</skos:prefLabel>
</skos:Concept></rdf:RDF>"""
CONTEXTS = [
    '"http://evil.example/context"',
    '["http://evil.example/context", {}]',
    '[[["file:///etc/passwd"]]]',
    '{"@import": "http://evil.example/context"}',
    '{"x": {"@id": "http://x.example/x", "@context": "http://evil.example/context"}}',
]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bomb.rdf", BOMB),
        ("xxe.rdf", XXE),
        ("xxe.xml", XXE.replace("/etc/passwd", "//evil.example/x")),
        *((f"{at}.jsonld", f'{{"@context": {text}}}') for at, text in enumerate(CONTEXTS)),
        ("deep.json", "[" * 200_000),
        ("in.json", '{"@graph": [{"@context": "http://evil.example/context"}]}'),
        ("deep.ttl", PREFIXES + "c:1 skos:note " + "[ skos:note " * 50_000),
        ("bad.ttl", PREFIXES + "c:1 a skos:Concept ; ; .. "),
        ("bad.rdf", "<rdf:RDF>"),
        ("bad.rdf", "not xml at all"),
        ("bad.jsonld", '{"@id": 3, "@graph": 7, "@type": {}}'),
        ("bad.jsonld", "{"),
        ("bad.ttl", "\x00\x01\x02"),
        ("big.ttl", "#" * (files.MAX_BYTES + 1)),
    ],
)
def test_a_hostile_file_is_refused_in_a_sentence_and_nothing_is_fetched(no_network, name, data):
    try:
        vocabulary = files.read(data.encode(), name)
    except UnreadableFileError as error:
        assert len(str(error)) > 10
    else:
        assert vocabulary.problems


@pytest.mark.django_db
def test_a_good_file_fetches_nothing_either(no_network):
    make_awkward()
    for format_name in ("ttl", "rdf", "jsonld"):
        written = files.write(gather_all(), format_name)
        assert len(files.read(written, "x").concepts) == 6
    named = files.read(
        (
            PREFIXES + "<> <http://www.w3.org/2002/07/owl#imports> <http://evil.example/o> . "
            'c:1 a skos:Concept ; skos:prefLabel "un"@fr .'
        ).encode(),
        "x.ttl",
    )
    assert len(named.concepts) == 1


def test_a_syntax_error_is_said_with_its_line():
    with pytest.raises(UnreadableFileError) as error:
        files.read((PREFIXES + "c:1 a skos:Concept\nc:2 c:3 c:4 .").encode(), "x.ttl")
    assert error.value.line in (8, 9)
    with pytest.raises(UnreadableFileError) as error:
        files.read(b"<a>\n<b>\n</a>", "x.rdf")
    assert error.value.line == 3
    with pytest.raises(UnreadableFileError) as error:
        files.read(b'{"a": 1,\n}', "x.json")
    assert error.value.line == 2


def test_too_many_concepts_are_refused():
    many = "".join(f'c:{n} a skos:Concept ; skos:prefLabel "{n}"@fr .\n' for n in range(5001))
    with pytest.raises(UnreadableFileError, match="5001"):
        files.read((PREFIXES + many).encode(), "x.ttl")


@pytest.mark.django_db
def test_no_script_comes_in_with_a_text():
    take(
        """c:1 a skos:Concept ; skos:prefLabel "un"@fr ; skos:note [
        <http://purl.org/dc/terms/language> "fr" ;
        <http://www.w3.org/1999/02/22-rdf-syntax-ns#value> '''<p onclick="x()">Bon
        <script>alert(1)</script><a href="javascript:alert(1)">clic</a>
        <a href="https://bon.example/">lien</a><img src=x onerror=alert(1)></p>
        '''^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML> ] ."""
    )
    text = Keyword.objects.get().text
    assert "Bon" in text and 'href="https://bon.example/"' in text
    for bad in ("onclick", "<script", "javascript:", "<img", "onerror"):
        assert bad not in text


@pytest.mark.django_db
def test_a_text_tells_no_address_that_a_stranger_may_not_see(workgroup, private_workgroup):
    seen, hidden = base.make_minutes(workgroup), base.make_minutes(private_workgroup)
    link_to = '<a linktype="page" id="{}">mots</a>'.format
    text = f"<p>{link_to(seen.pk)} et {link_to(hidden.pk)}</p>"
    base.make_keyword("portage", text=text)
    written = files.write(gather_all(), "ttl").decode()
    assert f"http://127.0.0.1:8000{seen.url}" in written
    assert hidden.slug not in written and "mots</p>" in written


# --- The commands ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_commands_write_a_file_and_take_it_in(tmp_path, capsys):
    make_awkward()
    before, file = graph_now(), tmp_path / "glossaire.rdf"
    call_command("export_keywords", str(file))
    assert file.read_bytes().startswith(b"<?xml")
    empty()
    call_command("import_keywords", str(file), "--dry-run")
    assert "Ajoutés : 6" in capsys.readouterr().out and not Keyword.objects.exists()
    call_command("import_keywords", str(file))
    assert isomorphic(before, graph_now())
    call_command("export_keywords", "--format", "csv")
    assert "Grenier" in capsys.readouterr().out
    bad = tmp_path / "bad.csv"
    bad.write_text("nom\n***\n")
    with pytest.raises(CommandError, match="Rien"):
        call_command("import_keywords", str(bad))
    assert "ligne 2" in capsys.readouterr().err
    with pytest.raises(CommandError):
        call_command("import_keywords", str(tmp_path / "nowhere.ttl"))


def test_a_concept_is_where_the_api_answers():
    assert str(skos.concept_uri("portage")) == absolute(reverse("api_keyword", args=["portage"]))
    assert str(skos.group_uri("Thèmes & lieux")).startswith(str(skos.scheme()) + "?groupe=Th")
