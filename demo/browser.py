"""A small browser for the rehearsal: cookies, forms of the page, redirects. Standard library only."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property
from html.parser import HTMLParser
from http.client import HTTPException, HTTPResponse
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPErrorProcessor, OpenerDirector, ProxyHandler, Request, build_opener

EMPTY_ELEMENTS = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
PAUSE = 0.2  # seconds before a request without a response is sent again
Values = Mapping[str, str | Sequence[str]]


@dataclass
class PageElement:
    """An element of a page."""

    tag: str
    attributes: dict[str, str]
    children: list[PageElement | str] = field(default_factory=list)

    def walk(self) -> Iterator[PageElement]:
        yield self
        for child in self.children:
            if isinstance(child, PageElement):
                yield from child.walk()

    def all(self, tag: str, **attributes: str) -> list[PageElement]:
        """The elements below with this tag and these attributes; a class counts when it is one of several."""
        return [node for node in self.walk() if node.tag == tag and node.has(attributes)]

    def by_id(self, key: str) -> PageElement | None:
        return next((node for node in self.walk() if node.attributes.get("id") == key), None)

    def has(self, attributes: Mapping[str, str]) -> bool:
        own = self.attributes
        return all(
            value in own.get("class", "").split() if name == "class_" else own.get(name) == value
            for name, value in attributes.items()
        )

    @property
    def text(self) -> str:
        """The text, with single spaces."""
        parts = (child if isinstance(child, str) else child.text for child in self.children)
        return " ".join(" ".join(parts).split())


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = PageElement("root", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = PageElement(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in EMPTY_ELEMENTS:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if any(node.tag == tag for node in self.open[1:]):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(html: str) -> PageElement:
    parser = _Parser()
    parser.feed(html)
    return parser.root


@dataclass
class Form:
    """A form as a browser would send it now."""

    address: str
    values: dict[str, str | Sequence[str]]

    def with_(self, changes: Values) -> Form:
        return Form(self.address, {**self.values, **changes})


def form_of(node: PageElement, page: PageElement) -> Form:
    """The values of the form, with the controls elsewhere that name it."""
    key = node.attributes.get("id")
    inside = [control for control in node.walk() if control.attributes.get("form", key) == key]
    outside = [control for control in page.walk() if key and control.attributes.get("form") == key]
    values: dict[str, str | Sequence[str]] = {}
    for control in [*inside, *(control for control in outside if control not in inside)]:
        for name, value in _sent(control):
            values[name] = _joined(values.get(name), value)
    return Form(_address(node), values)


def _address(form: PageElement) -> str:
    return form.attributes.get("action") or form.attributes.get("hx-post", "")


def _joined(before: str | Sequence[str] | None, value: str) -> str | Sequence[str]:
    if before is None:
        return value
    return [before, value] if isinstance(before, str) else [*before, value]


def _sent(control: PageElement) -> Iterable[tuple[str, str]]:
    name = control.attributes.get("name", "")
    own = control.attributes
    if not name or "disabled" in own:
        return []
    if control.tag == "input" and (own.get("type") not in {"checkbox", "radio"} or "checked" in own):
        return [] if own.get("type") == "submit" else [(name, own.get("value", "on" if "checked" in own else ""))]
    if control.tag == "textarea":
        return [(name, "".join(child for child in control.children if isinstance(child, str)).removeprefix("\n"))]
    if control.tag == "select":
        options = control.all("option")
        chosen = [option for option in options if "selected" in option.attributes] or options[:1]
        return [(name, option.attributes.get("value", option.text)) for option in chosen]
    return []


@dataclass(frozen=True)
class PageResponse:
    """The final response, after redirects. ``path``: its URL path."""

    status: int
    path: str
    body: str
    headers: Message

    @cached_property
    def page(self) -> PageElement:
        return parse(self.body)

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def forms(self, address: str) -> list[Form]:
        """The forms that send to this address (its end is enough), in the order of the page."""
        page = self.page
        wanted = [node for node in page.all("form") if urlsplit(_address(node)).path.endswith(address)]
        return [form_of(node, page) for node in wanted]


class NoAnswer(Exception):
    """The server did not respond, or responded that it is unavailable."""


class _AsItIs(HTTPErrorProcessor):
    """A handler that neither follows redirects nor raises for a status."""

    def http_response(self, request: Request, response: HTTPResponse) -> HTTPResponse:
        return response

    https_response = http_response


@dataclass
class Browser:
    """One person's browser at a server's address. Raises ValueError for one that is not http or https.

    ``patience``: seconds for which a request without an answer is sent again, unchanged.
    """

    base: str
    patience: float = 0.0
    jar: CookieJar = field(default_factory=CookieJar)

    def __post_init__(self) -> None:
        if urlsplit(self.base).scheme not in {"http", "https"}:
            raise ValueError(f"{self.base} is no address of a server")
        self.opener: OpenerDirector = build_opener(ProxyHandler({}), HTTPCookieProcessor(self.jar), _AsItIs())

    def get(self, path: str, **headers: str) -> PageResponse:
        return self._follow("GET", path, None, headers)

    def post(self, path: str, values: Values, **headers: str) -> PageResponse:
        return self._follow("POST", path, urlencode(values, doseq=True).encode(), headers)

    def submit(self, form: Form) -> PageResponse:
        return self.post(form.address, form.values)

    @property
    def cookies(self) -> str:
        """As the header of a websocket."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)

    def _follow(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> PageResponse:
        answer = self._patiently(method, path, body, headers)
        for _redirect in range(5):
            if answer.status not in {301, 302, 303}:
                break
            answer = self._patiently("GET", urljoin(answer.path, answer.headers["Location"]), None, {})
        return answer

    def _patiently(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> PageResponse:
        until = time.monotonic() + self.patience
        while True:
            try:
                return self._once(method, path, body, headers)
            except NoAnswer:
                if time.monotonic() > until:
                    raise
                time.sleep(PAUSE)

    def _once(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> PageResponse:
        request = Request(urljoin(self.base, path), body, method=method)  # noqa: S310  http or https, checked above
        defaults = {"Accept": "text/html", "Origin": self.base.rstrip("/"), "Referer": urljoin(self.base, path)}
        for name, value in {**defaults, **{name.replace("_", "-"): value for name, value in headers.items()}}.items():
            request.add_header(name, value)
        try:
            with self.opener.open(request, timeout=30) as response:
                content = response.read().decode(errors="replace")
                status = response.status
                found = response.headers
        except (OSError, HTTPException) as error:
            raise NoAnswer(f"{method} {path}: {error or type(error).__name__}") from error
        if status >= 500 and path != "/readyz":
            raise NoAnswer(f"{method} {path}: status {status}")
        parts = urlsplit(urljoin(self.base, path))
        return PageResponse(status, f"{parts.path}?{parts.query}" if parts.query else parts.path, content, found)
