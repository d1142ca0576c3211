"""`/healthz` and `/readyz` through the web stack, and log lines without personal data."""

from __future__ import annotations

import logging
import sys
from typing import Any

import pytest
from cluster import OwnDatabase
from django.test import Client

from config.logs import LineFormatter


def ready(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def test_healthz_needs_nothing(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("age", "status", "verdict"),
    [(3, 200, "ready"), (100, 503, "not ready")],
)
def test_readyz_looks_at_the_age_of_heartbeats(
    own_database: OwnDatabase, client: Client, age: int, status: int, verdict: str
) -> None:
    own_database.sql(
        "INSERT INTO journal_heartbeat (name, at) VALUES"
        f" ('beat', clock_timestamp()), ('relay', clock_timestamp() - interval '{age} seconds')"
    )
    found, body = ready(client)
    assert (found, body["status"], body["relay"]["ok"]) == (status, verdict, status == 200)
    assert age <= body["relay"]["age_seconds"] < age + 30


def test_readyz_without_any_heartbeat(own_database: OwnDatabase, client: Client) -> None:
    status, body = ready(client)
    assert status == 503
    assert body == {
        "status": "not ready",
        "database": {"ok": True},
        "push": {"ok": True},
        "broker": {"ok": True},
        "relay": {"ok": False},
        "beat": {"ok": False},
    }


def test_readyz_without_broker_and_push(own_database: OwnDatabase, client: Client, settings: Any) -> None:
    settings.REDIS_URL, settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0", "redis://127.0.0.1:1/0"
    status, body = ready(client)
    assert (status, body["push"], body["broker"]) == (503, {"ok": False}, {"ok": False})


def test_readyz_without_a_database(own_database: OwnDatabase, client: Client) -> None:
    from django.db import connections

    connections["default"].close()
    connections["default"].settings_dict["NAME"] = "gone"
    status, body = ready(client)
    assert (status, body["database"], body["relay"]) == (503, {"ok": False}, {"ok": False})


def test_a_log_line_names_the_exception_but_not_what_it_quotes() -> None:
    try:
        raise ValueError("a caller's words")
    except ValueError:
        record = logging.LogRecord("journal", logging.ERROR, __file__, 1, "event=%s", (17,), sys.exc_info())
    text = LineFormatter().format(record)
    assert "level=ERROR logger=journal event=17\nexception=ValueError\n" in text
    assert "caller" not in text
