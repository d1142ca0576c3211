"""Files of a centre's past: spellings, blank rows, numbers of spreadsheets, and files that are not CSV."""

from __future__ import annotations

import gzip
import io
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command
from people import People

from reporting.figures.mapping import Unusable, read_mapping
from reporting.figures.past_rows import FormatProblem, FormatRule, Past
from tests.reporting.figures.test_importing import CONTENT, LISTS, SHORT, is_nothing_written, read, run

__all__ = ["read"]
pytestmark = pytest.mark.django_db
WORDS = SHORT.replace(
    "{column: who}", "{column: who, values: {Großmutter: parent, Schule/Büro: school, chef’s office: school}}"
)
NUMBERED = SHORT + "  number: {column: n}\n"


def workbook() -> bytes:
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held)
    book.add_worksheet().write_row(0, 0, ["day", "who"])
    book.close()
    return held.getvalue()


def archive(*members: tuple[str, str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for name, content in members:
            made.writestr(name, content)
    return held.getvalue()


ODS = archive(("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", "<x/>"))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(workbook(), r"an Excel workbook \(.xlsx\)", id="xlsx"),
        pytest.param(ODS, r"an OpenDocument spreadsheet \(.ods\)", id="ods"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, r"an old Excel or Office file \(.xls\)", id="xls"
        ),
        pytest.param(archive(("word/document.xml", "x")), "a text document", id="docx"),
        pytest.param(archive(("past.csv", CONTENT)), "a ZIP archive", id="zip"),
        pytest.param(b"PK\x03\x04 and then nothing", "a ZIP archive", id="broken zip"),
        pytest.param(b"%PDF-1.7\n", "a PDF document", id="pdf"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "a picture", id="png"),
        pytest.param(b"\xff\xd8\xff\xe0\0\x10JFIF", "a picture", id="jpeg"),
        pytest.param(b"RIFF\0\0\0\0WEBPVP8 ", "a picture", id="webp"),
        pytest.param(gzip.compress(CONTENT.encode()), "a compressed file", id="gzip"),
        pytest.param(b"\xef\xbb\xbf \n<!DOCTYPE html><table>", "a web page", id="html"),
        pytest.param(b"<table><tr><td>day</td></tr></table>", "a web page", id="table"),
        pytest.param("<html>".encode("utf-16"), "a web page", id="html in utf-16"),
        pytest.param(b"<?xml version='1.0'?><Workbook/>", "an XML file", id="xml"),
        pytest.param(b'[{"day": "2019-04-03"}]', "a JSON file", id="json"),
        pytest.param(b"SQLite format 3\0", "a SQLite database", id="sqlite"),
        pytest.param(b"{\\rtf1", "a text document", id="rtf"),
    ],
)
def test_file_of_another_kind_is_reported_once_with_its_kind(
    content: bytes, kind: str, people: People, tmp_path: Path
) -> None:
    with pytest.raises(
        CommandError, match=rf"past\.csv is {kind}.* Expected is a CSV file.* Nothing was written\.$"
    ) as told:
        run(people, tmp_path, content)
    assert str(told.value).count("\n") == 0
    assert is_nothing_written(people)


@pytest.mark.parametrize("which", ["file", "mapping"])
@pytest.mark.parametrize(("name", "said"), [("", "is a directory"), ("missing", "No such file")])
def test_a_directory_and_a_file_that_is_not_there(
    which: str, name: str, said: str, people: People, tmp_path: Path
) -> None:
    good, mapping = tmp_path / "past.csv", tmp_path / "m.yaml"
    good.write_text(CONTENT, encoding="utf-8")
    mapping.write_text(SHORT, encoding="utf-8")
    given = {"file": good, "mapping": mapping} | {which: tmp_path / name}
    who = ["--centre", people.centre.name, "--by", people.coordinator.email]
    with pytest.raises(CommandError, match=rf"{said}.*Nothing was written"):
        call_command("import_past", str(given["file"]), "--mapping", str(given["mapping"]), *who)


@pytest.mark.parametrize(
    "encoded",
    [
        CONTENT.encode("utf-16"),
        CONTENT.encode("utf-16-le"),
        b"\xfe\xff" + CONTENT.encode("utf-16-be"),
        CONTENT.encode("utf-32"),
        CONTENT.encode("utf-8-sig"),
        b"sep=,\r\n" + CONTENT.encode(),
        b'"sep=,"\n' + CONTENT.encode(),
        b"SEP=;\n" + CONTENT.replace(",", ";").encode(),
        b"\xef\xbb\xbfsep=;\r\n" + CONTENT.replace(",", ";").encode(),
        b"sep=\t\n" + CONTENT.replace(",", "\t").encode(),
        b"sep=\\t\n" + CONTENT.replace(",", "\t").encode(),
        "sep=;\r\n".encode("utf-16") + CONTENT.replace(",", ";").encode("utf-16-le"),
    ],
    ids=lambda value: repr(value[:12]),
)
def test_marks_encodings_and_a_line_for_the_spreadsheet(encoded: bytes, read: Callable[..., Past]) -> None:
    past = read(encoded)
    assert (past.rows, past.contacts, past.wrong) == (2, 2, 0)


def test_windows_1252_is_suggested_once_and_read_when_named(people: People, tmp_path: Path) -> None:
    content = ("day,who\n" + "2019-04-03,Großmutter\n" * 50).encode("cp1252")
    with pytest.raises(CommandError) as told:
        run(people, tmp_path, content, mapping=WORDS)
    said = str(told.value)
    assert said.count("encoding: windows-1252") == 1
    assert "rows 2, 3, 4 and 47 others, column who" in said
    assert "50 contacts" in run(
        people, tmp_path, content, "--dry-run", mapping=f"file: {{encoding: windows-1252}}\n{WORDS}"
    )


@pytest.mark.parametrize("blank", ["", ",", " , ", "\u00a0,\u2009", ",,,", '"",""', "\u200b,"])
def test_blank_rows_are_ignored(blank: str, read: Callable[..., Past]) -> None:
    past = read(f"{blank}\nday,who\n{blank}\n2019-04-03,parent\n{blank}\n2019-04-03,x\n{blank}\n{blank}")
    assert (past.rows, past.problems) == (2, [FormatProblem(6, "who", "x", FormatRule.CODE)])


@pytest.mark.parametrize(
    "word",
    [
        "Großmutter", "großmutter", "GROSSMUTTER", "Grossmutter", " Großmutter\u00a0", "Gro\u00adßmutter",
        unicodedata.normalize("NFD", "Großmutter"), "Schule/Büro", unicodedata.normalize("NFD", "SCHULE/BÜRO"),
        "chef's office", "CHEF’S  OFFICE", "chef’s o\ufb03ce", "Parent", "PARENT", "ｐａｒｅｎｔ",
    ],
)  # fmt: skip
def test_equivalent_spellings_are_the_same_word(word: str, read: Callable[..., Past]) -> None:
    past = read(f"Day,WHO\n2019-04-03,{word}\n", WORDS)
    assert (past.problems, past.contacts) == ([], 1)


def test_ligatures_and_decomposed_letters_in_the_header_and_the_mapping(read: Callable[..., Past]) -> None:
    mapping = SHORT.replace("{column: who}", "{column: o\ufb03ce, values: {Be\u0301ziers: school}}")
    past = read("day,Office\n2019-04-03,BÉZIERS\n", mapping)
    assert past.counts["caller_type", date(2019, 4, 1), "school"] == 1


@pytest.mark.parametrize("pair", ["{M: male, m: female}", "{é: male, e\u0301: female}", "{ß: male, SS: female}"])
def test_two_spellings_of_a_word_with_two_codes_are_refused(pair: str) -> None:
    with pytest.raises(Unusable, match="twice, in other letters"):
        read_mapping(SHORT + f"  sex: {{column: x, values: {pair}}}", LISTS)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0", 0), ("12", 12), ("1 234", 1234), ("1\u00a0234", 1234), ("1\u202f234", 1234), ("1'234", 1234),
        ("1’234", 1234), ("1.234.000", None), ("12.000.000", None), ("3.0", 3), ("3,00", 3), ("0,0", 0), ("007", 7),
        ("100,000,0", None), ("234.567.891", None),
    ],
)  # fmt: skip
def test_numbers_in_spreadsheet_formats_are_read(written: str, number: int | None, read: Callable[..., Past]) -> None:
    past = read(f'day,who,n\n2019-04-03,parent,5\n2019-05-03,parent,"{written}"\n', NUMBERED)
    assert (past.contacts - 5 if not past.wrong else None) == number
    assert (date(2019, 5, 1) in past.months) == bool(number), "nobody is no count"


@pytest.mark.parametrize("written", ["1.234", "1,234", "12.000"])
def test_ambiguous_number_is_reported(written: str, read: Callable[..., Past]) -> None:
    past = read(f'day,who,n\n2019-05-03,parent,"{written}"\n', NUMBERED)
    assert past.problems == [FormatProblem(2, "n", written, FormatRule.AMBIGUOUS)]


def test_rows_with_number_zero_are_not_counted(read: Callable[..., Past]) -> None:
    with pytest.raises(Unusable, match="nothing to count"):
        read("day,who,n\n2019-05-03,parent,0\n", NUMBERED)


@pytest.mark.parametrize("day", ["2019-04-03 00:00:00", "2019-04-03T00:00:00", "2019-04-03 00:00", "\u00a02019-04-03 "])
def test_date_with_midnight_time_is_read(day: str, read: Callable[..., Past]) -> None:
    assert read(f"day,who\n{day},parent\n").wrong == 0


@pytest.mark.parametrize("serial", ["43558", "43558.5", "32874", "45000,25"])
def test_serial_date_of_a_spreadsheet_is_reported(serial: str, read: Callable[..., Past]) -> None:
    past = read(f'day,who\n"{serial}",parent\n')
    assert past.problems == [FormatProblem(2, "day", serial, FormatRule.SERIAL)]


@pytest.mark.parametrize(("sign", "named"), [(";", '";"'), ("\t", "tab"), ("|", '"|"')])
def test_other_delimiter_is_suggested(sign: str, named: str, read: Callable[..., Past]) -> None:
    with pytest.raises(Unusable, match="It seems that") as told:
        read(CONTENT.replace(",", sign))
    assert f"that {named} separates them" in str(told.value)


def test_equal_problems_are_grouped_by_cause(people: People, tmp_path: Path) -> None:
    rows = ["2019-04-03,martian"] * 215 + ["31.06.2019,parent"] * 2 + ["30.02.2019,parent"] + ["2019-04-03,venusian"]
    with pytest.raises(CommandError) as told:
        run(people, tmp_path, "\n".join(["day,who", *rows]))
    said = str(told.value)
    assert f'rows 2, 3, 4 and 212 others, column who: "martian" {FormatRule.CODE}\n' in said
    assert f'rows 217, 218 and 219, column day: "31.06.2019" (and other values) {FormatRule.DATE}\n' in said
    assert f'row 220, column who: "venusian" {FormatRule.CODE}\n' in said
    assert "219 problems of 3 causes in 219 rows. Nothing was written." in said
    assert said.count("\n") == 3


@pytest.mark.parametrize(
    "again", [CONTENT.replace("\n", "\r\n"), "\ufeff" + CONTENT, CONTENT + "\n,\n", "sep=,\n" + CONTENT]
)
def test_same_rows_saved_again_are_refused(again: str, people: People, tmp_path: Path) -> None:
    run(people, tmp_path, CONTENT)
    with pytest.raises(CommandError, match=r"same rows were imported already, on .* Nothing was written"):
        run(people, tmp_path, again)
