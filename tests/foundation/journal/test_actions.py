from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cluster import OwnDatabase
from django.db import ProgrammingError, connection, connections, transaction
from django.utils import timezone
from people import People, as_user, make_people, new_id

from foundation.accounts.events import ORGANISATION_CHANGED
from foundation.accounts.models import User
from foundation.accounts.services import Service, service_user
from foundation.journal.actions import NewEvent, beat, look, record, record_all, recorded_id
from foundation.journal.models import Event, Heartbeat, Link, Look, Outbox
from foundation.privacy.context import acting_as


def tell(user: User, subject: uuid.UUID, **details: Any) -> int:
    event: int = as_user(
        user, record, kind=ORGANISATION_CHANGED, by=user, subject=subject, **{"centre": None, **details}
    )
    return event


def test_an_event_is_kept_with_its_time_and_author(people: People) -> None:
    subject, case = new_id(), new_id()
    before = timezone.now()
    tell(people.handler, subject, centre=people.centre.pk, case=case, data={"a": [1, "b"]}, tell=("y", "x", "y"))
    with acting_as(people.handler, purpose="test"):
        event = Event.objects.get()
    found = (event.kind, event.actor, event.centre, event.subject, event.case, event.data, event.tell, event.wake)
    assert found == (
        ORGANISATION_CHANGED.code,
        people.handler,
        people.centre,
        subject,
        case,
        {"a": [1, "b"]},
        ["x", "y"],
        "",
    )
    assert before <= event.at <= timezone.now()


def test_events_of_one_action_are_kept_in_their_order_by_one_insert(people: People) -> None:
    subject, case, statements = new_id(), new_id(), []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    events = [
        NewEvent(kind=ORGANISATION_CHANGED, subject=subject, centre=None, data={"n": 1}, tell=("y", "x", "y")),
        NewEvent(kind=ORGANISATION_CHANGED, subject=subject, centre=people.centre.pk, case=case, wake="a.task"),
    ]
    with acting_as(people.handler, purpose="test"):
        with connection.execute_wrapper(note):
            record_all(events, by=people.handler)
            record_all([], by=people.handler)
        found = list(
            Event.objects.order_by("id").values_list("actor", "centre", "subject", "case", "data", "tell", "wake")
        )
    assert len(statements) == 1
    assert found == [
        (people.handler.pk, None, subject, None, {"n": 1}, ["x", "y"], ""),
        (people.handler.pk, people.centre.pk, subject, case, {}, [], "a.task"),
    ]


def test_events_are_readable_by_their_audience(people: People) -> None:
    tell(people.handler, new_id(), centre=people.centre.pk)
    readers = []
    for user in people.everybody:
        with acting_as(user, purpose="test"):
            readers += [user] if Event.objects.exists() else []
    assert readers == [people.handler, people.coordinator, people.dpo]
    assert not Event.objects.exists()


def test_nobody_writes_an_event_in_the_name_of_another(people: People) -> None:
    with acting_as(people.handler, purpose="test"):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            record(ORGANISATION_CHANGED, by=people.coordinator, subject=new_id(), centre=None)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            record_all([NewEvent(kind=ORGANISATION_CHANGED, subject=new_id(), centre=None)], by=people.coordinator)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            look("test.read", by=people.coordinator, subject=new_id())
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        record(ORGANISATION_CHANGED, by=people.handler, subject=new_id(), centre=None)


def test_an_event_gets_its_link_at_commit(own_database: OwnDatabase) -> None:
    people, subject = make_people(), new_id()
    with acting_as(people.handler, purpose="test"):
        record(ORGANISATION_CHANGED, by=people.handler, subject=subject, centre=None)
        event = recorded_id()
        assert not Link.objects.exists()
    with acting_as(people.handler, purpose="test"):
        assert list(Link.objects.values_list("position", "event")) == [(1, event)]


def test_rolled_back_event_has_no_link(own_database: OwnDatabase) -> None:
    people = make_people()
    with pytest.raises(ZeroDivisionError), acting_as(people.handler, purpose="test"):
        record(ORGANISATION_CHANGED, by=people.handler, subject=new_id(), centre=None, tell=("x",))
        _ = 1 / 0
    tell(people.handler, new_id())
    assert own_database.sql("select position from journal_link") == "1"
    assert own_database.sql("select count(*) from journal_outbox") == "0"


def test_positions_have_no_gap_when_many_write_at_once(own_database: OwnDatabase) -> None:
    people = make_people()

    def work(number: int) -> None:
        with acting_as(people.handler, purpose="test"):
            for _event in range(number % 3 + 1):
                record(ORGANISATION_CHANGED, by=people.handler, subject=new_id(), centre=None)
            if number % 5 == 0:
                transaction.set_rollback(True)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(64)))
        list(pool.map(lambda _: connections.close_all(), range(8)))
    expected = sum(number % 3 + 1 for number in range(64) if number % 5)
    shown = own_database.sql("select count(*), min(position), max(position), ntk.chain_break() from journal_link")
    assert shown == f"{expected}|1|{expected}|"


@pytest.mark.parametrize(
    ("details", "posted"), [({}, 0), ({"tell": ("x",)}, 1), ({"wake": "a.task"}, 1), ({"tell": ("x",), "wake": "t"}, 1)]
)
def test_only_events_with_receivers_are_in_the_outbox(people: People, details: dict[str, Any], posted: int) -> None:
    tell(people.handler, new_id(), **details)
    with acting_as(service_user(Service.RELAY), purpose="test"):
        assert Outbox.objects.count() == posted


def test_only_the_relay_sees_the_outbox(people: People) -> None:
    tell(people.handler, new_id(), tell=("x",))
    for user in [*people.everybody, service_user(Service.DEADLINES), service_user(Service.SHIFT)]:
        with acting_as(user, purpose="test"):
            assert (Outbox.objects.count(), Outbox.objects.all().delete()) == (0, (0, {}))


HEAD = "select position from journal_head"
FORBIDDEN: dict[str, Callable[[], Any] | str] = {
    "change an event": lambda: Event.objects.update(kind="test.other"),
    "delete an event": Event.objects.all().delete,
    "change a look": lambda: Look.objects.update(what="test.other"),
    "delete a look": Look.objects.all().delete,
    "make a link": lambda: Link.objects.create(position=9, event_id=1, payload_digest=b"", hash=b""),
    "change a link": lambda: Link.objects.update(hash=b""),
    "delete a link": Link.objects.all().delete,
    "post an event twice": lambda: Outbox.objects.create(event_id=1),
    "read the head": HEAD,
    "change the head": "update journal_head set position = 0",
    "delete the head": "delete from journal_head",
    "make a head": "insert into journal_head (id, position, hash) values (2, 0, '')",
    "empty the events": "truncate journal_event cascade",
    "empty the looks": "truncate journal_look",
    "empty the links": "truncate journal_link",
    "read changes of roles": "select * from journal_rolechange",
    "forge a change of a role": "insert into journal_rolechange (membership_id, digest) values (1, '')",
    "seal without being the relay": "select ntk.seal()",
    "switch the triggers off": "set session_replication_role = replica",
    "disable a trigger": "alter table journal_event disable trigger chain_event",
    "drop the protection": "alter table journal_event disable row level security",
    "become the owner": "set role lotse_owner",
    "become the policies": "set role lotse_policy",
    "shadow a table": "create temporary table accounts_membership (id bigint)",
    "make a function": "create function ntk.actor2() returns bigint language sql as 'select 1'",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_application_roles_cannot_change_the_journal(people: People, what: str) -> None:
    attempt = FORBIDDEN[what]
    with acting_as(people.dpo, purpose="test"):
        record(ORGANISATION_CHANGED, by=people.dpo, subject=new_id(), centre=None)
        look("test.read", by=people.dpo, subject=new_id())
        with (
            pytest.raises(ProgrammingError, match=r"permission denied|must be owner|only the relay"),
            transaction.atomic(),
        ):
            if isinstance(attempt, str):
                connection.cursor().execute(attempt)
            else:
                attempt()
        assert (Event.objects.count(), Look.objects.count()) == (1, 1)


def test_looks_are_read_by_their_author_and_the_data_protection_officer(people: People) -> None:
    subject = new_id()
    as_user(people.handler, look, what="test.read", by=people.handler, subject=subject, centre=people.centre.pk)
    readers = []
    for user in people.everybody:
        with acting_as(user, purpose="test"):
            readers += [user] if Look.objects.filter(subject=subject).exists() else []
    assert readers == [people.handler, people.coordinator, people.dpo]


@pytest.mark.parametrize(
    ("what", "has_subject", "has_centre", "readers"),
    [
        ("test.listed", False, True, ["handler", "dpo"]),
        ("audit.read", True, True, ["handler", "dpo"]),
        ("looks.read", True, True, ["handler", "dpo"]),
        ("test.denied", True, False, ["handler", "dpo"]),
    ],
)
def test_coordinators_read_looks_at_records_only(
    people: People, what: str, has_subject: bool, has_centre: bool, readers: list[str]
) -> None:
    subject, centre = new_id() if has_subject else None, people.centre.pk if has_centre else None
    as_user(people.handler, look, what=what, by=people.handler, subject=subject, centre=centre)
    found = []
    for name in ("handler", "colleague", "coordinator", "other_coordinator", "administrator", "dpo", "worker"):
        with acting_as(getattr(people, name), purpose="test"):
            found += [name] if Look.objects.filter(what=what).exists() else []
    assert found == readers


@pytest.mark.parametrize("values", ["now() - interval '1 hour', null", "now() + interval '1 hour', null", "now(), 1"])
def test_nobody_writes_a_look_of_another_time_or_of_an_earlier_seal(people: People, values: str) -> None:
    statement = f"insert into journal_look (what, actor_id, at, seal_id) values ('test.read', %s, {values})"
    with acting_as(people.handler, purpose="test"):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            connection.cursor().execute(statement, [people.handler.pk])


def test_a_heartbeat_replaces_the_one_before(db: None) -> None:
    beat("test")
    first = Heartbeat.objects.get(name="test").at
    beat("test")
    assert Heartbeat.objects.get(name="test").at > first


@pytest.mark.parametrize(
    "statement",
    [
        "select * from journal_event where id = 1",
        "insert into journal_event (kind, at, actor_id, subject, data, tell, wake)"
        " values ('test.done', now(), 1, gen_random_uuid(), '{}', '{}', '') returning id",
    ],
)
def test_writing_an_event_does_not_plan_read_policies(people: People, statement: str) -> None:
    """With the policies of contacts, assessments and referrals inside, planning takes longer than the rest."""
    with acting_as(people.handler, purpose="test"), connection.cursor() as cursor:
        cursor.execute(f"explain (verbose, costs off) {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    for table in ("hotline_contact", "triage_assessment", "handoff_referral", "cases_case"):
        assert table not in plan
