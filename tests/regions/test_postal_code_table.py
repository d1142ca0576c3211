from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regions.postal_code_table import (
    BadTable,
    PostalCodeProblem,
    PostalCodeRow,
    is_well_formed,
    normalise,
    read,
    read_code,
    same_town,
)

REGIONS = {"AT-9": "AT", "AT-3": "AT", "DE-BE": "DE"}
HEADER = "country,postal_code,place,region_code\n"


def problems(text: str) -> list[PostalCodeProblem]:
    with pytest.raises(BadTable) as caught:
        read(text.splitlines(), country="AT", regions=REGIONS)
    return caught.value.problems


@pytest.mark.parametrize(
    ("country", "written", "code"),
    [
        ("DE", " 01067 ", "01067"),
        ("DE", "D-01067", "01067"),
        ("DE", "DE 01067", "01067"),
        ("LU", "L-1111", "1111"),
        ("NL", "1011 ab", "1011"),
        ("FR", "75 001", "75001"),
        ("GB", "sw1a 1aa", "SW1A1AA"),
    ],
)
def test_postal_codes_as_people_write_them(country: str, written: str, code: str) -> None:
    assert normalise(country, written) == code
    assert is_well_formed(country, code)


@given(
    st.sampled_from(["DE", "NL", "LU", "GB"]), st.text(max_size=12) | st.from_regex(r"[DLN]?L?E?-?[0-9]{4}[A-Z]{0,2}")
)
def test_normalising_twice_is_normalising_once(country: str, text: str) -> None:
    once = normalise(country, text)
    assert normalise(country, once) == once


def test_only_our_own_digits_make_a_code() -> None:
    assert not is_well_formed("DE", "٠١٠٦٧")


def test_valid_file_of_postal_codes_is_read() -> None:
    text = HEADER + "AT,1010,Wien,AT-9\nAT,A-2301,Groß-Enzersdorf,AT-3\n"
    assert read(text.splitlines(), country="AT", regions=REGIONS) == [
        PostalCodeRow("AT", "1010", "Wien", "AT-9", True),
        PostalCodeRow("AT", "2301", "Groß-Enzersdorf", "AT-3", True),
    ]


@pytest.mark.parametrize(
    ("first", "second", "main"), [("no", "yes", 1), ("yes", "no", 0), ("no", "no", 0), ("yes", "yes", 0)]
)
def test_a_code_has_one_main_region(first: str, second: str, main: int) -> None:
    header = "country,postal_code,place,region_code,main\n"
    text = header + f"AT,1140,Wien,AT-9,{first}\nAT,1140,Hadersdorf,AT-3,{second}\n"
    rows = read(text.splitlines(), country="AT", regions=REGIONS)
    assert [row.is_main for row in rows] == [main == 0, main == 1]


def test_every_wrong_cell_is_named_with_its_line() -> None:
    text = HEADER + (
        "AT,1010,Wien,AT-9\n"
        "DE,10115,Berlin,DE-BE\n"
        "AT,12345,,AT-9\n"
        "AT,1020,Wien,AT-77\n"
        "AT,1030,Wien,DE-BE\n"
        "AT,1010,Wien noch einmal,AT-9\n"
        "AT,1040\n"
    )
    assert problems(text) == [
        PostalCodeProblem(3, "country", "other_country", "DE"),
        PostalCodeProblem(4, "place", "empty", ""),
        PostalCodeProblem(4, "postal_code", "malformed", "12345"),
        PostalCodeProblem(5, "region_code", "unknown_region", "AT-77"),
        PostalCodeProblem(6, "region_code", "unknown_region", "DE-BE"),
        PostalCodeProblem(8, "place", "empty", ""),
        PostalCodeProblem(8, "region_code", "empty", ""),
    ]


def test_main_is_yes_or_no() -> None:
    assert problems("country,postal_code,place,region_code,main\nAT,1010,Wien,AT-9,maybe\n") == [
        PostalCodeProblem(2, "main", "not_yes_or_no", "maybe")
    ]


def test_missing_columns_and_an_empty_file() -> None:
    assert problems("country,place\nAT,Wien\n") == [
        PostalCodeProblem(1, "postal_code", "missing", ""),
        PostalCodeProblem(1, "region_code", "missing", ""),
    ]
    assert [problem.reason for problem in problems("")] == ["missing"] * 4
    assert problems(HEADER) == [PostalCodeProblem(1, "postal_code", "empty", "")]


@pytest.mark.parametrize(
    ("country", "text", "code", "town"),
    [
        ("DE", "01067 Dresden", "01067", "Dresden"), ("DE", "Dresden, 01067", "01067", "Dresden"),
        ("DE", "01067Dresden", "01067", "Dresden"), ("DE", "D-01067 Dresden (Altstadt)", "01067", "Dresden (Altstadt)"),
        ("DE", "1067", "01067", ""), ("DE", "1067 Dresden", "01067", "Dresden"), ("DE", "010 67", "01067", ""),
        ("DE", "\u202a٠١٠٦٧\u202c", "01067", ""), ("DE", "０１０６７", "01067", ""),
        ("DE", "68161 Mannheim C4", "68161", "Mannheim C4"),
        ("FR", "F-75011", "75011", ""), ("FR", "75 011 Paris", "75011", "Paris"),
        ("FR", "1000 Bourg-en-Bresse", "01000", "Bourg-en-Bresse"),
        ("FR", "67070 STRASBOURG CEDEX 9", "67070", "STRASBOURG CEDEX 9"),
        ("FR", "Paris Cedex 07 75700", "75700", "Paris Cedex 07"),
        ("BE", "B-1000 Bruxelles", "1000", "Bruxelles"), ("BE", "1000", "1000", ""),
        ("AT", "A-1010 Wien", "1010", "Wien"),
        ("CH", "CH 8001 Zürich", "8001", "Zürich"), ("LI", "FL-9490 Vaduz", "9490", "Vaduz"),
        ("LU", "L-1234", "1234", ""),
        ("NL", "1012 AB", "1012", ""), ("NL", "1012AB Amsterdam", "1012", "Amsterdam"),
        ("NL", "NL-1012 ab, Amsterdam", "1012", "Amsterdam"),
        ("GB", "SW1A 1AA London", "SW1A1AA", "London"), ("PL", "00-950 Warszawa", "00-950", "Warszawa"),
    ],
)  # fmt: skip
def test_code_and_town_in_one_field(country: str, text: str, code: str, town: str) -> None:
    found = read_code(country, text)
    assert found is not None
    assert (found.code, found.town) == (code, town)


@pytest.mark.parametrize(
    ("country", "text"),
    [("DE", "F-75011"), ("FR", "D-50667"), ("BE", "0100"), ("BE", "L-1234"), ("AT", "101"), ("LU", "12345"),
     ("DE", "0410"),
     ("DE", "Dresden"), ("DE", "0049 341"), ("NL", "0012 AB"), ("DE", ""), ("DE", "10115 10117")],
)  # fmt: skip
def test_what_is_no_code_of_the_country(country: str, text: str) -> None:
    assert read_code(country, text) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("ST ETIENNE CEDEX 2", "Saint-Étienne", True), ("Strasbourg Cedex", "Strasbourg", True),
     ("paris", "Paris 7e Arrondissement", True),
     ("Bo\u0308rnsen", "Börnsen", True), ("Hamburg-Bergedorf", "Hamburg", True), ("Ham", "Hamburg", False),
     ("", "Hamburg", False)],
)  # fmt: skip
def test_the_same_town_in_other_words(one: str, other: str, same: bool) -> None:
    assert same_town(one, other) is same


def test_one_row_per_place() -> None:
    text = HEADER + "AT,1010,Wien,AT-9\n\nAT,1010,Innere Stadt,AT-9\nat,1010,Wien,AT-9\nAT,1010,Vösendorf,AT-3\n,,,\n"
    assert read(text.splitlines(), country="AT", regions=REGIONS) == [
        PostalCodeRow("AT", "1010", "Wien, Innere Stadt", "AT-9", True),
        PostalCodeRow("AT", "1010", "Vösendorf", "AT-3", False),
    ]


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_the_delimiter_is_that_of_the_header(delimiter: str) -> None:
    text = "\ufeff" + (HEADER + "DE,1067,Dresden,DE-BE\n").replace(",", delimiter)
    assert read(text.splitlines(), country="DE", regions=REGIONS) == [
        PostalCodeRow("DE", "01067", "Dresden", "DE-BE", True)
    ]
