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
def test_the_same_town_as_the_whole_world_would_say(number: str, language: str) -> None:
    assert town(number) == geocoder.description_for_number(phonenumbers.parse(number), language)


@pytest.mark.parametrize("number", ["", "+1", "+12125550123", "+49", "+4915112345678"])
def test_no_town(number: str) -> None:
    assert town(number) == ""


def test_the_file_is_what_the_data_say() -> None:
    assert FILE.read_text(encoding="utf-8") == "".join(derive())


def test_the_whole_world_stays_out_of_the_processes() -> None:
    """It takes 110 MB in each."""
    code = (
        "import sys, regions.phone_numbers, hotline.contacts.area_codes; print('phonenumbers.geodata' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
