"""The requests of the hot paths: the forms that people send, by a `Browser` or by Django's test client.

Only what every checkout since 2026-11-28 understands is used here, so that an older one can be measured with a copy of
this directory.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from benchmarks.browser import Answer, Values
from benchmarks.desk import filled_in
from benchmarks.measure import Wrong

SHEET = 18
"""Answers of a full triage."""
VERSION = re.compile(rb'name="version"\s+value="(\d+)"')
ASSESSMENT = re.compile(rb'name="assessment"\s+value="([0-9a-f-]{36})"')
Answers = dict[str, str]
#: Its proposal leads to a case.
ONE_ANSWER: Answers = {"weapons": "access"}


class Client(Protocol):
    def get(self, path: str, *, expect: int = 200) -> Answer: ...

    def post(self, path: str, values: Values, *, expect: int) -> Answer: ...


@dataclass(frozen=True)
class Decision:
    """What the form that completes a triage posts."""

    disposition: str
    urgency: str
    duties: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """The assessment and its version that the page shows."""

    assessment: str = ""
    version: str = "0"


def full_sheet() -> Answers:
    """The first questions that take one answer and depend on no other, and one that leads to a case."""
    from triage.checklist import current

    shown = [one for one in current().questions.values() if str(one.kind) != "many" and not one.shown_if]
    answers = {question.id: question.codes[0] for question in shown if question.id not in ONE_ANSWER}
    return {**dict(list(answers.items())[: SHEET - len(ONE_ANSWER)]), **ONE_ANSWER}


def decision(answers: Mapping[str, str]) -> Decision:
    """As proposed, or security if the proposal is open."""
    from triage.checklist import current
    from triage.rules import propose

    found = propose(current(), dict(answers))
    disposition = "security" if found.disposition in ("open", "advice") else str(found.disposition)
    return Decision(disposition, str(found.urgency), tuple(sorted(duty.value for duty in found.duties)))


def open_contact(client: Client) -> uuid.UUID:
    """One form, without anything but its channel."""
    contact = uuid.uuid4()
    client.post("/desk/new/", {"contact_id": str(contact), "channel": "phone"}, expect=302)
    return contact


def autosave(client: Client, contact: uuid.UUID, postal_code: str) -> Answer:
    return client.post(f"/desk/{contact}/save/", {"version": "1", **filled_in(5, postal_code)}, expect=200)


def complete_contact(client: Client, contact: uuid.UUID, postal_code: str, caller: int = 5) -> Answer:
    values = {"version": "1", **filled_in(caller, postal_code)}
    return client.post(f"/desk/{contact}/complete/", values, expect=302)


def answer(client: Client, contact: uuid.UUID, answers: Mapping[str, str], seen: Seen) -> tuple[Answer, Seen]:
    """Several answers in one request need a checkout whose view takes them."""
    values: dict[str, str | Sequence[str]] = {**answers, "question": list(answers), "version": seen.version}
    if seen.assessment:
        values["assessment"] = seen.assessment
    said = client.post(f"/triage/contacts/{contact}/answer/", values, expect=200)
    version, assessment = VERSION.search(said.body), ASSESSMENT.search(said.body)
    if version is None or assessment is None or version[1].decode() == seen.version:
        raise Wrong("an answer was not saved")
    return said, Seen(assessment[1].decode(), version[1].decode())


def answer_sheet(client: Client, contact: uuid.UUID, answers: Answers, requests: int) -> Seen:
    """All answers in this number of requests, in the order of the sheet."""
    seen = Seen()
    listed = list(answers.items())
    for number in range(requests):
        part = dict(listed[number * len(listed) // requests : (number + 1) * len(listed) // requests])
        _said, seen = answer(client, contact, part, seen)
    return seen


def complete_triage(client: Client, contact: uuid.UUID, seen: Seen, chosen: Decision) -> Answer:
    """A case opens, to which the answer redirects."""
    values: dict[str, str | Sequence[str]] = {
        "version": seen.version, "assessment": seen.assessment, "disposition": chosen.disposition,
        "urgency": chosen.urgency, "duties": chosen.duties, "reason": "Invented.",
    }  # fmt: skip
    return client.post(f"/contacts/{contact}/triage/complete/", values, expect=302)


def triage_to_case(client: Client, contact: uuid.UUID, answers: Answers, chosen: Decision, requests: int = 1) -> None:
    complete_triage(client, contact, answer_sheet(client, contact, answers, requests), chosen)
