from __future__ import annotations

from django.core.management import call_command


def test_the_data_dictionary_is_up_to_date() -> None:
    call_command("data_dictionary", "--check")
