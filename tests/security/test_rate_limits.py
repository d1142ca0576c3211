"""Limits that all processes count together."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from cluster import CHECKOUT, OwnDatabase
from contacts import browser, url
from django.db import connection
from django.test import Client
from people import People
from telephone import CALLER, TELEPHONY, make_line, tell

from foundation.accounts import rate_limits
from hotline.contacts import contact_views
from hotline.switchboard import webhooks
from hotline.telephony.provider import SIGNATURE_HEADER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_nothing_counted")]


@pytest.mark.usefixtures("_within_a_minute")
def test_search_is_limited_for_the_person_and_said(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_views, "SEARCHES_A_MINUTE", 2)
    client = browser(people.handler)
    assert [client.post(url("search"), {"q": "anruf"}).status_code for _ in range(4)] == [200, 200, 429, 429]
    answer = client.post(url("search"), {"q": "anruf"})
    assert "Please wait a minute" in answer.content.decode()
    assert answer["Retry-After"] == "60"
    assert client.get(url("contacts")).status_code == 200, "nothing else is limited"
    assert browser(people.colleague).post(url("search"), {"q": "anruf"}).status_code == 200


def test_processes_count_together(own_database: OwnDatabase) -> None:
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", COUNTS]
    runs = [
        subprocess.run(
            command, cwd=CHECKOUT, env=own_database.environment(), capture_output=True, text=True, check=True
        )
        for _ in range(2)
    ]
    assert [int(run.stdout.split()[-1]) for run in runs] == [2, 4]


COUNTS = """
from foundation.accounts import rate_limits
rate_limits.time.time = lambda: 0  # both in the same minute
rate_limits.seen("x", 1)
print(rate_limits.seen("x", 1))
"""


def test_without_redis_nothing_is_limited(people: People, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(contact_views, "SEARCHES_A_MINUTE", 0)
    settings.REDIS_URL = "unix:///nonexistent"
    rate_limits.server.cache_clear()
    try:
        assert browser(people.handler).post(url("search"), {"q": "anruf"}).status_code == 200
    finally:
        rate_limits.server.cache_clear()


def refusals() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(sum(count), 0) from switchboard_refusal")
        return int(cursor.fetchone()[0])


def test_forged_webhooks_are_limited_and_genuine_ones_never(
    people: People, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """All come from one address, as behind a proxy."""
    settings.TELEPHONY = TELEPHONY
    monkeypatch.setattr(webhooks, "REFUSALS_A_MINUTE", 2)
    line = make_line(people.centre)
    forged = [
        Client().post("/telephone/voice/", {"CallSid": "CA1"}, headers={SIGNATURE_HEADER: "forged"}).status_code
        for _ in range(5)
    ]
    assert forged == [403, 403, 429, 429, 429]
    assert refusals() == 2, "the others write nothing"
    said = {"CallSid": "CA" + "1" * 32, "From": str(CALLER), "To": str(line.number), "CallStatus": "ringing"}
    assert [tell("/telephone/voice/", said).status_code for _ in range(3)] == [200, 200, 200]
