"""The marks by which the list of cases finds open triage say the same as a search, after any sequence of actions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from assessments import REFERRAL, SECURITY, fill, make_contact, start
from case_rows import check_readers, give, make_case
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from people import People, as_user

from casework.cases import actions as casework
from casework.cases.models import Case, CaseContact, CaseToOpen
from casework.cases.opening import opens_case
from foundation.accounts.permissions import NotAllowed
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from hotline.contacts.models import Contact
from triage import actions as triage
from triage.models import Assessment
from triage.vocabulary import SECURING_DUTIES, Disposition, Urgency

ADVICE = triage.Choice(Disposition.ADVICE, Urgency.STANDARD, frozenset(), "The caller wants nothing else.")


def newest(people: People, contact: Contact) -> Assessment:
    with acting_as(people.coordinator, purpose="test"):
        return Assessment.objects.of_contact(contact.pk).newest_first().select_related("contact")[0]


def do_start(people: People, contact: Contact) -> None:
    start(people.handler, contact)


def do_fill(people: People, contact: Contact, answers: dict[str, str | list[str]]) -> None:
    fill(people.handler, newest(people, contact), answers)


def do_unanswer(people: People, contact: Contact) -> None:
    assessment = newest(people, contact)
    cleared = {"by": people.handler, "assessment_id": assessment.pk, "version": assessment.version}
    as_user(people.handler, triage.answer_several, answers={"security_signal": ""}, **cleared)


def act(people: People, contact: Contact, who: str, action: Callable[..., object], **values: object) -> None:
    assessment, user = newest(people, contact), getattr(people, who)
    if action is not triage.supersede:
        values["version"] = assessment.version
    as_user(user, action, by=user, assessment_id=assessment.pk, **values)


def do_open_case(people: People, contact: Contact) -> None:
    as_user(people.handler, casework.open_case, by=people.handler, assessment=newest(people, contact))


def do_link(people: People, contact: Contact) -> None:
    case = make_case(people.handler)
    as_user(people.handler, casework.link_contact, by=people.handler, case_id=case.pk, contact=contact)


STEPS: dict[str, Callable[[People, Contact], None]] = {
    "start": do_start,
    "referral": lambda people, contact: do_fill(people, contact, REFERRAL),
    "security": lambda people, contact: do_fill(people, contact, SECURITY),
    "unanswer": do_unanswer,
    "complete": lambda people, contact: act(people, contact, "handler", triage.complete),
    "advise": lambda people, contact: act(people, contact, "handler", triage.complete, choice=ADVICE),
    "complete and follow": lambda people, contact: act(people, contact, "handler", casework.complete_triage),
    "confirm": lambda people, contact: act(people, contact, "coordinator", triage.confirm, note="words"),
    "confirm and follow": lambda people, contact: act(
        people, contact, "coordinator", casework.confirm_triage, note="words"
    ),
    "send back": lambda people, contact: act(people, contact, "coordinator", triage.send_back, note="words"),
    "discard": lambda people, contact: act(people, contact, "coordinator", triage.discard),
    "supersede": lambda people, contact: act(people, contact, "handler", triage.supersede),
    "open": do_open_case,
    "link": do_link,
}
walks = st.lists(st.sampled_from(sorted(STEPS)), max_size=9).map(lambda steps: ["start", *steps])


def check_marks(people: People) -> None:
    with acting_as(people.coordinator, purpose="test"):
        every = list(Assessment.objects.all())
        linked = set(CaseContact.objects.values_list("contact", flat=True))
        marked = {
            row.assessment_id: (row.contact_id, row.centre_id, row.completed_at) for row in CaseToOpen.objects.all()
        }
        drafts = {one.pk: set(one.draft_duties) for one in every if one.is_draft}
    without = [one for one in every if one.state == "completed" and opens_case(one) and one.contact_id not in linked]
    assert marked == {one.pk: (one.contact_id, one.centre_id, one.completed_at) for one in without}
    assert drafts == {one.pk: one.proposal().duties & SECURING_DUTIES for one in every if one.is_draft}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(walk=walks)
@example(walk=["start", "security", "complete", "supersede", "unanswer", "complete and follow"])
@example(walk=["start", "security", "advise", "send back", "unanswer", "complete", "open"])
@example(walk=["start", "referral", "complete", "supersede", "security", "complete", "link"])
@example(walk=["start", "security", "advise", "confirm and follow", "supersede", "discard"])
def test_marks_say_what_a_search_finds(people: People, walk: list[str]) -> None:
    contact = make_contact(people.handler)
    for name in walk:
        try:
            STEPS[name](people, contact)
        except (NotAllowed, Stale, triage.ChoiceError, triage.SecuringDuties):
            continue
        check_marks(people)


def do_another_case(people: People, case: Case) -> None:
    make_case(people.colleague)


CASE_STEPS: dict[str, Callable[[People, Case], None]] = {
    "link": lambda people, case: as_user(
        people.handler, casework.link_contact, by=people.handler, case_id=case.pk, contact=make_contact(people.handler)
    ),
    "colleague links": lambda people, case: as_user(
        people.colleague, casework.link_contact, by=people.colleague, case_id=case.pk,
        contact=make_contact(people.colleague),
    ),
    "another case": do_another_case,
    "to colleague": lambda people, case: give(people, case, people.colleague),
    "to handler": lambda people, case: give(people, case, people.handler),
    "to nobody": lambda people, case: give(people, case, None),
    "take": lambda people, case: as_user(people.colleague, casework.take_case, by=people.colleague, case_id=case.pk),
    "close": lambda people, case: as_user(
        people.coordinator, casework.mark_closed, by=people.coordinator, case_id=case.pk, reason="moved"
    ),
}  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(walk=st.lists(st.sampled_from(sorted(CASE_STEPS)), min_size=1, max_size=7))
@example(walk=["link", "to nobody", "link", "colleague links", "take", "close"])
@example(walk=["to colleague", "link", "another case", "to handler"])
def test_handlers_read_the_contacts_of_the_cases_they_work_on(people: People, walk: list[str]) -> None:
    case = make_case(people.handler)
    check_readers(people)
    for name in walk:
        try:
            CASE_STEPS[name](people, case)
        except (NotAllowed, Stale):
            continue
        check_readers(people)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into hotline_contactreader (contact_id, user_id, centre_id)"
        " select id, handler_id, centre_id from hotline_contact",
        "update hotline_contactreader set user_id = null",
        "delete from hotline_contactreader",
    ],
)
def test_only_triggers_write_who_reads_a_contact(people: People, statement: str) -> None:
    make_case(people.handler)
    with (
        acting_as(people.handler, purpose="test"),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into cases_casetoopen (contact_id, assessment_id, centre_id, completed_at)"
        " select contact_id, id, centre_id, now() from triage_assessment",
        "update cases_casetoopen set completed_at = now()",
        "delete from cases_casetoopen",
    ],
)
def test_only_triggers_write_the_mark(people: People, statement: str) -> None:
    with (
        acting_as(people.coordinator, purpose="test"),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
