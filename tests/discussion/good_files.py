"""Files as people have them, made by code: every kind, in three languages."""

import io
import random
import struct
import zipfile
import zlib

from PIL import Image, ImageDraw

TEXTS = {
    "fr": "Procès-verbal de l’été : « la coopérative décide ». Cœur, naïf, façade, 20 €.",
    "nl": "Verslag van de coöperatie: één besluit, officiële reünie, geïnteresseerd.",
    "en": "Minutes of the meeting: the board decides, café and résumé included.",
}
NAMES = {
    "fr": ["Procès-verbal n° 4", "Été à l’atelier", "œuvre « complète »", "déjà vu (copie)"],
    "nl": ["Verslag coöperatie", "Eén besluit", "reünie 2026-03", "Notulen & bijlagen"],
    "en": ["Minutes, final", "Board's résumé", "budget v1.2", "photo + plan"],
}
OOXML = "application/vnd.openxmlformats-officedocument"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
ODF = "urn:oasis:names:tc:opendocument:xmlns"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def zipped(parts: dict, stored: tuple = ()) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            how = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, how)
    return made.getvalue()


def ooxml(main: str, kind: str, document: str, **more) -> bytes:
    """A Word, Excel or PowerPoint file around its main part; `more` parts by name."""
    types = (
        f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
        '.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="png" ContentType="image/png"/>'
        f'<Override PartName="/{main}" ContentType="{OOXML}.{kind}.main+xml"/></Types>'
    )
    rels = (
        f'{HEAD}<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="{main}"/></Relationships>'
    )
    parts = {"[Content_Types].xml": types, "_rels/.rels": rels, main: HEAD + document}
    return zipped(parts | more)


def links(*relations: tuple[str, str, str]) -> str:
    """A list of relations: (type, target, mode)."""
    rows = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'
        for n, (kind, target, mode) in enumerate(relations)
    )
    return f'{HEAD}<Relationships xmlns="{RELATIONS}">{rows}</Relationships>'


def docx(text: str, **more) -> bytes:
    lines = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.splitlines())
    body = f'<w:document xmlns:w="{WORD}"><w:body>{lines}</w:body></w:document>'
    return ooxml("word/document.xml", "wordprocessingml.document", body, **more)


def word(xml: str, **more) -> bytes:
    """A Word file whose document is this XML, as it is."""
    return ooxml("word/document.xml", "wordprocessingml.document", xml, **more)


def xlsx(text: str, **more) -> bytes:
    strings = f'<sst xmlns="{SHEET}"><si><t>{text}</t></si></sst>'
    book = f'<workbook xmlns="{SHEET}"><sheets/></workbook>'
    more = {"xl/sharedStrings.xml": HEAD + strings, **more}
    return ooxml("xl/workbook.xml", "spreadsheetml.sheet", book, **more)


def pptx(text: str, **more) -> bytes:
    slide = (
        f'<p:sld xmlns:p="{SLIDES}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006'
        f'/main"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>'
    )
    show = f'<p:presentation xmlns:p="{SLIDES}"/>'
    more = {"ppt/slides/slide1.xml": HEAD + slide, **more}
    return ooxml("ppt/presentation.xml", "presentationml.presentation", show, **more)


def opendocument(kind: str, content: str, **more) -> bytes:
    mime = f"application/vnd.oasis.opendocument.{kind}"
    manifest = (
        f'{HEAD}<!DOCTYPE manifest:manifest PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" '
        f'"Manifest.dtd"><manifest:manifest xmlns:manifest="{ODF}:manifest:1.0">'
        f'<manifest:file-entry manifest:media-type="{mime}" manifest:full-path="/"/>'
        "</manifest:manifest>"
    )
    parts = {"mimetype": mime, "content.xml": HEAD + content, "META-INF/manifest.xml": manifest}
    return zipped(parts | more, stored=("mimetype",))


def odt(text: str, **more) -> bytes:
    content = (
        f'<office:document-content xmlns:office="{ODF}:office:1.0" xmlns:text="{ODF}:text:1.0">'
        f"<office:scripts/><text:p>{text}</text:p></office:document-content>"
    )
    return opendocument("text", content, **more)


def ods(text: str, **more) -> bytes:
    content = (
        f'<office:document-content xmlns:office="{ODF}:office:1.0" xmlns:text="{ODF}:text:1.0" '
        f'xmlns:table="{ODF}:table:1.0"><table:table><table:table-row><table:table-cell>'
        f"<text:p>{text}</text:p></table:table-cell></table:table-row></table:table>"
        "</office:document-content>"
    )
    return opendocument("spreadsheet", content, **more)


def pdf(text: str, catalog: str = "", objects: tuple = (), packed: bool = True) -> bytes:
    """A PDF written by hand; `catalog` goes into its root, `objects` are added as they are."""
    said = text.replace("(", "").replace(")", "").replace("\\", "").encode("cp1252", "replace")
    page = b"BT /F1 12 Tf 50 700 Td (" + said + b") Tj ET"
    how = b""
    if packed:
        page, how = zlib.compress(page), b"/Filter /FlateDecode "
    bodies = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< " + how + b"/Length %d >>\nstream\n" % len(page) + page + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        *objects,
    ]
    made, places = io.BytesIO(), []
    made.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    for number, body in enumerate(bodies, 1):
        places.append(made.tell())
        made.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    start = made.tell()
    made.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1))
    for place in places:
        made.write(b"%010d 00000 n \n" % place)
    made.write(b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(bodies) + 1))
    made.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return made.getvalue()


def picture(seed: int, mode: str = "RGB", size: tuple[int, int] = (160, 120)) -> Image.Image:
    """A picture that is like no other: shapes of seeded colours and places."""
    draw_from = random.Random(seed)
    image = Image.new("RGB", size, tuple(draw_from.choices(range(256), k=3)))
    pen = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = draw_from.randrange(size[0]), draw_from.randrange(size[1])
        pen.ellipse((x, y, x + 30, y + 20), fill=tuple(draw_from.choices(range(256), k=3)))
    if mode == "I;16":
        return image.convert("L").convert("I").point(lambda level: level * 256).convert("I;16")
    if mode == "LA":
        return image.convert("L").convert("LA")
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **how) -> bytes:
    made = io.BytesIO()
    image.save(made, kind, **how)
    return made.getvalue()


def photo(seed: int, kind: str = "JPEG", **how) -> bytes:
    """A photograph as a telephone makes it: with its place, its maker and a remark."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "SecretMaker", "SecretPhone"
    exif[0x9286] = b"ASCII\x00\x00\x00SecretComment"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (50.0, 50.0, seed % 60)
    gps[3], gps[4] = "E", (4.0, 21.0, 0.5)
    gps[29] = "2026:03:12"
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22'
        b'-rdf-syntax-ns#"><rdf:Description rdf:about="SecretPlace"/></rdf:RDF></x:xmpmeta>'
    )
    image = picture(seed)
    if kind == "PNG":
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_text("Comment", "SecretComment")
        info.add_itxt("XML:com.adobe.xmp", xmp.decode())
        return saved(image, kind, exif=exif, pnginfo=info, **how)
    if kind == "JPEG":
        how |= {"comment": b"SecretComment"}
    return saved(image, kind, exif=exif, xmp=xmp, **how)


def _images(seed: int):
    yield "jpg", "jpeg", saved(picture(seed), "JPEG")
    yield "jpeg", "jpeg", saved(picture(seed, "L"), "JPEG", progressive=True)
    yield "JPG", "jpeg", saved(picture(seed, "CMYK"), "JPEG")
    yield "png", "png", saved(picture(seed, ("RGB", "RGBA", "P", "1")[seed % 4]), "PNG")
    yield "png", "png", saved(picture(seed, ("I;16", "L", "LA", "RGB")[seed % 4]), "PNG")
    yield "gif", "gif", saved(picture(seed, "P"), "GIF")
    frames = [picture(seed + n, "P") for n in range(4)]
    yield "gif", "gif", saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    yield "webp", "webp", saved(picture(seed), "WEBP")
    yield "webp", "webp", saved(picture(seed, "RGBA"), "WEBP", lossless=True)


def corpus() -> list[tuple[str, str, bytes, str]]:
    """(name, kind that it is, bytes, language): at least 200 files."""
    made, seed = [], 0
    for language, text in TEXTS.items():
        for name in NAMES[language]:
            seed += 1
            png = saved(picture(seed), "PNG")
            rows = f"nom;mot\r\n{text.replace(';', ',')};=SOMME(A1:A3)\r\n-3;+32 2 123\r\n"
            files = [
                ("txt", "txt", text.encode()),
                ("txt", "txt", text.encode("cp1252")),
                ("txt", "txt", text.encode("utf-16")),
                ("csv", "csv", rows.encode("utf-8-sig")),
                ("csv", "csv", rows.encode("cp1252")),
                ("docx", "docx", docx(text, **{"word/media/image1.png": png})),
                (
                    "docx",
                    "docx",
                    docx(
                        text,
                        **{
                            "word/_rels/document.xml.rels": links(
                                ("hyperlink", "https://plenum.example/?a=1", "External"),
                                ("hyperlink", r"\\serveur\commun\a.docx", "External"),
                                ("image", "https://plenum.example/a.png", "External"),
                                ("attachedTemplate", "file:///C:/modeles/a.dotx", "External"),
                            ),
                            "word/embeddings/feuille.xlsx": xlsx(text),
                        },
                    ),
                ),
                ("xlsx", "xlsx", xlsx(text)),
                ("pptx", "pptx", pptx(text)),
                ("odt", "odt", odt(text, **{"Pictures/1.png": png})),
                ("ods", "ods", ods(text)),
                ("pdf", "pdf", pdf(text)),
                ("PDF", "pdf", pdf(text, "/OpenAction [3 0 R /Fit]", packed=False) + b"\r\n"),
                *_images(seed),
            ]
            made += [
                (f"{name} {number}.{end}", kind, content, language)
                for number, (end, kind, content) in enumerate(files)
            ]
    return made


def png_header(width: int, height: int) -> bytes:
    """A PNG that says how big it is, and hardly more."""

    def chunk(kind, data):
        packed = kind + data
        return struct.pack(">I", len(data)) + packed + struct.pack(">I", zlib.crc32(packed))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\x00" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + pixels + chunk(b"IEND", b"")
