"""The glossary as SKOS (https://www.w3.org/TR/skos-reference/), and SKOS as a vocabulary.

A keyword is a skos:Concept whose URI is its address in the API: one per concept, whatever the
language. `skos:notation`, typed plenum:slug, is its slug; a prefLabel without language is its
name, where that is not its first label. A long text is a skos:note with rdf:value (rdf:HTML)
and dcterms:language, the way of the SKOS Primer, section 4.2, since RDF 1.1 has no literal
that is HTML and has a language. Groups are skos:Collections; for their rules SKOS has no
words, so we have our own: `PLENUM`, listed in docs/exchange.md.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote, unquote

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from rdflib import RDF, SKOS, BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS

from glossary.exchange.vocabulary import LANGUAGES, Concept, Vocabulary, line, lines
from glossary.models import KeywordGroup, Kind, Rank
from pages.notation import quoted
from pages.serving import absolute

PLENUM = Namespace("urn:plenum:glossary#")
SKOSXL = Namespace("http://www.w3.org/2008/05/skos-xl#")
_RANKS = {rank.name.lower(): rank for rank in Rank}
#: Of a concept; what else it says is left out, and that is said.
_READ = {
    RDF.type,
    *(SKOS[name] for name in ("prefLabel", "altLabel", "definition", "scopeNote", "note")),
    *(SKOS[name] for name in ("broader", "narrower", "related", "exactMatch", "notation")),
    *(SKOS[name] for name in ("inScheme", "topConceptOf")),
    PLENUM.notLinked,
}


def scheme() -> URIRef:
    """The URI of this site's glossary."""
    return _scheme_at(settings.BASE_URL)


@lru_cache(maxsize=2)
def _scheme_at(base_url) -> URIRef:
    return URIRef(absolute(reverse("api_keywords")))


def concept_uri(slug: str) -> URIRef:
    """The URI of one of this site's keywords."""
    return URIRef(f"{scheme()}{quote(slug, safe='')}/")  # as the route api_keyword


def group_uri(name: str) -> URIRef:
    """The URI of one of this site's groups, which lists its keywords."""
    return URIRef(f"{scheme()}?groupe={quote(name, safe='')}")


# --- Writing -----------------------------------------------------------------------------------


def export(vocabulary: Vocabulary) -> Graph:
    """A vocabulary of this site (see `vocabulary.gather`) as a graph."""
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in (
        ("skos", SKOS),
        ("dcterms", DCTERMS),
        ("rdf", RDF),
        ("plenum", PLENUM),
    ):
        graph.bind(prefix, namespace)
    graph.add((scheme(), RDF.type, SKOS.ConceptScheme))
    for code in LANGUAGES:
        with translation.override(code):
            graph.add((scheme(), SKOS.prefLabel, Literal(_("Glossaire"), lang=code)))
    members = defaultdict(list)
    for concept in vocabulary.concepts:
        uri = concept_uri(concept.slug)
        members[concept.group].append(uri)
        for predicate, value in _about(concept, graph):
            graph.add((uri, predicate, value))
        if not concept.broader:
            graph.add((scheme(), SKOS.hasTopConcept, uri))
        for slug in concept.broader:
            graph.add((concept_uri(slug), SKOS.narrower, uri))
        for slug in concept.related:
            graph.add((concept_uri(slug), SKOS.related, uri))
    for group in vocabulary.groups:
        uri = group_uri(group.name)
        for predicate, value in _rules(group):
            graph.add((uri, predicate, value))
        for member in members[group.name]:
            graph.add((uri, SKOS.member, member))
    return graph


def _about(concept, graph) -> Iterator:
    """(predicate, value) of a concept."""
    yield RDF.type, SKOS.Concept
    yield SKOS.inScheme, scheme()
    if not concept.broader:
        yield SKOS.topConceptOf, scheme()
    yield SKOS.notation, Literal(concept.slug, datatype=PLENUM.slug)
    if concept.name != concept.label:
        yield SKOS.prefLabel, Literal(concept.name)
    for code, text in concept.labels.items():
        yield SKOS.prefLabel, Literal(text, lang=code)
    for code, texts in concept.synonyms.items():
        for text in texts:
            yield SKOS.altLabel, Literal(text, lang=code)
    for code, texts in concept.unlinked.items():
        for text in texts:
            yield PLENUM.notLinked, Literal(text, lang=code)
    for code, text in concept.definitions.items():
        yield SKOS.definition, Literal(text, lang=code)
    for code, text in concept.texts.items():
        note = BNode()
        graph.add((note, RDF.value, Literal(text, datatype=RDF.HTML)))
        graph.add((note, DCTERMS.language, Literal(code)))
        yield SKOS.note, note
    for slug in concept.broader:
        yield SKOS.broader, concept_uri(slug)
    for slug in concept.related:
        yield SKOS.related, concept_uri(slug)
    if concept.same_as:
        yield SKOS.exactMatch, URIRef(quote(concept.same_as, safe=":/?#[]@!$&'()*+,;=%~"))


def _rules(group) -> Iterator:
    """(predicate, value) of a group."""
    yield RDF.type, SKOS.Collection
    yield RDF.type, PLENUM.KeywordGroup
    for code, end in zip(LANGUAGES, ("", "_nl", "_en"), strict=True):
        for predicate, name in ((SKOS.prefLabel, "name"), (SKOS.definition, "description")):
            if text := getattr(group, f"{name}{end}"):
                yield predicate, Literal(text, lang=code)
    yield PLENUM.single, Literal(group.single)
    yield PLENUM.recommended, Literal(group.recommended)
    for kind in Kind:
        if group.is_for(kind):
            yield PLENUM.on, Literal(str(kind.value))
    yield PLENUM.appliedBy, Literal(Rank(group.applied_by).name.lower())
    yield PLENUM.createdBy, Literal(Rank(group.created_by).name.lower())
    yield PLENUM.order, Literal(group.sort_order)


# --- Reading -----------------------------------------------------------------------------------


def import_graph(graph: Graph) -> Vocabulary:
    """What a graph, ours or another's, says as a vocabulary; its problems are in it."""
    return _Reading(graph).vocabulary


class _Reading:
    def __init__(self, graph):
        self.graph = graph
        self.vocabulary = Vocabulary()
        self.other_languages = Counter()
        self.unread = Counter()
        self.absent = 0
        self.groups = self._read_groups()
        nodes = self._nodes()
        for node in nodes:
            self.vocabulary.concepts.append(self._concept(node))
        self._link(nodes)
        if not nodes:
            self.vocabulary.refuse("", _("Aucun concept SKOS dans ce fichier."))
        self._say_what_was_left()

    def _nodes(self) -> list:
        """The concepts: those that say so, and those that a hierarchy makes so."""
        found = set(self.graph.subjects(RDF.type, SKOS.Concept))
        found |= set(self.graph.subjects(SKOS.topConceptOf))
        found |= set(self.graph.objects(None, SKOS.hasTopConcept))
        for predicate in (SKOS.broader, SKOS.narrower, SKOS.related):
            found |= set(self.graph.subjects(predicate)) | set(self.graph.objects(None, predicate))
        typed = set(self.graph.subjects(RDF.type, SKOS.Concept))
        return sorted(
            node
            for node in found
            if not isinstance(node, Literal)
            and (node in typed or self.graph.value(node, SKOS.prefLabel, any=True) is not None)
        )

    def _concept(self, node) -> Concept:
        own = _own_slug(node)
        notation = self._notation(node)
        concept = Concept(
            key=str(node), where=self._where(node), slug=own or notation, foreign=not own
        )
        self._labels(node, concept)
        self._texts(node, concept)
        concept.group = self._group_of(node, concept)
        same = sorted(str(each) for each in self.graph.objects(node, SKOS.exactMatch))
        concept.same_as = (same[0] if same else "") if own else str(node)
        if not concept.same_as.startswith(("http://", "https://")):
            concept.same_as = ""
        if own and len(same) > 1:
            self.unread[SKOS.exactMatch] += len(same) - 1
        for predicate in self.graph.predicates(node, unique=True):
            if predicate not in _READ:
                self.unread[predicate] += len(list(self.graph.objects(node, predicate)))
        return concept

    def _notation(self, node) -> str:
        """The slug that another site of ours gave it; other notations are codes."""
        for value in self.graph.objects(node, SKOS.notation):
            if getattr(value, "datatype", None) == PLENUM.slug:
                return str(value)
        return ""

    def _where(self, node) -> str:
        label = next(iter(sorted(map(str, self.graph.objects(node, SKOS.prefLabel)))), "")
        if isinstance(node, BNode):
            return quoted(label)
        return f"{quoted(label)} <{node}>" if label else f"<{node}>"

    # --- words

    def _labels(self, node, concept):
        for language, exact, text in self._tagged(node, SKOS.prefLabel, concept):
            if not language:
                if concept.name and concept.name != text:
                    self.vocabulary.refuse(
                        concept.where,
                        _("Deux intitulés sans langue : « %(one)s » et « %(other)s ».")
                        % {"one": concept.name, "other": text},
                    )
                concept.name = text
            elif language not in concept.labels:
                concept.labels[language] = text
            elif exact:
                self.vocabulary.refuse(
                    concept.where,
                    _("Deux intitulés préférés en « %(code)s » : « %(one)s » et « %(other)s ».")
                    % {"code": language, "one": concept.labels[language], "other": text},
                )
            elif text != concept.labels[language]:
                concept.synonyms.setdefault(language, []).append(text)
        for language, _exact, text in self._tagged(node, SKOS.altLabel, concept):
            if language:
                known = concept.synonyms.setdefault(language, [])
                if text not in known:
                    known.append(text)
            else:
                self.other_languages["—"] += 1

        for language, _exact, text in self._tagged(node, PLENUM.notLinked, concept):
            if language:
                concept.unlinked.setdefault(language, []).append(text)

    def _tagged(self, node, predicate, concept) -> list:
        """(our language or "", whether just that, text), the exact ones first."""
        found = []
        for value in self.graph.objects(node, predicate):
            if not isinstance(value, Literal):
                self.vocabulary.refuse(
                    concept.where,
                    _("Un intitulé n’est pas un texte : %(value)s.") % {"value": value},
                )
                continue
            tag = (value.language or "").lower()
            language = tag.split("-")[0]
            if language and language not in LANGUAGES:
                self.other_languages[tag] += 1
            elif text := line(str(value)):
                found.append((language, tag == language, text))
        return sorted(found, key=lambda each: (not each[1], each[0], each[2]))

    def _texts(self, node, concept):
        said = {}
        for predicate in (SKOS.definition, SKOS.scopeNote):
            found = defaultdict(list)
            for value in sorted(self.graph.objects(node, predicate)):
                if not isinstance(value, Literal):
                    self.unread[predicate] += 1
                    continue
                tag = (value.language or LANGUAGES[0]).lower()
                if tag.split("-")[0] in LANGUAGES:
                    found[tag.split("-")[0]].append(lines(str(value)))
                else:
                    self.other_languages[tag] += 1
            for code, texts in found.items():
                if code in said:
                    self.unread[predicate] += len(texts)
                else:
                    said[code] = "\n\n".join(filter(None, texts))
        concept.definitions = {code: text for code, text in said.items() if text}
        for note in self.graph.objects(node, SKOS.note):
            html = self.graph.value(note, RDF.value, any=True)
            language = str(self.graph.value(note, DCTERMS.language, any=True) or "")
            if getattr(html, "datatype", None) == RDF.HTML and language in LANGUAGES:
                concept.texts[language] = lines(str(html))
            else:
                self.unread[SKOS.note] += 1

    # --- groups

    def _read_groups(self) -> dict:
        """{node: group} of the collections that carry our rules."""
        groups = {}
        for node in sorted(self.graph.subjects(RDF.type, PLENUM.KeywordGroup)):
            group = groups[node] = KeywordGroup()
            for code, end in zip(LANGUAGES, ("", "_nl", "_en"), strict=True):
                for predicate, name in ((SKOS.prefLabel, "name"), (SKOS.definition, "description")):
                    for value in self.graph.objects(node, predicate):
                        if getattr(value, "language", None) == code:
                            setattr(group, f"{name}{end}", lines(str(value)))
            where = self._where(node)
            if not group.name:
                self.vocabulary.refuse(where, _("Ce groupe n’a pas de nom en français."))
            group.single = self._rule(node, where, "single", group.single)
            group.recommended = self._rule(node, where, "recommended", group.recommended)
            group.sort_order = self._rule(node, where, "order", group.sort_order)
            group.applied_by = self._rank(node, where, "appliedBy", group.applied_by)
            group.created_by = self._rank(node, where, "createdBy", group.created_by)
            kinds = {str(value) for value in self.graph.objects(node, PLENUM.on)}
            for kind in sorted(kinds - set(Kind.values)):
                self._odd(where, "on", kind)
            for kind in Kind:
                setattr(group, f"on_{kind.value}", kind.value in kinds)
            self.vocabulary.groups.append(group)
        return groups

    def _rule(self, node, where, name, default):
        """A rule that is true, false or a number from 0 to 32767, as its default is."""
        value = self.graph.value(node, PLENUM[name], any=True)
        if value is None:
            return default
        meant = value.value if isinstance(value, Literal) else None
        if type(meant) is not type(default) or (type(meant) is int and not 0 <= meant <= 32767):
            self._odd(where, name, value)
            return default
        return meant

    def _rank(self, node, where, name, default):
        value = self.graph.value(node, PLENUM[name], any=True)
        if value is None:
            return default
        if str(value) not in _RANKS:
            self._odd(where, name, value)
        return _RANKS.get(str(value), default)

    def _odd(self, where, name, value):
        self.vocabulary.refuse(
            where,
            _("plenum:%(rule)s ne peut valoir « %(value)s ».") % {"rule": name, "value": value},
        )

    def _group_of(self, node, concept) -> str:
        names = sorted(
            self.groups[holder].name
            for holder in self.graph.subjects(SKOS.member, node)
            if holder in self.groups
        )
        if len(names) > 1:
            self.vocabulary.refuse(
                concept.where,
                _("Un mot-clé est dans un seul groupe ; celui-ci est dans : %(names)s.")
                % {"names": ", ".join(names)},
            )
        return names[0] if names else ""

    # --- links

    def _link(self, nodes):
        concepts = dict(zip(nodes, self.vocabulary.concepts, strict=True))
        above = [*self.graph.subject_objects(SKOS.broader)]
        above += [(below, node) for node, below in self.graph.subject_objects(SKOS.narrower)]
        beside = {
            tuple(sorted(pair)) for pair in self.graph.subject_objects(SKOS.related)
        }  # said once or twice, it is one
        for pairs, name in ((above, "broader"), (beside, "related")):
            for here, there in sorted(set(pairs)):
                if here not in concepts:
                    self.absent += 1
                    continue
                known = getattr(concepts[here], name)
                # Who is not in the file may still be in the glossary.
                known.append(str(there) if there in concepts else _own_slug(there) or str(there))

    # --- what is said about it

    def _say_what_was_left(self):
        notes = self.vocabulary.notes
        if self.other_languages:
            notes.append(
                _("Textes laissés de côté, dans des langues que le site n’a pas : %(languages)s.")
                % {"languages": _counted(self.other_languages)}
            )
        if self.unread:
            named = Counter({_short(self.graph, key): n for key, n in self.unread.items()})
            notes.append(_("Propriétés laissées de côté : %(names)s.") % {"names": _counted(named)})
        if any(self.graph.subjects(SKOSXL.prefLabel)):
            notes.append(_("Les intitulés SKOS-XL ne sont pas lus, seulement ceux de SKOS."))
        others = set(self.graph.subjects(RDF.type, SKOS.Collection))
        others |= set(self.graph.subjects(RDF.type, SKOS.OrderedCollection))
        if others := others - self.groups.keys():
            notes.append(
                _("Collections laissées de côté, faute de règles de groupe : %(number)d.")
                % {"number": len(others)}
            )
        schemes = set(self.graph.subjects(RDF.type, SKOS.ConceptScheme)) - {scheme()}
        if len(schemes) > 1:
            notes.append(
                _("Le fichier contient %(number)d schémas de concepts, réunis ici en un seul.")
                % {"number": len(schemes)}
            )


def _own_slug(node) -> str:
    """The slug in a URI of this site's keywords, or nothing."""
    if not isinstance(node, URIRef) or not node.startswith(scheme()):
        return ""
    slug, slash, rest = node.removeprefix(scheme()).partition("/")
    return unquote(slug) if slash and not rest else ""


def _short(graph, uri) -> str:
    try:
        return uri.n3(graph.namespace_manager)
    except Exception:  # rdflib raises the bare class for an address it cannot write
        return str(uri)


def _counted(counter) -> str:
    return ", ".join(f"{name} ({number})" for name, number in counter.most_common(12))
