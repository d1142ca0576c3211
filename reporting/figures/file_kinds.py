"""Detects the kind of a file that is not CSV, by its first bytes. Pure functions."""

from __future__ import annotations

import io
import zipfile

BEGINNING = 4096  # bytes that are examined
EXPECTED = 'Expected is a CSV file, such as a spreadsheet program writes with "Save as".'
BEGINS = (
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Office file (.xls)"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\0", "a picture (TIFF)"),
    (b"MM\0*", "a picture (TIFF)"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"7z\xbc\xaf\x27\x1c", "an archive (7z)"),
    (b"Rar!", "an archive (RAR)"),
    (b"BZh", "a compressed file (bzip2)"),
    (b"\xfd7zXZ", "a compressed file (xz)"),
    (b"\x28\xb5\x2f\xfd", "a compressed file (zstd)"),
    (b"SQLite format 3", "a SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"PGDMP", "a dump of a PostgreSQL database"),
)
#: Beginnings as lower-case text, after white space and a byte order mark.
TEXT_BEGINS = (
    ("<!doctype html", "a web page (HTML)"),
    ("<html", "a web page (HTML)"),
    ("<table", "a web page (HTML)"),
    ("<?xml", "an XML file"),
    ("<workbook", "an XML file"),
    ("{", "a JSON file"),
    ("[", "a JSON file"),
)
#: The member of a ZIP archive that identifies the format.
MEMBERS = (
    ("xl/", "an Excel workbook (.xlsx)"),
    ("word/", "a text document (.docx)"),
    ("ppt/", "slides (.pptx)"),
    ("Index/Document.iwa", "a Numbers or Pages document"),
)
OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.spreadsheet": "an OpenDocument spreadsheet (.ods)",
    b"application/vnd.oasis.opendocument.text": "a text document (.odt)",
}
MARKS = ((b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def kind_of(beginning: bytes, whole: io.BufferedIOBase | io.RawIOBase | None = None) -> str:
    """The kind with its article; empty if it may be text. ``whole`` is read only for ZIP archives."""
    if beginning.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive(whole)
    found = next((kind for begin, kind in BEGINS if beginning.startswith(begin)), "")
    if found or beginning[8:12] == b"WEBP" or beginning[4:12] in (b"ftypheic", b"ftypmif1", b"ftypavif"):
        return found or "a picture"
    text = _text(beginning).lstrip("\ufeff \t\r\n").lower()
    return next((kind for begin, kind in TEXT_BEGINS if text.startswith(begin)), "")


def encoding_of(beginning: bytes) -> str:
    """The encoding by the byte order mark, or by zeros in every second byte; empty if unknown."""
    for mark, encoding in MARKS:
        if beginning.startswith(mark):
            return encoding
    pairs = len(beginning) // 2
    if pairs >= 4:
        for encoding, second in (("utf-16-le", beginning[1::2]), ("utf-16-be", beginning[0 : 2 * pairs : 2])):
            if second.count(0) > 0.8 * pairs and beginning.count(0) <= pairs:
                return encoding
    return ""


def _text(beginning: bytes) -> str:
    return beginning.decode(encoding_of(beginning) or "utf-8", errors="replace")


def _archive(whole: io.BufferedIOBase | io.RawIOBase | None) -> str:
    try:
        with zipfile.ZipFile(whole) as archive:  # type: ignore[arg-type]  # None is handled as an invalid archive
            names = archive.namelist()
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                return OPEN_DOCUMENT.get(archive.read("mimetype"), "an OpenDocument file")
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, AttributeError):
        return "a ZIP archive"
    return next((kind for begin, kind in MEMBERS if any(name.startswith(begin) for name in names)), "a ZIP archive")
