"""Everything that a person's browser received: bodies, headers, redirects and cookies of answers, frames of sockets."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, WebSocket
from security.matrix.visits import canaries_in
from security.matrix.world import World


@dataclass
class Recorder:
    """Playwright writes the answers into ``file`` when the context is closed."""

    file: Path
    frames: list[str] = field(default_factory=list)
    context: BrowserContext | None = None

    def open(self, browser: Browser) -> Page:
        self.context = browser.new_context(locale="en-GB", record_har_path=self.file, record_har_content="embed")
        page = self.context.new_page()
        page.set_default_timeout(15_000)
        page.on("websocket", self._listen)
        return page

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.frames.append(str(frame)))

    def answers(self) -> list[dict[str, Any]]:
        """Closes the browser's context."""
        assert self.context
        self.context.close()
        entries: list[dict[str, Any]] = json.loads(self.file.read_text(encoding="utf-8"))["log"]["entries"]
        return entries

    def unread(self, entries: list[dict[str, Any]]) -> list[str]:
        """Pages whose body was not recorded: what they showed would go unnoticed.

        Parts that a page refreshes by itself are cut off when it is left.
        """
        pages = [one for one in entries if one["response"]["status"] in (200, 404, 422) and _is_page(one)]
        return [one["request"]["url"] for one in pages if not _body(one) and not _is_part(one)]


def _is_page(entry: dict[str, Any]) -> bool:
    return str(entry["response"]["content"].get("mimeType", "")).startswith("text/html")


def _is_part(entry: dict[str, Any]) -> bool:
    return any(header["name"].lower() == "hx-request" for header in entry["request"]["headers"])


def _body(entry: dict[str, Any]) -> str:
    content = entry["response"]["content"]
    text = str(content.get("text", ""))
    return base64.b64decode(text).decode("utf-8", "replace") if content.get("encoding") == "base64" else text


def content_of(world: World, entries: list[dict[str, Any]], since: datetime | None = None) -> Iterator[tuple[str, str]]:
    """Path, and ``table@record field`` of each canary in its answer."""
    for entry in entries:
        if since and datetime.fromisoformat(entry["startedDateTime"]) < since:
            continue
        said = f"{_body(entry)} {json.dumps(entry['response']['headers'])} {entry['response'].get('redirectURL', '')}"
        for place, name in canaries_in(said, world):
            yield entry["request"]["url"], f"{place} {name}"
