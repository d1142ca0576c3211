"""The check of connections that are kept between requests."""

from __future__ import annotations

from cluster import OwnDatabase
from django.db import close_old_connections, connection


def of_server(own_database: OwnDatabase, column: str) -> str:
    raw = connection.connection
    return own_database.sql(f"select {column} from pg_stat_activity where pid = {raw.info.backend_pid}")


def ask(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return str(cursor.fetchone()[0])


def test_idle_connection_is_used_without_a_query(own_database: OwnDatabase) -> None:
    ask("select 'last of this request'")
    close_old_connections()  # as after a request
    assert connection.is_usable()
    assert of_server(own_database, "query") == "select 'last of this request'"


def test_a_connection_that_the_server_ended_is_replaced(own_database: OwnDatabase) -> None:
    before = ask("select pg_backend_pid()")
    own_database.sql(f"select pg_terminate_backend({before}, 5000)")
    close_old_connections()
    assert ask("select pg_backend_pid()") != before


def test_a_connection_to_which_the_server_said_something_else_is_kept(own_database: OwnDatabase) -> None:
    before = ask("select pg_backend_pid()")
    with connection.cursor() as cursor:
        cursor.execute("listen something")
    own_database.sql("notify something")
    close_old_connections()
    assert ask("select pg_backend_pid()") == before
    assert of_server(own_database, "state") == "idle"


def test_what_is_closed_is_not_usable(own_database: OwnDatabase) -> None:
    ask("select 1")
    connection.connection.close()
    assert not connection.is_usable()
