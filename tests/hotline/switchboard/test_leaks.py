"""Texts and identities of callers are nowhere in plain text: not in tables, not in the journal, not in logs."""

from __future__ import annotations

import logging
import uuid

import pytest
from django.db import connection
from people import People, as_user
from telephone import CALLER, DESK, Desk, Phone, by_telephone, go_on_duty, leg_of, talking, tell, undone, waiting

from hotline.contacts.models import Contact
from hotline.switchboard import actions
from hotline.switchboard.blocked_numbers import block_caller
from hotline.switchboard.models import Line
from hotline.texting.actions import reply

pytestmark = pytest.mark.django_db
WORDS = "my brother has changed since the summer"
PARTNER = "+498912345678"
SECRETS = [CALLER, CALLER[1:], DESK[1:], PARTNER[1:], WORDS, "our answer"]


@pytest.fixture
def history(people: People, line: Line) -> None:
    """A call with all possible events, a caller who hung up, a voicemail, a block and messages."""
    waiting().hang_up()
    go_on_duty(people.handler)
    phone = waiting()
    desk = talking(people.handler, phone)
    mine = {"by": people.handler, "call_id": phone.call.pk}
    as_user(people.handler, actions.consult, leg_id=uuid.uuid4(), phone=PARTNER, organisation=None, **mine)
    partner = Desk(PARTNER, leg=leg_of(phone.call, "partner"))
    partner.status("in-progress", sequence=1)
    as_user(people.handler, actions.hand_over, **mine)
    desk.hang_up()
    partner.hang_up()
    as_user(people.handler, actions.hang_up, **mine)
    phone.hang_up()
    as_user(people.handler, block_caller, **mine)
    Phone().ring()
    voicemail = waiting("+4934199999999")
    voicemail.leave_queue("queue-full")
    voicemail.press("")
    voicemail.record()
    voicemail.hang_up()
    tell("/telephone/message/", {"MessageSid": "SM1", "From": CALLER, "To": line.number.as_e164, "Body": WORDS})
    contact = as_user(people.handler, Contact.objects.get, channel="sms")
    as_user(people.handler, reply, by=people.handler, contact=contact, message_id=uuid.uuid4(), text="our answer")


def rows() -> dict[str, list[str]]:
    """Every row of every table that this person may read, as stored in the database."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public'")
        for (table,) in cursor.fetchall():
            with undone():
                cursor.execute("select has_table_privilege(%s, 'select')", [table])
                if cursor.fetchone() == (True,):
                    cursor.execute(f'select t::text from "{table}" t')
                    found[table] = [row[0] for row in cursor.fetchall()]
    return found


def leaks(held: dict[str, list[str]], secrets: list[str]) -> set[tuple[str, str]]:
    return {
        (table, secret)
        for table, texts in held.items()
        for text in texts
        for secret in secrets
        if secret in text or secret.encode().hex() in text
    }


def test_nothing_of_a_call_is_stored_in_plain_text(people: People, history: None) -> None:
    mine, services = as_user(people.coordinator, rows), by_telephone(rows)
    held = {table: mine.get(table, []) + services.get(table, []) for table in mine | services}
    for name in ("call", "leg", "agent", "webhookevent", "voicemail", "command", "block"):
        assert held[f"switchboard_{name}"], "there is something that could leak"
    assert held["texting_textmessage"]
    assert held["hotline_contact"]
    assert held["hotline_callback"]
    assert len(held["journal_event"]) > 30
    assert leaks(held, SECRETS) == set()


def test_search_for_leaks_finds_public_values(people: People, history: None, line: Line) -> None:
    """Our own number and a line's name are public; finding them shows that the search above works."""
    held = by_telephone(rows)
    assert ("switchboard_line", line.number.as_e164) in leaks(held, [line.number.as_e164])


def test_logs_contain_no_numbers_and_no_texts(people: People, line: Line, caplog: pytest.LogCaptureFixture) -> None:
    """Also after errors."""
    with caplog.at_level(logging.DEBUG):
        tell("/telephone/voice/", {"CallSid": "x" * 100, "From": CALLER, "To": line.number.as_e164, "Body": WORDS})
        tell("/telephone/message/", {"MessageSid": "SM1", "From": CALLER, "To": line.number.as_e164, "Body": WORDS})
    assert "could not be applied" in caplog.text
    assert not [secret for secret in SECRETS if secret in caplog.text]
