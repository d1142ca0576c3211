"""What somebody tries who would like to see more than their role shows: addresses, forms, requests of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from e2e.person import Person
from playwright.sync_api import expect
from security.matrix.declared import ANONYMOUS, DENIED, NO_RECORD, Statuses
from security.matrix.filled import FORMS
from security.matrix.visits import Route, routes, sample_of
from security.matrix.world import World

from foundation.accounts.models import User

#: Typed by hand: the pages of a dossier, its fragments, lists, search, figures and documents.
TYPED = [
    "hotline:contact", "hotline:desk_contact", "cases:case", "cases:timeline", "cases:notes", "cases:contact",
    "cases:by_reference", "handoff:referral", "handoff:partner_referral", "handoff:partner_referral_part",
    "handoff:partners", "triage:panel", "switchboard:voicemail", "texting:part_messages", "publishing:release",
    "publishing:download", "journal:looks", "journal:audit", "hotline:contacts", "hotline:search", "reporting:live",
]  # fmt: skip
#: Records of the other centre: their refusals are for its officer.
ELSEWHERE = {"elsewhere", "other_centre"}
#: The person stays signed in, and has an app, which nobody in the matrix has. Whether servers answer is the machine's.
LEFT_OUT = {"account_logout", "mfa_deactivate_totp", "readyz"}
#: Requests in the page's name, eight at a time; status and body of each.
FETCH = """async ({asked, fields}) => {
  const found = [];
  const one = async ([method, path, form, asPart]) => {
    const headers = asPart ? {"HX-Request": "true"} : {};
    let body;
    if (method === "POST") {
      body = new URLSearchParams(form);
      for (const [name, value] of Object.entries(fields)) body.set(name, value);
    }
    const answer = await fetch(path, {method, headers, body, redirect: "manual"});
    found.push([method, path, answer.status, await answer.text()]);
  };
  for (let at = 0; at < asked.length; at += 8) await Promise.all(asked.slice(at, at + 8).map(one));
  return found;
}"""
SOCKET = """() => new Promise(ready => {
  window.heard = []; window.ended = 0;
  const socket = new WebSocket(`ws://${location.host}/ws/live/`);
  socket.onmessage = event => { window.heard.push(event.data); ready(); };
  socket.onclose = event => { window.ended = event.code; ready(); };
  socket.onopen = () => {
    for (const group of ["org.1", "org.2", "user.1"]) socket.send(JSON.stringify({type: "subscribe", join: group}));
  };
})"""
#: A form of the page with another address and other hidden values, as with a browser's developer tools.
REDIRECTED = """({form, action, values}) => {
  const changed = document.querySelector(form);
  changed.action = action; changed.method = "post";
  for (const [name, value] of Object.entries(values)) {
    const field = changed.elements[name] ?? changed.appendChild(Object.assign(document.createElement("input"), {name}));
    field.value = value;
  }
  for (const attribute of ["hx-post", "hx-get", "hx-target"]) changed.removeAttribute(attribute);
  HTMLFormElement.prototype.submit.call(changed);
}"""


@dataclass
class Attempts:
    """``role``: as the access matrix names it."""

    person: Person
    world: World
    role: str
    statuses: Statuses

    def refused(self, route: Route, method: str = "GET") -> list[str]:
        """The records at which the role gets 404 from this URL, by the declarations of the matrix."""
        kind = route.record_kind
        known = list(self.world.keys[kind]) if kind else [NO_RECORD]
        return [one for one in known if self.expected(route, method, one) == DENIED]

    def expected(self, route: Route, method: str, record: str) -> int:
        return self.statuses.expected(route.name, method, route.record_kind or "", record, self.role)

    def typed(self) -> Iterator[tuple[str, str]]:
        """URL name and path of the pages that this person may not open, one record each."""
        by_name = {route.name: route for route in routes()}
        for name in TYPED:
            here = [one for one in self.refused(by_name[name]) if one not in ELSEWHERE]
            for record in sample_of(here, 1, f"{self.role} {name}"):
                yield name, by_name[name].path(self.world, record)

    def type_addresses(self) -> list[tuple[str, str]]:
        """Open each by the address bar; URL name and path of those that were refused, which are all."""
        done = []
        for name, path in self.typed():
            answer = self.person.page.goto(self.person.site.address(path))
            assert answer
            assert answer.status == DENIED, f"{self.role} opens {name}: {answer.status}"
            expect(self.person.page.locator("h1")).to_have_text("There is nothing here for you")
            done.append((name, path))
        return done

    def change_form(self, form: str, action: str, **values: str) -> int:
        """Send a form of the open page elsewhere; the status of the page that follows."""
        with self.person.page.expect_navigation() as navigation:
            self.person.page.evaluate(REDIRECTED, {"form": form, "action": action, "values": values})
        return int(navigation.value.status) if navigation.value else 0

    def fetch(self, *asked: tuple[str, str, str, bool]) -> list[tuple[str, str, int, str]]:
        """Method, path, form and whether as a fragment; the same with status and body. Uses the open page's token."""
        names = ("csrfmiddlewaretoken", "shown_to")
        fields = {name: self.person.page.locator(f"[name={name}]").first.get_attribute("value") or "" for name in names}
        found: list[Any] = self.person.page.evaluate(FETCH, {"asked": list(asked), "fields": fields})
        return [(method, path, status, text) for method, path, status, text in found]

    def fetch_everything(self) -> dict[str, int]:
        """Every URL at up to two records that are not the person's, as page and as fragment, and every form at one.

        Status by method and path of what was not refused.
        """
        asked: list[tuple[str, str, str, bool]] = []
        for route in routes():
            if route.name in LEFT_OUT:
                continue
            for record in sample_of(self.refused(route), 2, f"{self.role} {route.name}"):
                path = route.path(self.world, record)
                asked += [("GET", path, "", False), ("GET", path, "", True)]
            for record in sample_of(self.refused(route, "POST"), 1, f"{self.role} {route.name}"):
                form = urlencode(FORMS[route.name](self.world)) if route.name in FORMS else ""
                asked.append(("POST", route.path(self.world, record), form, False))
        assert len(asked) > 150
        return {f"{method} {path}": status for method, path, status, _ in self.fetch(*asked) if status != DENIED}

    def search(self) -> list[tuple[str, str, int, str]]:
        words = sorted(self.world.canaries)[::40]
        return self.fetch(*[("POST", "/search/", urlencode({"q": word}), False) for word in words])

    def listen(self) -> None:
        """A socket of their own in the open page, which also asks for other groups."""
        self.person.page.evaluate(SOCKET)

    def heard(self) -> list[str]:
        found: list[str] = self.person.page.evaluate("window.heard")
        return found

    def stored(self) -> str:
        """What pages have left in the browser."""
        found: str = self.person.page.evaluate(
            "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state])"
        )
        return found


def user_of(world: World, role: str) -> User:
    found = world.cast[role]
    assert found, ANONYMOUS
    return found
