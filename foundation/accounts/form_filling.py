"""Fills a form of a rendered page with data that were posted earlier. Pure functions.

Everything outside the form's controls is unchanged, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

#: Hidden fields with the version of the record that a form was based on.
VERSIONS = frozenset({"version", "seen"})
FROM_THE_PAGE = frozenset({"csrfmiddlewaretoken", "shown_to", "next"})
NOT_FILLED = frozenset({"submit", "button", "reset", "image", "file", "password"})
NOT_WRITTEN = NOT_FILLED | {"hidden", "checkbox", "radio", "select"}
KEY = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
Attributes = dict[str, str | None]


@dataclass
class Tag:
    """A start tag with its position in the page. ``content_end``: the end of its content."""

    name: str
    attributes: Attributes
    start: int
    end: int
    content_end: int = 0
    options: list[Tag] = field(default_factory=list)

    @property
    def field_name(self) -> str:
        return self.attributes.get("name") or ""

    @property
    def kind(self) -> str:
        return (self.attributes.get("type") or "text").lower() if self.name == "input" else self.name

    @property
    def value(self) -> str:
        return self.attributes.get("value") or ""


@dataclass
class Form:
    tag: Tag
    enclosing: list[Tag]
    controls: list[Tag] = field(default_factory=list)

    def goes_to(self, action: str, page: str) -> bool:
        attributes = self.tag.attributes
        named = [attributes.get(name) for name in ("action", "hx-post", "data-autosave")]
        targets = [name for name in named if name] or [page]
        is_post = (attributes.get("method") or "").lower() == "post" or "hx-post" in attributes
        return is_post and any(urlsplit(target).path == urlsplit(action).path for target in targets)

    @property
    def visible_names(self) -> set[str]:
        return {tag.field_name for tag in self.controls if tag.kind != "hidden"} - {""}


@dataclass(frozen=True)
class Filled:
    """``form_found``: the form is on the page; ``is_outdated``: it is based on a newer state than what was posted,
    and was left alone. ``texts``: what was posted and is not in the form now.
    """

    html: str
    form_found: bool
    is_outdated: bool
    texts: list[str]


class _Reader(HTMLParser):
    """Parses the forms of a page with their controls and positions."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.forms: list[Form] = []
        self.open_form: Form | None = None
        self.open_details: list[Tag] = []
        self.open_control: Tag | None = None
        self.by_id: list[tuple[str, Tag]] = []
        self.main: Tag | None = None
        self._lines = [0]
        for line in page.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.feed(page)
        self.close()
        for form_id, control in self.by_id:
            for form in self.forms:
                if form.tag.attributes.get("id") == form_id:
                    form.controls.append(control)

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._offset()
        found = Tag(tag, dict(attrs), start, start + len(self.get_starttag_text() or ""))
        if tag == "form":
            self.open_form = Form(found, list(self.open_details))
            self.forms.append(self.open_form)
        elif tag == "details":
            self.open_details.append(found)
        elif tag == "main":
            self.main = found
        elif tag == "option" and self.open_control:
            self.open_control.options.append(found)
        elif tag in ("input", "textarea", "select"):
            self._control(found)

    handle_startendtag = handle_starttag

    def _control(self, found: Tag) -> None:
        if found.name != "input":
            self.open_control = found
        if form_id := found.attributes.get("form"):
            self.by_id.append((form_id, found))
        elif self.open_form:
            self.open_form.controls.append(found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open_form = None
        elif tag == "details" and self.open_details:
            self.open_details.pop()
        elif self.open_control and tag == self.open_control.name:
            self.open_control.content_end = self._offset()
            self.open_control = None
        elif tag == "option" and self.open_control and self.open_control.options:
            self.open_control.options[-1].content_end = self._offset()


def fill(page: str, *, address: str, action: str, posted: Mapping[str, Sequence[str]]) -> Filled:
    """``address``: the page's path; ``action``: the URL of the post; ``posted``: name to all its values."""
    candidates = [form for form in _Reader(page).forms if form.goes_to(action, address)]
    form = max(candidates, key=lambda one: _likeness(one, posted), default=None)
    if form is None:
        return Filled(page, False, False, _texts(posted, None))
    if _is_outdated(form, posted):
        return Filled(page, True, True, _texts(posted, form))
    return Filled(_Filling(page, form, posted).result(), True, False, [])


def insert_in_main(page: str, box: str) -> str:
    """Insert ``box`` at the start of the page's main element; unchanged if there is none."""
    main = _Reader(page).main
    return page[: main.end] + box + page[main.end :] if main else page


def _likeness(form: Form, posted: Mapping[str, Sequence[str]]) -> tuple[int, int]:
    """Rank of a form among those with the same action: by the same fields and hidden values."""
    same = sum(tag.kind == "hidden" and tag.value in posted.get(tag.field_name, ()) for tag in form.controls)
    return len(form.visible_names & set(posted)), same


def _is_outdated(form: Form, posted: Mapping[str, Sequence[str]]) -> bool:
    based_on = [tag for tag in form.controls if tag.kind == "hidden" and tag.field_name in VERSIONS]
    return any(tag.field_name in posted and tag.value not in posted[tag.field_name] for tag in based_on)


def _texts(posted: Mapping[str, Sequence[str]], form: Form | None) -> list[str]:
    """Posted texts that a person may have typed: without a form to compare with, everything except ids."""
    if form is None:
        values = [value for name, values in posted.items() if name not in VERSIONS for value in values]
        return [value for value in values if value.strip() and not KEY.fullmatch(value)]
    written = {tag.field_name for tag in form.controls if tag.kind not in NOT_WRITTEN}
    return [value for name in posted if name in written for value in posted[name] if value.strip()]


class _Filling:
    """The edits of one form; applied from the end of the page, so that positions stay valid."""

    def __init__(self, page: str, form: Form, posted: Mapping[str, Sequence[str]]) -> None:
        self.page = page
        self.edits: list[tuple[int, int, str]] = []
        self.left = {name: list(values) for name, values in posted.items()}
        self.posted = posted
        for details in form.enclosing:
            self._replace_tag(details, {**details.attributes, "open": None})
        self._replace_tag(form.tag, {**form.tag.attributes, "data-restored": None})
        for control in form.controls:
            if control.field_name not in FROM_THE_PAGE:
                self._fill(control)

    def result(self) -> str:
        page = self.page
        for start, end, text in sorted(self.edits, reverse=True):
            page = page[:start] + text + page[end:]
        return page

    def _fill(self, control: Tag) -> None:
        name = control.field_name
        if control.kind in ("checkbox", "radio"):
            self._mark(control, "checked", (control.attributes.get("value", "on") or "") in self.posted.get(name, ()))
        elif name not in self.posted or control.kind in NOT_FILLED:
            return
        elif control.name == "select":
            for option in control.options:
                self._mark(option, "selected", self._option_value(option) in self.posted[name])
        else:
            value = self.left[name].pop(0) if self.left[name] else ""
            self._write(control, value)

    def _write(self, control: Tag, value: str) -> None:
        if control.name == "textarea":
            # A browser drops a line break that follows the tag at once.
            self.edits.append((control.end, control.content_end, "\n" + escape(value)))
        else:
            self._replace_tag(control, {**control.attributes, "value": value})

    def _option_value(self, option: Tag) -> str:
        given = option.attributes.get("value")
        return unescape(self.page[option.end : option.content_end]).strip() if given is None else given

    def _mark(self, tag: Tag, mark: str, is_on: bool) -> None:
        attributes = {name: value for name, value in tag.attributes.items() if name != mark}
        self._replace_tag(tag, {**attributes, mark: None} if is_on else attributes)

    def _replace_tag(self, tag: Tag, attributes: Attributes) -> None:
        said = [name if value is None else f'{name}="{escape(value)}"' for name, value in attributes.items()]
        self.edits.append((tag.start, tag.end, f"<{' '.join([tag.name, *said])}>"))
