"""A partner's conflict of interest excludes it from the ranking, with the reason; the server refuses an offer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from past_policies import change
from people import People, as_user, new_id
from referrals import draft, make_case
from web import browser

from casework.cases.models import Case
from foundation.accounts.models import Organisation
from foundation.privacy.context import acting_as
from handoff.referrals.centre_actions import ConflictOfInterest, OutOfUse, draft_referral, offer_referral
from handoff.referrals.models import Referral
from regions.conflicts import With, add_conflict, end_conflict
from regions.models import Conflict, Region


def note(people: People, *, starts_on: date | None = None, ends_on: date | None = None, **about: Any) -> Conflict:
    if isinstance(about.get("region"), str):
        about["region"] = Region.objects.get(pk=about["region"])
    conflict: Conflict = as_user(
        people.coordinator,
        add_conflict,
        by=people.coordinator,
        organisation=people.partner,
        about=With(**about),
        reason="ties",
        starts_on=starts_on or timezone.localdate(),
        ends_on=ends_on,
    )
    return conflict


def left_out(people: People, case: Case) -> str:
    """Why the page of partners excludes the partner; empty if it does not."""
    page = browser(people.handler).get(reverse("handoff:partners", args=[case.pk]), {"service": "relatives"})
    found = page.context["suggestions"].excluded
    return " ".join(reason for one in found if one.organisation_id == people.partner.pk for reason in one.reasons)


def try_to_draft(people: People, case: Case) -> Any:
    values = {"organisation": people.partner.pk, "service": "relatives", "referral_id": new_id()}
    return browser(people.handler).post(reverse("handoff:draft", args=[case.pk]), values, follow=True)


def drafts(people: People, case: Case) -> int:
    with acting_as(people.handler, purpose="test"):
        return Referral.objects.filter(case=case).count()


DETAILS = {"phenomenon": "right", "caller_type_id": "parent"}
FITTING: list[dict[str, Any]] = [
    {"region": "DE-BY"},
    {"region": "DE"},
    {"phenomenon": "right"},
    {"caller_type": "parent"},
    {"caller_type": "relative"},
    {"region": "DE", "phenomenon": "right", "caller_type": "relative"},
]
OTHERS: list[dict[str, Any]] = [
    {"region": "DE-SN"},
    {"phenomenon": "left"},
    {"caller_type": "school"},
    {"caller_type": "sibling"},
    {"region": "DE-BY", "phenomenon": "left"},
]


@pytest.mark.parametrize("about", FITTING)
def test_conflict_excludes_the_partner_with_its_reason_and_a_draft_is_refused(
    people: People, about: dict[str, Any]
) -> None:
    case = make_case(people, **DETAILS)
    assert left_out(people, case) == ""
    conflict = note(people, **about)
    assert left_out(people, case) == "Has a conflict of interest: Personal or family ties."
    answer = try_to_draft(people, case)
    assert "Nothing can be offered to Example Partner" in answer.text
    assert drafts(people, case) == 0
    as_user(people.coordinator, end_conflict, by=people.coordinator, conflict=conflict)
    assert left_out(people, case) == ""
    try_to_draft(people, case)
    assert drafts(people, case) == 1


@pytest.mark.parametrize("about", OTHERS)
def test_conflict_about_other_cases_excludes_nobody(people: People, about: dict[str, Any]) -> None:
    case = make_case(people, **DETAILS)
    note(people, **about)
    assert left_out(people, case) == ""
    try_to_draft(people, case)
    assert drafts(people, case) == 1


def test_conflict_with_a_responsible_organisation_excludes_the_partner(people: People) -> None:
    case = make_case(people)
    note(people, other=people.other_centre)
    assert left_out(people, case) == ""
    note(people, other=people.centre)
    assert "conflict of interest" in left_out(people, case)


@pytest.mark.parametrize(
    ("first", "last", "is_out"), [(0, None, True), (0, 0, True), (-9, -1, False), (1, None, False)]
)
def test_conflict_excludes_the_partner_only_between_its_dates(
    people: People, first: int, last: int | None, is_out: bool
) -> None:
    case, today = make_case(people), timezone.localdate()
    ends_on = None if last is None else today + timedelta(days=last)
    note(people, region="DE", starts_on=today + timedelta(days=first), ends_on=ends_on)
    assert bool(left_out(people, case)) == is_out
    if is_out and ends_on:
        assert "until" in left_out(people, case)


def test_conflict_noted_after_the_draft_prevents_the_offer_and_keeps_the_input(people: People) -> None:
    referral = draft(people, make_case(people))
    note(people, region="DE")
    values = {"text": "A family asks for help.", "fields_agreed": [], "legal_basis": ""}
    answer = browser(people.handler).post(reverse("handoff:offer", args=[referral.pk]), values)
    assert answer.status_code == 409
    assert "A family asks for help." in answer.text
    assert "Personal or family ties" in answer.text
    with pytest.raises(ConflictOfInterest):
        as_user(people.handler, offer_referral, by=people.handler, referral_id=referral.pk, text="x")
    with acting_as(people.handler, purpose="test"):
        assert Referral.objects.get(pk=referral.pk).state == "draft"


def test_deactivated_partner_is_not_ranked_and_gets_no_offer(people: People) -> None:
    case = make_case(people)
    referral = draft(people, case)
    change(Organisation.objects.filter(pk=people.partner.pk), is_active=False)
    page = browser(people.handler).get(reverse("handoff:partners", args=[case.pk]), {"service": "relatives"})
    shown = page.context["suggestions"]
    assert people.partner.pk not in [one.organisation_id for one in [*shown.ranked, *shown.excluded]]
    with pytest.raises(OutOfUse):
        as_user(people.handler, offer_referral, by=people.handler, referral_id=referral.pk, text="x")
    other = make_case(people)
    with pytest.raises(OutOfUse):
        as_user(
            people.handler,
            draft_referral,
            by=people.handler,
            referral_id=new_id(),
            case_id=other.pk,
            organisation=people.partner,
            service="relatives",
        )
    assert "is out of use" in try_to_draft(people, other).text
