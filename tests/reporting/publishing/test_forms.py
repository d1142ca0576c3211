"""The downloadable files of a release: each has the stored content, in each language, and no active content."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from documents import EVIL, by_caller, by_channel, document, row, table, texts, year
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from foundation.ui import typesetting
from reporting.publishing import content, data_files, sheets, typeset
from reporting.publishing.drawing import Drawing, drawn
from reporting.publishing.form_texts import ENGLISH, FRENCH, WORDS
from reporting.publishing.svg import BAR

LANGUAGES = content.LANGUAGES
CHECKOUT = Path(__file__).resolve().parents[3]


def figures(stored: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Table, row, column and figure, as text."""
    return [
        (one["code"], line["code"], column["code"], str(figure))
        for one in stored["tables"]
        for line in one["rows"]
        for column, figure in zip(one["columns"], line["figures"], strict=True)
    ]


# --- CSV and JSON ---


def lines(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_csv_has_every_figure_as_published(language: str) -> None:
    read = [line for line in lines(data_files.csv_bytes(document(), language)) if line["table"] != data_files.REVISIONS]
    codes = [(line["table"], line["row"].removeprefix("'"), line["column"], line["figure"]) for line in read]
    assert codes == figures(document())


def test_the_csv_has_the_shares_and_the_revisions() -> None:
    read = lines(data_files.csv_bytes(document(), "en"))
    shares = {line["row"]: line["share"] for line in read if line["table"] == "contacts.channel"}
    assert shares == {"phone": "78", "mail": "21", "chat": "", "visit": "", "total": "100"}
    revised = [(line["row"], line["column"], line["figure"]) for line in read if line["table"] == data_files.REVISIONS]
    assert revised[:2] == [("2025", "published", "3100"), ("2025", "now", "3120")]
    assert {line["release"] for line in read} == {"2026-Q1"}


def test_a_spreadsheet_can_tell_the_encoding_of_the_csv() -> None:
    assert data_files.csv_bytes(document(), "de").startswith(b"\xef\xbb\xbfrelease,")


def test_no_text_in_the_csv_is_a_formula() -> None:
    labels = {line["row_label"] for line in lines(data_files.csv_bytes(document(), "en")) if line["table"] == "evil"}
    assert {f"'{label}" if label[0] in "=+-@\t" else label for label in EVIL} <= labels


@given(st.text())
def test_a_harmless_text_begins_with_no_sign_of_a_formula(label: str) -> None:
    said = str(data_files.harmless(label))
    assert not said.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert said in (label, f"'{label}")


def test_number_in_the_csv_is_not_prefixed() -> None:
    assert data_files.harmless(-1) == -1


def test_digest_of_the_json_is_that_of_the_release() -> None:
    data = data_files.json_bytes(document())
    assert json.loads(data) == document()
    assert hashlib.sha256(data).hexdigest() == content.digest(document())


# --- the workbook ---

SHEET = {"": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
REFERENCE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Book:
    """Cells of an XLSX by sheet: numbers as float, texts as str."""

    def __init__(self, data: bytes) -> None:
        self.parts = zipfile.ZipFile(io.BytesIO(data))
        self.shared = ["".join(one.itertext()) for one in self._xml("xl/sharedStrings.xml").findall("si", SHEET)]
        sheets = self._xml("xl/workbook.xml").findall("sheets/sheet", SHEET)
        self.files = {one.attrib["name"]: f"xl/worksheets/sheet{one.attrib[REFERENCE][3:]}.xml" for one in sheets}

    def _xml(self, name: str) -> ET.Element:
        return ET.fromstring(self.parts.read(name))

    def rows(self, sheet: str) -> list[list[float | str]]:
        found = self._xml(self.files[sheet]).findall("sheetData/row", SHEET)
        return [[self._cell(cell) for cell in line if len(cell)] for line in found]

    def _cell(self, cell: ET.Element) -> float | str:
        value = cell.findtext("v", "", SHEET)
        return self.shared[int(value)] if cell.get("t") == "s" else float(value)

    def raw(self, sheet: str) -> str:
        return self.parts.read(self.files[sheet]).decode()

    @property
    def names(self) -> list[str]:
        return list(self.files)


def test_the_workbook_has_typed_cells() -> None:
    book = Book(sheets.xlsx_bytes(document(), "en"))
    assert book.rows("2 Contacts by channel") == [
        ["Contacts by channel"],
        ["Category", "Total", "Share"],
        ["Telephone", 720.0, 0.78],
        ["E-mail", 190.0, 0.21],
        ["Chat", "<10"],
        ["Visit", "withheld"],
        ["Total", 920.0, 1.0],
        [ENGLISH.rows_differ.format(examples="Total: 910, not 920")],
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_has_every_figure(language: str) -> None:
    book, read = Book(sheets.xlsx_bytes(document(), language)), content.read(document(), language)
    words = WORDS[language]
    for name, one in zip(book.names[1 : 1 + len(read.tables)], read.tables, strict=True):
        body = [line[1 : 1 + len(one.columns)] for line in book.rows(name)[2:] if len(line) > 1]
        said = [[figure if isinstance(figure, int) else words.figure(figure) for figure in r.figures] for r in one.rows]
        assert body == said


def test_the_cover_and_the_definitions_of_the_workbook() -> None:
    book = Book(sheets.xlsx_bytes(document(), "fr"))
    cover = {line[0]: line[1] for line in book.rows("Couverture") if len(line) > 1}
    assert cover["Période"] == "janvier à mars 2026"
    assert cover["Arrondis aux multiples de"] == 10.0
    assert cover[FRENCH.digest] == content.digest(document())
    definitions = book.rows("Définitions")
    assert definitions[0] == ["Tableaux", "Définition", "Biais connus"]
    assert [line[0] for line in definitions[1:]] == [one["title"]["fr"] for one in document()["tables"]]
    assert FRENCH.exact in str(definitions[-1][1])


def test_the_header_row_stays_in_view_and_is_printed_on_each_page() -> None:
    book = Book(sheets.xlsx_bytes(document(), "en"))
    assert 'state="frozen"' in book.raw("2 Contacts by channel")
    assert "'2 Contacts by channel'!$2:$2" in book.parts.read("xl/workbook.xml").decode()


def test_no_text_in_the_workbook_is_a_formula_or_a_link() -> None:
    stored = document()
    stored["tables"][1]["rows"][0]["label"] = texts("https://example.org/")
    book = Book(sheets.xlsx_bytes(stored, "en"))
    assert not any("<f>" in book.raw(name) or "<hyperlink" in book.raw(name) for name in book.names)
    assert set(EVIL) <= {str(line[0]) for name in book.names for line in book.rows(name) if line}


@given(st.lists(st.text(), max_size=12))
def test_names_of_sheets_are_short_and_differ(titles: list[str]) -> None:
    names = sheets.sheet_names(titles)
    assert len({name.casefold() for name in names}) == len(titles)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


def test_the_same_document_makes_the_same_workbook() -> None:
    assert sheets.xlsx_bytes(document(), "de") == sheets.xlsx_bytes(document(), "de")


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not installed")
def test_libreoffice_reads_the_figures(tmp_path: Path) -> None:
    (tmp_path / "release.xlsx").write_bytes(sheets.xlsx_bytes(document(), "en"))
    # Commas, quotes, UTF-8, cells as they are shown, and every sheet as a file.
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", form]
    subprocess.run([*command, "--outdir", tmp_path, tmp_path / "release.xlsx"], check=True, capture_output=True)
    read = list(csv.reader((tmp_path / "release-2 Contacts by channel.csv").open(encoding="utf-8")))
    assert [line[:3] for line in read[2:]] == [
        ["Telephone", "720", "78%"],
        ["E-mail", "190", "21%"],
        ["Chat", "<10", ""],
        ["Visit", "withheld", ""],
        ["Total", "920", "100%"],
    ]
    labels = [line[0] for line in csv.reader(next(tmp_path.glob("release-6*.csv")).open(encoding="utf-8", newline=""))]
    assert {"=1+1", "-2+3", "+49", "@SUM(A1)"} <= set(labels)


# --- the charts of the PDF ---


def drawing(stored: dict[str, Any], language: str = "en", country: str = "DE") -> Drawing:
    release = content.read(document(tables=[stored]), language)
    made = drawn(release.tables[0], country, language)
    assert made is not None
    return made


def said_in(made: Drawing) -> list[str]:
    return [one.text or "" for one in ET.fromstring(made.svg).iter("{http://www.w3.org/2000/svg}text")]


def fills(made: Drawing) -> list[str]:
    return [one.attrib["fill"] for one in ET.fromstring(made.svg).iter("{http://www.w3.org/2000/svg}rect")]


def rectangles(made: Drawing) -> list[float]:
    return [float(one.attrib["width"]) for one in ET.fromstring(made.svg).iter("{http://www.w3.org/2000/svg}rect")]


def test_figure_that_is_not_a_number_has_a_label_and_no_bar() -> None:
    """Its whole track is hatched instead."""
    made = drawing(by_channel())
    assert len([fill for fill in fills(made) if fill == BAR]) == 2
    assert len([fill for fill in fills(made) if fill.startswith("url(#rising")]) == 2
    assert len(set(rectangles(made)[1:])) == 2  # all tracks are as long as the longest bar
    assert {"<10", "withheld", "720"} <= set(said_in(made))
    assert "0" not in said_in(made)
    assert made.notes == (ENGLISH.not_drawn,)


def test_an_exact_zero_is_a_number() -> None:
    stored = table("network", texts("Network"), [row("a", texts("A"), 0), row("b", texts("B"), 3)], is_exact=True)
    made = drawing(stored)
    assert "0" in said_in(made)
    assert made.notes == ()


def test_a_total_that_is_not_shown_stands_above_its_bar() -> None:
    made = drawing(by_caller(12), "fr")
    assert said_in(made).count("<10") == 1
    assert {"340", "juillet 2026"} <= set(said_in(made))


def test_the_map_shows_each_region_and_names_the_rest() -> None:
    stored = document()["tables"][2]
    made = drawing(stored)
    assert {"SN", "90", "Sachsen", "withheld", "140–160"} <= set(said_in(made))
    assert said_in(made).count("<10") == 4  # three tiles and the legend
    assert made.notes == ("Not on the map: Abroad: 20.",)


def test_without_a_map_of_the_country_there_are_bars() -> None:
    assert drawing(document()["tables"][2], country="AT").alt.startswith("Bar chart: ")


def test_a_chart_without_data_says_so() -> None:
    made = drawing(document()["tables"][3])
    assert (made.svg, made.notes) == ("", (ENGLISH.nothing_to_draw,))


def test_a_table_without_rows_has_no_chart() -> None:
    release = content.read(document(tables=[table("t", texts("T"), [row("total", texts("Total"), 20)])]), "en")
    assert drawn(release.tables[0], "DE", "en") is None


def test_of_very_many_rows_the_largest_are_drawn() -> None:
    made = drawing(year()["tables"][1])
    assert ENGLISH.largest_drawn.format(number=25) in made.notes
    assert "400" in said_in(made)


def test_alt_texts_say_the_figures() -> None:
    alt = "Bar chart: Contacts by channel. Telephone: 720; E-mail: 190; Chat: <10; Visit: withheld."
    assert drawing(by_channel()).alt == alt


@given(st.text(), st.text())
def test_any_text_makes_a_picture_that_can_be_read(label: str, title: str) -> None:
    rows = [row("a", texts(label), 10), row("b", texts(title), 30)]
    ET.fromstring(drawing(table("t", texts(title), rows)).svg)


# --- the PDF ---


@pytest.fixture(scope="module")
def pdfs() -> dict[str, PdfReader]:
    return {language: PdfReader(io.BytesIO(typeset.pdf_bytes(document(), language))) for language in LANGUAGES}


def elements(node: Any) -> Iterator[Any]:
    """Every element of the structure tree."""
    node = node.get_object()
    if isinstance(node, ArrayObject):
        for child in node:
            yield from elements(child)
    elif isinstance(node, DictionaryObject):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node["/K"])


def structure(pdf: PdfReader) -> list[Any]:
    return list(elements(pdf.root_object["/StructTreeRoot"]))


def text_of(pdf: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in pdf.pages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pdf_is_tagged_with_language_and_title(pdfs: dict[str, PdfReader], language: str) -> None:
    root: Any = pdfs[language].root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    facts: Any = pdfs[language].metadata
    assert facts.title.startswith(WORDS[language].released_figures)
    assert facts.creation_date.isoformat() == "2026-04-14T00:00:00+00:00"


@pytest.mark.parametrize("language", LANGUAGES)
def test_charts_and_tables_are_tagged(pdfs: dict[str, PdfReader], language: str) -> None:
    found = structure(pdfs[language])
    pictures = [one for one in found if one["/S"] == "/Figure"]
    assert len(pictures) == 5
    assert all(len(one["/Alt"]) > 20 for one in pictures)
    tables = [one for one in found if one["/S"] == "/Table"]
    assert len(tables) == 7  # one of the seven has no rows; and the revisions
    assert all(any(cell["/S"] == "/TH" for cell in elements(one)) for one in tables)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_has_every_figure_and_label(pdfs: dict[str, PdfReader], language: str) -> None:
    text, read = " ".join(text_of(pdfs[language]).split()), content.read(document(), language)
    words = WORDS[language]
    for one in read.tables:
        for line in one.rows:
            said = [words.figure(figure) for figure in line.figures]
            assert line.is_total or all(" ".join(figure.split()) in text for figure in said)
    for sentence in (words.method, words.bias, words.contents, words.revisions, f"{words.page} 3 {words.of_pages}"):
        assert sentence in text


def test_labels_are_never_code(pdfs: dict[str, PdfReader]) -> None:
    text = text_of(pdfs["en"])
    for label in EVIL:
        assert label.strip().replace("  ", " ") in text
    assert len(pdfs["en"].pages) == 7


def test_the_same_document_makes_the_same_pdf() -> None:
    assert typeset.pdf_bytes(document(), "fr") == typeset.pdf_bytes(document(), "fr")


def test_signs_that_the_fonts_lack_are_replaced() -> None:
    stored = document(tables=[table("t", texts("Title 日本"), [row("a", texts("Label 😀 \x07"), 20)])])
    text = text_of(PdfReader(io.BytesIO(typeset.pdf_bytes(stored, "en"))))
    assert "Title □□" in text
    assert "Label □" in text


def test_all_uncertain_characters_are_replaced_if_typst_names_none() -> None:
    stored = document(
        tables=[table("t", texts("Marks"), [row("a", texts("e\u0301x\u0334\u0635\u0651\u0670 \u0418"), 20)])]
    )
    assert "И" in text_of(PdfReader(io.BytesIO(typeset.pdf_bytes(stored, "en"))))


def test_typesetting_is_aborted_after_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "TIMEOUT", 0.01)
    with pytest.raises(typesetting.TypesettingFailed, match=r"took longer than 0\.01 seconds"):
        typeset.pdf_bytes(document(), "en")


def test_table_of_a_year_is_on_a_landscape_page() -> None:
    pdf = PdfReader(io.BytesIO(typeset.pdf_bytes(year(), "de")))
    sideways = [page.mediabox.width > page.mediabox.height for page in pdf.pages]
    assert sideways[2]
    assert not any(sideways[:2])
    assert not any(sideways[3:])


def test_document_of_an_unknown_format_is_refused() -> None:
    with pytest.raises(typesetting.TypesettingFailed, match="a release of format 99 cannot be read"):
        typeset.pdf_bytes(document(format=99), "en")


def test_typst_is_not_loaded_in_the_calling_process() -> None:
    asked = "import sys, reporting.publishing.typeset; sys.exit('typst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], cwd=CHECKOUT, check=False).returncode == 0


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="poppler-utils (pdftoppm) is not installed")
def test_poppler_draws_the_pages(tmp_path: Path) -> None:
    (tmp_path / "release.pdf").write_bytes(typeset.pdf_bytes(document(), "de"))
    command = ["pdftoppm", "-r", "20", "-gray", str(tmp_path / "release.pdf"), str(tmp_path / "page")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stderr == ""
    pages = sorted(tmp_path.glob("page*.pgm"))
    assert len(pages) == 7
    assert all(len(set(page.read_bytes())) > 10 for page in pages)  # none is blank


def test_fixed_words_are_in_all_languages() -> None:
    for words in WORDS.values():
        assert all(vars(words).values())
        assert all("{small}" not in rule.format(small=10, base=10) for rule in words.rules)
        assert len(words.months) == 12


def test_days_and_numbers_are_written_as_the_language_does() -> None:
    until = content.read(document(), "en").counted_until
    assert [WORDS[language].time(until).replace("\xa0", " ") for language in LANGUAGES] == [
        "14 April 2026, 03:00",
        "14 avril 2026 à 03:00",
        "14. April 2026, 03:00 Uhr",
    ]
    assert [WORDS[language].number(12340) for language in LANGUAGES] == ["12,340", "12\u202f340", "12.340"]
    assert WORDS["fr"].date(until.replace(day=1)) == "1er\xa0avril\xa02026"
