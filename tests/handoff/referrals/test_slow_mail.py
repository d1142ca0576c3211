"""A slow mail server: no notice is sent twice, and a repeat after a crash has the same Message-ID."""

from __future__ import annotations

import time
from datetime import timedelta
from email import message_from_string
from typing import Any

import pytest
from cluster import OwnDatabase
from mail_server import MailServer, mail_server
from referrals import in_threads, offered, ready

from foundation.privacy.time_limits import TookTooLong, within
from handoff.referrals import notices
from handoff.referrals.tasks import send_notices


def use(server: MailServer, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.DEFAULT_FROM_EMAIL = "Lotse <notices@lotse.example>"


def names(server: MailServer) -> list[str]:
    return [str(message_from_string(mail)["Message-ID"]) for mail in server.mails]


def test_slow_mail_server_gets_each_notice_once(
    own_database: OwnDatabase, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six notices of about 0.3 s each; the lease is longer than one of them, but shorter than all."""
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


def test_mail_sent_again_has_the_same_message_id(own_database: OwnDatabase, settings: Any) -> None:
    """The process died after the server had accepted the e-mail and before that was stored."""
    offered(ready())
    with mail_server(pause=0) as server:
        use(server, settings)
        send_notices()
        own_database.sql("update handoff_notice set sent_at = null, claimed_until = null")
        send_notices()
    first, second = names(server)
    assert first == second
    assert first.endswith("@lotse.example>")


def test_endless_smtp_session_is_aborted(
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


def test_time_limit_raises_and_errors_inside_it_are_not_hidden() -> None:
    def fails() -> None:
        raise TimeoutError("its own")

    assert within(1, lambda: 3) == 3
    with pytest.raises(TimeoutError, match="its own"):
        within(1, fails)
    with pytest.raises(TookTooLong):
        within(0.05, lambda: time.sleep(0.5))
