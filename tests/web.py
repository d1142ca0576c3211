"""A signed-in browser for tests, and the number of queries of a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from foundation.accounts.models import User


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def one_line(answer: Any) -> str:
    """The text of a response with white space collapsed, so that templates may wrap lines."""
    return " ".join(answer.content.decode().split())


def queries_of(do: Callable[[], Any]) -> int:
    """Number of queries without savepoints, whose number differs when an access was recorded before."""
    with CaptureQueriesContext(connection) as captured:
        do()
    return sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)
