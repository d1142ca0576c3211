"""The database and docs/policies.md agree with policies.py and sql/."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from architecture.source import declarations
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from people import People
from psycopg import sql

from foundation.privacy.database_check import differences
from foundation.privacy.rls import COMMANDS, Protected
from supervisor.embedded import Embedded

#: A change made by hand, and how the comparison names it.
CHANGES = [
    (
        "alter policy hotline_contact_select on hotline_contact using (true)",
        "policy hotline_contact_select on hotline_contact is not as declared",
    ),
    (
        "create policy everybody on cases_note for select using (true)",
        "policy everybody on cases_note is in the database only",
    ),
    (
        "drop policy handoff_message_insert on handoff_message",
        "policy handoff_message_insert on handoff_message is declared only",
    ),
    (
        "alter policy journal_look_select on journal_look to lotse_stats",
        "policy journal_look_select on journal_look is not as declared",
    ),
    (
        "alter table triage_assessment disable row level security",
        "row-level security of triage_assessment is not as declared",
    ),
    ("alter table cases_case no force row level security", "row-level security of cases_case is not as declared"),
    ("alter table regions_region enable row level security", "row-level security of regions_region is not as declared"),
    ("grant select on hotline_contact to lotse_stats", "privileges of hotline_contact is not as declared"),
    (
        "grant select (number) on hotline_contact to lotse_stats",
        "privileges of hotline_contact.number is in the database only",
    ),
    ("grant select on hotline_contact to public", "privileges of hotline_contact is not as declared"),
    ("grant truncate on cases_case to lotse_web", "privileges of cases_case is not as declared"),
    ("grant update on journal_event to lotse_web", "privileges of journal_event is not as declared"),
    ("revoke select on regions_region from lotse_web", "privileges of regions_region is not as declared"),
    (
        "create or replace function ntk.granted_cases() returns uuid[] language sql stable security definer"
        " set search_path = pg_catalog, public, pg_temp as 'select array_agg(id) from cases_case'",
        "function ntk.granted_cases() is not as declared",
    ),
    ("alter function ntk.actor security invoker", "function ntk.actor() is not as declared"),
    (
        "create function ntk.anything() returns bigint language sql as 'select 1::bigint'",
        "function anything is in the database only",
    ),
    ("alter function ntk.service owner to lotse_owner", "function ntk.service belongs to lotse_owner"),
    ("alter function ntk.actor owner to postgres", "function ntk.actor belongs to postgres"),
    ("alter table hotline_topic owner to postgres", "hotline_topic belongs to postgres"),
    (
        "grant execute on function ntk.granted_cases to public",
        "privileges of ntk.granted_cases() are not as declared",
    ),
    (
        "alter table journal_event disable trigger chain_event",
        "trigger chain_event on journal_event is not as declared",
    ),
    (
        "alter table triage_assessment disable trigger frozen_assessment",
        "trigger frozen_assessment on triage_assessment is not as declared",
    ),
    ("drop trigger release_stays on publishing_release", "trigger release_stays is declared only"),
    ("create view everything as select * from hotline_contact", "view everything is read past the policies"),
    ("alter role lotse_web bypassrls", "role lotse_web is exempt from the policies"),
    ("drop index contact_words", "table, index or sequence contact_words is declared only"),
]


@pytest.fixture
def superuser(servers: Embedded, django_db_setup: None) -> Iterator[psycopg.Connection[Any]]:
    """In a transaction that is rolled back."""
    with (
        psycopg.connect(servers.url("postgres", settings.DATABASES["default"]["NAME"])) as connection,
        connection.transaction(force_rollback=True),
    ):
        yield connection


def found_by(superuser: psycopg.Connection[Any]) -> list[str]:
    superuser.execute("set local role lotse_owner")
    return differences(superuser)


def test_database_is_as_declared(superuser: psycopg.Connection[Any]) -> None:
    assert found_by(superuser) == []
    assert found_by(superuser) == [], "comparing has changed nothing"


@pytest.mark.parametrize(("change", "named"), CHANGES)
def test_change_by_hand_is_found(superuser: psycopg.Connection[Any], change: str, named: str) -> None:
    superuser.execute(sql.SQL(change))
    found = found_by(superuser)
    assert [difference for difference in found if named in difference], found


def test_own_rules_of_a_table_are_asked_before_those_that_other_apps_added(people: People) -> None:
    with connection.cursor() as cursor:
        cursor.execute("explain (verbose, costs off) select id from journal_event")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert plan.index("journal_event.centre_id = ANY") < plan.index("ntk.works_on_case(")


def test_page_says_what_is_declared() -> None:
    call_command("policies", "--check")


def test_each_rule_says_whom_it_admits() -> None:
    rules = [
        rule
        for declared in declarations()
        if isinstance(declared, Protected)
        for command in COMMANDS
        for rule in getattr(declared, command)
    ]
    assert len(rules) > 50
    assert [rule for rule in rules if not rule.who.strip() or not rule.sql.strip()] == []
