from __future__ import annotations

import subprocess
import sys

import phonenumbers
import pytest
from phonenumbers import geocoder

from hotline.contacts.area_codes import FILE, derive, town


@pytest.mark.parametrize(
    ("number", "language"),
    [
        ("+49301234567", "de"),
        ("+4989123456", "de"),
        ("+493661123456", "de"),
        ("+33388123456", "fr"),
        ("+3222345678", "fr"),
        ("+43112345678", "de"),
        ("+41443000000", "de"),
        ("+31201234567", "nl"),
        ("+35222123456", "fr"),
    ],
)
def test_town_is_the_same_as_in_the_full_data(number: str, language: str) -> None:
    assert town(number) == geocoder.description_for_number(phonenumbers.parse(number), language)


@pytest.mark.parametrize("number", ["", "+1", "+12125550123", "+49", "+4915112345678"])
def test_number_without_a_known_prefix_has_no_town(number: str) -> None:
    assert town(number) == ""


def test_file_agrees_with_the_library_data() -> None:
    assert FILE.read_text(encoding="utf-8") == "".join(derive())


def test_full_geocoder_data_are_not_loaded() -> None:
    """The whole data take 110 MB in each process."""
    code = (
        "import sys, regions.phone_numbers, hotline.contacts.area_codes; print('phonenumbers.geodata' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
