"""Terms of the glossary are found in texts, and only where readers would call them that."""

import re

import pytest

from glossary.linking import Term, TermIndex, link_terms, mentioned

ELEMENTS = (
    "a h1 h2 h3 h4 h5 h6 blockquote q cite figcaption code pre kbd button summary label script"
    " style textarea svg sup abbr dfn time th caption"
)


def linked(html, *labels, language="fr", among=None):
    """The html with links as [words](key); terms are numbered from 1, in the order given."""
    index = TermIndex([Term(key, [label]) for key, label in enumerate(labels, 1)], language)
    links = {key: f"/{key}/" for key in range(1, len(labels) + 1) if not among or key in among}
    shown, _keys = link_terms(html, index, links)
    ours = re.compile(r'<a class="term"[^>]*data-term="(\d+)"[^>]*>(.*?)</a>', re.DOTALL)
    return ours.sub(r"[\2](\1)", shown)


def found(text, label, language="fr"):
    """What of a text is linked for one label, or None."""
    shown = linked(f"<p>{text}</p>", label, language=language)
    match = re.search(r"\[(.*?)\]\(1\)", shown, re.DOTALL)
    return match and match[1]


def test_it_links_the_first_mention_alone():
    html = "<p>Le portage, puis le portage.</p><p>Et le portage.</p>"
    assert linked(html, "portage") == (
        "<p>Le [portage](1), puis le portage.</p><p>Et le portage.</p>"
    )


def test_it_writes_a_link_that_says_what_it_is():
    index = TermIndex([Term(7, ["portage"])], "fr")
    html, keys = link_terms("<p>Portage</p>", index, {7: "/fr/mots-cles/a&b/"})
    assert html == (
        '<p><a class="term" href="/fr/mots-cles/a&amp;b/" data-term="7"'
        ' aria-describedby="terme-7">Portage</a></p>'
    )
    assert keys == [7]


def test_it_links_terms_in_the_order_of_the_text_and_any_label_of_each():
    index = TermIndex([Term(1, ["portage", "relayage"]), Term(2, ["soin"])], "fr")
    html, keys = link_terms("<p>soin, relayage, portage</p>", index, {1: "/1/", 2: "/2/"})
    assert keys == [2, 1]
    assert html.count("<a") == 2 and ">relayage</a>, portage" in html


@pytest.mark.parametrize(
    ("language", "label", "text", "words"),
    [
        ("fr", "soin", "les soins", "soins"),
        ("fr", "soins", "des soins", "soins"),
        ("fr", "français", "une caisse française", "française"),
        ("fr", "organismes payeurs", "un organisme payeur", "organisme payeur"),
        ("fr", "suivi", "des suivis", "suivis"),
        ("en", "accounts", "the accounts", "accounts"),
        ("en", "business", "businesses", "businesses"),
        ("fr", "patient", "la patiente", "patiente"),
        ("fr", "patient", "des patientes", "patientes"),
        ("fr", "infirmier", "une infirmière", "infirmière"),
        ("fr", "infirmière", "des infirmiers", "infirmiers"),
        ("fr", "infirmières", "des infirmiers", "infirmiers"),
        ("fr", "directeur", "la directrice", "directrice"),
        ("fr", "travailleur", "les travailleuses", "travailleuses"),
        ("fr", "heureux", "heureuses", "heureuses"),
        ("fr", "collectif", "des caisses collectives", "collectives"),
        ("fr", "employé", "les employées", "employées"),
        ("fr", "européen", "une monnaie européenne", "européenne"),
        ("fr", "professionnel", "des professionnelles", "professionnelles"),
        ("fr", "hôpital", "les hôpitaux", "hôpitaux"),
        ("fr", "réunion", "RÉUNION", "RÉUNION"),
        ("fr", "école", "Ecole", "Ecole"),
        ("fr", "État", "l’état des lieux", "état"),
        ("fr", "cœur", "le coeur", "coeur"),
        ("fr", "lit", "trois lits", "lits"),
        ("nl", "vergadering", "twee vergaderingen", "vergaderingen"),
        ("nl", "patiënt", "de patiënten", "patiënten"),
        ("nl", "taak", "de taken", "taken"),
        ("nl", "school", "scholen", "scholen"),
        ("nl", "mogelijkheid", "mogelijkheden", "mogelijkheden"),
        ("nl", "beleid", "het Beleid", "Beleid"),
        ("en", "meeting", "two meetings", "meetings"),
        ("en", "policy", "our policies", "policies"),
        ("en", "nurse", "the nurse's words", "nurse&#x27;s"),
        ("en", "class", "classes", "classes"),
    ],
)
def test_it_finds_inflected_forms(language, label, text, words):
    assert found(text.replace("'", "&#x27;"), label, language) == words


@pytest.mark.parametrize(
    ("language", "label", "text"),
    [
        ("fr", "université", "tout l’univers"),
        ("fr", "port", "il portait"),
        ("fr", "marché", "on marche"),
        ("fr", "misère", "une mise"),
        ("fr", "peur", "tu peux"),
        ("fr", "mère", "la mer"),
        ("fr", "don", "elle donne"),
        ("fr", "lit", "elle lira"),
        ("fr", "comptes", "l’escalier compte, à son compte"),
        ("fr", "soins", "un soin"),
        ("fr", "travaux", "le travail"),
        ("fr", "hôpitaux", "un hôpital"),
        ("fr", "lieux", "un lieu"),
        ("fr", "infirmières", "une infirmière, un infirmier"),
        ("fr", "suivi", "suivies par six permanentes, suivie"),
        ("fr", "partie", "le parti"),
        ("fr", "revenu", "elle est revenue"),
        ("nl", "vergaderingen", "een vergadering"),
        ("nl", "taken", "de taak"),
        ("en", "accounts", "on no account"),
        ("nl", "vergadering", "wij vergaderen"),
        ("en", "university", "the universe"),
        ("en", "organ", "an organisation"),
        ("fr", "femme", "une sage-femme"),
        ("fr", "porte", "le porte-parole"),
        ("fr", "portage", "portage.pdf et info@portage.be"),
        ("fr", "portage", "https://plenum.example/portage et www.site.be/portage"),
        ("fr", "portage", "portages_2 et re_portage"),
    ],
)
def test_it_does_not_take_another_word_for_a_form(language, label, text):
    assert found(text, label, language) is None
    assert found(f"{text} {label}", label, language) == label  # the label itself is found there


@pytest.mark.parametrize(
    ("label", "text", "words"),
    [
        ("AG", "une AG", "AG"),
        ("AG", "l’AG du 3", "AG"),
        ("AG", "deux AGs", "AGs"),
        ("AG", "elle a ag dit", None),
        ("AG", "Ag", None),
        ("GRAPPE", "une grappe de raisin", None),
        ("INAMI", "l&#x27;INAMI", "INAMI"),
        ("UN", "UN seul", None),
        ("les", "les", None),
        ("de la", "de la", None),
        ("T", "T", None),
        ("vitamine D", "la vitamine D", "vitamine D"),
        ("R&D", "la R&amp;D", "R&amp;D"),
        ("R&D", "R D", None),
        ("Covid-19", "le covid 19", "covid 19"),
    ],
)
def test_it_takes_acronyms_as_they_are_and_stop_words_never(label, text, words):
    assert found(text, label) == words


@pytest.mark.parametrize(
    "text",
    [
        "plateau technique",
        "Plateaux techniques",
        "plateau-technique",
        "plateau&nbsp;technique",
        "plateau\u202ftechnique",
        "plateau\n   technique",
    ],
)
def test_it_finds_phrases_however_they_are_joined(text):
    assert found(f"un {text} ici", "plateau technique") == text
    assert found(f"un {text} ici", "plateau-technique") == text


def test_it_finds_phrases_with_elided_articles():
    assert found("le droit à l’image de chacun", "droit à l'image") == "droit à l’image"
    assert found("le droit à l&#x27;image", "droit à l’image") == "droit à l&#x27;image"
    assert found("une aide d’urgence", "aide d’urgence") == "aide d’urgence"


def test_it_finds_no_phrase_across_other_signs_or_tags():
    assert found("le plateau, technique", "plateau technique") is None
    assert found("un plateau. Technique", "plateau technique") is None
    assert found("un <b>plateau</b> technique", "plateau technique") is None
    assert found("un <b>plateau technique</b>", "plateau technique") == "plateau technique"


def test_it_takes_the_longest_term_and_nothing_inside_it():
    labels = ("plateau", "plateau technique", "technique")
    assert linked("<p>Un plateau technique.</p>", *labels) == "<p>Un [plateau technique](2).</p>"
    html = "<p>Un plateau technique, un plateau technique et un plateau.</p>"
    assert linked(html, *labels) == (
        "<p>Un [plateau technique](2), un plateau technique et un [plateau](1).</p>"
    )


def test_it_links_as_if_other_terms_were_not_there():
    labels = ("plateau", "plateau technique")
    html = "<p>Un plateau technique.</p>"
    assert linked(html, *labels, among={1}) == "<p>Un [plateau](1) technique.</p>"
    assert linked(html, *labels, among={1}) == linked(html, "plateau")
    index = TermIndex([Term(1, ["plateau"]), Term(2, ["plateau technique"])], "fr")
    assert mentioned(html, index) == [2, 1]


def test_it_gives_a_label_of_two_terms_to_the_first():
    assert linked("<p>plateau, plateau</p>", "plateau", "plateau") == "<p>[plateau](1), plateau</p>"
    assert linked("<p>plateau</p>", "plateau", "plateau", among={2}) == "<p>[plateau](2)</p>"


@pytest.mark.parametrize("tag", ELEMENTS.split())
def test_it_links_nothing_inside(tag):
    html = f"<{tag} id='x'>portage <b>portage</b></{tag}><p>portage</p>"
    assert linked(html, "portage") == (
        f"<{tag} id='x'>portage <b>portage</b></{tag}><p>[portage](1)</p>"
    )


def test_it_links_nothing_in_another_language_or_where_it_is_told_not_to():
    html = (
        '<div lang="nl"><p>portage</p><div>portage</div> portage</div>'
        "<p data-unlinked>portage</p><p>portage</p>"
    )
    assert linked(html, "portage").endswith("<p>[portage](1)</p>")
    assert linked(html, "portage").count("[") == 1


def test_it_leaves_comments_and_attributes_alone():
    html = "<!-- portage > --><img alt=\"portage > portage\" title='>portage'><p>portage</p>"
    assert linked(html, "portage") == html.replace("<p>portage", "<p>[portage](1)")


def test_it_leaves_what_follows_a_tag_that_never_ends():
    html = '<p>portage</p><a href="portage'
    assert linked(html, "portage") == '<p>[portage](1)</p><a href="portage'
    assert linked('<a href="portage> portage', "portage") == '<a href="portage> portage'
    assert linked("2 < 3 et portage", "portage") == "2 < 3 et [portage](1)"


def test_it_breaks_no_entity():
    html = "<p>&eacute;cole &amp; amp &#233;cole</p>"
    assert linked(html, "école") == "<p>[&eacute;cole](1) &amp; amp &#233;cole</p>"
    assert linked("<p>a &amp; b</p>", "amp") == "<p>a &amp; b</p>"
    assert linked("<p>a &amp; amp</p>", "amp") == "<p>a &amp; [amp](1)</p>"
    assert linked("<p>&notit; notit</p>", "notit") == "<p>&notit; [notit](1)</p>"
    assert linked("<p>l&#x27;école&nbsp;: là</p>", "école") == "<p>l&#x27;[école](1)&nbsp;: là</p>"


def test_it_sees_words_that_go_on_beyond_a_tag():
    assert linked("<p>port<em>age</em> port</p>", "port") == "<p>port<em>age</em> [port](1)</p>"
    assert linked("<p>re<b>portage</b> portage</p>", "portage").startswith("<p>re<b>portage</b>")
    assert linked("<p>l’<em>AG</em></p>", "AG") == "<p>l’<em>[AG](1)</em></p>"
    assert linked("<p>port<br>age</p>", "port") == "<p>[port](1)<br>age</p>"
    assert linked("<li>port</li><li>age</li>", "port").startswith("<li>[port](1)</li>")


@pytest.mark.parametrize("text", ["patient·es", "patient(e)s", "patient.e.s", "patient·e·s"])
def test_it_finds_words_written_for_everyone(text):
    assert found(f"les {text}, là", "patient") == text
    assert found(f"les {text}", "patient·es") == text
    assert found("un patient.", "patient·es") == "patient"


def test_it_finds_words_whose_accents_are_characters_of_their_own():
    assert found("les re\u0301unions", "réunion") == "re\u0301unions"
    assert found("les réu\u00adnions", "réunion") == "réu\u00adnions"


def test_it_changes_nothing_the_second_time():
    index = TermIndex([Term(1, ["plateau"]), Term(2, ["plateau technique"]), Term(3, ["AG"])], "fr")
    links = {1: "/1/", 2: "/2/", 3: "/3/"}
    once, keys = link_terms("<p>l’AG du plateau technique, plateau. AG</p>", index, links)
    assert sorted(keys) == [1, 2, 3]
    assert link_terms(once, index, links) == (once, [])


def test_it_links_nothing_for_nobody_and_nothing_in_nothing():
    index = TermIndex([Term(1, ["portage"])], "fr")
    assert link_terms("<p>portage</p>", index, {}) == ("<p>portage</p>", [])
    assert link_terms("", index, {1: "/1/"}) == ("", [])
    assert mentioned("<p>portage</p>", TermIndex([], "fr")) == []
    assert mentioned("<p>portage</p>", TermIndex([Term(1, ["", " ", "…", "²"])], "fr")) == []
