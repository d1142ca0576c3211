"""What is new in a case since its reader looked before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from case_rows import give, make_case
from cluster import OwnDatabase
from django.db import connection
from django.utils import timezone
from past_policies import change
from people import People, as_user, make_people, new_id
from psycopg import ClientCursor
from web import browser, one_line

from casework.cases import actions
from casework.cases.models import Case
from casework.cases.permissions import looked_before
from casework.cases.timeline import SIZE
from foundation.accounts.models import User
from foundation.journal.models import Event, Look
from foundation.privacy.context import acting_as


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler)


def look(user: User, case: Case, *, ago: timedelta) -> None:
    """The user opens the case, and time goes by. What happened before is as old."""
    assert browser(user).get(f"/cases/{case.pk}/").status_code == 200
    change(Look.objects.filter(subject=case.pk), at=timezone.now() - ago)
    change(Event.objects.filter(case=case.pk), at=timezone.now() - ago - timedelta(minutes=1))


def note(user: User, case: Case) -> None:
    as_user(user, actions.add_note, by=user, case_id=case.pk, note_id=new_id(), text="Words.")


def page(user: User, case: Case) -> Any:
    return browser(user).get(f"/cases/{case.pk}/")


def test_the_first_look_says_nothing(people: People, case: Case) -> None:
    note(people.coordinator, case)
    shown = page(people.handler, case)
    assert "case-changes" not in one_line(shown)
    assert shown.context["timeline"].new == []


def test_changes_of_others_are_said_and_marked(people: People, case: Case) -> None:
    look(people.handler, case, ago=timedelta(hours=2))
    note(people.handler, case)
    note(people.coordinator, case)
    give(people, case, people.colleague)
    shown = page(people.handler, case)
    new = shown.context["timeline"].new
    assert [entry.what for entry in new] == [f"{people.colleague.name} is responsible", "Note written"]
    said = one_line(shown)
    assert "2 changes since you looked on" in said
    for entry in new:
        assert f'href="#event-{entry.event.pk}"' in said
        assert f'id="event-{entry.event.pk}"' in said
    assert said.count('<span class="badge info">new</span>') == 2


def test_one_change_is_said_in_the_singular_and_none_not_at_all(people: People, case: Case) -> None:
    look(people.handler, case, ago=timedelta(hours=2))
    assert "case-changes" not in one_line(page(people.handler, case))
    note(people.coordinator, case)
    assert "One change since you looked on" in one_line(page(people.handler, case))


def test_reloading_soon_takes_nothing_away_and_later_it_was_seen(people: People, case: Case) -> None:
    look(people.handler, case, ago=timedelta(hours=2))
    note(people.coordinator, case)
    for _again in range(3):
        assert "One change" in one_line(page(people.handler, case))
    with acting_as(people.dpo, purpose="test"):
        own = Look.objects.filter(subject=case.pk, actor=people.handler, what="case.read")
        newest = own.order_by("-pk").values_list("pk", flat=True)[0]
    change(Look.objects.filter(pk=newest), at=timezone.now() - timedelta(minutes=11))
    change(Event.objects.filter(case=case.pk), at=timezone.now() - timedelta(minutes=12))
    assert "case-changes" not in one_line(page(people.handler, case))


def test_the_look_of_somebody_else_and_at_something_else_does_not_count(people: People, case: Case) -> None:
    other = make_case(people.handler)
    look(people.coordinator, case, ago=timedelta(hours=2))
    look(people.handler, other, ago=timedelta(hours=2))
    note(people.coordinator, case)
    assert "case-changes" not in one_line(page(people.handler, case))


def test_many_changes_are_counted_as_far_as_the_page_goes(people: People, case: Case) -> None:
    look(people.handler, case, ago=timedelta(hours=2))
    for _number in range(SIZE + 1):
        note(people.coordinator, case)
    said = one_line(page(people.handler, case))
    assert f"More than {SIZE} changes since you looked on" in said
    assert "and what came before" in said
    older = browser(people.handler).get(f"/cases/{case.pk}/timeline/", _query(people, case)).context["timeline"]
    assert len(older.new) == 1


def _query(people: People, case: Case) -> dict[str, str]:
    timeline = page(people.handler, case).context["timeline"]
    return {"since": str(int(timeline.wish.since.timestamp())), "before": str(timeline.older)}


def test_a_refreshed_timeline_keeps_the_marks(people: People, case: Case) -> None:
    look(people.handler, case, ago=timedelta(hours=2))
    note(people.coordinator, case)
    query = page(people.handler, case).context["timeline"].wish.query
    fragment = browser(people.handler).get(f"/cases/{case.pk}/timeline/?{query}")
    assert [entry.what for entry in fragment.context["timeline"].new] == ["Note written"]
    assert query.rstrip("&") in one_line(fragment), "the next refresh asks for the same"


@pytest.mark.parametrize("since", ["x", "-1", "9" * 30, "9" * 17, "²", "1.5"])
def test_an_absurd_moment_is_not_found(people: People, case: Case, since: str) -> None:
    assert browser(people.handler).get(f"/cases/{case.pk}/timeline/", {"since": since}).status_code == 404


MANY_LOOKS = """
insert into journal_look (what, at, actor_id, subject)
select 'case.read', now() - interval '1 day', {actor}, gen_random_uuid() from generate_series(1, 100000);
insert into journal_look (what, at, actor_id, subject)
select 'case.read', now() - interval '1 day', {other}, '{case}' from generate_series(1, 1000);
"""


def test_it_is_one_statement_that_reads_the_looks_of_this_case_alone(own_database: OwnDatabase) -> None:
    """With 100,000 looks of the same person elsewhere, and 1000 of somebody else at this case."""
    people = make_people()
    case = make_case(people.handler)
    look(people.handler, case, ago=timedelta(days=2))
    own_database.sql(MANY_LOOKS.format(actor=people.handler.pk, other=people.coordinator.pk, case=case.pk))
    own_database.sql("analyze journal_look")
    seen: list[Any] = []

    def explained(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        with ClientCursor(context["connection"].connection) as cursor:
            cursor.execute("explain (analyze, costs off, timing off, format json) " + cursor.mogrify(sql, params))
            seen.append(cursor.fetchone()[0][0]["Plan"])
        return execute(sql, params, many, context)

    with acting_as(people.handler, purpose="test"), connection.execute_wrapper(explained):
        assert looked_before(people.handler, case) is not None
    (plan,) = seen
    assert "look_subject" in str(plan)
    assert "Seq Scan" not in str(plan)
    assert all(node["Actual Rows"] + node.get("Rows Removed by Filter", 0) <= 1001 for node in _nodes(plan))


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for one in plan.get("Plans", []) for node in _nodes(one))]
