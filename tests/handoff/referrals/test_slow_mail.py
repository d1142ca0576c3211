"""A mail server that takes its time: nobody gets a notice twice, and a repeat after a death is the same mail."""

from __future__ import annotations

import time
from datetime import timedelta
from email import message_from_string
from typing import Any

import pytest
from cluster import OwnDatabase
from mail_server import MailServer, mail_server
from referrals import in_threads, offered, ready

from foundation.journal.time_limits import TookTooLong, within
from handoff.referrals import notices
from handoff.referrals.tasks import send_notices


def use(server: MailServer, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.DEFAULT_FROM_EMAIL = "Lotse <notices@lotse.example>"


def names(server: MailServer) -> list[str]:
    return [str(message_from_string(mail)["Message-ID"]) for mail in server.mails]


def test_a_slow_server_gets_each_notice_once(
    own_database: OwnDatabase, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six notices of about a third of a second each, under a lease that covers one of them and not all."""
    monkeypatch.setattr(notices, "LEASE", timedelta(seconds=1))
    people = ready()
    for _round in range(6):
        offered(people)

    def another() -> None:
        for _round in range(3):
            time.sleep(0.6)
            send_notices()

    with mail_server(pause=0.05) as server:
        use(server, settings)
        assert in_threads(send_notices, another) == []
    assert len(server.mails) == len(set(names(server))) == 6


def test_a_mail_that_is_sent_again_has_its_name(own_database: OwnDatabase, settings: Any) -> None:
    """We died after the server had it and before we noted that."""
    offered(ready())
    with mail_server(pause=0) as server:
        use(server, settings)
        send_notices()
        own_database.sql("update handoff_notice set sent_at = null, claimed_until = null")
        send_notices()
    first, second = names(server)
    assert first == second
    assert first.endswith("@lotse.example>")


def test_a_server_that_never_comes_to_an_end_is_given_up(
    own_database: OwnDatabase, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handoff.referrals.tasks.LONGEST_MAIL", 0.5)
    offered(ready())
    since = time.monotonic()
    with mail_server(pause=0.4) as server:
        use(server, settings)
        send_notices()
        assert time.monotonic() - since < 3
    assert own_database.sql("select count(*) from handoff_notice where sent_at is null") == "1"


def test_a_limit_of_all_and_an_error_of_its_own() -> None:
    def fails() -> None:
        raise TimeoutError("its own")

    assert within(1, lambda: 3) == 3
    with pytest.raises(TimeoutError, match="its own"):
        within(1, fails)
    with pytest.raises(TookTooLong):
        within(0.05, lambda: time.sleep(0.5))
