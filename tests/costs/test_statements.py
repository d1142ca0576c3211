"""How many statements a request of the hot paths may need, as the application sends them.

Each path is asked through its view, as the web's role, in a database with commits. What is counted is the second time:
what a process keeps from its first request is not part of it. A telephone is connected, which adds one statement to
each page. `python -m benchmarks --costs` measures the same paths.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from answering import connected
from case_rows import make_case
from cluster import OwnDatabase
from contacts import PHONE, a_contact, browser, save, typed
from django.db import connection
from django.test import Client
from people import People, as_user
from referrals import offered, ready
from telephone import Phone, make_line

from triage import checklist
from triage.models import Assessment
from triage.rules import propose

__all__ = ["connected"]
SECURITY = {"weapons": "access"}


class Sent(list[str]):
    """The statements that Django sends while this is its wrapper."""

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.append(sql)
        return execute(sql, params, many, context)


@dataclass
class World:
    people: People
    handler: Client = field(init=False)
    coordinator: Client = field(init=False)
    worker: Client = field(init=False)

    def __post_init__(self) -> None:
        self.handler, self.coordinator, self.worker = (
            browser(user) for user in (self.people.handler, self.people.coordinator, self.people.worker)
        )

    def contact(self) -> uuid.UUID:
        return a_contact(self.people.handler, channel="phone")

    def answered(self) -> uuid.UUID:
        contact = self.contact()
        assert answer(self, contact, 0).status_code == 200
        return contact


@pytest.fixture
def world(own_database: OwnDatabase, connected: None) -> World:
    world = World(ready())
    make_line(world.people.centre)
    return world


Request = Callable[[], Any]


def opening(world: World) -> Request:
    return lambda: world.handler.post("/desk/new/", {"contact_id": str(uuid.uuid4()), "channel": "phone"})


def autosave(world: World) -> Request:
    contact = world.contact()
    return lambda: save(world.handler, contact, alias="Invented", notes="Invented words.", postal_code="80331")


def complete(world: World) -> Request:
    contact = world.contact()
    values = typed(
        caller_type="parent", alias="Invented", phone=PHONE, notes="Invented words.", postal_code="80331",
        topics=["behaviour"],
    )  # fmt: skip
    return lambda: world.handler.post(f"/desk/{contact}/complete/", values)


def answer(world: World, contact: uuid.UUID, version: int, code: str = "access") -> Any:
    values = {"question": "weapons", "weapons": code, "version": str(version)}
    return world.handler.post(f"/triage/contacts/{contact}/answer/", values)


def first_answer(world: World) -> Request:
    contact = world.contact()
    return lambda: answer(world, contact, 0)


def later_answer(world: World) -> Request:
    contact = world.answered()
    return lambda: answer(world, contact, 2, "present")


def completed_triage(world: World) -> Request:
    contact = world.answered()
    proposed = propose(checklist.current(), SECURITY)
    found = as_user(world.people.handler, Assessment.objects.get, contact_id=contact)
    values = {
        "version": str(found.version), "assessment": str(found.pk), "disposition": "security",
        "urgency": proposed.urgency, "duties": [duty.value for duty in proposed.duties], "reason": "Invented.",
    }  # fmt: skip
    return lambda: world.handler.post(f"/contacts/{contact}/triage/complete/", values)


def page(who: str, path: str) -> Callable[[World], Request]:
    def ask(world: World) -> Request:
        make_case(world.people.handler, region_id="DE-BY")
        return lambda: getattr(world, who).get(path)

    return ask


def desk_with_contact(world: World) -> Request:
    contact = world.contact()
    return lambda: world.handler.get(f"/desk/{contact}/")


def inbox(world: World) -> Request:
    offered(world.people)
    return lambda: world.worker.get("/inbox/")


def webhook(world: World) -> Request:
    """The provider asks what a waiting caller hears, the most frequent of its requests."""
    phone = Phone()
    phone.into_queue()
    path = f"/telephone/call/{phone.call.pk}/wait/"
    return lambda: phone.says(path, QueueSid="QU" + "0" * 32, QueuePosition="1")


@dataclass(frozen=True)
class Path:
    name: str
    most: int
    """Statements, with savepoints, without BEGIN and COMMIT."""
    prepare: Callable[[World], Request]
    writes: bool = False


PATHS = [
    Path("open a contact", 5, opening, writes=True),
    Path("autosave", 9, autosave, writes=True),
    Path("complete a contact", 7, complete, writes=True),
    Path("first answer of a triage", 6, first_answer, writes=True),
    Path("later answer", 5, later_answer, writes=True),
    Path("complete a triage, case opened", 7, completed_triage, writes=True),
    Path("desk", 10, page("handler", "/desk/")),
    Path("desk with a contact", 15, desk_with_contact),
    Path("telephone part of the desk", 5, page("handler", "/telephone/bar/")),
    Path("cases, coordinator", 7, page("coordinator", "/cases/?show=all")),
    Path("cases, handler", 7, page("handler", "/cases/?show=mine")),
    Path("contacts, coordinator", 6, page("coordinator", "/contacts/")),
    Path("contacts, handler", 6, page("handler", "/contacts/")),
    Path("partner's inbox", 6, inbox),
    Path("webhook: wait", 4, webhook, writes=True),
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name.replace(" ", "-"))
def test_a_request_needs_no_more_statements_than_its_limit(path: Path, world: World) -> None:
    first = path.prepare(world)()
    request = path.prepare(world)
    sent = Sent()
    with connection.execute_wrapper(sent):
        answered = request()
    assert getattr(answered, "status_code", 200) == getattr(first, "status_code", 200) in (200, 302)
    listed = "\n".join(" ".join(sql.split())[:160] for sql in sent)
    assert len(sent) <= path.most, f"{path.name}: {len(sent)} statements instead of {path.most}\n{listed}"
    assert sent, "the request reached no database"
