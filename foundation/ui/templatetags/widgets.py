"""Attributes and options of a form's widgets, written in Python: a select box has hundreds of options."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
Option = dict[str, Any]


@register.filter
def as_attributes(attrs: dict[str, Any]) -> SafeString:
    """The attributes as Django's ``attrs.html`` writes them, each after a space."""
    return mark_safe("".join(_attribute(name, value) for name, value in attrs.items() if value is not False))  # noqa: S308  escaped


def _attribute(name: str, value: Any) -> str:
    if value is True:
        return f" {conditional_escape(name)}"
    return f' {conditional_escape(name)}="{conditional_escape(value)}"'


@register.simple_tag
def options(optgroups: Iterable[tuple[str | None, list[Option], int]]) -> SafeString:
    """The options of a select box, in their groups."""
    written = []
    for group, members, _index in optgroups:
        lines = "".join(_option(option) for option in members)
        written.append(f'\n<optgroup label="{conditional_escape(group)}">{lines}\n</optgroup>' if group else lines)
    return mark_safe("".join(written))  # noqa: S308  escaped


def _option(option: Option) -> str:
    value, label = conditional_escape(option["value"]), conditional_escape(option["label"])
    return f'\n<option value="{value}"{as_attributes(option["attrs"])}>{label}</option>'
