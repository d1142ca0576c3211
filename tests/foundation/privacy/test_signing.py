"""Who acts is signed: a database login without the application's key is nobody."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import time_machine
from cluster import CHECKOUT, OwnDatabase
from django.conf import LazySettings
from django.db import ProgrammingError
from people import People, current_actor_id, make_people
from psycopg.errors import InsufficientPrivilege

from foundation.privacy import signing
from foundation.privacy.context import acting_as

ACTOR = "select ntk.actor()"


@pytest.fixture
def thief(own_database: OwnDatabase, role: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection beside the application, as one of its roles."""
    with psycopg.connect(getattr(own_database, role.removeprefix("lotse_"))) as opened:
        yield opened


def acts(on: psycopg.Connection[Any], value: str) -> int | None:
    with on.transaction():
        on.execute("select set_config('app.actor', %s, true)", [value])
        row = on.execute(ACTOR).fetchone()
    assert row
    return row[0]


def signed_for(pid: int, actor: int, *, expires: int | None = None, key: signing.SigningKey | None = None) -> str:
    """A value of the application's, made for another connection or time."""
    server = signing.Server(pid, time.time() + (expires or 0), time.monotonic())
    return signing.value(actor, server, key or signing.signing_keys()[0])


@pytest.mark.parametrize("role", ["lotse_web", "lotse_worker"])
def test_a_login_without_the_key_is_nobody(thief: psycopg.Connection[Any]) -> None:
    people = make_people()
    handler = people.handler.pk
    pid = thief.info.backend_pid
    assert thief.execute(ACTOR).fetchone() == (None,)
    thief.rollback()
    forged = [
        str(handler),
        f"{handler} {int(time.time()) + 60} {signing.signing_keys()[0].id} {'0' * 64}",
        f"{handler} {int(time.time()) + 60} unknown {'0' * 64}",
        signed_for(pid, handler, key=signing.SigningKey(signing.signing_keys()[0].id, b"guessed")),
        signed_for(pid, handler, key=signing.SigningKey("unknown", b"guessed")),
        signed_for(pid + 1, handler),
        signed_for(pid, people.worker.pk).replace(str(people.worker.pk), str(handler), 1),
        signed_for(pid, handler) + " ",
        signed_for(pid, handler).upper(),
        f"{handler} {signed_for(pid, handler)}",
        "a b c d",
        " ",
    ]
    for value in forged:
        with pytest.raises(InsufficientPrivilege):
            acts(thief, value)
    assert acts(thief, signed_for(pid, handler)) == handler


@pytest.mark.parametrize("role", ["lotse_web"])
def test_a_signature_expires_by_the_clock_of_the_database(thief: psycopg.Connection[Any]) -> None:
    pid = thief.info.backend_pid
    assert acts(thief, signed_for(pid, 1, expires=-signing.LIFETIME + 5)) == 1
    with pytest.raises(InsufficientPrivilege, match="expired"):
        acts(thief, signed_for(pid, 1, expires=-signing.LIFETIME - 1))


@pytest.mark.parametrize("role", ["lotse_web", "lotse_worker"])
def test_no_login_of_the_application_reads_or_writes_the_keys(thief: psycopg.Connection[Any]) -> None:
    for statement in ("select from privacy_signingkey", "delete from privacy_signingkey"):
        with pytest.raises(InsufficientPrivilege), thief.transaction():
            thief.execute(statement)


@pytest.mark.parametrize("role", ["lotse_web"])
def test_after_the_transaction_nobody_acts(thief: psycopg.Connection[Any]) -> None:
    assert acts(thief, signed_for(thief.info.backend_pid, 1)) == 1
    assert thief.execute(ACTOR).fetchone() == (None,)


def test_the_clock_of_the_machine_does_not_matter(people: People) -> None:
    for moment in ("2001-01-01", "2040-01-01"):
        with time_machine.travel(moment), acting_as(people.handler, purpose="test"):
            assert current_actor_id() == people.handler.pk


def test_an_earlier_secret_key_is_accepted_until_it_leaves_the_settings(
    own_database: OwnDatabase, settings: LazySettings
) -> None:
    first = settings.SECRET_KEY
    settings.SECRET_KEY = "another"
    with pytest.raises(ProgrammingError, match="not signed"), acting_as(1, purpose="test"):
        current_actor_id()
    migrated(own_database, LOTSE_SECRET_KEY="another", LOTSE_EARLIER_SECRET_KEY=first)
    assert [acts_with(own_database, secret) for secret in ("another", first)] == [1, 1]
    migrated(own_database, LOTSE_SECRET_KEY="another")
    assert acts_with(own_database, "another") == 1
    with pytest.raises(InsufficientPrivilege, match="not signed"):
        acts_with(own_database, first)


def migrated(database: OwnDatabase, **variables: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity", "0"]
    environment = {**database.environment("lotse_owner"), **variables}
    subprocess.run(command, cwd=CHECKOUT, env=environment, check=True)


def acts_with(database: OwnDatabase, secret: str) -> int | None:
    with psycopg.connect(database.web) as opened:
        return acts(opened, signed_for(opened.info.backend_pid, 1, key=signing.derived(secret)))
