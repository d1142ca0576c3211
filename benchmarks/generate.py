"""Generates fictional contacts with cases and referrals, of any number, with set-based SQL.

Foreign keys are not checked while loading, and indexes are built at the end: twice as fast, and `check` looks after.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from benchmarks.measure import Wrong
from benchmarks.place import OTHER_CENTRE, Connection, Scale, fingerprint
from benchmarks.rows import NEWER_COLUMNS, PLACES, STATEMENTS, STATES, TABLES, YEARS, an_id, chance
from benchmarks.staff import FEW, HANDLERS, OTHER_HANDLERS, PARTNERS, SESSION_TABLE, handler, known_indexes, make_staff
from foundation.privacy.models import DataKey
from hotline.contacts.models import Contact
from supervisor.environment import WORKER
from triage.models import Assessment

COUNTED_AT_ONCE = 50_000
SIZES = "set maintenance_work_mem = '1GB'; set work_mem = '256MB'; set synchronous_commit = off"


def make(scale: Scale) -> None:
    """Make the database of this scale, unless it exists. An interrupted attempt leaves none."""
    if scale.is_made:
        return
    began = time.monotonic()
    scale.prepare()
    scale.worker_role.call(make_staff)
    _fill(scale)
    _say(scale, began, "rows and indexes")
    with scale.connect() as connection:
        connection.execute("vacuum (freeze, analyze)")
    _say(scale, began, "statistics")
    _count(scale)
    _say(scale, began, "counts")
    with scale.connect() as connection:
        connection.execute("vacuum (freeze, analyze) reporting_cell, reporting_counted")
    check(scale)
    _say(scale, began, "whole")
    scale.mark.write_text(fingerprint(), encoding="utf-8")


def _say(scale: Scale, began: float, what: str) -> None:
    print(f"{scale.words} contacts: {what} after {time.monotonic() - began:.0f} s", flush=True)


def _fill(scale: Scale) -> None:
    with scale.connect() as connection:
        connection.execute(SIZES)
        connection.execute("set session_replication_role = replica")  # no triggers, no checks of foreign keys
        with connection.transaction():
            _name_the_constants(connection, scale)
            add_newer_columns(connection)
            _run(connection, f"truncate {', '.join(TABLES)} cascade")
            _run(connection, _INDEXES_REST, list(TABLES))
            for statement in STATEMENTS:
                if is_table(connection, statement.split()[2]):
                    _run(connection, statement)
            for table in TABLES:
                _run(connection, f"reindex table {table}")
            _run(connection, "select setval('hotline_contact_number', %s)", scale.contacts)
            for table in ("cases_case", "handoff_referral"):
                _run(connection, f"select setval('{table}_number', (select max(number) from {table}))")


def is_table(connection: Connection, name: str) -> bool:
    """Whether this checkout's database has the table; an older one lacks some."""
    return connection.execute("select to_regclass(%s) is not null", [name]).fetchone() == (True,)


def add_newer_columns(connection: Connection) -> None:
    """In the database of an older checkout, so that the same statements fill it; Django there does not see them."""
    for table, columns in NEWER_COLUMNS.items():
        for column, kind in columns.items():
            _run(connection, f"alter table {table} add column if not exists {column} {kind}")


def _run(connection: Connection, statement: str, *values: object) -> None:
    connection.execute(statement.encode(), values or None)


_INDEXES_REST = "update pg_index set indisready = false where indrelid = any(%s::regclass[]::oid[])"  # until `reindex`


def _name_the_constants(connection: Connection, scale: Scale) -> None:
    """Functions of this session that the statements share, with the keys of this database in them."""
    people = scale.people
    other = scale.ask("select id from accounts_organisation where name = %s", OTHER_CENTRE)[0][0]
    finish = scale.ask("select date_trunc('minute', now()) - interval '2 days'")[0][0].isoformat()
    partner = scale.ask("select min(id) from accounts_organisation where kind = 'partner'")[0][0]
    first = people[handler(0)]
    first_other = people[f"other.{handler(0)}"]
    functions = {
        "contacts() returns bigint": str(scale.contacts),
        "few() returns bigint": str(people[FEW]),
        "finish() returns timestamptz": f"timestamptz '{finish}'",
        "worker() returns bigint": str(people["worker@benchmark.example"]),
        "began(n bigint) returns timestamptz": f"timestamptz '{finish}' - interval '{YEARS} years'"
        f" + power((n - 0.5::float8) / {scale.contacts}, 0.8::float8) * interval '{YEARS * 365} days'",
        "centre(n bigint) returns bigint": f"case when n / 7 % 10 = 0 then {other} else {scale.centre} end",
        "handler(n bigint) returns bigint": f"case when n / 7 % 10 = 0 then {first_other} + floor({chance(1)} *"
        f" {OTHER_HANDLERS})::int else {first} + case when n > {scale.contacts} - 2000 and n % 200 = 1"
        f" then {HANDLERS + 1} when {chance(1)} < 0.1 then {HANDLERS}"
        f" else floor(({chance(1)} - 0.1) / 0.9 * {HANDLERS})::int end end",
        "partner(n bigint) returns bigint": f"{partner} + floor({chance(2)} * {PARTNERS})::int",
        **STATES,
    }
    for signature, body in functions.items():
        _run(connection, f"create function pg_temp.{signature} language sql stable as $body$ select {body} $body$")
    _run(connection, PLACES)
    _run(connection, "create temp table known as select (i - 1)::bigint as k, x from unnest(%s::bytea[])"
         " with ordinality as one(x, i)", known_indexes())  # fmt: skip
    _seal(connection)


def _seal(connection: Connection) -> None:
    """One contact's sealed values, made by the fields themselves, for everybody: they have the right form and size."""
    key = DataKey.generate()
    contact = Contact(id=uuid.uuid4(), data_key=key)
    texts = {
        "alias": "Invented",
        "phone": "+493023125000",
        "notes": "Invented words. " * 12,
        "advice": "Invented. " * 8,
    }
    sealed = {name: _sealed(contact, name, text) for name, text in texts.items()}
    notes = _sealed(Assessment(id=uuid.uuid4(), data_key=key), "notes", {"one": "Invented"})
    columns = {**sealed, "wrapped": bytes(key.wrapped or b""), "assessment": notes}
    names = ", ".join(f"%s::bytea as {name}" for name in columns)
    _run(connection, f"create temp table sealed as select {names}, %s::text as master", *columns.values(),
         key.master_key)  # fmt: skip


def _sealed(row: Contact | Assessment, name: str, value: object) -> bytes:
    field: Any = row._meta.get_field(name)
    return bytes(field.seal(row, value))


def _count(scale: Scale) -> None:
    """Fill the rollup as the service does, in batches, by the product's own function. Earlier and later years at once:
    they share hardly a cell.
    """
    service = scale.ask("select id from accounts_user where service = 'statistics'")[0][0]
    middle = scale.contacts // 2
    with ThreadPoolExecutor() as threads:
        halves = [(1, middle), (middle + 1, scale.contacts)]
        done = [threads.submit(_count_part, scale, service, first, last) for first, last in halves]
        for part in done:
            part.result()


def _count_part(scale: Scale, service: int, first: int, last: int) -> None:
    with scale.connect(WORKER) as connection:
        connection.execute(SIZES)
        while first <= last:
            batch = _counted_ids(first, min(first + COUNTED_AT_ONCE - 1, last))
            try:
                with connection.transaction():
                    connection.execute("select set_config('app.actor', %s, true)", [str(service)])
                    _run(connection, f"select ntk.count_again(array({batch}))")
            except psycopg.errors.DeadlockDetected:  # at the boundary of the halves
                continue
            first += COUNTED_AT_ONCE


def _counted_ids(first: int, last: int) -> str:
    """SQL: the keys of these contacts and of what grew from them; the service itself may not look them up."""
    which = {"contact": "true", "case": "n % 100 < 12", "referral": "n % 100 < 12 and n / 100 % 5 < 3"}
    series = f"generate_series({first}::bigint, {last}) n"
    return " union all ".join(f"select {an_id(kind)} from {series} where {where}" for kind, where in which.items())


def tidy(scale: Scale) -> None:
    """Delete rows of an earlier run: the few contacts that a look-up needs, sessions, accesses, events."""
    with scale.connect() as connection, connection.transaction():
        connection.execute("set session_replication_role = replica")
        keys = "delete from hotline_contact where number > %s returning data_key_id"
        _run(
            connection,
            f"with gone as ({keys}) delete from privacy_datakey where id in (select * from gone)",
            scale.contacts,
        )
        _run(connection, f"truncate journal_event, {SESSION_TABLE} cascade")  # with all that hangs on an event
        _run(connection, "update journal_head set position = 0, hash = sha256('lotse')")
        _run(connection, "select setval('hotline_contact_number', %s)", scale.contacts)


def check(scale: Scale) -> None:
    """Raises Wrong when rows are missing, hang on nothing, or are not what the counts say."""
    expected = {"hotline_contact": scale.contacts, "privacy_datakey": scale.contacts}
    for table, rows in expected.items():
        _same(f"rows of {table}", scale.ask(f"select count(*) from {table}")[0][0], rows)
    for child, column, parent in _links():
        lost = f"select count(*) from {child} c where not exists (select from {parent} p where p.id = c.{column})"
        _same(f"{child} without its {parent}", scale.ask(lost)[0][0], 0)
    counted = "select sum(number) from reporting_cell where measure in ('contacts', 'other_kind')"
    _same("counted contacts", scale.ask(counted)[0][0], scale.contacts)
    cases = "select (select count(*) from cases_case) - sum(number) from reporting_cell where measure = 'case_opened'"
    _same("cases not counted", scale.ask(cases)[0][0], 0)


def _links() -> Iterable[tuple[str, str, str]]:
    yield from (
        ("hotline_contact", "data_key_id", "privacy_datakey"),
        ("triage_assessment", "contact_id", "hotline_contact"),
        ("cases_case", "assessment_id", "triage_assessment"),
        ("cases_casecontact", "case_id", "cases_case"),
        ("cases_casecontact", "contact_id", "hotline_contact"),
        ("cases_responsibility", "case_id", "cases_case"),
        ("handoff_referral", "case_id", "cases_case"),
    )


def _same(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise Wrong(f"{what}: {found}, not {expected}")
