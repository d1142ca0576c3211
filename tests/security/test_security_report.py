"""The security report of the database: what it lists, and that it finds each kind of hole."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from cluster import CHECKOUT, OwnDatabase
from django.core.management import CommandError, call_command
from psycopg import sql

from foundation.privacy.security_report import EXPECTED, LOGINS, OBJECTS, holes
from supervisor.embedded import Embedded

COMMAND = "foundation.privacy.management.commands.security_report"
#: A change made by hand, and how the report names it.
HOLES = [
    ("create table public.extra (id bigint)", "table extra has no row-level security"),
    ("create table public.extra (id bigint)", "table extra has no policy"),
    ("alter table cases_case no force row level security", "table cases_case has no row-level security"),
    ("alter table cases_case disable row level security", "table cases_case has no row-level security"),
    ("create policy open on cases_note for select using (true)", "is for PUBLIC"),
    ("create policy open on cases_note for select to lotse_web using (true)", "open on cases_note is in the database"),
    ("drop policy handoff_message_insert on handoff_message", "handoff_message_insert on handoff_message is declared"),
    ("grant execute on function ntk.actor to public", "everybody may call ntk.actor()"),
    ("grant execute on function ntk.actor to lotse_stats", "privileges of ntk.actor() are not as declared"),
    ("alter function ntk.service owner to lotse_owner", "definer function ntk.service() does not belong to"),
    ("alter function ntk.service reset all", "definer function ntk.service() has no fixed search_path"),
    ("create function public.f() returns int language sql as 'select 1'", "function f() is not in the schema ntk"),
    (
        "create function ntk.f() returns int language sql security definer as 'select 1'",
        "definer function ntk.f() has no fixed search_path",
    ),
    ("grant update on journal_event to lotse_web", "lotse_web can change journal_event, which is append-only"),
    ("grant update (kind) on journal_event to lotse_worker", "lotse_worker can change journal_event.kind"),
    ("grant truncate on cases_case to lotse_web", "lotse_web has"),
    ("grant select on hotline_contact to lotse_stats", "privileges of hotline_contact is not as declared"),
    ("grant insert on hotline_contact to lotse_backup", "lotse_backup can write hotline_contact: INSERT"),
    ("grant select on hotline_contact to public", "PUBLIC has SELECT on hotline_contact"),
    ("create role lotse_spy; grant select on hotline_contact to lotse_spy", "lotse_spy has SELECT on hotline_contact"),
    (
        "grant update on sequence accounts_organisation_id_seq to public",
        "PUBLIC has UPDATE on accounts_organisation_id_seq",
    ),
    ("alter role lotse_web bypassrls", "roles: lotse_web has login, bypassrls, not login"),
    ("alter role lotse_web superuser", "roles: lotse_web has login, superuser, not login"),
    ("alter role lotse_worker createrole", "roles: lotse_worker has login, createrole, not login"),
    ("alter role lotse_policy login", "roles: lotse_policy has login, bypassrls, not bypassrls"),
    ("create role lotse_spy bypassrls", "role lotse_spy is exempt from the policies"),
    ("create role spy login bypassrls", "role spy is exempt from the policies"),
    ("grant lotse_policy to lotse_web", "memberships: lotse_web in lotse_policy is not from roles.sql"),
    ("create role spy; grant lotse_owner to spy", "memberships: spy in lotse_owner is not from roles.sql"),
    ("grant pg_read_all_data to lotse_stats", "memberships: lotse_stats in pg_read_all_data"),
    ("alter role lotse_web set row_security = off", "settings of roles: lotse_web"),
    ("alter role lotse_backup reset all", "settings of roles: lotse_backup is missing"),
    ("grant set on parameter session_replication_role to lotse_web", "parameters: session_replication_role: lotse_web"),
    ("grant create on schema public to lotse_web", "schemas: public: lotse_web has CREATE, USAGE, not USAGE"),
    ("create schema more authorization lotse_web", "owners: schema more lotse_web is not from roles.sql"),
    ("alter schema ntk owner to postgres", "owners: schema ntk has postgres, not lotse_owner"),
    ("grant temporary on database {database} to public", "database: PUBLIC TEMPORARY is not from roles.sql"),
    (
        "alter default privileges for role lotse_owner grant select on tables to lotse_stats",
        "default privileges: lotse_owner r: lotse_stats SELECT is not from roles.sql",
    ),
    (
        "alter default privileges for role lotse_owner revoke execute on functions from lotse_web",
        "default privileges: lotse_owner f: lotse_web is missing",
    ),
    ("alter table hotline_topic owner to lotse_web", "hotline_topic belongs to lotse_web"),
    ("create view everything as select * from hotline_contact", "view everything is read past the policies"),
    ("create view ntk.everything as select * from hotline_contact", "other objects: view ntk.everything"),
    ("create extension dblink", "extension dblink is not one of ours"),
    ("create publication leak for table hotline_contact", "other objects: publication leak is not from roles.sql"),
    ("create rule quiet as on delete to journal_event do instead nothing", "other objects: rule quiet"),
    ("set password_encryption = 'md5'; alter role lotse_web password 'x'", "password of lotse_web is stored as md5"),
]


@pytest.fixture
def own_database(own_database: OwnDatabase) -> OwnDatabase:
    """With the schemas of an installation only."""
    own_database.make_as_installed()
    return own_database


@pytest.fixture
def superuser(own_database: OwnDatabase) -> Iterator[psycopg.Connection[Any]]:
    """In a transaction that is rolled back: roles belong to all databases of the cluster."""
    with psycopg.connect(own_database.superuser) as connection, connection.transaction(force_rollback=True):
        yield connection


def said(superuser: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    """What the command prints. Raises CommandError, which ends it with 1."""
    printed = io.StringIO()
    shown = SimpleNamespace(ensure_connection=lambda: None, connection=superuser)
    monkeypatch.setattr(f"{COMMAND}.connection", shown)
    call_command("security_report", *arguments, stdout=printed)
    return printed.getvalue()


@pytest.mark.parametrize(("change", "named"), HOLES)
def test_hole_is_found(
    superuser: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch, change: str, named: str
) -> None:
    superuser.execute(sql.SQL(change.replace("{database}", f'"{superuser.info.dbname}"')))
    with pytest.raises(CommandError) as found:
        said(superuser, monkeypatch, "--short")
    assert found.value.returncode == 1
    assert named in str(found.value)


def test_everything_is_listed(superuser: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    text = said(superuser, monkeypatch)
    assert text.endswith("\nNo hole.\n")
    for line in (
        "lotse_policy  bypassrls", "lotse_owner in lotse_policy", "ntk: lotse_policy  CREATE, USAGE",
        "cases_case  owner lotse_owner rls forced", "publishing_release.content: lotse_stats  SELECT",
    ):  # fmt: skip
        assert f"  {line}\n" in text
    counts = superuser.execute(
        "select (select count(*) from pg_policies where schemaname = 'public'), count(*) from pg_proc"
        " where pronamespace = 'ntk'::regnamespace"
    ).fetchone()
    assert counts
    assert f"\npolicies ({counts[0]})\n" in text
    assert f"\nfunctions ({counts[1]})\n" in text
    found = json.loads(said(superuser, monkeypatch, "--json"))
    assert found["objects"].keys() == OBJECTS.keys() | LOGINS.keys()
    assert found["objects"].keys() >= EXPECTED.keys()
    assert (found["holes"], found["not_checked"]) == ([], [])


def test_login_without_proof_is_a_hole(superuser: psycopg.Connection[Any]) -> None:
    objects: dict[str, dict[str, str]] = {kind: {} for kind in OBJECTS} | {
        "how logins prove who they are": {"line 1 local all all": "trust", "line 2 local all all": "peer"}
    }
    assert "pg_hba.conf line 1 local all all: trust lets in without proof" in list(holes(objects, []))
    assert not [hole for hole in holes(objects, []) if "line 2" in hole]


def test_embedded_servers_let_nobody_in_without_proof(servers: Embedded) -> None:
    assert servers.postgres.sql("select string_agg(distinct auth_method, ' ') from pg_hba_file_rules") in (
        "peer", "peer scram-sha-256",
    )  # fmt: skip


def run(database: OwnDatabase, role: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "security_report", *arguments]
    return subprocess.run(
        command, cwd=CHECKOUT, env=database.environment(role), capture_output=True, text=True, check=False
    )


def test_command_ends_with_one_if_there_is_a_hole(own_database: OwnDatabase) -> None:
    done = run(own_database, "lotse_owner", "--short")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "No hole."), done.stderr
    assert "not checked: passwords, which a superuser reads" in done.stdout
    own_database.sql("grant delete on journal_event to lotse_web")
    done = run(own_database, "lotse_owner", "--json")
    assert done.returncode == 1
    assert "lotse_web can change journal_event, which is append-only" in json.loads(done.stdout)["holes"]
    assert "lotse_web can change journal_event" in done.stderr
    assert "Traceback" not in done.stderr
    assert run(own_database, "lotse_web", "--short").returncode == 1
