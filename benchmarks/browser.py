"""A minimal browser: one persistent connection, cookies, forms with CSRF token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import Self
from urllib.parse import urlencode

from benchmarks.measure import Wrong
from supervisor.tree import HOST

KEPT = ("lotse_session", "csrftoken")  # not the messages' cookie, which would grow with every form
Values = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    location: str


@dataclass
class Browser:
    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._connection = HTTPConnection(HOST, self.port, timeout=120)

    @classmethod
    def signed_in(cls, port: int, email: str, password: str) -> Self:
        """Sign in with the form. Raises Wrong if refused."""
        browser = cls(port)
        browser.get("/accounts/login/")
        browser.post("/accounts/login/", {"login": email, "password": password}, expect=302)
        if "lotse_session" not in browser.cookies:
            raise Wrong(f"{email} could not sign in")
        return browser

    def again(self) -> Browser:
        """The same session over a new connection."""
        return Browser(self.port, dict(self.cookies))

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def get(self, path: str, *, expect: int = 200) -> Answer:
        """Raises Wrong for another status: a redirect to the sign-in is no success."""
        return self._ask("GET", path, None, expect)

    def post(self, path: str, values: Values, *, expect: int) -> Answer:
        """Send a form with its CSRF token. Raises Wrong for another status, or a redirect to the sign-in."""
        body = urlencode({"csrfmiddlewaretoken": self.cookies["csrftoken"], **values}, doseq=True)
        return self._ask("POST", path, body, expect)

    def _ask(self, method: str, path: str, body: str | None, expect: int) -> Answer:
        headers = {"Cookie": self.cookie, "Accept": "text/html"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        answer = Answer(response.status, response.read(), response.headers.get("Location", ""))
        for cookie in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: found.value for name, found in SimpleCookie(cookie).items() if name in KEPT}
        if answer.status != expect or (answer.location.startswith("/accounts/") and not path.startswith("/accounts/")):
            raise Wrong(f"{method} {path}: status {answer.status} {answer.location}".strip())
        return answer

    def close(self) -> None:
        self._connection.close()
