"""`/healthz`: the process responds. `/readyz`: everything that it needs is available.

Neither needs a sign-in, and neither tells more than which part is missing.
"""

from __future__ import annotations

from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from kombu.exceptions import OperationalError

from config.servers import connect_to_broker, ping_redis

PATIENCE = 45  # seconds after which a heartbeat counts as missing; relay and beat write theirs every 5 and 10 s


def healthz(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when database, broker, relay and beat are alive, otherwise 503; each part with its age in seconds."""
    parts = {"database": _database(), "push": _push(), "broker": _broker(), **_heartbeats(["relay", "beat"])}
    ready = all(part["ok"] for part in parts.values())
    answer = JsonResponse({"status": "ready" if ready else "not ready", **parts}, status=200 if ready else 503)
    # Asked every second, Django would log each 503.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def _database() -> dict[str, Any]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return {"ok": False}
    return {"ok": True}


def _push() -> dict[str, Any]:
    try:
        return {"ok": ping_redis(settings.REDIS_URL)}
    except redis.RedisError:
        return {"ok": False}


def _broker() -> dict[str, Any]:
    try:
        connect_to_broker(settings.CELERY_BROKER_URL)
    except (OSError, OperationalError):
        return {"ok": False}
    return {"ok": True}


def _heartbeats(names: list[str]) -> dict[str, dict[str, Any]]:
    """Seconds since each heartbeat, by the database's clock, so that clocks of machines may differ."""
    query = "SELECT name, extract(epoch FROM clock_timestamp() - at) FROM journal_heartbeat"
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            ages = {name: round(float(age), 1) for name, age in cursor.fetchall()}
    except DatabaseError:
        ages = {}
    return {name: _heartbeat(ages.get(name)) for name in names}


def _heartbeat(age: float | None) -> dict[str, Any]:
    return {"ok": False} if age is None else {"ok": age < PATIENCE, "age_seconds": age}
