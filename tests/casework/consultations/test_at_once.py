"""Two steps of a consultation at the same moment: one of them holds, and what happened is told once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import closures
import pytest
from case_rows import make_case
from cluster import OwnDatabase
from consultations import ANSWER, consulted, stored
from people import People, as_user, make_people
from referrals import in_threads
from teams import Body, accepted, invited, left, make_body

from casework.cases.models import Case
from casework.consultations import actions
from casework.consultations.models import Consultation
from casework.teams.models import Member
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.worklist.models import WorkItem


@dataclass
class Room:
    """The office is in the team, and has asked somebody of the clinic; the centre does not see it."""

    people: People
    case: Case
    office: Body
    clinic: Body
    consultation: Consultation


@pytest.fixture
def room(modules_database: OwnDatabase) -> Room:
    people, office, clinic = make_people(), make_body("Youth office"), make_body("Clinic", Role.PARTNER_WORKER)
    case = make_case(people.handler)
    accepted(invited(people.handler, case, office.organisation), office.person, office.deputy)
    made = consulted(office.person, case, office.organisation, clinic.person, clinic.organisation)
    return Room(people, case, office, clinic, made)


def answering(room: Room) -> Callable[[], object]:
    by, values = room.clinic.person, {"consultation_id": room.consultation.pk, "version": 1, "answer": ANSWER}
    return lambda: as_user(by, actions.answer, by=by, **values)


def declining(room: Room) -> Callable[[], object]:
    by, values = room.clinic.person, {"consultation_id": room.consultation.pk, "version": 1, "reason": "no time"}
    return lambda: as_user(by, actions.decline, by=by, **values)


def withdrawing(room: Room) -> Callable[[], object]:
    by, values = room.office.deputy, {"consultation_id": room.consultation.pk, "version": 1}
    return lambda: as_user(by, actions.withdraw, by=by, **values)


def asking(room: Room) -> Callable[[], object]:
    office, clinic = room.office, room.clinic
    return lambda: consulted(office.person, room.case, office.organisation, clinic.person, clinic.organisation)


def leaving(room: Room) -> Callable[[], object]:
    with acting_as(room.people.handler, purpose="test"):
        member = Member.objects.get(team=room.case.pk)
    return lambda: left(member, room.office.deputy)


def closing(room: Room) -> Callable[[], object]:
    """As the office and a coordinator have agreed."""
    by, office = room.people.handler, room.office
    closure = closures.proposed(by, room.case)
    closures.said(office.person, closure, office.organisation)
    closures.decided(room.people.coordinator, closure)
    return lambda: closures.carried_out(by, closure)


STEPS = {
    "answers": answering,
    "declines": declining,
    "withdraws": withdrawing,
    "asks": asking,
    "leaves": leaving,
    "closes": closing,
}


@pytest.mark.parametrize("names", combinations(STEPS, 2), ids=" and ".join)
def test_two_steps_at_once_leave_nothing_half(room: Room, names: tuple[str, str]) -> None:
    failures = in_threads(*[STEPS[name](room) for name in names])
    assert all(isinstance(one, (Stale, NotAllowed)) for one in failures), failures
    by = room.clinic.person
    ended = stored(room.consultation, by)
    with acting_as(by, purpose="test"):
        rows = list(Consultation.objects.all())
        listed = set(WorkItem.objects.filter(kind="consultation").values_list("subject", flat=True))
        kinds = list(Event.objects.filter(subject=ended.pk).values_list("kind", flat=True))
    assert {one.pk for one in rows if one.is_open} == listed
    assert not ended.is_open
    assert sorted(kinds) == sorted(["consultation.asked", f"consultation.{ended.state}"])
    if {"leaves", "closes"} & set(names):
        assert listed == set()
