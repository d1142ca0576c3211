"""Every lease is longer than the work under it, and every task shorter than the broker's visibility timeout."""

from __future__ import annotations

import ast
import inspect
from datetime import timedelta
from pathlib import Path

import pytest
from architecture.source import LABELS
from celery import current_app
from django.apps import apps
from django.conf import settings

from foundation.accounts import tasks as links
from foundation.journal import relay
from foundation.privacy.time_limits import MARGIN, TASK_LASTS
from foundation.ui import typesetting
from foundation.worklist import tasks as work_mails
from handoff.referrals import notices
from hotline.switchboard import commands, outbound, purposes, sweep
from hotline.telephony import provider
from hotline.texting import sending

KEY_PRESSED_IN = 15.0  # seconds: "press 1" is said twice, and a while is waited
CALLER_REACHED = 2 * provider.LONGEST_REQUEST + purposes.RINGS_FOR + KEY_PRESSED_IN
#: Whatever is claimed for a while: its lease, and the longest that is done under it, in seconds.
LEASES: dict[str, tuple[timedelta, float]] = {
    "texting.TextMessage": (sending.LEASE, provider.LONGEST_REQUEST),
    "switchboard.Command": (
        commands.LEASE,
        max(2 * provider.LONGEST_REQUEST, provider.LONGEST_DOWNLOAD),
    ),
    "accounts.OneTimeLink": (links.LEASE, links.LONGEST_MAIL),
    "accounts.StaffNotice": (links.LEASE, links.LONGEST_MAIL),
    "worklist.WorkMail": (work_mails.LEASE, work_mails.LONGEST_MAIL),
    "handoff.Notice": (notices.LEASE, notices.LONGEST_MAIL),
    "journal.Outbox": (timedelta(seconds=relay.LEASE_SECONDS), relay.LONGEST_DELIVERY),
    "a handler's claim of a call": (sweep.CLAIM_LASTS, CALLER_REACHED),
    "an outbound call that is not rung": (outbound.RUNG_BY_THEN, CALLER_REACHED),
}


@pytest.mark.parametrize("name", LEASES)
def test_each_lease_is_longer_than_its_longest_work(name: str) -> None:
    lease, longest = LEASES[name]
    assert lease.total_seconds() >= longest + MARGIN


def test_every_leased_table_is_in_the_list() -> None:
    claimed = {
        model._meta.label
        for model in apps.get_models()
        if any(field.name in ("claimed_until", "leased_until", "locked_until") for field in model._meta.get_fields())
    }
    assert claimed == {name for name in LEASES if "." in name}


def test_a_step_of_a_socket_is_shorter_than_all_of_them() -> None:
    assert sum(provider.TIMEOUT) < provider.LONGEST_REQUEST < provider.LONGEST_DOWNLOAD
    assert notices.LONGEST_MAIL > settings.EMAIL_TIMEOUT
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["socket_connect_timeout"] < relay.LONGEST_WAKE
    assert relay.LEASE_SECONDS - MARGIN - relay.LONGEST_DELIVERY > 1, "time to begin with something"


def test_an_unclear_message_is_not_sent_again_while_the_first_may_still_be_under_way() -> None:
    assert sending.SURELY_NOT_TAKEN.total_seconds() > 3 * provider.LONGEST_REQUEST
    assert sending.LOOKED_FOR > 2 * sending.SURELY_NOT_TAKEN


def test_no_task_lasts_until_the_broker_gives_it_to_another() -> None:
    longest_step = max(typesetting.TIMEOUT, *(longest for name, (_lease, longest) in LEASES.items() if "." in name))
    handed_out_again = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    assert TASK_LASTS + longest_step + MARGIN < handed_out_again


#: Tasks that keep to the database: nothing outside keeps them waiting, and each of their steps is a transaction.
AT_HOME = {
    "accounts.tasks.expire",
    "config.celery.clear_sessions",
    "handoff.tasks.watch_consent",
    "hotline.tasks.end_contacts",
    "hotline.tasks.surface",
    "journal.tasks.heartbeat",
    "reporting.tasks.count",
    "retention.tasks.erase",
    "retention.tasks.sweep",
    "switchboard.tasks.run_queue",
    "texting.tasks.take_up",
    "worklist.tasks.release_work",
    "worklist.tasks.run_steps",
}
#: Tasks that send at most one mail, which takes at most EMAIL_TIMEOUT.
ONE_MAIL = {"journal.tasks.anchor"}


def test_each_task_that_asks_somebody_outside_ends_in_time() -> None:
    """By TASK_LASTS, or by a limit of its own."""
    current_app.loader.import_default_modules()
    outside = {name for name in current_app.tasks if name.split(".")[0] in LABELS} - AT_HOME - ONE_MAIL
    files = {name: Path(inspect.getfile(current_app.tasks[name].run)) for name in outside}
    assert {name for name in outside if not {"TASK_LASTS", "ASKS_FOR"} & _names_in(files[name])} == set()
    assert outside >= {"texting.tasks.send_messages", "handoff.tasks.send_notices", "switchboard.tasks.run_commands"}


def _names_in(path: Path) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Name)}
