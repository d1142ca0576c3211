"""Today: what is due, for each person; nothing of anybody else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from assessments import SECURITY
from case_rows import make_case
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from past_policies import change, insert
from people import People, new_id
from web import browser

from foundation.accounts.models import User
from foundation.worklist.models import WorkItem
from triage.vocabulary import Duty

MOST_QUERIES = 12


def page(user: User, **query: str) -> str:
    answer = browser(user).get(reverse("worklist:today"), query)
    assert answer.status_code == 200
    return answer.content.decode()  # type: ignore[no-any-return]


def many(people: People, number: int, **values: Any) -> list[WorkItem]:
    """Items of the handler, one due each hour; the first are overdue."""
    start = timezone.now() - timedelta(hours=5)
    rows = [
        WorkItem(
            kind="action", detail="added", subject=new_id(), reference=f"F-{9000 + hour}", centre=people.centre,
            organisation=people.centre, due_at=start + timedelta(hours=hour), **{"user": people.handler, **values},
        )
        for hour in range(number)
    ]  # fmt: skip
    insert(rows)
    return rows


def test_each_person_sees_their_own(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    assert str(Duty.SECURITY_INFORMATION.label) in page(people.handler)
    assert case.reference in page(people.handler)
    for other in (people.colleague, people.other_handler):
        assert case.reference not in page(other)
        assert "Nothing is due for you." in page(other)


def test_coordinators_see_what_is_with_colleagues_and_others_do_not(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    shown = page(people.coordinator, show="colleagues")
    assert case.reference in shown
    assert people.handler.name in shown
    assert browser(people.handler).get(reverse("worklist:today"), {"show": "colleagues"}).status_code == 404
    assert case.reference not in page(people.other_coordinator, show="colleagues")


def test_what_is_nobodys_is_the_shifts(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    change(WorkItem.objects.filter(detail=Duty.SECURITY_INFORMATION), user=None)
    for who in (people.handler, people.colleague, people.coordinator):
        assert "Nobody’s yet" in page(who)
        assert case.reference in page(who)


def test_what_a_coordinator_has_to_look_at_is_shown_to_coordinators(people: People) -> None:
    make_case(people.handler, SECURITY)
    assert str(Duty.COORDINATOR_REVIEW.label) in page(people.coordinator)
    assert str(Duty.COORDINATOR_REVIEW.label) not in page(people.handler)


def test_what_nobody_did_is_in_front_of_the_coordinators(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    change(WorkItem.objects.filter(detail=Duty.SECURITY_INFORMATION), is_escalated=True)
    assert "Nobody did it in time" in page(people.coordinator)
    assert case.reference in page(people.coordinator)
    assert "Nobody did it in time" not in page(people.handler)


def test_pages_lead_through_two_hundred_items_in_order_with_few_queries(people: People) -> None:
    rows = many(people, 200)
    user = browser(people.handler)
    user.get(reverse("worklist:today"))
    seen: list[str] = []
    query: dict[str, str] = {}
    for _page in range(8):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = user.get(reverse("worklist:today"), query)
        assert len(asked) <= MOST_QUERIES
        own = answer.context["own"]
        seen += [one.item.reference for one in own.shown]
        assert [one.is_overdue for one in own.shown] == [one.item.due_at <= timezone.now() for one in own.shown]
        query = {"after": own.page.later or ""}
    assert own.page.later is None
    assert seen == [row.reference for row in rows]
    back = user.get(reverse("worklist:today"), {"before": own.page.earlier}).context["own"]
    assert [one.item.reference for one in back.shown] == [row.reference for row in rows[150:175]]


@pytest.mark.parametrize("cursor", ["x", "", "AAAA", "0" * 500])
def test_invalid_cursor_is_the_first_page(people: People, cursor: str) -> None:
    many(people, 3)
    answer = browser(people.handler).get(reverse("worklist:today"), {"after": cursor})
    assert len(answer.context["own"].shown) == 3


def test_people_without_work_have_no_such_page(people: People) -> None:
    for who in (people.administrator, people.funder, people.dpo):
        assert browser(who).get(reverse("worklist:today")).status_code == 404


def counted(user: User) -> str:
    """The number beside Today, as the top bar fetches it again after a push."""
    html = browser(user).get(reverse("ui:nav_counts")).content.decode()
    found = re.search(r'id="count-worklist-today"[^>]*>(.*?)</span>', html, re.DOTALL)
    return re.sub(r"\D", "", re.sub(r"<[^>]+>", "", found[1])) if found else ""


def test_top_bar_counts_what_is_overdue_or_due_today_for_the_person_or_for_anybody(people: People) -> None:
    many(people, 3)
    assert (counted(people.handler), counted(people.colleague)) == ("3", "")
    change(WorkItem.objects.filter(reference="F-9002"), user=people.colleague)
    assert (counted(people.handler), counted(people.colleague)) == ("2", "1")
    change(WorkItem.objects.filter(reference="F-9001"), user=None)
    assert (counted(people.handler), counted(people.colleague)) == ("2", "2")
    change(WorkItem.objects.filter(reference="F-9000"), due_at=timezone.now() + timedelta(days=2))
    assert (counted(people.handler), counted(people.worker)) == ("1", "")
