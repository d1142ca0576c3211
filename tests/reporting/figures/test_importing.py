"""Import of a centre's past: a file is counted completely or not at all, and rows are not stored."""

from __future__ import annotations

import csv
import io
import random
import signal
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from cluster import CHECKOUT, OwnDatabase
from contacts import a_contact
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from people import People, as_user, make_people, make_user
from referrals import in_threads
from releases import count
from telephone import undone

from demo.published_history import DELIMITER, ENCODING, HEADER, history, period, scaled
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.services import Service, service_user
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from hotline.contacts.callbacks import complete_contact
from hotline.contacts.models import CallerType
from regions.loading import load_regions
from regions.models import PostalCode
from reporting.figures.importing import import_past
from reporting.figures.management.commands.import_past import ProgressBar
from reporting.figures.mapping import Lists, Unusable, age_band, read_mapping
from reporting.figures.models import Cell, Import, ImportedCount
from reporting.figures.past_rows import LISTED, FormatProblem, FormatRule, ImportedFile, Past, add_up
from reporting.figures.reference_data import known_for, live_months
from tests.reporting.figures.test_counting import Cells, cells, recounted

EXAMPLE = CHECKOUT / "docs" / "import" / "mapping.yaml"
COLUMNS = (
    "date", "number", "kind", "caller_type", "channel", "language", "region", "phenomenon", "age", "sex", "disposition",
    "security", "repeat",
)  # fmt: skip
WHOLE = "fields:\n" + "".join(f"  {name}: {{column: {name}}}\n" for name in COLUMNS)
SHORT = "fields:\n  date: {column: day}\n  channel: {default: phone}\n  caller_type: {column: who}\n"
GROUPS = {"parent": "relative", "relative": "relative", "school": "school", "unknown": "unknown"}
LISTS = Lists(
    country="DE",
    today=date(2024, 5, 17),
    groups=GROUPS,
    regions={"DE-BY": "DE-BY", "FR-IDF": "abroad"},
    postal_codes={"80331": "DE-BY"},
    live=frozenset({date(2024, 5, 1)}),
)
ROWS = st.fixed_dictionaries(
    {
        "date": st.dates(date(1990, 1, 1), date(2020, 12, 31)).map(str),
        "number": st.sampled_from(["1", "2", "1000000"]),
        "kind": st.sampled_from(["", "counselling", "prank", "test"]),
        "caller_type": st.sampled_from(["", "parent", "sibling", "school", "authority"]),
        "channel": st.sampled_from(["phone", "letter"]),
        "language": st.sampled_from(["", "de", "gsg"]),
        "region": st.sampled_from(["", "DE-BY", "abroad", "FR-75C"]),
        "phenomenon": st.sampled_from(["", "right", "mixed"]),
        "age": st.sampled_from(["", "0", "13", "14", "17", "18", "20", "21", "26", "27", "39", "40", "120"]),
        "sex": st.sampled_from(["", "female", "diverse"]),
        "disposition": st.sampled_from(["", "advice", "security", "none"]),
        "security": st.sampled_from(["", "yes", "no"]),
        "repeat": st.sampled_from(["", "first", "repeat"]),
    }
)


def source(content: bytes, place: Path) -> ImportedFile:
    place.write_bytes(content)
    return ImportedFile(place.open("rb", buffering=0))


def table(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Past]:
    """Check a file's content against LISTS, without a database."""

    def _read(content: str | bytes, mapping: str = SHORT, lists: Lists = LISTS) -> Past:
        whole = content.encode() if isinstance(content, str) else content
        return add_up(source(whole, tmp_path / "past.csv"), read_mapping(mapping, lists), lists)

    return _read


@pytest.fixture
def regions(db: None) -> None:
    load_regions(["DE", "FR"])


def checked(people: People, path: Path, mapping: str = SHORT) -> Past:
    with acting_as(service_user(Service.STATISTICS), purpose="test"):
        lists = known_for(people.centre)
    with path.open("rb", buffering=0) as raw:
        return add_up(ImportedFile(raw), read_mapping(mapping, lists), lists)


def take(people: People, past: Past, by: User | None = None) -> Import:
    with acting_as(service_user(Service.STATISTICS), purpose="test"):
        return import_past(by=by or people.coordinator, centre=people.centre, past=past)


def run(people: People, tmp_path: Path, content: str | bytes, *more: str, mapping: str = SHORT, by: str = "") -> str:
    """The command on a file with this content; what it says."""
    file, names, said = tmp_path / "past.csv", tmp_path / "mapping.yaml", io.StringIO()
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    names.write_text(mapping, encoding="utf-8")
    who = ["--centre", str(people.centre.pk), "--by", by or people.coordinator.email]
    try:
        call_command("import_past", str(file), "--mapping", str(names), *who, *more, stdout=said)
    except CommandError as error:
        said.write(f"[exit {error.returncode}] ")
        raise CommandError(f"{said.getvalue()}{error}") from error
    return said.getvalue()


def is_nothing_written(people: People) -> bool:
    with acting_as(people.coordinator, purpose="test"):
        events = Event.objects.filter(kind="figures.imported")
        return not (Cell.objects.exists() or Import.objects.exists() or ImportedCount.objects.exists() or events)


# --- counting ------------------------------------------------------------------------------------------------------


def plainly(rows: list[dict[str, str]]) -> Cells:
    """An independent count, row by row and contact by contact."""
    parents = dict(CallerType.objects.values_list("code", "parent_id"))
    found: Cells = Counter()
    for row in rows:
        month, number = date.fromisoformat(row["date"]).replace(day=1), int(row["number"])
        for measure, key in by_hand(row, parents):
            found[measure, month, key] += number
    return found


def by_hand(row: dict[str, str], parents: dict[str, str | None]) -> list[tuple[str, str]]:
    if row["kind"] not in ("", "counselling"):
        return [("other_kind", row["kind"])]
    who, age = row["caller_type"] or "unknown", row["age"]
    bands = ["under_14"] * 14 + ["14_17"] * 4 + ["18_20"] * 3 + ["21_26"] * 6 + ["27_39"] * 13 + ["40_plus"] * 81
    return [
        ("contacts", "all"),
        ("caller_type", who),
        ("caller_group", parents[who] or who),
        ("channel", row["channel"]),
        ("language", row["language"] or "unknown"),
        ("region", "abroad" if row["region"] == "FR-75C" else row["region"] or "unknown"),
        ("phenomenon", row["phenomenon"] or "unknown"),
        ("age_band", bands[int(age)] if age else "unknown"),
        ("minor", ("yes" if int(age) < 18 else "no") if age else "unknown"),
        ("sex", row["sex"] or "unknown"),
        ("disposition", row["disposition"] or "none"),
        ("security", "yes" if "security" in row["disposition"] or row["security"] == "yes" else "no"),
        ("repeat", row["repeat"] or "first"),
    ]


@pytest.mark.django_db
@given(rows=st.lists(ROWS, min_size=1, max_size=30))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_cells_equal_a_count_by_hand(rows: list[dict[str, str]], regions: None, tmp_path: Path) -> None:
    with undone():
        people, path = make_people(), tmp_path / "past.csv"
        path.write_bytes(table(rows))
        made = take(people, checked(people, path, WHOLE))
        assert cells(people.coordinator) == plainly(rows)
        with acting_as(people.coordinator, purpose="test"):
            stored = ImportedCount.objects.filter(source=made).values_list("cell__number", "number")
            assert stored
            assert {cell == number for cell, number in stored} == {True}
        assert made.rows == len(rows)
        assert [str(made.first), str(made.last)] == [min(r["date"] for r in rows), max(r["date"] for r in rows)]


def test_live_counts_and_imports_stay_apart_and_add_up(people: People, tmp_path: Path) -> None:
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_text("day,who\n2019-04-03,parent\n2019-04-30,school\n", encoding="utf-8")
    second.write_text("day,who\n2019-04-04,parent\n", encoding="utf-8")
    take(people, checked(people, first))
    contacts = [a_contact(people.handler) for _number in range(3)]
    for contact in contacts[:2]:
        as_user(people.handler, complete_contact, by=people.handler, contact_id=contact)
    take(people, checked(people, second))
    imported = cells(people.coordinator) - recounted(people.coordinator)
    assert imported["contacts", date(2019, 4, 1), "all"] == 3
    assert imported["caller_group", date(2019, 4, 1), "relative"] == 2
    as_user(people.handler, complete_contact, by=people.handler, contact_id=contacts[2], kind="prank")
    count()
    assert cells(people.coordinator) == imported + recounted(people.coordinator)
    with acting_as(service_user(Service.STATISTICS), purpose="test"):
        assert live_months(people.centre) == {timezone.localdate().replace(day=1)}


def test_event_of_the_import_has_only_actor_and_numbers(people: People, tmp_path: Path) -> None:
    run(people, tmp_path, "day,who\n2019-04-03,parent\n2019-04-30,school\n")
    with acting_as(people.coordinator, purpose="test"):
        made, event = Import.objects.get(), Event.objects.get(kind="figures.imported")
    assert (event.subject, event.centre_id) == (made.pk, people.centre.pk)
    assert event.data == {"rows": 2, "by": people.coordinator.pk}
    assert made.made_by == people.coordinator


def test_missing_values_count_as_unknown(read: Callable[..., Past]) -> None:
    past = read("day,who\n2019-04-03,\n")
    assert {measure: key for measure, _month, key in past.counts} == {
        "contacts": "all", "caller_group": "unknown", "caller_type": "unknown", "channel": "phone", "sex": "unknown",
        "language": "unknown", "region": "unknown", "phenomenon": "unknown", "age_band": "unknown", "minor": "unknown",
        "disposition": "none", "security": "no", "repeat": "first",
    }  # fmt: skip


def test_postal_codes_lead_to_a_region(people: People, regions: None, tmp_path: Path) -> None:
    PostalCode.objects.create(country="DE", code="80331", places="München", region_id="DE-BY")
    path = tmp_path / "past.csv"
    path.write_text(
        "day,place\n2019-04-03,D-80331\n2019-04-03,99999\n2019-04-03,\n2019-04-03,80332\n", encoding="utf-8"
    )
    mapping = SHORT.partition("  caller_type")[0] + "  postal_code: {column: place, values: {99999: abroad}}\n"
    past = checked(people, path, mapping)
    assert past.problems == [FormatProblem(5, "place", "80332", FormatRule.POSTAL_CODE)]
    assert {key: n for (measure, _m, key), n in past.counts.items() if measure == "region"} == {
        "DE-BY": 1, "abroad": 1, "unknown": 1,
    }  # fmt: skip


@pytest.mark.parametrize(("years", "band"), [("0", "under_14"), ("014", "14_17"), ("120", "40_plus")])
def test_age_is_counted_by_its_band(years: str, band: str) -> None:
    assert age_band(years) == band


# --- problems of rows -------------------------------------------------------------------------------------------------


def test_single_invalid_row_prevents_the_whole_import(people: People, tmp_path: Path) -> None:
    rows = ["2019-04-03,parent"] * 400
    rows[250] = "2019-04-03,martian"
    report = tmp_path / "report.csv"
    with pytest.raises(CommandError) as told:
        run(people, tmp_path, "\n".join(["day,who", *rows]), "--report", str(report))
    assert f'row 252, column who: "martian" {FormatRule.CODE}' in str(told.value)
    assert "[exit 1] 1 problem in 400 rows. Nothing was written." in str(told.value)
    assert list(csv.reader(report.open(encoding="utf-8-sig"))) == [
        ["row", "column", "value", "rule"], ["252", "who", "martian", FormatRule.CODE.value],
    ]  # fmt: skip
    assert is_nothing_written(people)


@pytest.mark.parametrize(
    ("row", "column", "value", "rule"),
    [
        ("2019-04-31,parent", "day", "2019-04-31", FormatRule.DATE),
        ("03.04.2019,parent", "day", "03.04.2019", FormatRule.DATE),
        (",parent", "day", "", FormatRule.EMPTY),
        ("1989-12-31,parent", "day", "1989-12-31", FormatRule.EARLY),
        ("2024-06-01,parent", "day", "2024-06-01", FormatRule.FUTURE),
        ("2024-05-16,parent", "day", "2024-05-16", FormatRule.COUNTED),
        ("2019-04-03,parents", "who", "parents", FormatRule.CODE),
        ("43558,parent", "day", "43558", FormatRule.SERIAL),
        ("2019-04-03", "", "1 instead of 2", FormatRule.COLUMNS),
        ("2019-04-03,parent,x", "", "3 instead of 2", FormatRule.COLUMNS),
        ("2019-04-03,par\0ent", "who", "par\0ent", FormatRule.NUL),
        ("2019-04-03," + "x" * 201, "who", "x" * 201, FormatRule.TOO_LONG),
        ('2019-04-03,"a"b', "", "", FormatRule.UNREADABLE),
        ('2019-04-03,"parent', "", "", FormatRule.UNREADABLE),
        ('2019-04-03,"' + "parent\n" * 30_000, "", "", FormatRule.UNREADABLE),
        ("2019-04-03," + "x" * 200_000, "", "", FormatRule.UNREADABLE),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_invalid_row_is_reported(
    row: str, column: str, value: str, rule: FormatRule, read: Callable[..., Past]
) -> None:
    past = read(f"day,who\n2019-04-03,parent\n{row}")
    assert past.problems[0] == FormatProblem(3, column, value, rule)


@pytest.mark.parametrize("number", ["-1", "1.5", "1000001", "1e3", "", "²", "١", "many", "1 23"])
def test_invalid_number_is_reported(number: str, read: Callable[..., Past]) -> None:
    past = read(f"day,who,n\n2019-04-03,parent,{number}\n", SHORT + "  number: {column: n}\n")
    assert past.problems == [FormatProblem(2, "n", number, FormatRule.NUMBER if number else FormatRule.EMPTY)]


@pytest.mark.parametrize("age", ["-1", "121", "17.5", "14-17"])
def test_invalid_age_is_reported(age: str, read: Callable[..., Past]) -> None:
    past = read(f"day,who,age\n2019-04-03,parent,{age}\n", SHORT + "  age: {column: age}\n")
    assert past.problems == [FormatProblem(2, "age", age, FormatRule.AGE)]


def test_all_problems_are_counted_and_the_first_are_listed(read: Callable[..., Past]) -> None:
    past = read("day,who\n" + "x,y\n" * (LISTED + 10))
    assert (past.wrong, len(past.problems)) == (2 * LISTED + 20, LISTED)
    assert past.problems[:2] == [
        FormatProblem(2, "day", "x", FormatRule.DATE),
        FormatProblem(2, "who", "y", FormatRule.CODE),
    ]


def test_rows_are_numbered_as_in_a_spreadsheet(read: Callable[..., Past]) -> None:
    past = read('day,who,more\n2019-04-03,parent,"two\nlines"\n\n2019-04-03,x,\n')
    assert past.problems == [FormatProblem(4, "who", "x", FormatRule.CODE)]
    assert past.rows == 2


def test_months_with_live_contacts_are_refused(people: People, tmp_path: Path) -> None:
    path = tmp_path / "past.csv"
    path.write_text(f"day,who\n{timezone.localdate()},parent\n", encoding="utf-8")
    past = checked(people, path)
    as_user(people.handler, complete_contact, by=people.handler, contact_id=a_contact(people.handler))
    count()
    with pytest.raises(Unusable, match="counted twice"):
        take(people, past)
    assert checked(people, path).problems == [FormatProblem(2, "day", str(timezone.localdate()), FormatRule.COUNTED)]


# --- the file as a whole ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"day,who\n", "no row below the header"),
        (b"day;who\n2019-04-03;parent\n", 'no column "day"'),
        (b"day,who,who\n2019-04-03,parent,x\n", 'more than one column "who"'),
        ("day,who\n2019-04-03,parent\n".encode("utf-16")[2:11], "cannot be read|no column"),
        (b"x" * 300_000, "cannot be read as CSV"),
        (b'"day,who\n2019-04-03,parent\n', "cannot be read as CSV"),
    ],
)
def test_unusable_file_is_refused_with_the_reason(content: bytes, said: str, people: People, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=rf"{said}.*\. Nothing was written\."):
        run(people, tmp_path, content)
    assert is_nothing_written(people)


@pytest.mark.parametrize("name", ["", "missing.csv"], ids=["directory", "missing"])
def test_missing_file_is_reported(name: str, people: People, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(SHORT, encoding="utf-8")
    who = ["--centre", people.centre.name, "--by", people.coordinator.email]
    with pytest.raises(CommandError, match="Nothing was written"):
        call_command("import_past", str(tmp_path / name), "--mapping", str(tmp_path / "m.yaml"), *who)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_and_line_endings(encoding: str, ending: str, read: Callable[..., Past]) -> None:
    rows = ["Tag;Wer", "03.04.2019;Großmutter", ""]
    mapping = f"""
file: {{delimiter: ";", encoding: {encoding}, dates: ["%d.%m.%Y"]}}
fields:
  date: {{column: Tag}}
  channel: {{default: phone}}
  caller_type: {{column: Wer, values: {{Großmutter: parent}}}}
"""
    past = read(ending.join(rows).encode(encoding), mapping)
    assert (past.rows, past.wrong) == (1, 0)
    assert past.counts["caller_group", date(2019, 4, 1), "relative"] == 1


def test_a_byte_order_mark_is_accepted_where_none_is_named(read: Callable[..., Past]) -> None:
    assert read("day,who\n2019-04-03,parent\n".encode("utf-8-sig")).rows == 1


@pytest.mark.parametrize(("encoding", "byte"), [("utf-8", b"\xe4"), ("cp1252", b"\x81")])
def test_bytes_that_cannot_be_read_name_the_row(encoding: str, byte: bytes, read: Callable[..., Past]) -> None:
    past = read(b"day,who\n2019-04-03,parent\n2019-04-03,p" + byte, f"file: {{encoding: {encoding}}}\n{SHORT}")
    assert [(p.row, p.column, p.rule) for p in past.problems] == [(3, "who", FormatRule.ENCODING)]


def test_a_formula_in_the_report_is_text(people: People, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    values = ["=1+1", "+1", "-1", "@SUM(1)", " =1"]
    content = "day,who\n" + "".join(f'2019-04-03,"{value}"\n' for value in values) + '2019-04-03,"\x1b[31m"\n'
    with pytest.raises(CommandError) as told:
        run(people, tmp_path, content, "--report", str(report))
    said = [row[2] for row in csv.reader(report.open(encoding="utf-8-sig"))][1:]
    assert said == ["'=1+1", "'+1", "'-1", "'@SUM(1)", "'=1", "\\x1b[31m"]
    assert "\x1b" not in str(told.value)


def test_report_cannot_overwrite_the_imported_file(people: People, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="written over"):
        run(people, tmp_path, "day,who\nx,y\n", "--report", str(tmp_path / "past.csv"))


# --- the mapping ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("", "must say"),
        ("- 1", "must be a map"),
        ("{", "not YAML"),
        ("x: 1", 'cannot hold "x"'),
        (SHORT + "  topic: {column: x}", 'cannot hold "topic"'),
        (SHORT + "  sex: {column: x, words: {}}", 'cannot hold "words"'),
        (SHORT + "  sex: {values: {m: male}}", "needs the name of a column"),
        (SHORT + "  sex: {column: x, values: {m: man}}", 'no code "man"'),
        (SHORT + "  sex: {column: x, values: {m: male, m: female}}", '"m" twice'),
        (SHORT + "  sex: {column: x, default: none}", 'no code "none"'),
        (SHORT + "  disposition: {default: open}", 'no code "open"'),
        (SHORT + "  age: {column: x, values: {old: 130}}", 'no code "130"'),
        (SHORT + "  region: {column: x}\n  postal_code: {column: y}", "one of them is enough"),
        (SHORT + "  age: {column: x}\n  age_band: {column: y}", "one of them is enough"),
        ("fields:\n  date: {column: x}", 'must say "channel"'),
        ("fields:\n  date: {default: 2019-01-01}", "a column and nothing else"),
        ("file: {delimiter: ab}\n" + SHORT, "one character"),
        ("file: {encoding: latin-1}\n" + SHORT, "must be one of"),
        ('file: {dates: "%d.%m.%Y"}\n' + SHORT, "must be a list"),
        ('file: {dates: ["%m.%Y"]}\n' + SHORT, "day, month and year"),
        ('file: {dates: ["%d/%m/%Y", "%m/%d/%Y"]}\n' + SHORT, "as different days"),
    ],
)
def test_unusable_mapping_is_refused_with_the_reason(mapping: str, said: str) -> None:
    with pytest.raises(Unusable, match=said):
        read_mapping(mapping, LISTS)


def test_words_of_a_mapping_are_not_converted(read: Callable[..., Past]) -> None:
    """YAML would parse an unquoted no as false, and 1 as a number."""
    mapping = SHORT + "  repeat: {column: again, values: {no: first, yes: repeat, 1: repeat}}\n"
    past = read("day,who,again\n2019-04-03,parent,no\n2019-04-03,parent,yes\n2019-04-03,parent,1\n", mapping)
    assert {key: n for (measure, _m, key), n in past.counts.items() if measure == "repeat"} == {"first": 1, "repeat": 2}


@given(text=st.text())
@example("a: &a [*a, *a]\nb: *a")
@settings(max_examples=200)
def test_any_text_is_parsed_as_a_mapping_or_refused(text: str) -> None:
    with suppress(Unusable):
        assert read_mapping(text, LISTS).fields


@given(content=st.binary(max_size=300))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_rows_or_problems(content: bytes, read: Callable[..., Past]) -> None:
    past = read(b"day,who\n2019-04-03,parent\n" + content)
    assert past.wrong or past.contacts == past.rows


# --- repeated, atomic, permitted --------------------------------------------------------------------------------------

CONTENT = "day,who\n2019-04-03,parent\n2019-05-01,school\n"


def test_a_dry_run_writes_nothing(people: People, tmp_path: Path) -> None:
    said = run(people, tmp_path, CONTENT, "--dry-run")
    assert "2 rows, 2 contacts, 2019-04-03 to 2019-05-01" in said
    assert "Nothing was written: this was a dry run." in said
    assert "\r" not in said
    assert is_nothing_written(people)


def test_importing_the_same_file_twice_is_refused(people: People, tmp_path: Path) -> None:
    run(people, tmp_path, CONTENT)
    before = cells(people.coordinator)
    for more in ([], ["--dry-run"]):
        with pytest.raises(CommandError, match=r"imported already, on .* Nothing was written"):
            run(people, tmp_path, CONTENT, *more)
    assert cells(people.coordinator) == before


def test_concurrent_imports_of_the_same_file_count_once(own_database: OwnDatabase, tmp_path: Path) -> None:
    people, path = make_people(), tmp_path / "past.csv"
    path.write_text(CONTENT, encoding="utf-8")
    past = checked(people, path)
    failures = in_threads(*[partial(take, people, past)] * 4, *[partial(count, 3)] * 4)
    assert [type(failure) for failure in failures] == [Unusable] * 3
    assert cells(people.coordinator)["contacts", date(2019, 4, 1), "all"] == 1


def test_concurrent_imports_and_live_contacts_add_up(own_database: OwnDatabase, tmp_path: Path) -> None:
    people, pasts = make_people(), []
    for number in range(4):
        path = tmp_path / f"{number}.csv"
        path.write_text(CONTENT + f"2019-06-0{number + 1},parent\n" * (number + 1), encoding="utf-8")
        pasts.append(checked(people, path))
    for _number in range(4):
        as_user(people.handler, complete_contact, by=people.handler, contact_id=a_contact(people.handler))
    assert in_threads(*[partial(take, people, past) for past in pasts], *[partial(count, 2)] * 4) == []
    expected: Cells = sum((past.counts for past in pasts), Counter())
    assert cells(people.coordinator) == expected + recounted(people.coordinator)


def test_killed_import_writes_nothing_and_can_be_repeated(own_database: OwnDatabase, tmp_path: Path) -> None:
    people, path = make_people(), tmp_path / "past.csv"
    path.write_text(CONTENT, encoding="utf-8")
    script = f"""
import os, signal, sys
sys.path[:0] = [{str(CHECKOUT)!r}, {str(CHECKOUT / "tests")!r}]
import django
django.setup()
from pathlib import Path
from foundation.accounts.models import Organisation, User
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from reporting.figures.importing import import_past
from reporting.figures.reference_data import known_for
from reporting.figures.mapping import read_mapping
from reporting.figures.past_rows import ImportedFile, add_up
centre = Organisation.objects.get(pk={people.centre.pk})
with acting_as(service_user(Service.STATISTICS), purpose="test"):
    lists = known_for(centre)
    past = add_up(ImportedFile(Path({str(path)!r}).open("rb", buffering=0)), read_mapping({SHORT!r}, lists), lists)
    import_past(by=User.objects.get(pk={people.coordinator.pk}), centre=centre, past=past)
    print("written", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    environment = own_database.environment("lotse_worker")
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("written\n", -signal.SIGKILL), done.stderr
    assert is_nothing_written(people)
    take(people, checked(people, path))
    assert not is_nothing_written(people)


@pytest.mark.parametrize("who", ["handler", "other_coordinator", "administrator", "funder", "worker", "nobody"])
def test_import_by_somebody_who_is_no_coordinator_is_refused(who: str, people: People, tmp_path: Path) -> None:
    user = make_user() if who == "nobody" else getattr(people, who)
    with pytest.raises(CommandError, match=r"no coordinator of Example Centre\. Nothing was written"):
        run(people, tmp_path, CONTENT, by=user.email)
    with pytest.raises(NotAllowed):
        take(people, checked(people, tmp_path / "past.csv"), by=user)
    assert is_nothing_written(people)


def test_action_refuses_a_file_with_problems(people: People, tmp_path: Path) -> None:
    path = tmp_path / "past.csv"
    path.write_text(CONTENT + "x,parent\n", encoding="utf-8")
    with pytest.raises(Unusable):
        take(people, checked(people, path))


def test_unknown_centre_is_reported(people: People, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no centre Elsewhere"):
        run(people, tmp_path, CONTENT, "--centre", "Elsewhere")


# --- long files, and the generated example ---------------------------------------------------------------------------


def invented(place: Path, contacts: int) -> Path:
    """The file of ``past_from_published``, with this number of contacts."""
    first, last = period("2022-04/2023-03")
    parts = scaled({"education": 2684, "police": 1943, "rest": 2190}, contacts)
    with place.open("w", encoding=ENCODING, newline="") as file:
        writer = csv.writer(file, delimiter=DELIMITER)
        writer.writerow(HEADER)
        writer.writerows(history(parts, first, last, random.Random(1)))
    return place


def peak(place: Path, lists: Lists) -> int:
    """Peak memory in bytes that checking the file needs in addition."""
    mapping = read_mapping(EXAMPLE.read_text(encoding="utf-8"), lists)
    tracemalloc.start()
    try:
        with place.open("rb", buffering=0) as raw:
            assert add_up(ImportedFile(raw), mapping, lists).wrong == 0
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_rows(people: People, regions: None, tmp_path: Path) -> None:
    with acting_as(service_user(Service.STATISTICS), purpose="test"):
        lists = known_for(people.centre)
    few, many = (peak(invented(tmp_path / str(number), number), lists) for number in (1_000, 10_000))
    assert many < 4_000_000
    assert many < few * 1.5


def test_the_example_of_the_docs_fits_the_invented_file(people: People, regions: None, tmp_path: Path) -> None:
    path = invented(tmp_path / "invented.csv", 700)
    past = checked(people, path, EXAMPLE.read_text(encoding="utf-8"))
    assert (past.wrong, past.contacts) == (0, 700)
    groups = Counter[str]()
    for (measure, _month, key), number in past.counts.items():
        if measure == "caller_group":
            groups[key] += number
    assert (groups["school"], groups["authority"]) == (275, 199)
    assert groups.total() == 700


def test_the_command_writes_as_many_as_were_published(tmp_path: Path) -> None:
    published_table, out, said = tmp_path / "published.csv", tmp_path / "past.csv", io.StringIO()
    name = "Prevent England and Wales (Home Office),2022-04/2023-03,referrals"
    lines = [f"{name},all,68", f"{name},education,27", f"{name},police,19"]
    published_table.write_text("\n".join(["source,period,measure,category,value", *lines]), encoding="utf-8")
    call_command("past_from_published", "--source", published_table, "--out", out, stdout=said)
    rows = list(csv.DictReader(out.open(encoding=ENCODING), delimiter=DELIMITER))
    callers = Counter(row["Caller"] for row in rows)
    assert (len(rows), callers["School"], callers["Police"]) == (68, 27, 19)
    assert {row["Invented"] for row in rows} == {"yes"}
    assert "68 invented contacts" in said.getvalue()
    with pytest.raises(CommandError, match="does not divide"):
        call_command("past_from_published", "--source", published_table, "--out", out, "--year", "2019")


def test_example_counts_have_the_published_periods_and_shares() -> None:
    assert period("2022-04/2023-03") == (date(2022, 4, 1), date(2023, 3, 31))
    assert period("2024") == (date(2024, 1, 1), date(2024, 12, 31))
    assert scaled({"education": 1, "police": 1, "rest": 1}, 100) == {"education": 33, "police": 33, "rest": 34}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_terminal_shows_a_progress_bar() -> None:
    from django.core.management.base import BaseCommand

    command = BaseCommand(stdout=Terminal())
    bar = ProgressBar(command, 4_000)
    bar(1_000, 10)
    bar(2_000, 20)  # too soon after the first to be shown
    bar.end(40)
    said = str(command.stdout.getvalue())  # type: ignore[attr-defined]
    assert said.startswith("\r[#######                       ]  25%  1,000 of 4,000 bytes  10 rows\r[####")
    assert "100%  4,000 of 4,000 bytes  40 rows\n" in said
    assert "20 rows" not in said
