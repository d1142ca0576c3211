"""The fixtures of tests/conftest.py."""

from __future__ import annotations

import socket
import subprocess

import pytest
from cluster import OwnDatabase
from django.db import connection

from supervisor.embedded import Embedded
from supervisor.postgres import ROLES


def who_and_where() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        user, database = cursor.fetchone()
    return user, database


@pytest.mark.django_db
def test_tests_connect_as_the_web_role() -> None:
    assert who_and_where()[0] == "lotse_web"


def test_own_database_is_where_django_works(own_database: OwnDatabase) -> None:
    assert who_and_where() == ("lotse_web", own_database.name)
    assert own_database.sql("SELECT current_user") == "postgres"


def test_tests_cannot_connect_to_external_hosts() -> None:
    with socket.socket() as outside, pytest.raises(RuntimeError, match="stay on this machine"):
        outside.connect(("192.0.2.1", 80))


def test_databases_of_one_cluster_may_be_prepared_at_the_same_time(servers: Embedded) -> None:
    """Roles are shared between databases: without a lock on all of them one preparation stops the other."""
    postgres = servers.postgres
    names = [f"prepared_{number}" for number in range(6)]
    for name in names:
        postgres.sql(f'CREATE DATABASE "{name}"')
    psql = [str(postgres.programs / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", str(postgres.socket)]
    for _round in range(3):
        running = [subprocess.Popen([*psql, "-U", "postgres", "-d", name, "-f", str(ROLES)]) for name in names]
        assert [process.wait() for process in running] == [0] * len(names)
    for name in names:
        postgres.sql(f'DROP DATABASE "{name}" WITH (FORCE)')
