"""The chain detects changes by somebody who bypasses the database's rights (a superuser, with triggers disabled)."""

from __future__ import annotations

import io

import pytest
from cluster import OwnDatabase
from django.core.management import CommandError, call_command
from people import make_people, new_id

from foundation.accounts.events import ORGANISATION_CHANGED
from foundation.journal.actions import record
from foundation.journal.chain import Anchor, first_break, head, holds
from foundation.privacy.context import acting_as

EVENTS = 6


@pytest.fixture
def database(own_database: OwnDatabase) -> OwnDatabase:
    """A journal of six events."""
    person = make_people().handler
    for number in range(EVENTS):
        with acting_as(person, purpose="test"):
            record(
                ORGANISATION_CHANGED, by=person, subject=new_id(), centre=None, data={"number": number, "text": "é|,"}
            )
    return own_database


def event(position: int) -> str:
    return f"(select event_id from journal_link where position = {position})"


GENESIS = "sha256('lotse')"
TAMPERED = {
    "a kind": (f"update journal_event set kind = 'test.other' where id = {event(3)}", 3),
    "a time": (f"update journal_event set at = at - interval '1 microsecond' where id = {event(1)}", 1),
    "an author": (f"update journal_event set actor_id = actor_id + 1 where id = {event(2)}", 2),
    "a centre": (
        f"update journal_event set centre_id = (select min(id) from accounts_organisation) where id = {event(2)}",
        2,
    ),
    "a subject": (f"update journal_event set subject = gen_random_uuid() where id = {event(6)}", 6),
    "a case": (f"""update journal_event set "case" = gen_random_uuid() where id = {event(4)}""", 4),
    "who was told": (f"update journal_event set tell = array['x'] where id = {event(5)}", 5),
    "what was woken": (f"update journal_event set wake = 'x' where id = {event(5)}", 5),
    "a payload": (f"""update journal_event set data = data || '{{"number": 9}}' where id = {event(5)}""", 5),
    "a payload with its digest": (
        f"update journal_event set data = '{{}}' where id = {event(5)};"
        " update journal_link set payload_digest = sha256('{}') where position = 5",
        5,
    ),
    "a hash": ("update journal_link set hash = sha256('x') where position = 2", 2),
    "a deleted event": (f"delete from journal_event where id = {event(3)}", 3),
    "a deleted event with its link": (
        f"delete from journal_event where id = {event(3)}; delete from journal_link where position = 3",
        3,
    ),
    "the first event": (
        f"delete from journal_event where id = {event(1)}; delete from journal_link where position = 1",
        1,
    ),
    "a closed gap": (
        f"delete from journal_event where id = {event(3)}; delete from journal_link where position = 3;"
        " update journal_link set position = position - 1 where position > 3",
        3,
    ),
    "a cut tail": (
        "create temporary table cut as select event_id from journal_link where position > 4;"
        "delete from journal_link where position > 4; delete from journal_event where id in (select event_id from cut)",
        5,
    ),
    "a swapped pair": (
        "create temporary table pair as select position, event_id, payload_digest from journal_link"
        " where position in (2, 3);"
        "delete from journal_link where position in (2, 3);"
        "insert into journal_link (position, event_id, payload_digest, hash)"
        " select 5 - position, event_id, payload_digest, sha256('x') from pair",
        2,
    ),
    "swapped events": (
        "alter table journal_link drop constraint journal_link_event_id_key;"
        "update journal_link l set event_id = o.event_id from journal_link o"
        " where l.position in (2, 3) and o.position = 5 - l.position",
        2,
    ),
    "a slipped-in event": (
        "insert into journal_event (kind, at, actor_id, subject, data, tell, wake)"
        " select kind, at, actor_id, subject, data, tell, wake from journal_event limit 1",
        EVENTS + 1,
    ),
    "a moved head": ("update journal_head set position = 3", EVENTS + 1),
    "a head of nothing": (f"update journal_head set position = 0, hash = {GENESIS}", EVENTS + 1),
    "no head": ("delete from journal_head", EVENTS + 1),
    "nothing but the head": ("delete from journal_link; delete from journal_event", 1),
}


def test_every_kind_of_tampering_is_detected(database: OwnDatabase) -> None:
    assert first_break() is None
    found = {what: _tried(database, statements) for what, (statements, _position) in TAMPERED.items()}
    assert found == {what: str(position) for what, (_statements, position) in TAMPERED.items()}
    assert first_break() is None


def _tried(database: OwnDatabase, statements: str) -> str:
    """Where the chain breaks after the statements, which are then undone."""
    return database.sql(
        f"begin; set local session_replication_role = replica; {statements}; select ntk.chain_break(); rollback"
    )


def test_an_empty_journal_is_whole(own_database: OwnDatabase) -> None:
    assert first_break() is None
    assert head() == Anchor(0, "")
    assert holds(Anchor(0, ""))


def test_the_command_prints_an_anchor_that_holds_later(database: OwnDatabase) -> None:
    out = io.StringIO()
    call_command("verify_journal", stdout=out)
    printed = out.getvalue().strip().removeprefix("The journal is whole: ").splitlines()[0]
    assert Anchor.read(printed) == head()
    assert head().position == EVENTS
    person = make_people().handler
    with acting_as(person, purpose="test"):
        record(ORGANISATION_CHANGED, by=person, subject=new_id(), centre=None)
    call_command("verify_journal", since=Anchor.read(printed), stdout=io.StringIO())


def test_the_command_fails_on_a_broken_chain(database: OwnDatabase) -> None:
    database.sql(f"set session_replication_role = replica; {TAMPERED['a payload'][0]}")
    with pytest.raises(CommandError, match="broken at position 5") as failure:
        call_command("verify_journal")
    assert failure.value.returncode == 1


def test_an_anchor_finds_a_journal_that_was_cut_with_its_head(database: OwnDatabase) -> None:
    anchor = head()
    database.sql(
        f"set session_replication_role = replica; {TAMPERED['a cut tail'][0]};"
        "update journal_head h set (position, hash) ="
        " (select position, hash from journal_link order by position desc limit 1)"
    )
    assert first_break() is None
    assert not holds(anchor)
    with pytest.raises(CommandError, match="cut before position 6"):
        call_command("verify_journal", since=anchor)


@pytest.mark.parametrize("text", ["", "x", "1:zz", "x:00"])
def test_what_is_no_anchor_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  its words are Python's
        Anchor.read(text)
