"""The error of every command if a server is unreachable or refuses it: one line without a password, and code 1."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest
from cluster import OwnDatabase
from django.db import DataError, ProgrammingError, connection
from running import CHECKOUT, bare_environment, supervise

from config.servers import explained
from supervisor.embedded import Embedded

SECRET = "geheim-Dp7!"
CLOSED = "127.0.0.1:1"

ENTRIES = {
    "migrate": ["manage.py", "migrate"],
    "create_administrator": ["manage.py", "create_administrator", "--email", "a@b.example", "--centre", "X"],
    "verify_journal": ["manage.py", "verify_journal"],
    "relay": ["manage.py", "relay"],
    "web": ["-m", "config.web", "--port", "0"],
    "telephone": ["-m", "celery", "-A", "config", "worker", "-Q", "telephone", "-P", "threads", "-c", "2"],
    "beat": ["-m", "celery", "-A", "config.beat", "beat"],
    "both workers of up": ["-m", "config.workers", "worker"],
}


@pytest.fixture
def socket(servers: Embedded) -> str:
    """The directory of PostgreSQL's socket, as in a database URL."""
    return quote(str(servers.postgres.socket), safe="")


@pytest.fixture
def with_wrong_password(own_database: OwnDatabase, socket: str) -> Iterator[str]:
    """The address of a role whose password is another one."""
    role = f"{own_database.name}_secret"
    own_database.sql(f"CREATE ROLE {role} LOGIN IN ROLE with_password PASSWORD '{SECRET}x'")
    yield f"postgres://{role}:{SECRET}@/{own_database.name}?host={socket}"
    own_database.sql(f"DROP ROLE {role}")


def said_by(entry: str, environment: Mapping[str, str]) -> str:
    """The one line that it says. Anything on standard output, a second line or another code is wrong."""
    done = subprocess.run(
        [sys.executable, *ENTRIES[entry]],
        cwd=CHECKOUT,
        env=dict(environment),
        input="",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert done.stderr.startswith("lotse: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert SECRET not in done.stderr
    return done.stderr.removeprefix("lotse: ").rstrip("\n")


@pytest.mark.parametrize("entry", ENTRIES)
def test_wrong_password_of_database_is_one_line_from_every_entry(
    entry: str, own_database: OwnDatabase, with_wrong_password: str
) -> None:
    line = said_by(entry, {**own_database.environment(), "DATABASE_URL": with_wrong_password})
    assert line.startswith("the database refuses: connection failed: ")
    assert line.endswith(f'authentication failed for user "{own_database.name}_secret". See DATABASE_URL.')


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (f"postgres://lotse_web:{SECRET}@{CLOSED}/lotse", "Connection refused"),
        (f"postgres://lotse_web:{SECRET}@localhost:1/lotse", "Connection refused"),
        (f"postgres://lotse_web:{SECRET}@no-such-host.invalid/lotse", "no-such-host.invalid"),
        ("postgres://lotse_web@/nothing_here?host={socket}", 'database "nothing_here" does not exist'),
        ("postgres://nobody_here@/{name}?host={socket}", 'role "nobody_here" does not exist'),
        ("postgres://lotse_web@/{name}?host=%2Fnowhere", "No such file or directory"),
        ("postgres://lotse_web@/{name}?host={socket}&sslmode=maybe", "sslmode"),
        ("postgres://lotse_web@/{name}?host={socket}&colour=blue", "colour"),
        ("postgres://lotse_web@/" + "x" * 64 + "?host={socket}", "longer than"),
    ],
)
def test_wrong_database_is_one_line(address: str, reason: str, own_database: OwnDatabase, socket: str) -> None:
    address = address.format(socket=socket, name=own_database.name)
    line = said_by("relay", {**own_database.environment(), "DATABASE_URL": address})
    assert reason in line


@pytest.mark.parametrize("entry", ["web", "telephone", "beat"])
def test_redis_that_is_away_is_one_line_from_every_process(entry: str, own_database: OwnDatabase) -> None:
    away = f"redis://:{SECRET}@{CLOSED}/0"
    environment = {**own_database.environment(), "REDIS_URL": away, "CELERY_BROKER_URL": ""}
    line = said_by(entry, environment)
    assert line == "Redis refuses: Error 111 connecting to 127.0.0.1:1. Connection refused. See REDIS_URL."


@pytest.mark.parametrize(
    ("variable", "address", "reason"),
    [
        ("REDIS_URL", f"redis://:{SECRET}@no-such-host.invalid/0", "Redis refuses: Error"),
        ("REDIS_URL", "unix:///nowhere", "Redis refuses: Error 2 connecting to /nowhere. No such file"),
        ("REDIS_URL", "unix://somebody:" + SECRET + "@{valkey}", "Redis refuses: invalid username-password pair"),
        ("REDIS_URL", "unix://{valkey}?db=99", "Redis refuses: DB index is out of range"),
        ("CELERY_BROKER_URL", f"redis://:{SECRET}@{CLOSED}/0", "the broker refuses: Error 111 connecting"),
        ("CELERY_BROKER_URL", f"amqp://lotse:{SECRET}@{CLOSED}//", "the broker refuses: "),
    ],
)
def test_wrong_redis_or_broker_is_one_line(
    variable: str, address: str, reason: str, own_database: OwnDatabase, servers: Embedded
) -> None:
    environment = {**own_database.environment(), "CELERY_BROKER_URL": ""}
    environment[variable] = address.format(valkey=servers.valkey.socket)
    line = said_by("relay", environment)
    assert line.startswith(reason)


def test_missing_rights_or_tables_are_reported_with_advice(own_database: OwnDatabase, servers: Embedded) -> None:
    may_not = {**own_database.environment("lotse_stats"), "LOTSE_DEMO": "0"}
    assert said_by("create_administrator", may_not) == (
        "the database refuses: permission denied for table accounts_user. "
        "DATABASE_URL must name the role that docs/operations.md has for this process."
    )
    name = f"{own_database.name}_bare"
    servers.postgres.sql(f'CREATE DATABASE "{name}"')
    bare = {**own_database.environment(), "DATABASE_URL": servers.url("postgres", name)}
    assert said_by("verify_journal", bare).endswith("config/roles.sql must be run on this database first.")
    servers.postgres.make_database(name)
    assert said_by("create_administrator", bare).endswith(
        'relation "accounts_user" does not exist. `python manage.py migrate` as lotse_owner makes what is missing.'
    )
    servers.postgres.sql(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.django_db
def test_programming_error_keeps_its_traceback() -> None:
    for statement, kind in [("SELECT 1/0", DataError), ("SELEC 1", ProgrammingError)]:
        with pytest.raises(kind) as caught, connection.cursor() as cursor:
            cursor.execute("SAVEPOINT here")
            try:
                cursor.execute(statement)
            finally:
                cursor.execute("ROLLBACK TO here")
        assert explained(caught.value) is None
    assert explained(ValueError("no server's")) is None


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        (["up", "--port", "0"], "DATABASE_URL"),
        (["up", "--port", "0"], "LOTSE_WORKER_DATABASE_URL"),
        (["up", "--port", "0"], "REDIS_URL"),
        (["manage", "showmigrations"], "DATABASE_URL"),
        (["manage", "verify_journal"], "DATABASE_URL"),
        (["manage", "verify_journal"], "REDIS_URL"),
    ],
)
def test_lotse_with_external_servers_reports_errors_in_one_line(
    command: list[str],
    wrong: str,
    own_database: OwnDatabase,
    servers: Embedded,
    tmp_path: Path,
    with_wrong_password: str,
) -> None:
    right = {
        "DATABASE_URL": own_database.web,
        "LOTSE_OWNER_DATABASE_URL": own_database.owner,
        "LOTSE_WORKER_DATABASE_URL": own_database.worker,
        "REDIS_URL": servers.valkey.url,
    }
    given = {**right, wrong: f"redis://:{SECRET}@{CLOSED}/0" if wrong == "REDIS_URL" else with_wrong_password}
    if wrong == "DATABASE_URL":
        given |= {"LOTSE_OWNER_DATABASE_URL": "", "LOTSE_WORKER_DATABASE_URL": ""}
    done = supervise(command[0], "--data", tmp_path, *command[1:], **given)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith(("lotse: the database refuses: ", "lotse: Redis refuses: "))
    assert SECRET not in done.stderr


def test_commands_that_need_no_server_ask_none(tmp_path: Path) -> None:
    environment = bare_environment(LOTSE_STATIC_ROOT=str(tmp_path))
    for arguments in (["help"], ["collectstatic", "--dry-run", "--noinput", "-v", "0"], ["migrate", "--help"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
