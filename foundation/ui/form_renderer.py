"""Renders forms: frequent fields and widgets in Python, which takes a third of the time of Django's templates.

The desk has twenty fields with hundreds of options. Other widgets are rendered by templates.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import BoundField
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from .templatetags.widgets import as_attributes, escaped

Option = dict[str, Any]


class FormRenderer(TemplatesSetting):
    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> SafeString:
        if template_name == "django/forms/field.html":
            return mark_safe(_field(context["field"]))  # noqa: S308  escaped
        write = WIDGETS.get(template_name)
        if write is None:
            return mark_safe(super().render(template_name, context, request))  # noqa: S308  by a template
        return mark_safe(write(context["widget"]))  # noqa: S308  escaped


def _field(field: BoundField) -> str:
    """A field with its label, help and errors. Help texts are ours and may contain HTML."""
    help_text = f'<div class="help" id="{field.auto_id}_helptext">{field.help_text}</div>\n' if field.help_text else ""
    below = f"{help_text}{field.errors or ''}</div>\n"
    label = escaped(field.label) + _required(field)
    if field.use_fieldset:
        described = as_attributes({"aria-describedby": field.aria_describedby} if field.aria_describedby else {})
        legend = f"<legend>{label}</legend>\n" if field.label else ""
        start = f'<fieldset class="field choices" id="{field.auto_id}_group"{described}>\n{legend}{help_text}'
        return f"{start}{field}\n{field.errors or ''}</fieldset>\n"
    label = f'<label for="{field.id_for_label}">{label}</label>\n'
    if field.widget_type == "checkbox":
        return f'<div class="field check">\n{field}\n{label}{below}'
    return f'<div class="field">\n{label if field.label else ""}{field}\n{below}'


def _required(field: BoundField) -> str:
    return f' <span class="required">{escaped(_("required"))}</span>' if field.field.required else ""


def _input(widget: Option) -> str:
    value = "" if widget["value"] is None else f' value="{escaped(widget["value"])}"'
    return f'<input type="{widget["type"]}" name="{escaped(widget["name"])}"{value}{as_attributes(widget["attrs"])}>\n'


def _textarea(widget: Option) -> str:
    text = escaped(widget["value"] or "")
    return f'<textarea name="{escaped(widget["name"])}"{as_attributes(widget["attrs"])}>\n{text}</textarea>\n'


def _select(widget: Option) -> str:
    options = "".join(_group(group, members) for group, members, _index in widget["optgroups"])
    return f'<select name="{escaped(widget["name"])}"{as_attributes(widget["attrs"])}>{options}\n</select>\n'


def _group(group: str | None, members: list[Option]) -> str:
    lines = "".join(_option(option) for option in members)
    return f'\n<optgroup label="{escaped(group)}">{lines}\n</optgroup>' if group else lines


def _option(option: Option) -> str:
    chosen = as_attributes(option["attrs"]) if option["attrs"] else ""
    return f'\n<option value="{escaped(option["value"])}"{chosen}>{escaped(option["label"])}</option>'


def _checkboxes(widget: Option) -> str:
    written = []
    for group, members, _index in widget["optgroups"]:
        boxes = "".join(_checkbox(option) for option in members)
        written.append(f"<div><label>{escaped(group)}</label>{boxes}</div>" if group else boxes)
    attrs = {name: widget["attrs"][name] for name in ("id", "class") if widget["attrs"].get(name)}
    return f"<div{as_attributes(attrs)}>{''.join(written)}\n</div>\n"


def _checkbox(option: Option) -> str:
    if not option["wrap_label"]:
        return f"<div>\n{_input(option)}</div>"
    label = as_attributes({"for": option["attrs"]["id"]} if option["attrs"].get("id") else {})
    return f"<div>\n<label{label}>{_input(option)} {escaped(option['label'])}</label></div>"


#: By the name of Django's template.
WIDGETS: dict[str, Callable[[Option], str]] = {
    **{
        f"django/forms/widgets/{name}.html": _input
        for name in ("text", "hidden", "checkbox", "date", "datetime", "number", "email", "password")
    },
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/checkbox_select.html": _checkboxes,
}
