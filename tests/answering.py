"""A telephone provider with scripted answers. The strict one is demo/simulator/."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from people import People
from telephone import ACCOUNT, TELEPHONY, make_line

from hotline.switchboard.models import Line


@dataclass
class Provider:
    """``asked``: received requests, as (path after the account, form). ``answers``: status and code to send, in order.

    ``calls``: sid and status in the list of calls; ``in_room``: those of a participant, by label.
    """

    url: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    answers: list[tuple[int, int]] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    in_room: dict[str, tuple[str, str]] = field(default_factory=dict)

    def answer(self, path: str, form: dict[str, str], method: str) -> tuple[int, bytes]:
        self.asked.append((path.partition(ACCOUNT)[2], form))
        status, code = self.answers.pop(0) if self.answers else (201, 0)
        if method == "GET" and not path.endswith(".wav") and status == 201 and (found := self.shows(path)):
            return found
        if path.endswith(".wav"):
            return 200 if status == 201 else status, b"RIFF sound"
        sid = f"CA{len(self.asked):032x}"
        said = {"sid": sid, "call_sid": sid, "code": code, "message": "no", "status": status if code else "x"}
        return status, json.dumps(said).encode()

    def shows(self, path: str) -> tuple[int, bytes] | None:
        """The list of calls, or one participant."""
        if "/Calls.json" in path:
            made = [{"sid": sid, "status": status} for sid, status in self.calls]
            return 200, json.dumps({"calls": made, "page_size": 20, "page": 0, "next_page_uri": None}).encode()
        label = path.rpartition("/Participants/")[2].removesuffix(".json")
        if "/Participants/" in path and label in self.in_room:
            sid, state = self.in_room[label]
            return 200, json.dumps({"call_sid": sid, "status": state}).encode()
        return (404, json.dumps({"code": 20404, "message": "no", "status": 404}).encode()) if label != path else None


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    known = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            status, body = known.answer(self.path, form, self.command)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body) if status != 204 else 0))
            self.end_headers()
            self.wfile.write(body if status != 204 else b"")

        def do_GET(self) -> None:
            self.do_POST()

        def do_DELETE(self) -> None:
            self.do_POST()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.url = f"http://127.0.0.1:{server.server_address[1]}"
    settings.TELEPHONY = {**TELEPHONY, "api_url": known.url}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def connected(settings: Any) -> None:
    """Settings with a configured account; no request is sent."""
    settings.TELEPHONY = dict(TELEPHONY)


@pytest.fixture
def line(people: People, connected: None) -> Line:
    return make_line(people.centre)
