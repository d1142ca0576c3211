"""What policies.py and sql/ declare is what the database says, and what docs/policies.md tells people."""

from __future__ import annotations

import psycopg
import pytest
from cluster import OwnDatabase
from django.core.management import call_command
from psycopg import sql

from foundation.privacy.database_check import differences
from foundation.privacy.rls import COMMANDS, Protected, all_declarations

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
        "grant select (label) on hotline_contact to lotse_stats",
        "privileges of hotline_contact.label is in the database only",
    ),
    ("grant update on journal_event to lotse_web", "privileges of journal_event is not as declared"),
    ("revoke select on regions_region from lotse_web", "privileges of regions_region is not as declared"),
    (
        "create or replace function ntk.my_cases() returns uuid[] language sql stable security definer"
        " set search_path = pg_catalog, public, pg_temp as 'select array_agg(id) from cases_case'",
        "function ntk.my_cases() is not as declared",
    ),
    ("alter function ntk.actor security definer", "function ntk.actor() is not as declared"),
    (
        "create function ntk.anything() returns bigint language sql as 'select 1::bigint'",
        "function anything is in the database only",
    ),
    ("alter function ntk.service owner to lotse_owner", "function ntk.service belongs to lotse_owner"),
    ("alter function ntk.actor owner to postgres", "function ntk.actor belongs to postgres"),
    ("alter table hotline_topic owner to postgres", "hotline_topic belongs to postgres"),
    ("revoke execute on function ntk.my_cases from public", "privileges of ntk.my_cases() are not as declared"),
    (
        "alter table journal_event disable trigger chain_event",
        "trigger chain_event on journal_event is not as declared",
    ),
    (
        "alter table triage_assessment disable trigger frozen_assessment",
        "trigger frozen_assessment on triage_assessment is not as declared",
    ),
    ("drop trigger release_stays on publishing_release", "trigger release_stays is declared only"),
    ("drop index contact_words", "table, index or sequence contact_words is declared only"),
]


def found_by(database: OwnDatabase) -> list[str]:
    with psycopg.connect(database.owner, autocommit=True) as owner:
        return differences(owner)


def test_database_is_as_declared(own_database: OwnDatabase) -> None:
    assert found_by(own_database) == []
    assert found_by(own_database) == [], "comparing has changed nothing"


@pytest.mark.parametrize(("change", "named"), CHANGES)
def test_change_by_hand_is_found(own_database: OwnDatabase, change: str, named: str) -> None:
    with psycopg.connect(own_database.superuser, autocommit=True) as superuser:
        superuser.execute(sql.SQL(change))
    assert any(named in difference for difference in found_by(own_database)), found_by(own_database)


def test_page_says_what_is_declared() -> None:
    call_command("policies", "--check")


def test_each_rule_says_whom_it_admits() -> None:
    rules = [
        rule
        for declared in all_declarations()
        if isinstance(declared, Protected)
        for command in COMMANDS
        for rule in getattr(declared, command)
    ]
    assert len(rules) > 50
    assert [rule for rule in rules if not rule.who.strip() or not rule.sql.strip()] == []
