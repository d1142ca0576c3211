"""State and helpers that the steps of the rehearsal share."""

from __future__ import annotations

import random
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from websockets.sync.client import ClientConnection

from handoff.referrals.states import ReferralState

from .browser import Browser, Form, PageElement, PageResponse, Values
from .people import BIRDS, PASSWORD

#: Of the block that the Bundesnetzagentur keeps free for films, in München: it belongs to nobody.
NUMBERS = "+49 89 99998 {:03}"


class Wrong(Exception):
    """A response differs from the expected one."""

    def __init__(self, expected: object, came: object) -> None:
        super().__init__(f"expected {expected}, but {came}")


def expect(true: bool, expected: object, came: object) -> None:
    if not true:
        raise Wrong(expected, came)


def handle(name: str) -> str:
    return next(bird.email for bird in BIRDS if bird.handle == name)


@dataclass
class Rehearsal:
    """One run. The browsers may be shared with other runs, nothing else."""

    url: str
    handler_email: str = handle("heron")
    partner_email: str = handle("gull")
    coordinator_email: str = handle("crane")
    stranger_email: str = handle("avocet")  # of another partner
    password: str = PASSWORD
    patience: float = 0.0
    phone: str = field(default_factory=lambda: NUMBERS.format(random.randrange(1000)))
    contact: uuid.UUID = field(default_factory=uuid.uuid4)
    referral: uuid.UUID = field(default_factory=uuid.uuid4)
    case_path: str = ""
    case_with_duties: str = ""
    duties: list[str] = field(default_factory=list)
    question: str = ""
    member: str = ""
    action_of_body: str = ""
    plan: str = ""
    review: str = ""
    closure: str = ""
    reopening: str = ""
    version: int = 0
    figures: tuple[int, int] = (0, 0)
    socket: ClientConnection | None = None
    to_close: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.base = self.url.rstrip("/") + "/"
        self.handler = Browser(self.base, self.patience)
        self.partner = Browser(self.base, self.patience)
        self.coordinator = Browser(self.base, self.patience)
        self.stranger = Browser(self.base, self.patience)

    @property
    def desk(self) -> str:
        return f"/desk/{self.contact}/"

    @property
    def triage(self) -> str:
        return f"/triage/contacts/{self.contact}/"

    @property
    def outgoing(self) -> str:
        return f"/referrals/{self.referral}/"

    @property
    def incoming(self) -> str:
        return f"/inbox/{self.referral}/"


def page(browser: Browser, path: str) -> PageElement:
    return ok(browser.get(path)).page


def ok(answer: PageResponse) -> PageResponse:
    expect(answer.status == 200, "status 200", f"{answer.path} gave {answer.status}")
    return answer


def form_at(browser: Browser, path: str, address: str) -> Form:
    """The first form of the page that sends to `address`."""
    forms = ok(browser.get(path)).forms(address)
    expect(bool(forms), f"a form for {address}", f"{path} has none")
    return forms[0]


def send(browser: Browser, form: Form, **headers: str) -> PageResponse:
    """Post the form twice: both responses must be the same page, and the second post must change nothing."""
    first = ok(browser.post(form.address, form.values, **headers))
    second = ok(browser.post(form.address, form.values, **headers))
    expect(second.path == first.path, f"the repeated post to lead to {first.path}", f"it led to {second.path}")
    seen, again = marks(first.page), marks(second.page)
    expect(seen == again, f"{form.address}: a repeated post without effect", f"the page changed: {seen} is now {again}")
    return second


def marks(node: PageElement) -> tuple[int, int]:
    """The lengths of timeline and lists, which a second effect would increase."""
    timelines = sum(len(line.all("li")) for line in node.all("ol", class_="timeline"))
    return timelines, len([row for row in node.walk() if row.tag == "li" and row.attributes.get("id")])


def label_in(node: PageElement, label: object) -> str:
    """The label in the language of the page."""
    language = node.all("html")[0].attributes.get("lang", "en")
    with translation.override(language):
        return str(label)


def expect_state(node: PageElement, state: ReferralState) -> None:
    wanted = label_in(node, state.label)
    badges = [badge.text for badge in node.all("span", class_="badge")]
    expect(wanted in badges, f"the state {wanted!r}", f"the page shows {badges}")


def expect_texts(node: PageElement, shown: list[str] | None = None, hidden: list[str] | None = None) -> None:
    text = node.text
    for words in shown or []:
        expect(words in text, f"the page to show {words!r}", "it does not")
    for words in hidden or []:
        expect(words not in text, f"the page not to show {words!r}", "it does")


def save(r: Rehearsal, values: Values) -> dict[str, Any]:
    """Save fields as the page does while somebody types, twice with one body; returns the answer."""
    form = form_at(r.handler, r.desk, "/complete/")
    values = {"csrfmiddlewaretoken": form.values["csrfmiddlewaretoken"], "version": str(r.version), **values}
    headers = {"Accept": "application/json"}
    first = ok(r.handler.post(f"{r.desk}save/", values, **headers)).json
    again = ok(r.handler.post(f"{r.desk}save/", values, **headers)).json
    expect(first["version"] > r.version, f"a version above {r.version}", f"version {first['version']}")
    expect(again["version"] == first["version"], f"the repeat to keep version {first['version']}", again["version"])
    r.version = first["version"]
    return first


def region_of(r: Rehearsal) -> str:
    """The code of the contact's region, as its control shows it."""
    (select,) = page(r.handler, f"{r.desk}region/").all("select", id="region-select")
    chosen = [option for option in select.all("option") if "selected" in option.attributes]
    return chosen[0].attributes["value"] if chosen else ""


def give_answers(r: Rehearsal, contact: uuid.UUID, answers: dict[str, list[str]]) -> PageElement:
    """Answer the questions of the triage one after the other, as the page does; the last response.

    The first one is posted twice, which must have no effect.
    """
    triage = f"/triage/contacts/{contact}/"
    node = page(r.handler, triage)
    token = page(r.handler, f"/desk/{contact}/").all("input", name="csrfmiddlewaretoken")[0].attributes["value"]
    for question, codes in answers.items():
        version = version_in(node)
        values = {"question": question, question: codes, "version": str(version), "csrfmiddlewaretoken": token}
        node = ok(r.handler.post(f"{triage}answer/", values, HX_Request="true")).page
        if version <= 1:
            again = ok(r.handler.post(f"{triage}answer/", values, HX_Request="true")).page
            expect(version_in(again) == version_in(node), "a repeated answer without effect", "another version")
    return node


def version_in(node: PageElement) -> int:
    found = node.by_id("triage-version")
    expect(found is not None, "the version of the answers", node.text)
    return int(found.attributes["value"]) if found else 0
