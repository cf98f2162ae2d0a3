"""Files with a vocabulary: which formats there are, and how a stranger's file is read safely.

Reading fetches nothing: an import is a file, not a web address. So a JSON-LD context must be
in the file, an XML file may declare no document type (entities come with it), and imports that
an ontology names are not followed.
"""

import json
import re
from dataclasses import dataclass
from pathlib import PurePath
from xml.parsers import expat
from xml.sax import SAXParseException

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rdflib import Graph
from rdflib.plugins.parsers.jsonld import to_rdf
from rdflib.plugins.parsers.notation3 import BadSyntax

from glossary.exchange import skos, tables
from glossary.exchange.vocabulary import UnreadableFileError, Vocabulary

MAX_BYTES = 5 * 1024 * 1024
MAX_CONCEPTS = 5000
#: Bytes that no text has, but pictures, archives and workbooks do.
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a]")


@dataclass(frozen=True)
class Format:
    """A way to write the glossary down."""

    name: str
    label: str
    extensions: tuple[str, ...]
    mime_type: str
    #: What rdflib calls it; None for tables.
    rdf: str | None


FORMATS = {
    each.name: each
    for each in (
        Format(
            "ttl", gettext_lazy("SKOS, en Turtle"), (".ttl", ".turtle"), "text/turtle", "turtle"
        ),
        Format(
            "rdf", gettext_lazy("SKOS, en RDF/XML"), (".rdf", ".xml"), "application/rdf+xml", "xml"
        ),
        Format(
            "jsonld",
            gettext_lazy("SKOS, en JSON-LD"),
            (".jsonld", ".json"),
            "application/ld+json",
            "json-ld",
        ),
        Format("csv", gettext_lazy("Tableau CSV"), (".csv", ".txt", ".tsv"), "text/csv", None),
    )
}
#: The prefixes of our own files, in place of a context on the web.
_CONTEXT = {
    "skos": str(skos.SKOS),
    "dcterms": str(skos.DCTERMS),
    "rdf": str(skos.RDF),
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "plenum": str(skos.PLENUM),
}


def write(vocabulary: Vocabulary, format_name: str) -> bytes:
    """The vocabulary in one of FORMATS."""
    form = FORMATS[format_name]
    if form.rdf is None:
        return tables.write(vocabulary)
    options = {"context": _CONTEXT} if form.rdf == "json-ld" else {}
    graph = skos.export(vocabulary)
    return graph.serialize(format=form.rdf, encoding="utf-8", **options)


def read(data: bytes, name: str) -> Vocabulary:
    """What a file of this name holds.

    Problems in what it says are in the vocabulary; a file that says nothing at all raises
    UnreadableFileError. The format is that of the name's ending, else of the content.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableFileError(too_long())
    if _NO_TEXT.search(data[:2000]) and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFileError(
            _(
                "Ce fichier n’est ni un tableau CSV ni du SKOS. Un classeur de tableur "
                "s’enregistre d’abord en CSV."
            )
        )
    form = format_of(data, name)
    vocabulary = tables.read(data) if form.rdf is None else skos.import_graph(_parse(data, form))
    if len(vocabulary.concepts) > MAX_CONCEPTS:
        raise UnreadableFileError(
            _("Ce fichier a %(number)d concepts ; le site en prend au plus %(most)d à la fois.")
            % {"number": len(vocabulary.concepts), "most": MAX_CONCEPTS}
        )
    return vocabulary


def too_long() -> str:
    return _("Ce fichier dépasse %(number)d Mo : trop long.") % {"number": MAX_BYTES // 1024**2}


def format_of(data: bytes, name: str) -> Format:
    """The format that a file is in."""
    ending = PurePath(name).suffix.lower()
    for form in FORMATS.values():
        if ending in form.extensions:
            return form
    start = data[:2000].decode("utf-8", "ignore").lstrip("\ufeff \r\n\t")
    if start.startswith("<") and not start.startswith("<http"):
        return FORMATS["rdf"]
    if start.startswith(("{", "[")):
        return FORMATS["jsonld"]
    if start.startswith(("@prefix", "@base", "PREFIX", "BASE", "<http", "#")):
        return FORMATS["ttl"]
    return FORMATS["csv"]


def _parse(data, form) -> Graph:
    graph = Graph(bind_namespaces="none")
    graph.bind("skos", skos.SKOS)
    try:
        if form.rdf == "json-ld":
            to_rdf(_closed_json(data), graph, base=str(skos.scheme()))
        else:
            if form.rdf == "xml":
                _without_doctype(data)
            graph.parse(data=data, format=form.rdf, publicID=str(skos.scheme()))
    except UnreadableFileError:
        raise
    except BadSyntax as error:
        raise UnreadableFileError(
            _("Ce n’est pas du Turtle : %(reason)s.") % {"reason": error._why}, error.lines + 1
        ) from error
    except SAXParseException as error:
        raise UnreadableFileError(
            _("Ce n’est pas du RDF/XML : %(reason)s.") % {"reason": error.getMessage()},
            error.getLineNumber(),
        ) from error
    except RecursionError as error:
        raise UnreadableFileError(_("Ce fichier est trop imbriqué.")) from error
    except Exception as error:  # rdflib's parsers raise a dozen kinds for what is ill-formed
        raise UnreadableFileError(
            _("Ce fichier n’est pas du %(format)s lisible : %(reason)s")
            % {"format": form.label, "reason": str(error)[:200]}
        ) from error
    return graph


def _without_doctype(data):
    """Refuses an XML file with a document type: it can define entities that grow or that read
    files, and RDF needs none."""

    def refuse(name, *args):
        raise UnreadableFileError(
            _("Le fichier a un DOCTYPE, que le site ne lit pas : retirez-le."),
            parser.CurrentLineNumber,
        )

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise UnreadableFileError(
            _("Ce n’est pas du RDF/XML : %(reason)s.") % {"reason": expat.ErrorString(error.code)},
            error.lineno,
        ) from error


def _closed_json(data):
    """The JSON, after making sure that no context of it lies elsewhere."""
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableFileError(_("Ce fichier n’est pas en UTF-8.")) from error
    except json.JSONDecodeError as error:
        raise UnreadableFileError(
            _("Ce n’est pas du JSON : %(reason)s.") % {"reason": error.msg}, error.lineno
        ) from error
    waiting = [found]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            _refuse_addresses(here.get("@context"))
            _refuse_addresses(here.get("@import"))
            waiting += here.values()
        elif isinstance(here, list):
            waiting += here
    return found


def _refuse_addresses(context):
    """Refuses a context that is, or holds, the address of one."""
    if isinstance(context, list):
        for each in context:
            _refuse_addresses(each)
    if not isinstance(context, str):
        return
    raise UnreadableFileError(
        _(
            "Le contexte JSON-LD « %(address)s » est ailleurs, et le site ne va rien chercher : "
            "mettez-le dans le fichier, ou enregistrez-le en Turtle."
        )
        % {"address": context[:200]}
    )
