"""The glossary as a table: CSV that a spreadsheet opens, one row for each keyword.

Groups are named, without their rules; several synonyms, or several links, share a cell with
"|" between them ("\\|" is a bar that is meant, "\\\\" a backslash). A cell that a spreadsheet
would run as a formula gets an apostrophe before it, and loses it when it comes back:
https://owasp.org/www-community/attacks/CSV_Injection.
"""

import csv
import io
import re

from django.utils.translation import gettext as _

from glossary.exchange.vocabulary import (
    LANGUAGES,
    Concept,
    UnreadableFileError,
    Vocabulary,
    line,
    lines,
)
from glossary.models import fold
from pages.languages import interface_language

csv.field_size_limit(5 * 1024 * 1024)  # a long text is one cell

#: Columns in the order of the export: {column: (French header, English header)}.
COLUMNS = {
    "slug": ("adresse", "slug"),
    "name": ("nom", "name"),
    "group": ("groupe", "group"),
    **{f"label_{code}": (f"intitulé {code}", f"label {code}") for code in LANGUAGES},
    **{f"synonyms_{code}": (f"synonymes {code}", f"synonyms {code}") for code in LANGUAGES},
    **{f"unlinked_{code}": (f"non liés {code}", f"not linked {code}") for code in LANGUAGES},
    **{f"definition_{code}": (f"définition {code}", f"definition {code}") for code in LANGUAGES},
    **{f"text_{code}": (f"texte {code}", f"text {code}") for code in LANGUAGES},
    "broader": ("plus larges", "broader"),
    "related": ("voisins", "related"),
    "same_as": ("origine", "same as"),
}
_MEANT = {fold(header): column for column, headers in COLUMNS.items() for header in headers}
_MEANT |= {column.replace("_", " "): column for column in COLUMNS}
# Who writes a table by hand may say "synonyme fr" or "plus large" of a list of one.
_MEANT |= {
    re.sub(r"s( \w\w)?$", r"\1", header): column
    for header, column in _MEANT.items()
    if column in ("broader", "related") or column.startswith("synonyms_")
}
_NAMING = {"name", *(f"label_{code}" for code in LANGUAGES)}
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_KEPT = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
_BAR = re.compile(r"\\(.)|\||\n", re.DOTALL)


# --- Writing -----------------------------------------------------------------------------------


def write(vocabulary: Vocabulary) -> bytes:
    """The table in UTF-8 with the mark by which spreadsheets know it.

    Headers are French or English, and cells end in the semicolon or the comma that a
    spreadsheet of the interface's language expects.
    """
    french = interface_language() == "fr"
    out = io.StringIO()
    rows = csv.writer(out, delimiter="," if interface_language() == "en" else ";")
    rows.writerow(headers[0] if french else headers[1] for headers in COLUMNS.values())
    for concept in vocabulary.concepts:
        rows.writerow(_guarded(cell) for cell in _cells(concept))
    return out.getvalue().encode("utf-8-sig")


def _cells(concept):
    yield from (concept.slug, concept.name, concept.group)
    yield from (concept.labels.get(code, "") for code in LANGUAGES)
    yield from (_joined(concept.synonyms.get(code, [])) for code in LANGUAGES)
    yield from (_joined(concept.unlinked.get(code, [])) for code in LANGUAGES)
    yield from (concept.definitions.get(code, "") for code in LANGUAGES)
    yield from (concept.texts.get(code, "") for code in LANGUAGES)
    yield from (_joined(concept.broader), _joined(concept.related), concept.same_as)


def _guarded(cell):
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _joined(words):
    return " | ".join(word.replace("\\", "\\\\").replace("|", "\\|") for word in words)


# --- Reading -----------------------------------------------------------------------------------


def read(data: bytes) -> Vocabulary:
    """What a table says; its problems, each with its line, are in the vocabulary.

    Cells end in commas, semicolons or tabs; the columns may stand in any order, and there need
    not be all of them. Raises UnreadableFileError for what is no such table.
    """
    vocabulary = Vocabulary(links_by_word=True)
    text = _decoded(data, vocabulary.notes)
    first = next((each for each in text.splitlines() if each.strip()), "")
    delimiter = max(
        ";,\t", key=lambda sign: len(_columns(next(csv.reader([first], delimiter=sign))))
    )
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns, width, last = None, 0, 0
    while True:
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            vocabulary.refuse(
                _place(last + 1),
                _("La suite ne se lit pas comme un tableau : %(reason)s.") % {"reason": error},
                last + 1,
            )
            break
        start, last = last + 1, rows.line_num
        row = [_KEPT.sub(lambda match: match[0][1:], cell, count=1) for cell in row]
        if not any(cell.strip() for cell in row):
            continue
        if columns is None:
            columns, width = _columns(row), len(row)
            _mind_headers(row, columns, vocabulary)
        elif len(row) > width and any(cell.strip() for cell in row[width:]):
            vocabulary.refuse(
                _place(start),
                _("Cette ligne a plus de cellules (%(cells)d) que l’en-tête (%(headers)d).")
                % {"cells": len(row), "headers": width},
                start,
            )
        else:
            cells = {name: row[at] for name, at in columns.items() if at < len(row)}
            vocabulary.concepts.append(_concept(cells, start))
    if columns is None:
        raise UnreadableFileError(_("Ce fichier est vide."))
    return vocabulary


def _decoded(data, notes):
    """Text from UTF-8, from UTF-16 that says so, or else from the Windows of Western Europe."""
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UnreadableFileError(_("Ce fichier n’est pas un texte lisible.")) from error
    notes.append(_("Le fichier n’est pas en UTF-8 : lu comme Windows-1252."))
    return text


def _columns(headers):
    """{column: its place} of the headers that we know, the first of each."""
    found = {}
    for place, header in enumerate(headers):
        column = _MEANT.get(fold(header.replace("_", " ").strip("'\ufeff ")))
        if column:
            found.setdefault(column, place)
    return found


def _mind_headers(row, columns, vocabulary):
    if not _NAMING & columns.keys():
        raise UnreadableFileError(
            _(
                "Aucune colonne ne nomme les mots-clés : il en faut une qui s’appelle « %(name)s » "
                "ou « %(label)s »."
            )
            % {"name": COLUMNS["name"][0], "label": COLUMNS["label_fr"][0]},
            1,
        )
    known = set(columns.values())
    others = [cell.strip() for at, cell in enumerate(row) if at not in known and cell.strip()]
    if others:
        vocabulary.notes.append(
            _("Colonnes inconnues, laissées de côté : %(names)s.") % {"names": ", ".join(others)}
        )


def _concept(cells, start):
    def by_language(name, read):
        found = {code: read(cells.get(f"{name}_{code}", "")) for code in LANGUAGES}
        return {code: value for code, value in found.items() if value}

    concept = Concept(
        key="",
        where=_place(start),
        at=start,
        slug=line(cells.get("slug", "")),
        name=line(cells.get("name", "")),
        group=line(cells.get("group", "")),
        labels=by_language("label", line),
        synonyms=by_language("synonyms", _split),
        unlinked=by_language("unlinked", _split),
        definitions=by_language("definition", lines),
        texts=by_language("text", lines),
        same_as=line(cells.get("same_as", "")),
        broader=_split(cells.get("broader", "")),
        related=_split(cells.get("related", "")),
    )
    if not any(name.startswith("label_") for name in cells):
        concept.labels = {LANGUAGES[0]: concept.name} if concept.name else {}
    concept.key = concept.slug or concept.word or concept.where
    return concept


def _split(cell):
    """The words of a cell: between bars or line ends, each once."""
    words, word, last = [], "", 0
    for match in _BAR.finditer(cell):
        word += cell[last : match.start()]
        last = match.end()
        if match[1]:
            word += match[1]
        else:
            words.append(word)
            word = ""
    words.append(word + cell[last:])
    return list(dict.fromkeys(filter(None, map(line, words))))


def _place(number):
    return _("ligne %(number)d") % {"number": number}
