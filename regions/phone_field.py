"""A form field for a telephone number of a record with a country."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from .phone_numbers import examples, parse_number, written


class PhoneField(forms.CharField):
    """Cleans to the number as it is stored: E.164, with ``;ext=`` where an extension is taken; empty stays empty.

    The form sets ``country`` (ISO 3166-1) and, for an existing row, ``stored``, which is kept if the input is
    unchanged. ``dials``: we ring this number ourselves, so extensions are refused.
    """

    country = ""
    stored = ""

    def __init__(self, *, dials: bool = True, **options: Any) -> None:
        widget = forms.TextInput({"autocomplete": "off", "inputmode": "tel"})
        super().__init__(**{"max_length": 60, "widget": widget, **options})
        self.dials = dials

    def prepare_value(self, value: Any) -> Any:
        """What is stored, as people read it; what was typed, as it was typed."""
        return written(value) if value == self.stored else value

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text or (self.stored and text in (self.stored, written(self.stored))):
            return self.stored if text else ""
        number = parse_number(text, self.country)
        at_home, with_code = examples(self.country)
        if number is None:
            raise forms.ValidationError(
                _("This is no telephone number. Write it like %(national)s or %(international)s.")
                % {"national": at_home, "international": with_code}
            )
        if number.extension and self.dials:
            raise forms.ValidationError(
                _("An extension cannot be rung from here. Give the direct number, like %(international)s.")
                % {"international": with_code}
            )
        return number.full
