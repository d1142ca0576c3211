"""What tests/conftest.py promises to every other test."""

from __future__ import annotations

import socket

import pytest
from cluster import OwnDatabase
from django.db import connection


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


def test_the_outside_is_out_of_reach() -> None:
    with socket.socket() as outside, pytest.raises(RuntimeError, match="stay on this machine"):
        outside.connect(("192.0.2.1", 80))
