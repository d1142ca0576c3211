"""An organisation whose closing days cover years: deadlines still exist, and pages say that it is closed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import referrals
from contacts import browser
from django.urls import reverse
from django.utils import timezone
from people import People, as_user, new_id
from telephone import TELEPHONY, by_telephone, make_line, waiting

from foundation.accounts.models import Organisation
from handoff.referrals.centre_actions import answer_question
from handoff.referrals.partner_actions import ask_again, ask_question
from hotline.contacts.models import Callback
from regions.models import CalendarException, OpeningHours

pytestmark = pytest.mark.django_db
WORDS = "no opening hours in the coming years"


@pytest.fixture
def people(db: None) -> People:
    return referrals.ready()


def close(organisation: Organisation, *days: tuple[str, str], every_year: bool = True) -> None:
    for first, last in days:
        CalendarException.objects.create(
            organisation=organisation,
            label="closed",
            starts_on=date.fromisoformat(first),
            ends_on=date.fromisoformat(last),
            every_year=every_year,
        )


WHOLE_YEAR = [("2001-01-01", "2001-12-31")]
IN_TWO_PARTS = [("2001-12-20", "2002-07-31"), ("2001-08-01", "2001-12-24")]
MONTHS = [
    (f"2000-{m:02}-01", f"2000-{m:02}-{d}")
    for m, d in zip(range(1, 13), [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], strict=True)
]
EACH_YEAR = [(f"{year}-01-01", f"{year}-12-31") for year in range(timezone.now().year, timezone.now().year + 12)]
CLOSED = [(WHOLE_YEAR, True), (IN_TWO_PARTS, True), (MONTHS, True), (EACH_YEAR, False)]
NAMES = ["every year", "in two parts", "month by month", "year after year"]


@pytest.mark.parametrize(("days", "every_year"), CLOSED, ids=NAMES)
def test_offer_to_a_partner_that_is_never_open_has_a_deadline_by_usual_hours(
    people: People, days: Any, every_year: bool
) -> None:
    close(people.partner, *days, every_year=every_year)
    draft = referrals.draft(people, referrals.make_case(people))
    page = browser(people.handler).get(reverse("handoff:referral", args=[draft.pk]))
    assert (page.status_code, WORDS in page.content.decode()) == (200, True)
    offered = referrals.offer(people, draft)
    seen = referrals.seen_by(people.handler, offered.pk)
    assert seen.due_at is not None
    assert timezone.now() < seen.due_at < timezone.now() + timedelta(days=14)
    assert len(seen.steps_at) == 3


def test_question_can_be_answered_after_the_partner_closed_for_years(people: People) -> None:
    offered = referrals.offered(people)
    question = {"by": people.worker, "message_id": new_id(), "referral_id": offered.pk, "text": "How old?"}
    as_user(people.worker, ask_question, **question)
    close(people.partner, *WHOLE_YEAR)
    answer = {"by": people.handler, "message_id": new_id(), "referral_id": offered.pk, "text": "Grown up."}
    as_user(people.handler, answer_question, **answer)
    assert referrals.seen_by(people.handler, offered.pk).due_at is not None
    for who, address in ((people.worker, "handoff:partner_referral"), (people.handler, "handoff:referral")):
        assert browser(who).get(reverse(address, args=[offered.pk])).status_code == 200
    assert ask_again is not None


@pytest.mark.parametrize(("days", "every_year"), CLOSED, ids=NAMES)
def test_ranking_excludes_a_partner_that_is_never_open(people: People, days: Any, every_year: bool) -> None:
    case = referrals.make_case(people)
    address = reverse("handoff:partners", args=[case.pk])
    assert "Has no opening hours" not in browser(people.handler).get(address).content.decode()
    close(people.partner, *days, every_year=every_year)
    shown = browser(people.handler).get(address)
    assert (shown.status_code, "Has no opening hours" in shown.content.decode()) == (200, True)


def test_a_partner_open_on_one_day_a_year_is_ranked(people: People) -> None:
    close(people.partner, ("2001-01-01", "2001-06-13"), ("2001-06-20", "2001-12-31"))
    shown = browser(people.handler).get(reverse("handoff:partners", args=[referrals.make_case(people).pk]))
    assert "Has no opening hours" not in shown.content.decode()


def test_callback_is_due_now_if_the_centre_is_never_open(people: People, settings: Any) -> None:
    settings.TELEPHONY = dict(TELEPHONY)
    make_line(people.centre)
    close(people.centre, *WHOLE_YEAR)
    phone = waiting()
    phone.leave_queue("leave")
    call = phone.call
    by_telephone(lambda: type(call).objects.filter(pk=call.pk).update(state="leaving", ending_so_far="callback"))
    phone.hang_up()
    due = as_user(people.coordinator, lambda: Callback.objects.values_list("due_at", flat=True).get())
    assert abs(due - timezone.now()) < timedelta(minutes=1)
    assert browser(people.handler).get(reverse("hotline:desk")).status_code == 200


@pytest.mark.parametrize("has_hours", [True, False])
def test_page_of_opening_hours_warns_if_never_open(people: People, has_hours: bool) -> None:
    if has_hours:
        OpeningHours.objects.create(organisation=people.centre, weekday=0, opens="09:00", closes="15:00")
    close(people.centre, *WHOLE_YEAR)
    for who in (people.coordinator, people.administrator):
        answer = browser(who).get(reverse("regions:hours", args=[people.centre.pk]))
        assert answer.status_code in (200, 404)
        if answer.status_code == 200:
            assert "never open in the coming years" in answer.content.decode()
    assert browser(people.administrator).get(reverse("accounts:administration")).status_code == 200


def test_organisation_that_closes_permanently_next_week_can_be_offered_a_case_now(people: People) -> None:
    """Open now, but no second working day follows, so the calculation runs out of days later."""
    soon = timezone.localdate() + timedelta(days=2)
    first = [(soon.isoformat(), (soon + timedelta(days=364)).isoformat())]
    close(people.partner, *first, *WHOLE_YEAR[:0], every_year=True)
    offered = referrals.offered(people)
    assert referrals.seen_by(people.handler, offered.pk).due_at is not None
