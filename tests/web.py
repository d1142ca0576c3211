"""A signed-in browser for tests, and how many queries a page takes."""

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
    """The text of a response, each run of white space as one space, so that the template may wrap its lines."""
    return " ".join(answer.content.decode().split())


def queries_of(do: Callable[[], Any]) -> int:
    """Without savepoints: a repeated look leaves fewer of them."""
    with CaptureQueriesContext(connection) as captured:
        do()
    return sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)
