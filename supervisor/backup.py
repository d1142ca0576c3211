"""`./lotse backup FILE` and `./lotse restore FILE`: the database with owners, policies and privileges, without any key.

A backup is made as lotse_backup. It is restored as lotse_owner into a database that holds nothing but what roles.sql
makes, in one transaction. PostgreSQL's own restore would add the default privileges of roles.sql to each table that it
creates, so that the application could change what it may only append (ADR 34).
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit, urlunsplit

from supervisor import manage
from supervisor.data import DataDirectory
from supervisor.embedded import Embedded
from supervisor.environment import OWNER, Outside, addresses, shared, to_prepare
from supervisor.errors import Refused
from supervisor.preparation import forget, prepare
from supervisor.tree import start_servers

BACKUP = "lotse_backup"
BACKUP_URL = "LOTSE_BACKUP_DATABASE_URL"
#: Rows that stay out: the keys that sign who acts, which `migrate` stores again, and the sessions, which are cookies.
WITHOUT_ROWS = ("privacy_signingkey", "accounts_session")
#: What roles.sql makes; entries of a dump's table of contents.
OF_ROLES = re.compile(r"\d+; \d+ \d+ (SCHEMA|EXTENSION|ACL - SCHEMA|DEFAULT ACL|(COMMENT|ACL) - (SCHEMA|EXTENSION)) ")
PRIVILEGES = re.compile(r"\d+; \d+ \d+ ACL ")
NOT_PREPARED = "select 1 where to_regnamespace('ntk') is null or current_user <> 'lotse_owner'"
HOLDS = """
select (select count(*) from pg_class c where relnamespace in ('public'::regnamespace, 'ntk'::regnamespace)
        and not exists (select from pg_depend where objid = c.oid and deptype = 'e'))
    + (select count(*) from pg_proc p where pronamespace = 'ntk'::regnamespace)
"""
#: What is not the platform's own, by name: a restore could not make it as lotse_owner, or nobody would know of it.
FOREIGN = """
select 'schema ' || quote_ident(nspname) from pg_namespace
where nspname !~ '^pg_' and nspname not in ('information_schema', 'public', 'ntk')
union all select 'extension ' || quote_ident(extname) from pg_extension
where extname not in ('plpgsql', 'pg_trgm', 'btree_gist', 'unaccent', 'citext')
union all select case relkind when 'v' then 'view ' when 'm' then 'materialized view ' when 'S' then 'sequence '
    when 'f' then 'foreign table ' else 'table ' end || c.oid::regclass from pg_class c
where relnamespace in ('public'::regnamespace, 'ntk'::regnamespace) and relkind in ('r', 'p', 'v', 'm', 'S', 'f')
    and pg_get_userbyid(relowner) not in ('lotse_owner', 'lotse_policy')
    and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e')
union all select 'function ' || p.oid::regprocedure from pg_proc p
where pronamespace in ('public'::regnamespace, 'ntk'::regnamespace)
    and pg_get_userbyid(proowner) not in ('lotse_owner', 'lotse_policy')
    and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e')
union all select 'publication ' || quote_ident(pubname) from pg_publication
union all select 'event trigger ' || quote_ident(evtname) from pg_event_trigger
union all select 'foreign server ' || quote_ident(srvname) from pg_foreign_server
union all select 'large object ' || oid from pg_largeobject_metadata
order by 1
"""
#: Takes back what the default privileges of roles.sql gave; the privileges of the dump follow.
WITHOUT_DEFAULTS = """
do $do$
declare
    one record;
begin
    for one in
        select case relkind when 'S' then 'sequence' else 'table' end as kind, c.oid::regclass::text as name,
            grantee, relowner as owner, relkind
        from pg_class c cross join lateral (select distinct grantee from aclexplode(relacl)) given
        where relnamespace in ('public'::regnamespace, 'ntk'::regnamespace) and pg_has_role(relowner, 'usage')
        union all
        select 'function', p.oid::regprocedure::text, grantee, proowner, 'f'
        from pg_proc p cross join lateral (
            select distinct grantee from aclexplode(coalesce(proacl, acldefault('f', proowner)))) given
        where pronamespace in ('public'::regnamespace, 'ntk'::regnamespace) and pg_has_role(proowner, 'usage')
    loop
        if one.grantee <> one.owner then
            execute format('revoke all on %s %s from %s', one.kind, one.name,
                case one.grantee when 0 then 'public' else one.grantee::regrole::text end);
        end if;
    end loop;
end $do$;
"""
KEYS_APART = """\
The keys are not in it. Without the key file no name and no note of this backup can be read again:
  {keys}
Keep a copy of it in a safe place, apart from the backups."""


@dataclass(frozen=True)
class Tools:
    """PostgreSQL's programs on one database. The password is given in the environment, not on the command line."""

    programs: Path
    url: str

    def command(self, name: str, *arguments: str | Path) -> list[str]:
        return [str(self.programs / name), *map(str, arguments)]

    @property
    def place(self) -> str:
        parts = urlsplit(self.url)
        user, at, host = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=user.partition(":")[0] + at + host))

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        password = urlsplit(self.url).password
        return {**kept, "LC_ALL": "C.UTF-8", **({"PGPASSWORD": unquote(password)} if password else {})}

    def query(self, statement: str) -> str:
        done = subprocess.run(
            self.command("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.place, "-c", statement),
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Refused(f"PostgreSQL: {done.stderr.strip()}")
        return done.stdout.strip()

    def refuse_foreign(self) -> None:
        """Raises Refused with the names of what is in the database beside the platform's own objects."""
        found = self.query(FOREIGN).splitlines()
        if found:
            raise Refused(
                "No backup was made: the database has what is not Lotse's own, and a restore could not make it:"
                f" {', '.join(found)}. Move it into another database, or drop it."
            )

    def dump(self, file: Path) -> None:
        left_out = [f"--exclude-table-data={table}" for table in WITHOUT_ROWS]
        form = ["--format=custom", f"--file={file}", "--no-password"]
        command = self.command("pg_dump", *form, *left_out, "--dbname", self.place)
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Refused(f"No backup was made: {done.stderr.strip()}")

    def contents(self, dump: Path) -> list[str]:
        """The table of contents, an entry a line, without what roles.sql makes."""
        command = self.command("pg_restore", "--list", dump)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Refused(f"{dump} is no backup: {done.stderr.strip()}")
        lines = [line for line in done.stdout.splitlines() if line and not line.startswith(";")]
        return [line for line in lines if not OF_ROLES.match(line)]

    def load(self, dump: Path) -> None:
        """Everything in one transaction; nothing at the first error."""
        entries = self.contents(dump)
        objects = [line for line in entries if not PRIVILEGES.match(line)]
        privileges = [line for line in entries if PRIVILEGES.match(line)]
        with tempfile.TemporaryFile() as said:
            command = self.command("psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", self.place)
            with subprocess.Popen(
                command, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said
            ) as psql:
                assert psql.stdin
                try:
                    psql.stdin.write(b"begin;\n")
                    self._write(dump, objects, psql.stdin)
                    psql.stdin.write(WITHOUT_DEFAULTS.encode())
                    self._write(dump, privileges, psql.stdin)
                    psql.stdin.write(b"commit;\n")
                except BrokenPipeError:  # psql says why
                    pass
                except BaseException:
                    psql.kill()  # before the commit
                    raise
                finally:
                    with suppress(BrokenPipeError):  # what is still to be written
                        psql.stdin.close()
            said.seek(0)
            if psql.returncode:
                raise Refused(f"Nothing was restored: {said.read().decode(errors='replace').strip()}")

    def _write(self, dump: Path, entries: list[str], out: IO[bytes]) -> None:
        """The script of these entries."""
        with (
            tempfile.NamedTemporaryFile("w", suffix=".list", encoding="utf-8") as chosen,
            tempfile.TemporaryFile() as said,
        ):
            chosen.write("\n".join(entries) + "\n")
            chosen.flush()
            command = self.command("pg_restore", "--file=-", f"--use-list={chosen.name}", dump)
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said) as script:
                assert script.stdout
                out.writelines(without_newer_settings(script.stdout))
            said.seek(0)
            if script.returncode:
                raise Refused(f"Nothing was restored: {said.read().decode(errors='replace').strip()}")


def without_newer_settings(lines: Iterable[bytes]) -> Iterable[bytes]:
    """Without a setting in the head of the script that PostgreSQL 15 and 16 do not know."""
    found = iter(lines)
    yield from (line for line in islice(found, 40) if line != b"SET transaction_timeout = 0;\n")
    yield from found


def make(data: DataDirectory, file: Path, outside: Outside) -> int:
    """Write a backup. Raises Refused if the file exists or PostgreSQL refuses; then no file is left."""
    file = file.absolute()
    if file.exists():
        raise Refused(f"{file} exists already; a backup is not written over.")
    if not (outside.has_database or (data.root / "servers").exists()):
        raise Refused(f"There is no database in {data.root}.")
    embedded = Embedded(data)
    is_running = manage.running(data) is not None
    try:
        if not (is_running or outside.has_database):
            embedded.start(broker=False)
        _write_private(Tools(embedded.postgres.programs, backup_url(embedded, outside)), file)
    finally:
        if not is_running:
            embedded.stop()
    keys = outside.variables.get("LOTSE_KEYS_FILE") or data.keys_place
    print(f"Backup written to {file} ({file.stat().st_size:,} bytes).\n{KEYS_APART.format(keys=keys)}")
    return 0


def backup_url(embedded: Embedded, outside: Outside) -> str:
    if not outside.has_database:
        return embedded.url(BACKUP)
    if not (url := outside.variables.get(BACKUP_URL)):
        raise Refused(f"{BACKUP_URL} must name the role {BACKUP}, which reads every row.")
    return url


def _write_private(tools: Tools, file: Path) -> None:
    """All or nothing, readable by the owner only."""
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}.") from None
    try:
        tools.refuse_foreign()
        tools.dump(Path(name))
        os.fsync(handle)
        os.link(name, file)  # unlike a rename it never replaces a file
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}.") from None
    finally:
        os.close(handle)
        Path(name).unlink(missing_ok=True)


def restore(data: DataDirectory, file: Path, outside: Outside) -> int:
    """Restore into an empty database, then migrate and check. Raises Refused with the reason."""
    file = file.absolute()
    if not file.is_file():
        raise Refused(f"There is no file {file}.")
    if data.lock() is None:
        raise Refused(f"Lotse runs with {data.root}; end it first. Nothing was restored.")
    if not outside.variables.get("LOTSE_KEYS_FILE") and not data.has_keys:
        raise Refused(f"Put the key file that belongs to the backup to {data.keys_place} first (mode 0600).")
    embedded = Embedded(data)
    try:
        start_servers(embedded, outside)
        by_role = addresses(embedded, outside)
        tools = Tools(embedded.postgres.programs, by_role[OWNER])
        if tools.query(NOT_PREPARED):
            raise Refused("LOTSE_OWNER_DATABASE_URL must name lotse_owner, and config/roles.sql be run before.")
        if tools.query(HOLDS) != "0":
            raise Refused("The database is not empty; nothing was restored.")
        forget(data)
        tools.load(file)
        print(f"Restored {file}.")
        common = {**os.environ, **shared(embedded, outside, port=None, demo=False)}
        prepare(data, to_prepare(common, by_role), may_skip=False)
        return check(common, by_role)
    finally:
        embedded.stop()


#: What is done and checked with the restored database, in this order.
CHECKS = {
    "replay_erasures": "what had been erased",
    "security_report": "the database's protection",
    "verify_keys": "the keys",
    "verify_journal": "the journal",
}


def check(common: dict[str, str], by_role: dict[str, str]) -> int:
    """Run the checks and return 1 if one of them fails."""
    failed = [name for name in CHECKS if manage.call([name], manage.environment_of(name, common, by_role))]
    for name in failed:
        print(f"What was restored is not as it must be: {CHECKS[name]}. Say `./lotse manage {name}` again when mended.")
    return 1 if failed else 0
