"""Attributes and options are written as Django's own templates write them."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

CHOICES = [
    ("", "–"),
    ("Group & more", [("a", "<b>A</b>"), ('q"', _("Other")), (3, mark_safe("<i>safe</i>"))]),
    ("z", "Last"),
]
WIDGETS: list[forms.Widget] = [
    forms.Select(attrs={"required": True, "disabled": False, "data-x": '"<&', "maxlength": 5}, choices=CHOICES),
    forms.SelectMultiple(choices=CHOICES),
    forms.TextInput(attrs={"title": _("Other"), "autofocus": True, "placeholder": None}),
    forms.RadioSelect(choices=CHOICES),
    forms.Textarea(attrs={"rows": 3}),
    forms.CheckboxInput(),
    forms.CheckboxSelectMultiple(attrs={"class": "a&b", "data-x": '"<&'}, choices=CHOICES),
    forms.HiddenInput(),
    forms.NumberInput(attrs={"min": 0}),
    forms.EmailInput(),
    forms.PasswordInput(),
    forms.DateInput(),
    forms.DateTimeInput(),
]


def plain(html: str) -> str:
    """The HTML without white space between elements."""
    return re.sub(r"\s+", " ", re.sub(r"\s*(<[^>]*>)\s*", r"\1", html))


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
@pytest.mark.parametrize("value", [None, "a", ["z", 3]])
def test_widget_is_written_as_django_writes_it(widget: forms.Widget, value: object) -> None:
    written = [widget.render("name", value, {"id": "i"}, renderer) for renderer in (None, DjangoTemplates())]
    assert plain(written[0]) == plain(written[1])
