"""Each table is protected by row-level security, or declared to need none."""

from __future__ import annotations

import re

import pytest
from architecture.source import declarations
from architecture.world import Career, Plan, World, build, make_organisations
from cluster import CHECKOUT, OwnDatabase
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone
from people import new_id

from casework.cases.models import CaseToOpen
from foundation.accounts.events import ORGANISATION_CHANGED
from foundation.accounts.roles import Role
from foundation.journal.actions import look, record
from foundation.privacy.rls import Unprotected
from foundation.retention.models import Erasure, Hold, RequestDossier, RequestItem
from handoff.referrals.models import NextStep
from handoff.referrals.states import ReferralState

#: Tables by pattern: nobody has to be kept from their rows, and policies.py says why.
UNPROTECTED = [declared.tables for declared in declarations() if isinstance(declared, Unprotected)]
#: Columns that tie a row to somebody who sought help.
PERSONAL = (
    "centre_id",
    "contact_id",
    "case_id",
    "referral_id",
    "data_key_id",
    "handler_id",
    "subject",
    "assessment_id",
)


def ask(query: str, *parameters: str | list[str]) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def tables() -> dict[str, bool]:
    """All tables of the database, and whether each has row-level security, for its owner too."""
    found = ask(
        "select relname, relrowsecurity and relforcerowsecurity from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by relname"
    )
    return {str(name): bool(is_protected) for name, is_protected in found}


def needs_none(table: str) -> bool:
    return any(re.fullmatch(pattern, table) for pattern in UNPROTECTED)


@pytest.mark.django_db
def test_each_table_is_protected_or_has_a_reason() -> None:
    assert [table for table, is_protected in tables().items() if is_protected == needs_none(table)] == []


@pytest.mark.django_db
def test_no_reason_excuses_a_table_about_somebody_who_sought_help() -> None:
    tied = ask("select distinct table_name from information_schema.columns where column_name = any(%s)", list(PERSONAL))
    assert {str(table) for (table,) in tied} >= {"hotline_contact", "cases_case", "handoff_referral", "journal_event"}
    assert [table for (table,) in tied if not tables()[str(table)]] == []


#: Only functions of the schema ``ntk`` read these tables.
BY_FUNCTIONS = {
    "journal_head",
    "journal_rolechange",
    "handoff_offercount",
    "privacy_signingkey",
    "journal_declaredkind",
    "assessments_assessmentrating",
}


@pytest.mark.django_db
def test_each_model_has_its_table() -> None:
    assert {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - tables().keys() == set()


@pytest.mark.django_db
def test_the_reasons_are_needed() -> None:
    unused = [pattern for pattern in UNPROTECTED if not any(re.fullmatch(pattern, table) for table in tables())]
    assert unused == []


@pytest.mark.django_db
def test_no_policy_is_always_true() -> None:
    policies = ask(
        "select tablename, policyname, coalesce(qual, with_check) from pg_policies"
        " where not roles <@ '{lotse_stats,lotse_owner}'"
    )
    asks_who = re.compile(r"ntk\.|_id IN|EXISTS", re.IGNORECASE)
    assert len(policies) > 20
    assert [(table, name) for table, name, condition in policies if not asks_who.search(str(condition))] == []


@pytest.mark.django_db
def test_each_protected_table_can_be_read_by_somebody() -> None:
    readable = {table for (table,) in ask("select tablename from pg_policies where cmd in ('SELECT', 'ALL')")}
    closed = {table for table, is_protected in tables().items() if is_protected} - readable
    assert closed == BY_FUNCTIONS - {"privacy_signingkey", "journal_declaredkind"}  # the owner writes them


@pytest.mark.django_db
def test_no_database_view_bypasses_the_policies() -> None:
    views = ask("select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')")
    assert views == []


@pytest.mark.django_db
def test_functions_that_read_past_the_policies_are_few_and_safe() -> None:
    """They are in one schema, owned by a role without login, with a fixed search path."""
    unsafe = ask(
        "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema', 'tests') and ("
        "   n.nspname <> 'ntk' or pg_get_userbyid(p.proowner) <> 'lotse_policy'"
        "   or not coalesce(p.proconfig, '{}') && array['search_path=pg_catalog, public, pg_temp'])"
    )
    assert unsafe == []


@pytest.mark.parametrize("role", ["lotse_web", "lotse_worker", "lotse_stats", "lotse_owner", "lotse_policy"])
def test_no_role_of_the_application_is_more_than_it_must_be(role: str, db: None) -> None:
    ((superuser, creates_roles, creates_databases, replicates, bypasses, signs_in),) = ask(
        "select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolcanlogin"
        " from pg_roles where rolname = %s",
        role,
    )
    assert (superuser, creates_roles, creates_databases, replicates) == (False, False, False, False)
    assert (bypasses, signs_in) == ((True, False) if role == "lotse_policy" else (False, True))


@pytest.mark.parametrize("role", ["lotse_web", "lotse_worker", "lotse_stats", "lotse_policy"])
def test_the_application_owns_no_table_and_belongs_to_no_role(role: str, db: None) -> None:
    assert ask("select relname from pg_class where pg_get_userbyid(relowner) = %s", role) == []
    assert ask("select roleid::regrole::text from pg_auth_members where member = %s::regrole", role) == []


@pytest.mark.parametrize("role", ["lotse_web", "lotse_worker", "lotse_stats"])
def test_the_application_makes_nothing_in_the_database(role: str, db: None) -> None:
    ((in_public, in_ntk, temporary),) = ask(
        "select has_schema_privilege(%(r)s, 'public', 'create'), has_schema_privilege(%(r)s, 'ntk', 'create'),"
        " has_database_privilege(%(r)s, current_database(), 'temporary')".replace("%(r)s", f"'{role}'")
    )
    assert (in_public, in_ntk, temporary) == (False, False, False)


@pytest.mark.django_db
def test_statistics_reads_no_table_that_is_about_somebody() -> None:
    readable = [
        table
        for table in tables()
        if ask("select has_table_privilege('lotse_stats', %s, 'select')", table) == [(True,)]
    ]
    assert readable == []
    by_column = "select has_any_column_privilege('lotse_stats', %s, 'select')"
    assert [table for table in tables() if ask(by_column, table) == [(True,)]] == ["publishing_release"]


CAREERS = [Career([((0, Role.HANDLER), False)], True)] * 4
PLAN = Plan(CAREERS, 0, True, (1, True), 0, (0, None), ReferralState.ACCEPTED)


def test_without_an_actor_no_protected_table_shows_a_row(as_superuser: None, own_database: OwnDatabase) -> None:
    world = build(PLAN, make_organisations())
    record(ORGANISATION_CHANGED, by=world.people[0], subject=new_id(), centre=None, tell=("x",))
    look("test.read", by=world.people[0], subject=new_id())
    mark_as_open(world)
    closed = {table for table, is_protected in tables().items() if is_protected} - BY_FUNCTIONS
    assert [table for table in closed if count(table) == 0] == [], "world.py should make a row for each table"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local role lotse_web")
        assert {table: count(table) for table in closed} == dict.fromkeys(closed, 0)
        cursor.execute("select set_config('app.actor', '', true)")
        assert {table: count(table) for table in closed} == dict.fromkeys(closed, 0)
        cursor.execute("select set_config('app.actor', '999999999', true)")
        cursor.execute("set local role lotse_worker")
        shown = {table for table in closed if count(table)}
    # Hashes alone say nothing, and our own numbers are public; they need some actor, whoever it is.
    assert shown == {"journal_link", "switchboard_line"}


def test_a_data_key_is_asked_for_in_every_table_that_is_encrypted_with_one(db: None) -> None:
    functions = "'reads_dossier', 'reads_request', 'reads_team_key', 'reads_assessment_key', 'reads_consultation_key'"
    ((asked,),) = ask(f"select string_agg(prosrc, '') from pg_proc where proname in ({functions})")
    with_key = {
        model._meta.db_table
        for model in apps.get_models()
        if any(field.name == "data_key" for field in model._meta.concrete_fields)
    }
    # Who reads a note of a body reads its membership, whose keys encrypt the notes.
    with_key -= {"teams_ownnote", "teams_sharednote"}
    # Who reads what the team shares reads the team, whose key encrypts it.
    for room in ("plans", "reviews", "closures", "releases"):
        with_key -= {model._meta.db_table for model in apps.get_app_config(room).get_models()}
    # Who reads why a contact needs no triage reads the contact.
    with_key -= {"triage_waiver"}
    # A coordinator reads a request because of its dossiers.
    assert set(re.findall(r"select from (\w+)", str(asked))) - {"retention_requestdossier"} == with_key


def mark_as_open(world: World) -> None:
    """Rows that only triggers write, or that the records of the world do not cause."""
    CaseToOpen.objects.create(
        contact=world.contact, assessment=world.assessment, centre=world.contact.centre, completed_at=timezone.now()
    )
    by, centre = world.people[0], world.contact.centre
    Erasure.objects.create(subject=world.contact.pk, centre=centre, decided_by=by, reason="request")
    Hold.objects.create(subject=world.contact.pk, centre=centre, made_by=by, reason="court")
    chosen = RequestDossier.objects.create(
        request=world.person_request, centre=centre, subject=world.contact.pk, added_by=by
    )
    RequestItem.objects.create(dossier=chosen, centre=centre, place="x", digest=b"x", decided_by=by)
    NextStep.objects.create(referral=world.referral, case=world.case, centre=world.contact.centre)


def count(table: str) -> int:
    ((number,),) = ask(f'select count(*) from "{table}"')
    return int(str(number))


def test_the_owner_sees_no_row_either(as_superuser: None) -> None:
    build(PLAN, make_organisations())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local role lotse_owner")
        assert (count("hotline_contact"), count("cases_case"), count("handoff_referral")) == (0, 0, 0)


INSERT = re.compile(r"insert into (\w+) \(([\w\s,]+)\)")


def test_benchmarks_fill_each_column_that_has_no_default_in_the_database() -> None:
    tables = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((CHECKOUT / "benchmarks").glob("*.py")))
    inserts = INSERT.findall(text)
    missing = {}
    for table, names in inserts:
        filled = set(re.findall(r"\w+", names))
        needed = {
            field.column
            for field in tables[table]._meta.local_concrete_fields
            if not (field.null or field.has_db_default() or getattr(field, "db_returning", False))
        }
        if needed - filled:
            missing[table] = needed - filled
    assert len(inserts) >= 8
    assert missing == {}
