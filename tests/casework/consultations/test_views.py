"""The pages of consultations: asking, answering, and what who is asked does not see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from case_rows import make_case
from consultations import ANSWER, QUESTION, answered, consulted, stored
from django.urls import reverse
from django.utils import timezone
from past_policies import change, insert
from people import People, as_user, make_user, new_id
from teams import Body, accepted, invited, make_body
from web import browser, one_line

from casework.cases.actions import add_note
from casework.cases.models import Case
from casework.cases.permissions import case_to_print
from casework.consultations.models import Consultation
from casework.consultations.states import ConsultationState
from foundation.accounts.models import Membership, User
from foundation.accounts.roles import Role
from foundation.privacy.context import acting_as
from foundation.worklist.models import Absence
from handoff.referrals.printing import printed_case

S = ConsultationState
CANARIES = {"label": "canary-label", "notes": "canary-notes", "alias": "canary-alias", "municipality": "Canarytown"}


@pytest.fixture
def case(people: People) -> Case:
    made = make_case(people.handler, **CANARIES)
    note = {"case_id": made.pk, "note_id": new_id(), "text": "canary-note"}
    as_user(people.handler, add_note, by=people.handler, **note)
    return made


@pytest.fixture
def office(people: People, case: Case) -> Body:
    """In the team."""
    body = make_body("Youth office")
    accepted(invited(people.handler, case, body.organisation, reason="canary-reason"), body.person, body.deputy)
    return body


@pytest.fixture
def clinic() -> Body:
    """Not in the team."""
    return make_body("Clinic", Role.PARTNER_WORKER)


def page(user: User, name: str, *keys: Any) -> str:
    answer = browser(user).get(reverse(f"consultations:{name}", args=keys))
    assert answer.status_code == 200
    return one_line(answer)


def post(user: User, name: str, key: Any, **values: Any) -> Any:
    return browser(user).post(reverse(f"consultations:{name}", args=[key]), values)


def form_of(asking_body: Any, consultant: User, organisation: Any, **values: str) -> dict[str, str]:
    due = (timezone.localtime() + timedelta(hours=48)).strftime("%Y-%m-%dT%H:%M")
    return {
        "consultation_id": str(new_id()), "asking_body": str(asking_body.pk), "due_at": due, "question": QUESTION,
        "consultant": f"{organisation.pk}-{consultant.pk}", **values,
    }  # fmt: skip


def only_one(reader: User, case: Case) -> Consultation:
    with acting_as(reader, purpose="test"):
        return Consultation.objects.get(team=case.pk)


def test_from_asking_to_reading(people: People, case: Case, clinic: Body) -> None:
    form = form_of(people.centre, clinic.person, clinic.organisation)
    for _ in range(2):
        assert post(people.handler, "ask", case.pk, **form).status_code == 302
    made = only_one(people.handler, case)
    assert reverse("consultations:consultation", args=[made.pk]) in one_line(
        browser(clinic.person).get(reverse("worklist:today"))
    )
    assert QUESTION in page(clinic.person, "consultation", made.pk)
    assert post(clinic.person, "answer", made.pk, version="1", answer=ANSWER).status_code == 302
    assert "answered" in page(people.handler, "of_case", case.pk)
    assert ANSWER in page(people.handler, "consultation", made.pk)


def test_who_is_asked_sees_no_reference_and_nothing_of_the_case(
    people: People, case: Case, office: Body, clinic: Body
) -> None:
    made = consulted(people.handler, case, people.centre, clinic.person, clinic.organisation)
    client = browser(clinic.person)
    addresses = [reverse("worklist:today"), reverse("teams:list")]
    own = reverse("consultations:consultation", args=[made.pk])
    shown = [one_line(client.get(address)) for address in (*addresses, own)]
    shown.append(one_line(client.post(reverse("consultations:answer", args=[made.pk]), {"version": "1"})))
    stale = client.post(reverse("consultations:decline", args=[made.pk]), {"version": "9", "reason": "x"})
    assert stale.status_code == 409
    shown.append(one_line(stale))
    for text in shown:
        for word in (case.reference, "canary", "Canarytown", office.organisation.name, str(case.pk)):
            assert word not in text
    for name in ("of_case", "of_team", "ask"):
        assert client.get(reverse(f"consultations:{name}", args=[case.pk])).status_code == 404


def test_a_coordinator_who_is_asked_by_a_body_does_not_learn_about_which_case(
    people: People, case: Case, office: Body
) -> None:
    made = consulted(office.person, case, office.organisation, people.coordinator, people.centre)
    assert case.reference not in page(people.coordinator, "consultation", made.pk)
    assert str(made.pk) not in page(people.coordinator, "of_case", case.pk)
    assert case.reference in page(office.person, "consultation", made.pk)


def test_bodies_ask_for_themselves_and_may_share(people: People, case: Case, office: Body, clinic: Body) -> None:
    assert "The centre reads question and answer too" in page(office.person, "ask", case.pk)
    assert "The centre reads question and answer too" not in page(people.handler, "ask", case.pk)
    form = form_of(office.organisation, clinic.person, clinic.organisation)
    assert post(office.person, "ask", case.pk, **form).status_code == 302
    made = only_one(office.deputy, case)
    assert not made.is_shared
    assert clinic.person.name in page(office.deputy, "of_team", case.pk)
    assert str(made.pk) not in page(people.handler, "of_case", case.pk)
    shared = form_of(office.organisation, clinic.person, clinic.organisation, is_shared="on")
    assert post(office.person, "ask", case.pk, **shared).status_code == 302
    assert clinic.person.name in page(people.handler, "of_case", case.pk)


def test_a_wrong_form_says_why(people: People, case: Case, clinic: Body) -> None:
    wrong = [
        {"due_at": "2031-01-01T10:00"},
        {"due_at": "2020-01-01T10:00"},
        {"question": " "},
        {"question": "x" * 100_000},
        {"consultant": f"{people.centre.pk}-{people.handler.pk}"},
        {"consultant": "1-x"},
        {"asking_body": str(clinic.organisation.pk)},
        {"consultation_id": "1"},
    ]
    for values in wrong:
        form = {**form_of(people.centre, clinic.person, clinic.organisation), **values}
        assert post(people.handler, "ask", case.pk, **form).status_code == 422, values
    with acting_as(people.handler, purpose="test"):
        assert not Consultation.objects.exists()


def test_a_person_who_left_meanwhile_is_said_not_to_be_asked(people: People, case: Case, clinic: Body) -> None:
    form = form_of(people.centre, clinic.person, clinic.organisation)
    by = people.coordinator.pk
    change(Membership.objects.filter(user=clinic.person), ended_at=timezone.now(), ended_by_id=by)
    assert post(people.handler, "ask", case.pk, **form).status_code == 422


def test_the_form_says_who_is_absent(people: People, case: Case) -> None:
    today = timezone.localdate() - timedelta(days=1)
    away = {"organisation": people.centre, "made_by": people.colleague, "starts_on": today}
    insert([Absence(user=people.colleague, **away)])
    assert f"{people.colleague.name} (absent)" in page(people.handler, "ask", case.pk)


def test_a_stale_tab_is_told_and_loses_nothing(people: People, case: Case, clinic: Body) -> None:
    made = consulted(people.handler, case, people.centre, clinic.person, clinic.organisation)
    assert post(people.handler, "withdraw", made.pk, version="1").status_code == 302
    late = post(clinic.person, "answer", made.pk, version="1", answer=ANSWER)
    assert late.status_code == 409
    assert "withdrawn" in page(clinic.person, "consultation", made.pk)


def test_declining_and_a_late_answer_are_shown(people: People, case: Case, clinic: Body) -> None:
    first, second = (
        consulted(people.handler, case, people.centre, clinic.person, clinic.organisation) for _number in range(2)
    )
    assert post(clinic.person, "decline", first.pk, version="1", reason="").status_code == 422
    assert post(clinic.person, "decline", first.pk, version="1", reason="I know him.").status_code == 302
    assert "I know him." in page(people.handler, "consultation", first.pk)
    long_ago = timezone.now() - timedelta(days=5)
    change(Consultation.objects.filter(pk=second.pk), asked_at=long_ago, due_at=long_ago + timedelta(hours=48))
    assert "overdue" in page(people.handler, "of_case", case.pk)
    answered(second, clinic.person)
    shown = page(people.handler, "of_case", case.pk)
    assert "late" in shown
    assert "overdue" not in shown
    assert stored(second, people.handler).state == S.ANSWERED


def test_the_printed_file_has_what_the_centre_reads(people: People, case: Case, office: Body, clinic: Body) -> None:
    answered(consulted(people.handler, case, people.centre, clinic.person, clinic.organisation), clinic.person)
    consulted(
        office.person, case, office.organisation, people.coordinator, people.centre, question="canary of the office"
    )
    with acting_as(people.coordinator, purpose="test"):
        printed = str(printed_case(case_to_print(people.coordinator, case.pk), by=people.coordinator))
    assert QUESTION in printed
    assert ANSWER in printed
    assert "canary of the office" not in printed


def test_others_get_nothing(people: People, case: Case, office: Body, clinic: Body) -> None:
    made = consulted(people.handler, case, people.centre, clinic.person, clinic.organisation)
    stranger = make_user((clinic.organisation, Role.PARTNER_COORDINATOR))
    for other in (people.colleague, people.worker, people.dpo, clinic.deputy, stranger, office.person):
        assert browser(other).get(reverse("consultations:consultation", args=[made.pk])).status_code == 404
        for name in ("answer", "decline", "withdraw"):
            values = {"version": "1", "answer": "x", "reason": "x"}
            assert post(other, name, made.pk, **values).status_code == 404
