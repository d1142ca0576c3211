"""No statement of a hot path that writes scans a table that grows, nor does one inside a function, policy or trigger.

PostgreSQL itself tells the plan of each statement that it runs (auto_explain), also of those that Django does not send.
With ``enable_seqscan`` off, a table is scanned in a plan only if no index fits the query. For pages, see
test_list_statements.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from answering import connected
from cluster import OwnDatabase
from django.db import connection
from psycopg.errors import Diagnostic
from referrals import ready
from telephone import make_line

from .test_statements import PATHS, Path, World

__all__ = ["connected"]
#: Tables that have no more rows after a year of work: people, organisations, lists, and where a background job is.
BOUNDED = {
    "accounts_membership",
    "accounts_organisation",
    "accounts_user",
    "hotline_callertype",
    "hotline_topic",
    "journal_head",  # one row
    "journal_heartbeat",
    "regions_region",
    "reporting_progress",
    "switchboard_agent",
    "switchboard_line",
}
TELL_PLANS = """
alter database "{name}" set session_preload_libraries = auto_explain;
alter database "{name}" set auto_explain.log_min_duration = 0;
alter database "{name}" set auto_explain.log_nested_statements = on;
alter database "{name}" set auto_explain.log_format = json;
alter database "{name}" set auto_explain.log_level = notice;
alter database "{name}" set enable_seqscan = off;
"""
#: In small tables PostgreSQL takes an index of the centre as gladly as one that finds the row.
WITHOUT_CENTRES = """
do $body$
declare one regclass;
begin
    for one in select indexrelid from pg_index join pg_attribute on attrelid = indrelid and attnum = indkey[0]
        where attname = 'centre_id' and indnkeyatts = 1 and not indisunique
    loop execute format('drop index %s', one); end loop;
end
$body$
"""
OF_ONE_CENTRE = re.compile(r"\(centre_id = (?!.* AND ).*\)")
Plan = dict[str, Any]


class Told(list[Plan]):
    """The plans of all statements that ran while this listens to the connection."""

    def __call__(self, diagnostic: Diagnostic) -> None:
        _duration, found, plan = (diagnostic.message_primary or "").partition("plan:\n")
        if found:
            self.append(json.loads(plan))

    def __enter__(self) -> Told:
        connection.ensure_connection()
        connection.connection.add_notice_handler(self)
        return self

    def __exit__(self, *_error: object) -> None:
        connection.connection.remove_notice_handler(self)


def nodes(plan: Plan) -> Iterator[Plan]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def scans(plans: Told) -> list[str]:
    """Statements that read a growing table, an index of all its rows, or all rows of a centre."""
    partial = partial_indexes()
    return [
        f"{node['Node Type']} of {node.get('Relation Name', '')} {node.get('Index Name', '')}: {told['Query Text']}"
        for told in plans
        for node in nodes(told["Plan"])
        if is_scan(node) and node.get("Relation Name") not in BOUNDED and node.get("Index Name") not in partial
    ]


def is_scan(node: Plan) -> bool:
    kind = node["Node Type"]
    if kind.endswith(("Index Scan", "Index Only Scan")):
        condition = node.get("Index Cond", "")
        return not condition or bool(OF_ONE_CENTRE.fullmatch(condition))
    return kind == "Seq Scan"


def partial_indexes() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("select indexrelid::regclass::text from pg_index where indpred is not null")
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture
def world(own_database: OwnDatabase, connected: None) -> World:
    own_database.sql(TELL_PLANS.format(name=own_database.name))
    own_database.sql(WITHOUT_CENTRES)
    connection.close()
    world = World(ready())
    make_line(world.people.centre)
    return world


@pytest.mark.parametrize("path", [path for path in PATHS if path.writes], ids=lambda path: path.name.replace(" ", "-"))
def test_no_statement_of_a_writing_request_scans_a_growing_table(path: Path, world: World) -> None:
    path.prepare(world)()
    request = path.prepare(world)
    with Told() as told:
        request()
    assert told, "PostgreSQL told no plan"
    assert scans(told) == []


def test_scan_inside_a_trigger_is_found_when_its_index_is_missing(world: World, own_database: OwnDatabase) -> None:
    own_database.sql("drop index cases_casecontact_case_id_bae27388")
    triage = next(path for path in PATHS if path.name.startswith("complete a triage"))
    with Told() as told:
        triage.prepare(world)()
    assert [found for found in scans(told) if "delete from hotline_contactreader" in found]
