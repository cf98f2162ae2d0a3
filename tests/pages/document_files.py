"""Files made for the tests of reading documents: good ones, and ones that mean harm."""

import io
import zipfile

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def zipped(parts: dict[str, bytes | str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def docx(text: str, **parts) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.splitlines())
    document = f"<w:document {WORD}><w:body>{body}</w:body></w:document>"
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": document, **parts})


def odt(text: str) -> bytes:
    lines = text.splitlines()
    body = "".join(f"<text:p>{line}<text:s/><text:span>.</text:span></text:p>" for line in lines)
    content = f"<office:document-content {OFFICE}>{body}</office:document-content>"
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def xlsx(rows: str, strings: str = "") -> bytes:
    sheet = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    content = f"<worksheet {sheet}><sheetData>{rows}</sheetData></worksheet>"
    shared = f"<sst {sheet}><si><t>{strings}</t></si></sst>"
    return zipped({"xl/sharedStrings.xml": shared, "xl/worksheets/sheet1.xml": content})


def pdf(text: str, pages: int = 1, stream: bytes | None = None) -> bytes:
    """A PDF of our own making; `stream` instead of the page's text, packed."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    font = writer._add_object(
        DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
                NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
            }
        )
    )
    said = text.replace("(", "").replace(")", "").encode("cp1252")
    content = DecodedStreamObject()
    content.set_data(stream or b"BT /F1 12 Tf 50 700 Td (" + said + b") Tj ET")
    packed = writer._add_object(content.flate_encode())
    for _ in range(pages):
        page = writer.add_blank_page(595, 842)
        page[NameObject("/Contents")] = packed
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def locked_pdf(text: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(text))))
    writer.encrypt("secret", algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def laughs(word: str = "ha") -> str:
    """A document type whose entities unfold to a billion words."""
    entities = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else f'<!ENTITY l0 "{word}">'
        for n in range(10)
    )
    return f"<!DOCTYPE d [{entities}]><w:document {WORD}><w:p><w:t>&l9;</w:t></w:p></w:document>"


def bomb() -> bytes:
    """300 MB of one paragraph in 300 kB."""
    start = f"<w:document {WORD}><w:p><w:t>"
    return inner(start + "a" * 300_000_000 + "</w:t></w:p></w:document>")


def outside() -> bytes:
    document = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    return inner(f"{document}<w:document {WORD}><w:p><w:t>&x;</w:t></w:p></w:document>")


def deep() -> bytes:
    return inner(f"<w:document {WORD}>{'<w:p>' * 200_000}{'</w:p>' * 200_000}</w:document>")


def inner(document: str) -> bytes:
    return docx("", **{"word/document.xml": document})


def cut_pdf() -> bytes:
    whole = pdf("Rien de caché.")
    return whole[: len(whole) // 2]


#: Files by what they try: (extension, what makes them). None of them has a text to be found.
HOSTILE = {
    "a docx that unpacks to 300 MB": ("docx", bomb),
    "a docx of a billion laughs": ("docx", lambda: inner(laughs())),
    "a docx that reads a file of ours": ("docx", outside),
    "a docx of paragraphs in paragraphs": ("docx", deep),
    "a zip with names that climb": ("odt", lambda: zipped({"../content.xml": "<a/>", "/x": ""})),
    "a PDF cut in half": ("pdf", cut_pdf),
    "a PDF of zeros": ("pdf", lambda: b"%PDF-1.7\n" + b"\x00" * 5000),
    "a PDF with a password": ("pdf", lambda: locked_pdf("Rien de caché.")),
    "a PDF with a stream of 30 MB": ("pdf", lambda: pdf("", stream=b"q " * 15_000_000)),
    "a picture called docx": ("docx", lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 100),
    "a program called txt": ("txt", lambda: b"\x7fELF" + b"\x00" * 100),
    "a web page called odt": ("odt", lambda: b"<script>alert(1)</script>"),
    "an empty PDF": ("pdf", bytes),
    "an empty docx": ("docx", bytes),
}
