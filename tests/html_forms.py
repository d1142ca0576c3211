"""Parses the forms of a page and their data as a browser would send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin


@dataclass
class Control:
    name: str
    kind: str
    value: str = ""
    is_on: bool = True
    options: list[tuple[str, bool]] = field(default_factory=list)

    @property
    def is_text(self) -> bool:
        return self.kind in ("text", "textarea", "search", "email", "tel")

    @property
    def sent(self) -> list[str]:
        if self.kind in ("checkbox", "radio"):
            return [self.value] if self.is_on else []
        if self.kind == "select":
            return [value for value, is_on in self.options if is_on] or [value for value, _on in self.options[:1]]
        return [] if self.kind in ("submit", "button", "file", "reset") else [self.value]


@dataclass
class HtmlForm:
    action: str
    method: str
    is_restored: bool
    controls: list[Control] = field(default_factory=list)

    @property
    def texts(self) -> list[Control]:
        return [one for one in self.controls if one.is_text and one.name]

    def data(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for control in self.controls:
            if control.name and control.sent:
                found.setdefault(control.name, []).extend(control.sent)
        return found

    def value(self, name: str) -> str:
        return next(control.value for control in self.controls if control.name == name)


class _Parser(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[HtmlForm] = []
        self.links: set[str] = set()
        self.form: HtmlForm | None = None
        self.control: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "").startswith(("/", "?")):
            self.links.add(urljoin(self.address, given["href"]))
        if tag == "form":
            action = urljoin(self.address, given.get("action", ""))
            self.form = HtmlForm(action, given.get("method", "get").lower(), "data-restored" in given)
            self.forms.append(self.form)
        elif tag in ("input", "textarea", "select", "button") and self.form:
            kind = given.get("type", "text") if tag == "input" else tag
            is_on = kind not in ("checkbox", "radio") or "checked" in given
            value = given.get("value", "on" if kind in ("checkbox", "radio") else "")
            self.control = Control(given.get("name", ""), kind, value, is_on)
            self.form.controls.append(self.control)
        elif tag == "option" and self.control:
            self.control.options.append((given.get("value", ""), "selected" in given))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "textarea" and self.control:
            self.control.value = self.control.value.removeprefix("\n")
            self.control = None

    def handle_data(self, data: str) -> None:
        if self.control and self.control.kind == "textarea":
            self.control.value += data


def forms_of(page: str, address: str) -> list[HtmlForm]:
    return [form for form in _parsed(page, address).forms if form.method == "post"]


def links_of(page: str, address: str) -> set[str]:
    return _parsed(page, address).links


def _parsed(page: str, address: str) -> _Parser:
    parser = _Parser(address)
    parser.feed(page)
    parser.close()
    return parser
