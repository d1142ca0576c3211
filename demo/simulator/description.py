"""REST calls held against the provider's own description (data/api.json).

It is stricter than the provider in one point: a parameter the description does not know is refused, where the provider
would ignore it without a word. Prism, which validates too, accepts them and keeps no state.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from demo.simulator.errors import Refused, not_found, wrong_form

E164 = re.compile(r"\+[1-9]\d{1,14}")
#: Codes for what is missing; anything else missing is 20001.
MISSING = {
    ("CreateCall", "To"): 21201,
    ("CreateCall", "From"): 21213,
    ("CreateMessage", "To"): 21604,
    ("CreateParticipant", "To"): 21201,
    ("CreateParticipant", "From"): 21213,
}
Rules = Mapping[str, Any]
Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Operation:
    id: str
    status: int  # of success
    required: tuple[str, ...]
    query: Mapping[str, Rules]
    form: Mapping[str, Rules]
    places: Mapping[str, Rules]
    properties: tuple[str, ...]


@dataclass(frozen=True)
class Request:
    """A call that passed. ``fields`` holds lists, as a form may repeat a name."""

    operation: Operation
    place: Mapping[str, str]
    fields: Mapping[str, list[str]]

    def text(self, name: str, default: str = "") -> str:
        return self.fields.get(name, [default])[0]

    def flag(self, name: str, default: bool = False) -> bool:
        return self.text(name, str(default)).lower() == "true"

    def number(self, name: str, default: int) -> int:
        return int(self.text(name, str(default)))

    def words(self, name: str, default: str = "") -> tuple[str, ...]:
        """A list, given by repeating the name or, as the provider also takes it, separated by spaces."""
        return tuple(word for value in self.fields.get(name, [default]) for word in value.split())


@cache
def _operations() -> list[tuple[str, re.Pattern[str], Operation]]:
    described = json.loads((Path(__file__).parent / "data" / "api.json").read_text(encoding="utf-8"))
    return [
        (method.upper(), _pattern(path), _operation(one))
        for path, methods in described["paths"].items()
        for method, one in methods.items()
    ]


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)))


def _operation(one: dict[str, Any]) -> Operation:
    by_place: dict[str, dict[str, Rules]] = {"path": {}, "query": {}}
    for parameter in one["parameters"]:
        by_place[parameter["in"]][parameter["name"]] = parameter["rules"]
    required = tuple(one["required"])
    properties = tuple(one["properties"])
    return Operation(one["id"], one["status"], required, by_place["query"], one["form"], by_place["path"], properties)


def operation(name: str) -> Operation:
    return next(one for _, _, one in _operations() if one.id == name)


def check(method: str, path: str, query: Pairs, form: Pairs) -> Request:
    """The call, understood. Raises Refused: 404 for an unknown path, 405 for a method, 400 for anything ill-formed."""
    found, place = _find(method, path)
    for name, rules in found.places.items():
        if not _fits(rules, place[name]):  # a sid that no object can have
            raise not_found(path)
    fields = _fields(found.id, "query", found.query, query) | _fields(found.id, "form", found.form, form)
    for name in found.required:
        if not any(fields.get(name, [])):
            raise wrong_form(f"Parameter '{name}' is missing ({found.id})", MISSING.get((found.id, name), 20001))
    return Request(found, place, fields)


def _find(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    other = False
    for its_method, pattern, one in _operations():
        if matched := pattern.fullmatch(path):
            if its_method == method:
                return one, {name: unquote(value) for name, value in matched.groupdict().items()}
            other = True
    if other:
        raise Refused(405, 20004, "Method not allowed", form=True)
    raise Refused(404, 20404, f"The requested resource {path} was not found", form=True)


def _fields(name: str, place: str, rules: Mapping[str, Rules], pairs: Pairs) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for key, value in pairs:
        if key not in rules:
            raise wrong_form(f"Unknown parameter '{key}' in the {place} of {name}")
        fields.setdefault(key, []).append(value)
    for key, values in fields.items():
        _check_values(name, key, rules[key], values)
    return fields


def _check_values(name: str, key: str, rules: Rules, values: list[str]) -> None:
    repeated = rules.get("type") == "array"
    if len(values) > 1 and not repeated:
        raise wrong_form(f"Parameter '{key}' of {name} was given {len(values)} times")
    for value in values:
        if not _fits(rules["items"] if repeated else rules, value):
            raise wrong_form(f"Parameter '{key}' of {name} is not valid: {value!r}")


def _fits(rules: Rules, value: str) -> bool:
    if "enum" in rules and value not in rules["enum"]:
        return False
    if "pattern" in rules and not re.search(rules["pattern"], value):
        return False
    if not rules.get("minLength", 0) <= len(value) <= rules.get("maxLength", len(value)):
        return False
    return _has_type(rules, value) and _has_format(rules.get("format", ""), value)


def _has_type(rules: Rules, value: str) -> bool:
    kind = rules.get("type", "string")
    if kind == "boolean":
        return value.lower() in ("true", "false")
    if kind in ("integer", "number"):
        if not re.fullmatch(r"-?\d+" if kind == "integer" else r"-?\d+(\.\d+)?", value):
            return False
        return bool(rules.get("minimum", float("-inf")) <= float(value) <= rules.get("maximum", float("inf")))
    return True


def _has_format(form: str, value: str) -> bool:
    """Telephone numbers are left to the account: what is wrong with one has a code of its own."""
    if form == "uri":
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.netloc)
    if form in ("date", "date-time"):
        try:
            (date if form == "date" else datetime).fromisoformat(value)
        except ValueError:
            return False
    return True
