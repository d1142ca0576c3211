"""Gives one handler 50,000 own cases, each with a contact and an assessment; one in fifty is open.

Rows are copies of one case and what belongs to it, with other keys, so that columns of any checkout are filled.
"""

from __future__ import annotations

from benchmarks.measure import Wrong
from benchmarks.place import Scale

CASES = 50_000
TEMPLATE = """
select c.id, c.assessment_id, r.id, cc.contact_id, c.data_key_id
from cases_case c join cases_responsibility r on r.case_id = c.id and r.until is null
    join cases_casecontact cc on cc.case_id = c.id
where c.centre_id = %s and c.state = 'open' and r.organisation_id = c.centre_id and r.user_id = c.contact_person_id
order by (r.user_id = %s) desc, c.number, cc.contact_id limit 1
"""
CLOSED = """
case when i % 50 = 0 then '{{}}'
    else jsonb_build_object('state', 'closed', 'closed_at', t.opened_at, 'closed_by_id', {user},
        'work_ended_at', t.opened_at, 'close_reason', 'other') end
"""
COPY = """
insert into {table} select (jsonb_populate_record(t, jsonb_build_object({values}) || {more})).*
from {table} t, generate_series(1, {number}) i where t.{key} = '{template}'
"""
MARKS = "hotline_contactreader"
READERS = """
insert into {marks} (contact_id, user_id, centre_id)
select {contact}, {user}, c.centre_id from cases_case c, generate_series(1, {number}) i where c.id = '{case}'
"""


def make(scale: Scale, user: int) -> None:
    """As superuser, without triggers. Raises Wrong when the database has no case to copy."""
    found = scale.ask(TEMPLATE, scale.centre, user)
    if not found:
        raise Wrong(f"{scale.database} has no open case of a handler")
    case, assessment, responsibility, contact, key = found[0]
    mine = {name: str(user) for name in ("handler_id", "completed_by_id")}
    copies: list[tuple[str, str, object, dict[str, str], str]] = [
        ("privacy_datakey", "id", key, {"id": _id("key")}, ""),
        ("hotline_contact", "id", contact, {"id": _id("contact"), "data_key_id": _id("key"), **mine,
            "number": "nextval('hotline_contact_number')", "completed_at": "t.saved_at", "state": "'completed'"}, ""),
        ("triage_assessment", "id", assessment, {"id": _id("assessment"), "contact_id": _id("contact"),
            "data_key_id": _id("key"), "created_by_id": str(user), "completed_by_id": str(user)}, ""),
        ("cases_case", "id", case, {"id": _id("case"), "assessment_id": _id("assessment"), "data_key_id": _id("key"),
            "number": "nextval('cases_case_number')", "contact_person_id": str(user), "opened_by_id": str(user)},
            CLOSED.format(user=user)),
        ("cases_casecontact", "contact_id", contact, {"contact_id": _id("contact"), "case_id": _id("case")}, ""),
        ("cases_responsibility", "id", responsibility, {"id": _id("responsibility"), "case_id": _id("case"),
            "user_id": str(user), "given_by_id": str(user)}, ""),
    ]  # fmt: skip
    with scale.connect() as connection:
        connection.execute("set session_replication_role = replica")
        for table, column, template, changed, more in copies:
            values = ", ".join(f"'{name}', {value}" for name, value in changed.items())
            copied = COPY.format(table=table, key=column, template=template, values=values, number=CASES,
                                 more=more or "'{}'")  # fmt: skip
            connection.execute(copied.encode())
        readers = READERS.format(marks=MARKS, contact=_id("contact"), user=user, number=CASES, case=case)
        connection.execute(readers.encode())
        # Not the journal, which this database hardly has: as an analyzed table of a few rows it would be scanned, by a
        # plan that a connection keeps, and each path would be slower than the one before it.
        tables = ", ".join([*(table for table, *_rest in copies), MARKS])
        connection.execute(f"vacuum analyze {tables}".encode())


def _id(kind: str) -> str:
    return f"md5('own {kind} ' || i)::uuid"
