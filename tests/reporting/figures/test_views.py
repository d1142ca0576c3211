"""Live figures over HTTP: equal to a recount in Python, and only for coordinators."""

from __future__ import annotations

import statistics
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
import time_machine
from assessments import SECURITY, make_contact
from case_rows import give, make_case
from django.utils import timezone
from django.utils.text import capfirst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from past_policies import insert
from people import People, as_user
from web import browser, queries_of

from casework.cases.models import Action, Case
from casework.cases.vocabulary import DropReason
from casework.cases.work_actions import confirm_drop, drop_action, finish_action
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from handoff.referrals.models import Referral
from handoff.referrals.states import ENDED, ReferralState
from hotline.contacts.callbacks import complete_contact
from hotline.contacts.models import Callback, CallerType, Contact
from hotline.contacts.states import ContactState
from hotline.contacts.vocabulary import Channel, Kind
from reporting.figures import counts
from reporting.figures.counting import recount
from reporting.figures.figures import duration
from reporting.figures.measures import BY_CODE
from reporting.figures.models import Cell
from reporting.figures.periods import period
from triage.models import Assessment
from triage.vocabulary import Duty

quick = settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def figures(people: People, **values: str) -> Any:
    answer = browser(people.coordinator).get("/figures/", values)
    assert answer.status_code == 200
    return answer.context


def bars(chart: Any) -> dict[str, int]:
    return {row.label: row.values[0] for row in chart.rows}


def work(shown: Any) -> dict[str, Any]:
    """The charts of the work on cases, by the code of the measure."""
    return {code: chart for chart in shown["work"] for code in BY_CODE if chart.text.title == BY_CODE[code].label}


def live(people: People) -> dict[Any, int]:
    chosen = period("12-months", timezone.now(), people.centre.zone)
    with acting_as(people.coordinator, purpose="test"):
        return dict(counts.live(people.centre, chosen))


def cells(people: People, subjects: set[UUID]) -> dict[Any, int]:
    """The cells of a release for the measures and months of the page, after a recount."""
    with acting_as(service_user(Service.STATISTICS), purpose="test"):
        recount(subjects)
    months = period("12-months", timezone.now(), people.centre.zone).months
    with acting_as(people.coordinator, purpose="test"):
        found = Cell.objects.filter(measure__in=counts.SHOWN, month__in=months, number__gt=0)
        return {(cell.measure, cell.month, cell.key): cell.number for cell in found}


@pytest.mark.parametrize("name", ["contact", "referral"])
def test_drafts_count_neither_live_nor_for_releases(people: People, name: str) -> None:
    make_case(people.handler)  # its contact is a draft; the case itself counts
    with acting_as(people.handler, purpose="test"):
        subjects = set(Contact.objects.values_list("pk", flat=True))
    if name == "referral":
        subjects = {_referral(people, Random(1), ReferralState.DRAFT).pk}
    assert subjects
    found = [*live(people), *cells(people, subjects)]
    assert {measure for measure, _month, _key in found} <= {"first_action", "first_meeting"}


def test_only_coordinators_read_live_figures(people: People) -> None:
    opened = {user.pk for user in people.everybody if browser(user).get("/figures/").status_code == 200}
    assert opened == {people.coordinator.pk, people.other_coordinator.pk}


@pytest.mark.parametrize("code", ["all", "'", "12-months ", "2026"])
def test_unknown_period_in_the_url_is_404(people: People, code: str) -> None:
    assert browser(people.coordinator).get("/figures/", {"period": code}).status_code == 404


def test_live_figures_of_an_empty_database_show_that(people: People) -> None:
    shown = browser(people.coordinator).get("/figures/").content.decode()
    assert "Nothing has been counted in this period yet." in shown
    assert "Nothing waits." in shown


def test_polled_fragment_has_no_page_frame(people: People) -> None:
    shown = browser(people.coordinator).get("/figures/", headers={"HX-Request": "true"}).content.decode()
    assert shown.lstrip().startswith('<div id="figures"')


@quick
@given(seed=st.integers(0, 2**32))
def test_figures_equal_a_recount(people: People, seed: int) -> None:
    chance, now = Random(seed), timezone.now()
    contacts = _contacts(people, chance, now)
    shown = figures(people)
    recent = [one for one in contacts if one.started_at >= shown["period"].start]
    need = [one for one in recent if one.kind == Kind.COUNSELLING and one.state == "completed"]
    others = [one for one in recent if one.kind != Kind.COUNSELLING and one.state == "completed"]
    assert shown["number"] == len(need)
    assert bars(shown["channels"]) == _labelled(Channel, Counter(one.channel for one in need))
    assert bars(shown["others"]) == _labelled(Kind, Counter(one.kind for one in others))
    assert live(people) == cells(people, {one.pk for one in contacts})
    top = {term.code: term.parent_id or term.code for term in CallerType.objects.all()}
    recounted = Counter(
        (str(CallerType.objects.get(pk=top[one.caller_type_id])), timezone.localtime(one.started_at).strftime("%b %Y"))
        for one in need
    )
    table = shown["callers_table"]
    drawn = {
        (name, month.strftime("%b %Y")): value
        for month, row in zip(shown["period"].months, table.rows, strict=True)
        for name, value in zip(table.columns, row.values, strict=True)
        if value
    }
    assert drawn == dict(recounted)


def test_duties_are_shown_by_what_became_of_them(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    coordinator = people.coordinator
    with acting_as(coordinator, purpose="test"):
        duties = list(Action.objects.open_duties().filter(case=case).order_by("due_at", "pk"))
    assert len(duties) >= 2
    done, *others = duties
    with acting_as(coordinator, purpose="test"):
        finish_action(by=coordinator, action_id=done.pk, version=done.version, result="Informed.")
    shown = figures(people)
    assert bars(work(shown)["first_action"]) == {"Within 4 hours": 1}
    assert (shown["now"].open_duties, shown["now"].overdue_duties) == (len(others), 0)
    with time_machine.travel(max(one.due_at for one in duties) + timedelta(minutes=1)):
        late, *left = others
        with acting_as(coordinator, purpose="test"):
            finish_action(by=coordinator, action_id=late.pk, version=late.version, result="Informed.")
        shown = figures(people)
        in_list = {"Done in time": 1, "Done late": 1, "Not done so far": len(left)}
        assert bars(work(shown)["duty_end"]) == {name: number for name, number in in_list.items() if number}
        assert shown["now"].overdue_duties == len(left)


def test_dropped_duties_are_shown_by_reason_and_without_words(people: People) -> None:
    make_case(people.handler, SECURITY)
    with acting_as(people.handler, purpose="test"):
        duty = Action.objects.open_duties().get(duty=Duty.SECURITY_INFORMATION)
        drop_action(
            by=people.handler, action_id=duty.pk, version=duty.version, reason=DropReason.REFUSED, result="A secret."
        )
    with acting_as(people.coordinator, purpose="test"):
        confirm_drop(by=people.coordinator, action_id=duty.pk, version=duty.version + 1)
    with time_machine.travel(duty.due_at + timedelta(minutes=1)):
        assert bars(work(figures(people))["duty_drop"]) == {"The person concerned does not want it": 1}
        assert "A secret." not in browser(people.coordinator).get("/figures/").content.decode()


def _labelled(codes: Any, counted: Counter[str]) -> dict[str, int]:
    return {capfirst(str(codes(code).label)): number for code, number in counted.items()}


def _contacts(people: People, chance: Random, now: datetime) -> list[Contact]:
    """Contacts of any kind, channel and caller, including drafts, over two years; rows as the desk would store them."""
    first = make_contact(people.handler)
    codes = list(CallerType.objects.values_list("code", flat=True))
    with acting_as(people.handler, purpose="test"):
        for _number in range(chance.randint(0, 25)):
            copy = Contact.objects.get(pk=first.pk)
            copy.pk, copy.number = None, chance.getrandbits(50) + 1
            copy.id = Contact._meta.pk.get_default()
            copy.kind = chance.choice([Kind.COUNSELLING, Kind.COUNSELLING, *Kind])
            copy.channel, copy.caller_type_id = chance.choice(list(Channel)), chance.choice(codes)
            copy.started_at = now - timedelta(minutes=chance.randint(0, 2 * 365 * 24 * 60))
            if chance.random() < 0.7:
                copy.state, copy.completed_at, copy.completed_by = ContactState.COMPLETED, now, people.handler
            insert([copy])
        return list(Contact.objects.of_centre(people.centre))


@quick
@given(seed=st.integers(0, 2**32))
def test_referrals_equal_a_recount(people: People, seed: int) -> None:
    chance = Random(seed)
    with acting_as(people.coordinator, purpose="test"):
        before = list(Referral.objects.all())
    for _number in range(chance.randint(1, 4)):
        _referral(people, chance)
    with acting_as(people.coordinator, purpose="test"):
        referrals = list(Referral.objects.all())
    shown, now = figures(people), timezone.now()
    waits = [one for one in referrals if one.state in {"offered", "question"}]
    assert len(referrals) > len(before)
    offers = [one for one in referrals if one.offered_at]
    assert bars(shown["states"]) == _labelled(ReferralState, Counter(one.state for one in offers))
    assert live(people) == cells(people, {one.pk for one in referrals})
    assert shown["now"].waiting == len(waits)
    assert shown["now"].overdue == sum(1 for one in waits if one.due_at and one.due_at < now)
    assert {one.referral.pk: one.for_us for one in shown["waiting"]} == {
        one.pk: one.state == "question" for one in waits
    }
    times = [one.answered_at - one.offered_at for one in referrals if one.answered_at and one.offered_at]
    median = timedelta(seconds=statistics.median(time.total_seconds() for time in times)) if times else None
    assert shown["median"] == duration(median)


def _referral(people: People, chance: Random, state: ReferralState | None = None) -> Referral:
    case, now = make_case(people.handler), timezone.now()
    state = state or ReferralState(chance.choice(ReferralState.values))
    offered = now - timedelta(hours=chance.randint(50, 500))
    answered = offered + timedelta(hours=chance.randint(1, 49)) if state.value in {"accepted", "declined"} else None
    is_draft = state in {ReferralState.DRAFT, ReferralState.WITHDRAWN}
    with acting_as(people.handler, purpose="test"):
        made = Referral(
            number=chance.getrandbits(50) + 1,
            case=case,
            centre=people.centre,
            organisation=people.partner,
            data_key_id=case.data_key_id,
            state=state,
            service="relatives",
            urgency="standard",
            contact_person=people.handler,
            created_by=people.handler,
            offered_at=None if is_draft else offered,
            offered_by=None if is_draft else people.handler,
            due_at=None if is_draft else now + timedelta(hours=chance.randint(-48, 48)),
            answered_at=answered,
            answered_by=people.worker if answered else None,
            ended_at=now if state in ENDED else None,
        )
        insert([made])
    return made


def test_current_numbers_include_unassigned_contacts_and_cases(people: People) -> None:
    make_case(people.handler)
    free = make_case(people.handler)
    give(people, free, None)
    contact, now = make_contact(people.handler), timezone.now()
    with acting_as(people.handler, purpose="test"):
        Contact.objects.filter(pk=contact.pk).update(handler=None)
        for hours in (-1, 5):
            Callback(
                centre=people.centre,
                data_key_id=contact.data_key_id,
                made_by=people.handler,
                due_at=now + timedelta(hours=hours),
            ).save(force_insert=True)
    shown = figures(people)["now"]
    assert (shown.open_cases, shown.unassigned_cases, shown.unassigned_contacts) == (2, 1, 1)
    assert (shown.callbacks, shown.callbacks_due) == (2, 1)


def test_dispositions_count_only_assessments_in_force(people: People) -> None:
    make_case(people.handler)
    case = make_case(people.handler)
    for contact in as_user(people.handler, lambda: list(Contact.objects.all())):
        as_user(people.handler, complete_contact, by=people.handler, contact_id=contact.pk)
    with acting_as(people.handler, purpose="test"):
        Contact.objects.filter(pk=Assessment.objects.get(pk=case.assessment_id).contact_id).update(kind="prank")
    assert bars(figures(people)["dispositions"]) == {"Referral to a partner": 1}


def test_figures_exclude_other_centres(people: People) -> None:
    make_case(people.handler)
    answer = browser(people.other_coordinator).get("/figures/")
    assert answer.context["is_empty"] is True
    assert answer.context["now"].open_cases == 0


def test_more_rows_take_no_more_queries(people: People) -> None:
    client, chance = browser(people.coordinator), Random(1)
    make_case(people.handler)
    _referral(people, chance)
    client.get("/figures/")
    few = queries_of(lambda: client.get("/figures/"))
    for _number in range(2):
        _referral(people, chance)
        _contacts(people, chance, datetime.now(UTC))
    assert queries_of(lambda: client.get("/figures/")) == few
    assert few <= 25
    with acting_as(people.coordinator, purpose="test"):
        assert Case.objects.count() == 4
