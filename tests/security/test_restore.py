"""A backup, restored into an empty database, protects as before: through the command line, on PostgreSQL 18 and 15."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from assessments import make_contact
from case_rows import make_case
from cluster import OwnDatabase
from erasing import carried_out, counted, decided
from people import People, make_people
from running import supervise

from foundation.retention.actions import Outcome
from supervisor import process
from supervisor.account import for_servers
from supervisor.backup import BACKUP_URL, Tools
from supervisor.data import DataDirectory
from supervisor.embedded import Embedded
from supervisor.errors import Refused
from supervisor.postgres import ROLES

pytestmark = pytest.mark.xdist_group("restore")

DEBIAN = Path("/usr/lib/postgresql/15/bin")
#: PostgreSQL 17 and newer have one more privilege, MAINTAIN.
TABLES = """
select c.oid::regclass::text, coalesce(attname, ''), pg_get_userbyid(relowner), relrowsecurity, relforcerowsecurity,
    array(select pg_get_userbyid(grantee) || privilege_type from aclexplode(acl)
        where privilege_type <> 'MAINTAIN' order by 1)
from pg_class c cross join lateral (
    select null as attname, relacl as acl union all
    select a.attname::text, attacl from pg_attribute a where attrelid = c.oid and attacl is not null) given
where relnamespace = 'public'::regnamespace and relkind in ('r', 'S') order by 1, 2
"""
FUNCTIONS = """
select p.oid::regprocedure::text, pg_get_userbyid(proowner), prosecdef, array(select
    case grantee when 0 then 'public' else pg_get_userbyid(grantee) end from aclexplode(proacl) order by 1)
from pg_proc p where pronamespace = 'ntk'::regnamespace order by 1
"""
DEFAULTS = """
select defaclobjtype, defaclnamespace::regnamespace, array(select
    case grantee when 0 then 'public' else pg_get_userbyid(grantee) end || privilege_type from aclexplode(defaclacl)
        where privilege_type <> 'MAINTAIN' order by 1) from pg_default_acl order by 1, 2
"""
ROWS = """
select 'events', count(*), (select position from journal_head) from journal_event union all
select 'contacts', count(*), 0 from hotline_contact union all
select 'keys', count(*), 0 from privacy_datakey union all select 'users', count(*), 0 from accounts_user order by 1
"""


@dataclass(frozen=True)
class Restored:
    """A restored database, as psql sees it."""

    tools: Path
    url: str
    """With {role}."""
    said: str

    def sql(self, statement: str, role: str) -> str:
        return Tools(self.tools, self.url.format(role=role)).query(statement)


@dataclass(frozen=True)
class Origin:
    people: People
    database: OwnDatabase
    dump: Path
    backup_said: str


@pytest.fixture
def origin(own_database: OwnDatabase, tmp_path: Path) -> Origin:
    people = make_people()
    make_case(people.handler)
    make_contact(people.colleague, label="canary")
    own_database.make_as_installed()
    dump = tmp_path / "lotse.dump"
    return Origin(people, own_database, dump, backup_of(own_database, dump))


def test_restore_brings_nothing_back_that_was_erased(origin: Origin, settings: Any, tmp_path: Path) -> None:
    """A backup, then an erasure: a restore erases it again, and says so."""
    settings.ERASURES_FILE = tmp_path / "ledger"
    counted()
    subject = origin.database.sql("select id from cases_case").strip()
    assert carried_out(decided(origin.people, subject)) is Outcome.ERASED
    data = DataDirectory.open(tmp_path / "again", for_servers())
    shutil.copy(origin.database.servers.data.keys, data.keys_place)
    (data.root / "erasures").write_text(settings.ERASURES_FILE.read_text())
    done = supervise("restore", origin.dump, "--data", data.root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The ledger has 1 erasures, 1 were carried out again." in done.stdout
    assert re.search(r"The data of \d+ events was erased", done.stdout)
    servers = Embedded(data)
    servers.start(broker=False)
    try:
        tools = Tools(servers.postgres.programs, servers.url("lotse_backup"))
        assert tools.query("select count(*) from cases_case") == "0"
        assert tools.query("select label from hotline_contact") == "canary"
        assert tools.query("select count(*) from privacy_datakey where wrapped is null") == "1"
    finally:
        servers.stop()


def test_restore_into_debians_postgresql_brings_nothing_back_either(
    origin: Origin, empty_debian: str, settings: Any, tmp_path: Path
) -> None:
    settings.ERASURES_FILE = tmp_path / "ledger"
    counted()
    subject = origin.database.sql("select id from cases_case").strip()
    assert carried_out(decided(origin.people, subject)) is Outcome.ERASED
    variables = outside(origin, empty_debian) | {"LOTSE_ERASURES_FILE": str(settings.ERASURES_FILE)}
    done = supervise("restore", origin.dump, "--data", tmp_path / "to", **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The ledger has 1 erasures, 1 were carried out again." in done.stdout
    tools = Tools(origin.database.servers.postgres.programs, empty_debian.format(role="lotse_backup"))
    assert tools.query("select count(*) from cases_case") == "0"
    assert tools.query("select label from hotline_contact") == "canary"
    assert tools.query("select count(*) from privacy_datakey where wrapped is null") == "1"


def backup_address(database: OwnDatabase) -> str:
    return database.servers.url("lotse_backup", database.name)


def tried_backup(database: OwnDatabase, dump: Path) -> subprocess.CompletedProcess[str]:
    variables = {
        "DATABASE_URL": database.web,
        BACKUP_URL: backup_address(database),
        "LOTSE_KEYS_FILE": str(database.servers.data.keys),
    }
    return supervise("backup", dump, "--data", dump.with_name("from"), **variables)


def backup_of(database: OwnDatabase, dump: Path) -> str:
    """What the command prints."""
    done = tried_backup(database, dump)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_backup_names_what_is_not_lotses_own_and_writes_nothing(own_database: OwnDatabase, tmp_path: Path) -> None:
    own_database.make_as_installed()
    foreign = {
        "create schema aaa": "schema aaa",
        "create table public.bbb (id int)": "table bbb",
        "create view ccc as select 1 as one": "view ccc",
        "create function ntk.ddd() returns int language sql as 'select 1'": "function ntk.ddd()",
        "create extension hstore": "extension hstore",
        "create publication eee": "publication eee",
    }
    for statement in foreign:
        own_database.sql(statement)
    dump = tmp_path / "lotse.dump"
    done = tried_backup(own_database, dump)
    assert (done.returncode, dump.exists()) == (1, False)
    assert {name for name in foreign.values() if name not in done.stderr} == set()
    assert "accounts_user" not in done.stderr


@pytest.fixture
def embedded(origin: Origin, tmp_path: Path) -> Iterator[Restored]:
    """In a new data directory, with PostgreSQL 18."""
    data = DataDirectory.open(tmp_path / "to", for_servers())
    shutil.copy(origin.database.servers.data.keys, data.keys_place)
    done = supervise("restore", origin.dump, "--data", data.root)
    assert done.returncode == 0, done.stdout + done.stderr
    servers = Embedded(data)
    servers.start(broker=False)
    try:
        yield Restored(servers.postgres.programs, servers.url("{role}"), done.stdout)
    finally:
        servers.stop()


@pytest.fixture
def empty_debian(servers: Embedded) -> Iterator[str]:
    """Address, with {role}, of an empty database of Debian's PostgreSQL 15, prepared as docs/operations.md says."""
    if not (DEBIAN / "postgres").exists():
        pytest.skip("Debian's PostgreSQL 15 is not installed (apt-get install postgresql-15)")
    place = Path(tempfile.mkdtemp(prefix="lotse-15-"))
    place.chmod(0o755)
    account = for_servers()
    home = account.own_directory(place / "home")
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    password = place / "password"
    password.write_text("secret")
    password.chmod(0o644)
    auth = ["-A", "scram-sha-256", "-U", "postgres", f"--pwfile={password}"]
    made = process.run([DEBIAN / "initdb", "-D", home / "data", "--no-sync", *auth], directory=home, account=account)
    assert made.returncode == 0, made.stderr
    command = [DEBIAN / "postgres", "-D", home / "data", "-k", home, "-p", str(port), "-c", "fsync=off"]
    environment = {"LC_ALL": "C.UTF-8"}
    with (place / "log").open("wb") as log:
        child = process.start(
            "postgres", command, directory=home, environment=environment, account=account, log=log,
            stop_signal=signal.SIGINT, orphan_signal=signal.SIGINT,
        )  # fmt: skip
    address = f"postgres://{{role}}:secret@127.0.0.1:{port}/{{name}}"
    try:
        maintenance = Tools(servers.postgres.programs, address.format(role="postgres", name="postgres"))
        wait_for(maintenance)
        maintenance.query("create database lotse template template0 encoding 'UTF8' locale 'C.UTF-8'")
        superuser = Tools(servers.postgres.programs, address.format(role="postgres", name="lotse"))
        servers_sql(superuser, ROLES)
        for role in ("owner", "web", "worker", "stats", "backup"):
            superuser.query(f"alter role lotse_{role} password 'secret'")
        yield address.replace("{name}", "lotse")
    finally:
        child.stop()
        shutil.rmtree(place)


def servers_sql(tools: Tools, file: Path) -> None:
    subprocess.run(tools.command("psql", "-Xq", "-d", tools.place, "-f", file), env=tools.environment, check=True)


def wait_for(tools: Tools) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            tools.query("select 1")
        except Refused:
            assert time.monotonic() < until
            time.sleep(0.1)
        else:
            return


def outside(origin: Origin, url: str) -> dict[str, str]:
    """The variables of an installation on servers of its own, with the keys of the origin."""
    named = {"LOTSE_OWNER_DATABASE_URL": "lotse_owner", "LOTSE_WORKER_DATABASE_URL": "lotse_worker"}
    named |= {"DATABASE_URL": "lotse_web", BACKUP_URL: "lotse_backup"}
    keys = {"LOTSE_KEYS_FILE": str(origin.database.servers.data.keys)}
    return {variable: url.format(role=role) for variable, role in named.items()} | keys


@pytest.fixture
def debian(origin: Origin, empty_debian: str, tmp_path: Path) -> Restored:
    done = supervise("restore", origin.dump, "--data", tmp_path / "to", **outside(origin, empty_debian))
    assert done.returncode == 0, done.stdout + done.stderr
    return Restored(origin.database.servers.postgres.programs, empty_debian, done.stdout)


def test_backup_is_private_and_says_where_the_keys_are(origin: Origin) -> None:
    assert oct(origin.dump.stat().st_mode & 0o777) == "0o600"
    assert "The keys are not in it" in origin.backup_said
    assert str(origin.database.servers.data.keys) in origin.backup_said
    assert [path.name for path in origin.dump.parent.iterdir() if path.name.startswith(".")] == []


def test_backup_holds_no_key_and_no_session(origin: Origin) -> None:
    programs = origin.database.servers.postgres.programs
    done = subprocess.run([programs / "pg_restore", "-f", "-", origin.dump], capture_output=True, text=True, check=True)
    for table in ("privacy_signingkey", "accounts_session"):
        assert f"CREATE TABLE public.{table}" in done.stdout
        assert f"COPY public.{table} " not in done.stdout
    assert "COPY public.accounts_user " in done.stdout
    secret = origin.database.servers.data.secret_key.read_text()
    assert secret not in done.stdout


@pytest.mark.parametrize("to", ["embedded", "debian"])
def test_restored_database_is_as_before(
    origin: Origin, to: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    restored = request.getfixturevalue(to)
    said = restored.said
    assert "The journal is whole" in said
    assert "The key file opens what was sealed with k1." in said
    assert "No hole." in said
    own = origin.database
    for query in (TABLES, FUNCTIONS, DEFAULTS):
        assert restored.sql(query, "lotse_owner").splitlines() == own.sql(query).splitlines()
    assert restored.sql(ROWS, "lotse_backup") == own.sql(ROWS)


@pytest.mark.parametrize("to", ["embedded", "debian"])
def test_restored_database_protects_as_before(origin: Origin, to: str, request: pytest.FixtureRequest) -> None:
    restored: Restored = request.getfixturevalue(to)
    for statement in (
        "update journal_event set kind = 'x'",
        "delete from journal_event",
        "update journal_head set position = 0",
        "update publishing_release set content = '{}'",
        "delete from publishing_paper",
        "select * from privacy_signingkey",
    ):
        for role in ("lotse_web", "lotse_worker"):
            with pytest.raises(Refused, match="permission denied"):
                restored.sql(statement, role)
    for statement in ("select count(*) from hotline_contact", "select ntk.chain_length()"):
        with pytest.raises(Refused, match="permission denied"):
            restored.sql(statement, "lotse_stats")
    shown = "begin; set local app.actor = '{}'; select id from hotline_contact order by 1; rollback"
    for person in (origin.people.handler, origin.people.colleague, origin.people.coordinator, origin.people.worker):
        before = origin.database.sql(shown.format(person.pk), role="lotse_owner")
        assert restored.sql(shown.format(person.pk), "lotse_owner") == before
    assert before == "", "a partner without a referral sees nothing"
    assert origin.database.sql(shown.format(origin.people.coordinator.pk), role="lotse_owner").count("\n") >= 1


def test_restore_of_anything_else_changes_nothing(origin: Origin, empty_debian: str, tmp_path: Path) -> None:
    """A cut file, and a file that is no backup: the database stays empty, and the right one can be restored."""
    cut, other = tmp_path / "cut.dump", tmp_path / "other.dump"
    cut.write_bytes(origin.dump.read_bytes()[:-300])
    other.write_text("no backup")
    variables = outside(origin, empty_debian)
    for file, reason in (
        (cut, "Nothing was restored|is no backup"),
        (other, "is no backup"),
        (tmp_path / "none", "no file"),
    ):
        done = supervise("restore", file, "--data", tmp_path / "to", **variables)
        assert done.returncode == 1, done.stdout + done.stderr
        assert re.search(reason, done.stderr), done.stderr
    for expected in (0, 1):
        done = supervise("restore", origin.dump, "--data", tmp_path / "to", **variables)
        assert done.returncode == expected, done.stdout + done.stderr
    assert done.stderr == "lotse: The database is not empty; nothing was restored.\n"


def test_backup_with_a_schema_of_somebody_else_is_refused_with_the_reason(
    origin: Origin, empty_debian: str, tmp_path: Path
) -> None:
    """psql ends at the first error, while most of the backup is still to be written to it."""
    origin.database.sql("create schema aaa; create function aaa.f() returns int language sql as 'select 1'")
    dump = tmp_path / "other.dump"
    tools = Tools(origin.database.servers.postgres.programs, backup_address(origin.database))
    tools.dump(dump)  # as an earlier version did
    done = supervise("restore", dump, "--data", tmp_path / "to", **outside(origin, empty_debian))
    assert done.returncode == 1
    assert re.fullmatch(r'lotse: Nothing was restored: .*schema "aaa" does not exist', done.stderr.strip()), done.stderr
    done = supervise("restore", origin.dump, "--data", tmp_path / "to", **outside(origin, empty_debian))
    assert done.returncode == 0, done.stdout + done.stderr


def test_restore_with_another_key_file_is_said(origin: Origin, empty_debian: str, tmp_path: Path) -> None:
    other = DataDirectory.open(tmp_path / "other", for_servers())
    variables = outside(origin, empty_debian) | {"LOTSE_KEYS_FILE": str(other.keys)}
    done = supervise("restore", origin.dump, "--data", tmp_path / "to", **variables)
    assert done.returncode == 1
    assert "does not open what was sealed with the master keys k1" in done.stderr
    assert "not as it must be: the keys" in done.stdout


def test_restore_needs_the_keys_first_and_backup_a_new_file(origin: Origin, tmp_path: Path) -> None:
    done = supervise("restore", origin.dump, "--data", tmp_path / "new")
    assert (done.returncode, f"{tmp_path}/new/keys.json first" in done.stderr) == (1, True), done.stderr
    assert not (tmp_path / "new" / "keys.json").exists()
    before = origin.dump.read_bytes()
    done = supervise("backup", origin.dump, "--data", tmp_path / "new")
    assert (done.returncode, "exists already" in done.stderr) == (1, True), done.stderr
    assert origin.dump.read_bytes() == before
    done = supervise("backup", tmp_path / "b.dump", "--data", tmp_path / "nothing")
    assert (done.returncode, "There is no database" in done.stderr) == (1, True), done.stderr
    done = supervise("backup", tmp_path / "b.dump", "--data", tmp_path / "new", DATABASE_URL=origin.database.web)
    assert (done.returncode, BACKUP_URL in done.stderr) == (1, True), done.stderr
