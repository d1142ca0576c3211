"""Exit reports: written, discussed with the person, approved by somebody else, handed over."""

from __future__ import annotations

from typing import Any

import pytest
from case_rows import make_case
from django.db import ProgrammingError, transaction
from django.urls import reverse
from past_policies import change as past_change
from pdfs import is_tagged, text_of
from people import People, as_user, new_id
from prison_releases import (
    PARTS,
    announced,
    approved_report,
    begun_report,
    cancelled,
    in_days,
    released,
    report_step,
    step,
    stored,
    stored_report,
    written,
)
from teams import Body, accepted, invited, make_body
from web import browser, one_line

from casework.cases.closing_needs import NotReady
from casework.cases.models import Case
from casework.releases import report_actions as actions
from casework.releases.actions import do_without_report, mark_settled
from casework.releases.models import PARTS_OF_REPORT, ExitReport
from casework.releases.report_actions import EmptyParts
from casework.releases.states import REPORT_TRANSITIONS, ExitReportState
from casework.releases.vocabulary import Recipient
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.privacy.models import opened_keys
from foundation.worklist.models import WorkItem
from handoff.referrals.centre_actions import close_case

E = ExitReportState
TO_SERVICE = {"recipient_kind": Recipient.SERVICE, "recipient": "Youth club", "handed_over_on": in_days(0)}


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler)


@pytest.fixture
def probation(people: People, case: Case) -> Body:
    """In the team; it coordinates the process."""
    body = make_body("Probation office")
    hats = [Hat.WORKS, Hat.PROCESS]
    accepted(invited(people.handler, case, body.organisation, hats=hats), body.person, body.deputy)
    return body


@pytest.fixture
def clinic(people: People, case: Case) -> Body:
    """In the team; it coordinates the content."""
    body = make_body("Clinic")
    hats = [Hat.WORKS, Hat.CONTENT]
    accepted(invited(people.handler, case, body.organisation, hats=hats), body.person, body.deputy)
    return body


@pytest.fixture
def school(people: People, case: Case) -> Body:
    """In the team; it coordinates nothing."""
    body = make_body("School")
    accepted(invited(people.handler, case, body.organisation), body.person, body.deputy)
    return body


def kinds(reader: User, report: ExitReport) -> list[str]:
    with acting_as(reader, purpose="test"):
        found = Event.objects.filter(subject=report.pk).order_by("pk").values_list("kind", flat=True)
        return [kind.removeprefix("exit_report.") for kind in found]


def approved(people: People, case: Case) -> ExitReport:
    return approved_report(people.handler, people.coordinator, case)


def test_there_are_exactly_six_parts() -> None:
    assert len(PARTS_OF_REPORT) == 6
    assert set(PARTS) == set(PARTS_OF_REPORT)


def test_the_team_reads_it_and_nobody_else(people: People, case: Case, school: Body) -> None:
    written(people.handler, case)
    for reader, number in ((people.coordinator, 1), (school.person, 1), (people.colleague, 0), (people.dpo, 0)):
        opened_keys.clear()
        with acting_as(reader, purpose="test"):
            assert [one.help for one in ExitReport.objects.all()] == [PARTS["help"]] * number


def test_it_needs_no_release_and_one_is_in_hand(people: People, case: Case) -> None:
    key = new_id()
    for _number in range(2):
        report = begun_report(people.handler, case, report_id=key)
    assert kinds(people.handler, report) == ["begun"]
    with pytest.raises(Stale):
        begun_report(people.handler, case)


def test_from_draft_to_handed_over(people: People, case: Case) -> None:
    report = approved(people, case)
    done = report_step(people.handler, actions.hand_over, report, **TO_SERVICE)
    assert (done.state, done.recipient, done.approved_by) == (E.HANDED_OVER, "Youth club", people.coordinator)
    assert kinds(people.handler, done) == ["begun", "changed", "discussed", "approved", "handed_over"]
    assert begun_report(people.handler, case).is_draft


def test_bodies_that_coordinate_write_and_of_the_content_approve(
    people: People, case: Case, probation: Body, clinic: Body, school: Body
) -> None:
    report = report_step(probation.person, actions.mark_discussed, written(probation.person, case))
    for stranger in (probation.deputy, school.person, people.colleague):
        with pytest.raises(NotAllowed):
            as_user(stranger, actions.approve, by=stranger, report_id=report.pk, version=report.version)
    assert report_step(clinic.person, actions.approve, report).approved_by == clinic.person
    with pytest.raises(NotAllowed):
        begun_report(school.person, case)


def test_who_wrote_it_does_not_approve_it(people: People, case: Case) -> None:
    report = report_step(people.handler, actions.mark_discussed, written(people.handler, case))
    with pytest.raises(NotAllowed):
        report_step(people.handler, actions.approve, report)
    marks = {"state": E.APPROVED, "approved_by": people.handler, "approved_at": report.discussed_at}
    with pytest.raises(ProgrammingError), acting_as(people.handler, purpose="test"), transaction.atomic():
        ExitReport.objects.filter(pk=report.pk).update(**marks)


def test_its_text_changes_in_the_draft_alone(people: People, case: Case) -> None:
    report = report_step(people.handler, actions.mark_discussed, written(people.handler, case))
    with pytest.raises(Stale):
        report_step(people.handler, actions.write_report, report, help="Another one.")
    with acting_as(people.handler, purpose="test"):
        changed = ExitReport.objects.select_related("data_key").get(pk=report.pk)
        changed.help = "Another one."
        with pytest.raises(ProgrammingError), transaction.atomic():
            changed.save(update_fields=["help"])
    draft = report_step(people.handler, actions.reopen, report)
    assert report_step(people.coordinator, actions.write_report, draft, help="Another one.").help == "Another one."


def test_a_draft_again_is_discussed_and_approved_anew(people: People, case: Case) -> None:
    report = report_step(people.handler, actions.reopen, approved(people, case))
    assert (report.state, report.discussed_by, report.approved_by) == (E.DRAFT, None, None)


def test_an_empty_part_is_named(people: People, case: Case) -> None:
    report = written(people.handler, case, risk_of_return=" ", help="")
    with pytest.raises(EmptyParts) as error:
        report_step(people.handler, actions.mark_discussed, report)
    assert error.value.parts == ["risk_of_return", "help"]


def test_what_waits_for_approval_stands_before_coordinators_who_have_not_written_it(people: People, case: Case) -> None:
    report = report_step(people.coordinator, actions.mark_discussed, written(people.coordinator, case))
    with acting_as(people.coordinator, purpose="test"):
        (item,) = WorkItem.objects.filter(kind="exit_report", subject=report.pk)
        assert item.besides == [people.coordinator.pk]
    report_step(people.handler, actions.approve, report)
    with acting_as(people.coordinator, purpose="test"):
        assert not WorkItem.objects.filter(kind="exit_report").exists()


STEPS: dict[ExitReportState, tuple[str, Any, dict[str, Any]]] = {
    E.DRAFT: ("handler", actions.reopen, {}),
    E.DISCUSSED: ("handler", actions.mark_discussed, {}),
    E.APPROVED: ("coordinator", actions.approve, {}),
    E.HANDED_OVER: ("handler", actions.hand_over, TO_SERVICE),
}
ORDER = [E.DISCUSSED, E.APPROVED, E.HANDED_OVER]
WAYS = {E.DRAFT: [], **{state: ORDER[: number + 1] for number, state in enumerate(ORDER)}}


@pytest.mark.parametrize("target", STEPS)
@pytest.mark.parametrize("source", WAYS)
def test_every_transition(people: People, case: Case, source: ExitReportState, target: ExitReportState) -> None:
    report = written(people.handler, case)
    for state in WAYS[source]:
        who, action, values = STEPS[state]
        report = report_step(getattr(people, who), action, report, **values)
    who, action, values = STEPS[target]
    before = kinds(people.handler, report)
    if source == target:  # a repeat has no effect
        report_step(getattr(people, who), action, report, **values)
        assert kinds(people.handler, report) == before
    elif target in REPORT_TRANSITIONS[source]:
        assert report_step(getattr(people, who), action, report, **values).state == target
    else:
        with pytest.raises(Stale):
            report_step(getattr(people, who), action, report, **values)


def test_a_stale_tab_is_told(people: People, case: Case) -> None:
    report = written(people.handler, case)
    for action, values in ((actions.write_report, {"help": "x"}), (actions.mark_discussed, {})):
        with pytest.raises(Stale):
            as_user(people.handler, action, by=people.handler, report_id=report.pk, version=1, **values)


def test_a_repeated_text_has_no_effect(people: People, case: Case) -> None:
    report = written(people.handler, case)
    as_user(people.handler, actions.write_report, by=people.handler, report_id=report.pk, version=1, **PARTS)
    assert kinds(people.handler, report) == ["begun", "changed"]


def test_a_closed_case_gets_none(people: People, case: Case) -> None:
    closed = {"state": "closed", "closed_by": people.handler, "close_reason": "other"}
    past_change(Case.objects.filter(pk=case.pk), closed_at=case.opened_at, work_ended_at=case.opened_at, **closed)
    with pytest.raises(Stale):
        begun_report(people.handler, case)


# --- closing the case ---------------------------------------------------------------------------------------------


def close(people: People, case: Case) -> None:
    as_user(people.coordinator, close_case, by=people.coordinator, case_id=case.pk, reason="goals_met")


def test_a_case_with_a_release_is_not_closed_without_a_report(people: People, case: Case) -> None:
    announced(people.handler, case)
    with pytest.raises(NotReady) as error:
        close(people, case)
    assert len(error.value.needs) == 1
    approved(people, case)
    with pytest.raises(NotReady):
        close(people, case)


def test_a_report_that_was_handed_over_lets_it_be_closed(people: People, case: Case) -> None:
    announced(people.handler, case)
    report_step(people.handler, actions.hand_over, approved(people, case), **TO_SERVICE)
    close(people, case)


def test_so_does_a_reason_why_there_is_none(people: People, case: Case) -> None:
    release = announced(people.handler, case)
    for _number in range(2):
        said = {"release_id": release.pk, "version": 1, "reason": "He went abroad."}
        as_user(people.handler, do_without_report, by=people.handler, **said)
    now = stored(release, people.handler)
    assert (now.no_report_reason, now.no_report_by, now.version) == ("He went abroad.", people.handler, 2)
    close(people, case)


def test_a_cancelled_release_or_none_asks_for_nothing(people: People, case: Case) -> None:
    cancelled(people.handler, announced(people.handler, case))
    close(people, case)
    close(people, make_case(people.handler))


def test_a_settled_release_still_asks_for_it_and_takes_the_reason(people: People, case: Case) -> None:
    release = released(people.handler, announced(people.handler, case))
    settled = step(people.handler, mark_settled, release)
    with pytest.raises(NotReady):
        close(people, case)
    assert post(people.handler, "without_report", settled.pk, version=str(settled.version)).status_code == 422
    said = {"version": str(settled.version), "reason": "He went abroad."}
    assert post(people.handler, "without_report", settled.pk, **said).status_code == 302
    assert "He went abroad." in page(people.handler, "release", settled.pk)
    close(people, case)


def test_without_a_report_is_said_once_and_of_no_cancelled_release(people: People, case: Case) -> None:
    release = cancelled(people.handler, announced(people.handler, case))
    with pytest.raises(Stale):
        step(people.handler, do_without_report, release, reason="He went abroad.")


# --- pages -------------------------------------------------------------------------------------------------------


def post(user: User, name: str, key: Any, **values: Any) -> Any:
    return browser(user).post(reverse(f"releases:{name}", args=[key]), values)


def page(user: User, name: str, key: Any) -> str:
    answer = browser(user).get(reverse(f"releases:{name}", args=[key]))
    assert answer.status_code == 200
    return one_line(answer)


def test_the_pages_from_beginning_to_paper(people: People, case: Case, school: Body) -> None:
    assert "Begin an exit report" in page(people.handler, "of_case", case.pk)
    key = str(new_id())
    for _number in range(2):
        assert post(people.handler, "begin_report", case.pk, report_id=key).url.endswith(f"{key}/write/")
    assert post(people.handler, "begin_report", case.pk, report_id=str(new_id())).status_code == 409
    assert post(people.handler, "write_report", key, version="1", help=PARTS["help"]).status_code == 302
    answer = browser(people.handler).post(reverse("releases:discussed", args=[key]), {"version": "2"}, follow=True)
    assert "These parts have no text yet: Residual risks," in one_line(answer)
    assert post(people.handler, "write_report", key, version="2", **PARTS).status_code == 302
    assert post(people.handler, "print_report", key).status_code == 409
    assert post(people.handler, "discussed", key, version="3").status_code == 302
    assert "approve-report" not in page(people.handler, "report", key)
    assert post(people.handler, "approve_report", key, version="4").status_code == 404
    assert "approve-report" in page(people.coordinator, "report", key)
    assert post(people.coordinator, "approve_report", key, version="4").status_code == 302
    answer = post(people.handler, "print_report", key)
    body = answer.content
    assert (answer.status_code, answer["Content-Type"], is_tagged(body, "en")) == (200, "application/pdf", True)
    assert all(text in text_of(body) for text in PARTS.values())
    said = {"recipient_kind": "service", "recipient": "", "handed_over_on": in_days(0).isoformat()}
    assert post(people.handler, "hand_over", key, version="5", **said).status_code == 422
    assert post(people.handler, "hand_over", key, version="5", **{**said, "recipient": "Club"}).status_code == 302
    shown = page(school.person, "report", key)
    assert "Club" in shown
    assert all(text in shown for text in PARTS.values())
    assert "reopen-report" not in page(people.handler, "report", key)
    assert post(people.handler, "reopen_report", key, version="6").status_code == 409


def test_a_draft_again_by_button(people: People, case: Case) -> None:
    report = approved(people, case)
    assert post(people.handler, "reopen_report", report.pk, version=str(report.version)).status_code == 302
    assert stored_report(report, people.handler).is_draft


def test_who_writes_on_a_stale_page_keeps_what_was_typed(people: People, case: Case) -> None:
    report = written(people.handler, case)
    answer = post(people.handler, "write_report", report.pk, version="1", help="Typed late.")
    assert answer.status_code == 422
    assert "Typed late." in one_line(answer)


@pytest.mark.parametrize(
    "values",
    [
        {"recipient_kind": "x"},
        {"handed_over_on": "x"},
        {"handed_over_on": in_days(1).isoformat()},
        {"handed_over_on": "0001-01-01"},
        {"recipient": "x" * 1_001},
    ],
)
def test_absurd_values_are_said_beside_the_form(people: People, case: Case, values: dict[str, str]) -> None:
    report = approved(people, case)
    said = {"recipient_kind": "body", "recipient": "Club", "handed_over_on": in_days(0).isoformat(), **values}
    assert post(people.handler, "hand_over", report.pk, version=str(report.version), **said).status_code == 422


def test_who_may_not_gets_a_404(people: People, case: Case, school: Body) -> None:
    report = approved(people, case)
    for stranger in (people.colleague, people.worker, people.dpo):
        assert browser(stranger).get(reverse("releases:report", args=[report.pk])).status_code == 404
    for name in ("print_report", "reopen_report", "hand_over", "discussed"):
        assert post(school.person, name, report.pk, version="1").status_code == 404
    assert browser(school.person).get(reverse("releases:write_report", args=[report.pk])).status_code == 404
