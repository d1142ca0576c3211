"""The cells always equal a recount of the rows, for any sequence of actions."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from assessments import REFERRAL, SECURITY, complete, fill, start
from cluster import OwnDatabase
from contacts import a_contact
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people import People, as_user, make_people
from referrals import in_threads, make_case, offered, ready
from releases import count
from telephone import undone

from casework.cases.models import Action, Case, CaseContact
from casework.cases.vocabulary import DropReason
from casework.cases.work_actions import drop_action, finish_action, move_due
from foundation.accounts.models import User
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from handoff.referrals.centre_actions import close_case
from handoff.referrals.models import Message, Referral
from handoff.referrals.partner_actions import accept_referral, decline_referral, give_feedback
from handoff.referrals.vocabulary import DeclineReason, Feedback
from hotline.contacts.actions import save_contact
from hotline.contacts.callbacks import complete_contact
from hotline.contacts.models import Contact
from hotline.contacts.vocabulary import Kind
from reporting.figures import counts
from reporting.figures.counts import SHOWN
from reporting.figures.measure import Source
from reporting.figures.measures import BY_CODE
from reporting.figures.models import Cell, Counted
from reporting.figures.periods import period
from triage.actions import discard
from triage.models import Assessment

Cells = Counter[tuple[str, Any, str]]
ACCEPTED = {"accepted", "in_progress", "completed", "returned"}
BERLIN = ZoneInfo("Europe/Berlin")


def cells(coordinator: User) -> Cells:
    with acting_as(coordinator, purpose="test"):
        rows = Cell.objects.exclude(number=0).values_list("measure", "month", "key", "number")
        return Counter({(measure, month, key): number for measure, month, key, number in rows})


def live(people: People) -> Cells:
    """The figures of the coordinator's page, for a period with all events, and all duties that will be due."""
    chosen = period("12-months", timezone.now(), people.centre.zone)
    chosen = replace(chosen, last=chosen.last + timedelta(days=366))
    return Counter(as_user(people.coordinator, partial(counts.live, people.centre, chosen)))


def recounted(coordinator: User) -> Cells:
    """Counts from the rows, in Python, by a user who may read all."""
    with acting_as(coordinator, purpose="test"):
        found = Counter(one for contact in Contact.objects.filter(state="completed") for one in of_contact(contact))
        found.update(one for row in Referral.objects.exclude(offered_at=None) for one in of_referral(row))
        found.update(one for case in Case.objects.all() for one in of_case(case))
        found.update(one for duty in Action.objects.exclude(duty="") for one in of_duty(duty))
    return found


def month(moment: Any) -> Any:
    return moment.astimezone(BERLIN).date().replace(day=1)


def of_contact(contact: Contact) -> list[tuple[str, Any, str]]:
    when = month(contact.started_at)
    if contact.kind != "counselling":
        return [("other_kind", when, contact.kind)]
    assessment = Assessment.objects.in_force().filter(contact=contact).first()
    disposition = assessment.disposition if assessment else "none"
    secure = assessment and (disposition == "security" or "security_information" in assessment.duties)
    minor = {"under_14": "yes", "14_17": "yes", "unknown": "unknown"}.get(contact.age_band, "no")
    group = contact.caller_type.parent_id or contact.caller_type_id
    keys = {
        "contacts": "all", "caller_type": contact.caller_type_id, "caller_group": group, "channel": contact.channel,
        "language": contact.language or "unknown", "region": contact.region_id or "unknown", "sex": contact.sex,
        "phenomenon": contact.phenomenon, "age_band": contact.age_band, "disposition": disposition, "minor": minor,
        "security": "yes" if secure else "no", "repeat": "repeat" if is_repeat(contact) else "first",
    }  # fmt: skip
    return [(measure, when, key) for measure, key in keys.items()]


def is_repeat(contact: Contact) -> bool:
    own = CaseContact.objects.filter(contact=contact).first()
    others = CaseContact.objects.filter(case=own.case_id).select_related("contact") if own else []
    earlier = [x.contact for x in others if x.contact.kind == "counselling" and x.contact.state == "completed"]
    return any((x.started_at, x.pk) < (contact.started_at, contact.pk) for x in earlier)


def of_referral(referral: Referral) -> list[tuple[str, Any, str]]:
    assert referral.offered_at is not None
    waits, yes = referral.state in ("offered", "question"), referral.state in ACCEPTED
    took = referral.answered_at - referral.offered_at if referral.answered_at else None
    said = Message.objects.filter(referral=referral, kind="feedback").exists()
    answer = "accepted" if yes else "waiting" if waits else referral.state
    keys = {
        "referral_region": referral.case.region_id or "unknown",
        "referral_state": referral.state,
        "referral_answer": answer,
        "referral_time": "none" if took is None else "4h" if took <= timedelta(hours=4) else "longer",
        "referral_first": "later" if referral.follows_id else answer if yes or waits else "not_accepted",
        "referral_feedback": ("yes" if said else "no") if yes else "not_accepted",
    }  # fmt: skip
    return [(measure, month(referral.offered_at), key) for measure, key in keys.items()]


def of_case(case: Case) -> list[tuple[str, Any, str]]:
    begun = Action.objects.filter(case=case, begun_at__isnull=False).exists()
    found = [("case_opened", month(case.opened_at), case.disposition)]
    found += [("first_action", month(case.opened_at), "4h" if begun else "none")]
    found += [("first_meeting", month(case.opened_at), "none")]
    if case.closed_at:
        ended = {"case_duration": "1m", "case_outcome": "centre", "close_reason": case.close_reason}
        found += [(measure, month(case.closed_at), key) for measure, key in ended.items()]
    return found


def of_duty(duty: Action) -> list[tuple[str, Any, str]]:
    is_dropped = duty.state == "dropped"
    end = "dropped" if is_dropped else "open"
    if duty.state == "done":
        end = "in_time" if duty.ended_at and duty.ended_at <= duty.due_at else "late"
    when = month(duty.due_at)
    return [("duty_end", when, end), ("duty_drop", when, duty.drop_reason if is_dropped else "none")]


def chosen(things: list[Any], number: int) -> list[Any]:
    """One of the things, or None if there are none."""
    return things and [things[number % len(things)]]


class Shift:
    """Actions at a centre, in any order."""

    def __init__(self) -> None:
        self.people = ready()
        self.contacts: list[uuid.UUID] = []
        self.cases: list[Case] = []
        self.referrals: list[Referral] = []

    def contact(self, number: int) -> None:
        kinds = {
            "caller_type_id": ["parent", "school", "unknown"][number % 3],
            "age_band": ["14_17", "27_39"][number % 2],
        }
        self.contacts.append(a_contact(self.people.handler, **kinds, region_id=["DE-BY", None][number % 2]))

    def complete(self, number: int) -> None:
        for pk in chosen(self.contacts, number):
            kind = Kind.PRANK if number % 3 == 2 else None
            as_user(self.people.handler, complete_contact, by=self.people.handler, contact_id=pk, kind=kind)

    def correct(self, number: int) -> None:
        handler = self.people.handler
        for pk in chosen(self.contacts, number):
            version = as_user(handler, Contact.objects.get, pk=pk).version
            changes = {
                "sex": ["female", "male", "unknown"][number % 3],
                "caller_type_id": ["sibling", "parent"][number % 2],
            }
            as_user(handler, save_contact, by=handler, contact_id=pk, version=version, changes=changes)

    def triage(self, number: int) -> None:
        for pk in chosen(self.contacts, number):
            self._assess(pk, [REFERRAL, SECURITY][number % 2])

    def case(self, number: int) -> None:
        case = make_case(self.people, caller_type_id="friend")
        self.cases.append(case)
        self.contacts.append(case.assessment.contact_id)

    def refer(self, number: int) -> None:
        free = [case for case in self.cases if not any(one.case_id == case.pk for one in self.referrals)]
        if free:
            self.referrals.append(offered(self.people, free[number % len(free)]))

    def answer(self, number: int) -> None:
        for referral in chosen(self.referrals, number):
            values: dict[str, Any] = {"by": self.people.worker, "referral_id": referral.pk}
            if as_user(self.people.worker, Referral.objects.get, pk=referral.pk).state == "offered":
                if number % 2:
                    as_user(self.people.worker, accept_referral, **values)
                    as_user(
                        self.people.worker,
                        give_feedback,
                        **values,
                        message_id=uuid.uuid4(),
                        feedback=Feedback.FIRST_CONTACT,
                    )
                else:
                    as_user(self.people.worker, decline_referral, **values, reason=DeclineReason.OTHER, text="-")

    def close(self, number: int) -> None:
        for case in chosen(self.cases, number):
            if not any(one.case_id == case.pk for one in self.referrals):
                as_user(self.people.handler, close_case, by=self.people.handler, case_id=case.pk, reason="goals_met")

    def done(self, number: int) -> None:
        for duty in self._duties(number):
            version = {"action_id": duty.pk, "version": duty.version}
            as_user(self.people.coordinator, finish_action, by=self.people.coordinator, **version, result="Done.")

    def late(self, number: int) -> None:
        for duty in self._duties(number):
            with time_machine.travel(duty.due_at + timedelta(minutes=1)):
                self.done(number)

    def drop(self, number: int) -> None:
        """Unprotected ones are dropped, others are to be dropped."""
        for duty in self._duties(number):
            if duty.state != "drop_proposed":
                values: dict[str, Any] = {"action_id": duty.pk, "version": duty.version, "result": "-"}
                reason = list(DropReason)[number % 6]
                as_user(self.people.coordinator, drop_action, by=self.people.coordinator, reason=reason, **values)

    def move(self, number: int) -> None:
        for duty in self._duties(number):
            due_at = duty.due_at + timedelta(days=31)
            values = {"action_id": duty.pk, "version": duty.version, "due_at": due_at}
            as_user(self.people.coordinator, move_due, by=self.people.coordinator, **values)

    def _duties(self, number: int) -> list[Action]:
        with acting_as(self.people.coordinator, purpose="test"):
            return chosen(list(Action.objects.to_do().order_by("added_at", "duty")), number)

    def _assess(self, contact_id: uuid.UUID, answers: Any) -> None:
        """Assess; the second time the first assessment is superseded."""
        handler = self.people.handler
        contact = as_user(handler, Contact.objects.get, pk=contact_id)
        complete(handler, fill(handler, start(handler, contact), answers))


STEPS = st.sampled_from(
    [
        *("contact", "complete", "correct", "triage", "case", "refer", "answer", "close"),
        *("done", "late", "drop", "move"),
    ]
)


@pytest.mark.django_db
@given(steps=st.lists(st.tuples(STEPS, st.integers(0, 11)), min_size=6, max_size=14))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_cells_equal_a_recount(steps: list[tuple[str, int]]) -> None:
    with undone():
        shift = Shift()
        shift.contact(0)
        shift.complete(0)
        for name, number in steps:
            with suppress(Stale):  # a closed case cannot be referred
                getattr(shift, name)(number)
            count(limit=number)  # occasionally, and not all events
        count()
        assert cells(shift.people.coordinator) == recounted(shift.people.coordinator)
        assert live(shift.people) == Counter(
            {cell: number for cell, number in cells(shift.people.coordinator).items() if cell[0] in SHOWN}
        )


@pytest.mark.django_db
def test_what_happens_in_a_shift_is_counted(people: People) -> None:
    with undone():
        shift = Shift()
        for name in ("case", "refer", "answer", "contact", "complete", "correct", "triage"):
            getattr(shift, name)(1)
        count()
        found = cells(shift.people.coordinator)
        named = [(measure, key) for measure, _month, key in found if BY_CODE[measure].source == Source.CODE]
        assert [(measure, key) for measure, key in named if not BY_CODE[measure].accepts(key)] == []
        assert found == recounted(shift.people.coordinator)
        assert {measure for measure, _month, _key in found} >= {
            "contacts",
            "referral_answer",
            "case_opened",
            "security",
        }


def test_a_discarded_triage_counts_nowhere(people: People) -> None:
    contact = a_contact(people.handler)
    as_user(people.handler, complete_contact, by=people.handler, contact_id=contact)
    count()
    before = cells(people.coordinator)
    found = as_user(people.handler, Contact.objects.get, pk=contact)
    draft = fill(people.handler, start(people.handler, found), SECURITY)
    count()
    given = {"assessment_id": draft.pk, "version": draft.version, "reason": "Begun for the wrong contact"}
    as_user(people.coordinator, discard, by=people.coordinator, **given)
    count()
    assert cells(people.coordinator) == before == recounted(people.coordinator)
    assert before[("disposition", month(found.started_at), "none")] == 1


def test_second_correction_is_counted(people: People) -> None:
    contact = a_contact(people.handler)
    as_user(people.handler, complete_contact, by=people.handler, contact_id=contact)
    for version, sex in ((2, "female"), (3, "male"), (4, "female")):
        save = {"contact_id": contact, "version": version, "changes": {"sex": sex}}
        as_user(people.handler, save_contact, by=people.handler, **save)
        count()
        assert {key for measure, _month, key in cells(people.coordinator) if measure == "sex"} == {sex}


@pytest.mark.parametrize("figures", ["stay", "go"])
def test_deleting_a_contact_keeps_or_removes_its_figures(own_database: OwnDatabase, figures: str) -> None:
    """Retention deletes personal data but not figures; a contact created by mistake is deleted with its figures.

    No action deletes a contact yet: its event is written here.
    """
    people = make_people()
    contact = a_contact(people.handler)
    as_user(people.handler, complete_contact, by=people.handler, contact_id=contact)
    count()
    before = cells(people.coordinator)
    own_database.sql(f"delete from hotline_contact where id = '{contact}'")
    data = json.dumps({"figures": figures})
    own_database.sql(
        "insert into journal_event (kind, at, actor_id, centre_id, subject, data, tell, wake) values"
        f" ('contact.deleted', now(), {people.handler.pk}, {people.centre.pk}, '{contact}', '{data}', '{{}}', '')"
    )
    count()
    assert cells(people.coordinator) == (before if figures == "stay" else Counter())
    assert own_database.sql(f"select count(*) from reporting_counted where subject = '{contact}'") == "0"


def test_two_concurrent_counts_count_once(own_database: OwnDatabase) -> None:
    people = make_people()
    for _number in range(6):
        as_user(people.handler, complete_contact, by=people.handler, contact_id=a_contact(people.handler))
    assert in_threads(*[partial(count, 3)] * 8) == []
    count()
    assert cells(people.coordinator) == recounted(people.coordinator)


def test_only_the_service_can_read_counted_rows(people: People) -> None:
    contact = a_contact(people.handler)
    as_user(people.handler, complete_contact, by=people.handler, contact_id=contact)
    count()
    for user in people.everybody:
        assert as_user(user, Cell.objects.exists) == (user == people.coordinator)
        assert not as_user(user, Counted.objects.exists)
        assert as_user(user, partial(called_directly, contact)) == 0


def called_directly(contact: uuid.UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from ntk.counted(array[%s]::uuid[])", [contact])
        return int(cursor.fetchone()[0])
