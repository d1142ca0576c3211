"""Looks and roles are sealed into the chain: changes behind the application's back are found."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from cluster import CHECKOUT, OwnDatabase
from django.conf import settings
from django.core.management import CommandError, call_command
from people import make_people, make_user, new_id

from foundation.accounts.actions import end_role, grant_role
from foundation.accounts.events import ORGANISATION_CHANGED
from foundation.accounts.models import Membership
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.journal import anchors
from foundation.journal.actions import look, record, seal
from foundation.journal.chain import first_break, seal_breaks
from foundation.journal.tasks import anchor
from foundation.privacy.context import acting_as

SEALS = 4
OFF = "set local session_replication_role = replica"


def sealed() -> None:
    seal(service_user(Service.RELAY))


@pytest.fixture
def database(own_database: OwnDatabase) -> OwnDatabase:
    """Four seals with looks and roles, one of which has ended, between other events."""
    people = make_people()
    for _number in range(SEALS):
        for user in (people.handler, people.coordinator):
            with acting_as(user, purpose="test"):
                record(ORGANISATION_CHANGED, by=user, subject=new_id(), centre=people.centre.pk)
                for what in ("test.read", "test.denied"):
                    look(what, by=user, subject=new_id(), centre=people.centre.pk)
        made = make_user()
        with acting_as(people.administrator, purpose="test"):
            given = grant_role(by=people.administrator, user=made, organisation=people.centre, role=Role.FUNDER)
            end_role(by=people.administrator, membership=given)
        sealed()
    assert (first_break(), seal_breaks()) == (None, [])
    return own_database


class Attacker:
    """A superuser who has switched off all triggers and dropped every constraint."""

    def __init__(self, database: OwnDatabase) -> None:
        self.connection = psycopg.connect(database.superuser, autocommit=True)
        self.connection.execute("set session_replication_role = replica")
        self.connection.execute(WITHOUT_CONSTRAINTS)

    def breaks_after(self, statements: str) -> int:
        """How much is found after the statements, which are then undone."""
        with self.connection.transaction(force_rollback=True):
            self.connection.execute(statements)
            asked = "select count(*) + (ntk.chain_break() is not null)::int from ntk.seal_breaks()"
            return int(self.connection.execute(asked).fetchone()[0])  # type: ignore[index]


WITHOUT_CONSTRAINTS = """
do $$ declare one record; begin
    for one in select conrelid::regclass as tab, conname from pg_constraint
        where contype in ('u', 'c', 'f') and conrelid::regclass::text ~ '^(journal|accounts_membership)' loop
        execute format('alter table %s drop constraint %I', one.tab, one.conname);
    end loop;
    drop index one_active_membership;
end $$
"""


@pytest.fixture
def attacker(database: OwnDatabase) -> Iterator[Attacker]:
    attacker = Attacker(database)
    yield attacker
    attacker.connection.close()


A_LOOK = "(select min(id) from journal_look where seal_id is not null)"
A_ROLE = "(select min(id) from accounts_membership)"
ENDED = "(select min(id) from accounts_membership where ended_at is not null)"
TAMPERED = {
    "a deleted look": f"delete from journal_look where id = {A_LOOK}",
    "half of the looks": "delete from journal_look where id % 2 = 0",
    "all looks": "delete from journal_look",
    "a look of somebody else": f"update journal_look set actor_id = actor_id + 1 where id = {A_LOOK}",
    "another time": f"update journal_look set at = at + interval '1 microsecond' where id = {A_LOOK}",
    "another subject": f"update journal_look set subject = gen_random_uuid() where id = {A_LOOK}",
    "another centre": f"update journal_look set centre_id = null where id = {A_LOOK}",
    "a refusal made a look": "update journal_look set what = 'test.read' where what = 'test.denied'",
    "an opened seal": f"update journal_look set seal_id = null, what = 'x' where id = {A_LOOK}",
    "a look in a seal": (
        "insert into journal_look (what, actor_id, seal_id) select what, actor_id, seal_id from journal_look limit 1"
    ),
    "a look in no seal": (
        "insert into journal_look (what, actor_id, at) select what, actor_id, at - interval '1 hour' from journal_look"
    ),
    "a look in a seal that there is not": f"update journal_look set seal_id = -1 where id = {A_LOOK}",
    "swapped looks": (
        "update journal_look l set what = o.what from journal_look o"
        " where l.seal_id = o.seal_id and l.id <> o.id and l.what <> o.what"
    ),
    "another role": f"update accounts_membership set role = 'coordinator' where id = {A_ROLE}",
    "another person": f"update accounts_membership set user_id = user_id + 1 where id = {A_ROLE}",
    "given by another": f"update accounts_membership set granted_by_id = user_id where id = {A_ROLE}",
    "an earlier beginning": f"update accounts_membership set started_at = '2020-01-01' where id = {A_ROLE}",
    "a later end": f"update accounts_membership set ended_at = ended_at + interval '1 day' where id = {ENDED}",
    "a role that had not ended": (
        f"update accounts_membership set ended_at = null, ended_by_id = null where id = {ENDED}"
    ),
    "a deleted role": f"delete from accounts_membership where id = {A_ROLE}",
    "a deleted role with its changes": (
        f"delete from journal_rolechange where membership_id = {A_ROLE};"
        f"delete from accounts_membership where id = {A_ROLE}"
    ),
    "a role slipped in": (
        "insert into accounts_membership (user_id, organisation_id, role, started_at)"
        " select user_id, organisation_id, 'dpo', started_at from accounts_membership limit 1"
    ),
    "a role with another change": (
        f"update accounts_membership set role = 'coordinator' where id = {A_ROLE};"
        "insert into journal_rolechange (membership_id, digest) select id, ntk.role_hash(m, false)"
        f" from accounts_membership m where id = {A_ROLE}"
    ),
    "a changed hash of a role": (
        f"update accounts_membership set role = 'coordinator' where id = {A_ROLE};"
        "update journal_rolechange r set digest = ntk.role_hash(m, false)"
        f" from accounts_membership m where r.membership_id = m.id and m.id = {A_ROLE}"
    ),
    "a seal with its looks": (
        "delete from journal_look where seal_id = (select max(id) from journal_event where kind = 'journal.sealed');"
        "delete from journal_rolechange"
        " where seal_id = (select max(id) from journal_event where kind = 'journal.sealed');"
        "delete from journal_event where id = (select max(id) from journal_event where kind = 'journal.sealed')"
    ),
    "an emptied seal": "update journal_event set data = '{}' where kind = 'journal.sealed'",
}


def test_each_tampering_with_looks_and_roles_is_found(attacker: Attacker) -> None:
    assert attacker.breaks_after("select") == 0
    assert [what for what, statements in TAMPERED.items() if attacker.breaks_after(statements) == 0] == []


def random_tamperings(most: int) -> Iterator[str]:
    """Changes, deletions and copies of random rows of all tables, and cut tails."""
    chance = random.Random(15)
    columns = {
        "journal_look": ["what", "at", "actor_id", "centre_id", "subject", "seal_id"],
        "journal_rolechange": ["membership_id", "digest", "seal_id"],
        "accounts_membership": ["user_id", "organisation_id", "role", "started_at", "ended_at", "granted_by_id"],
        "journal_event": ["kind", "at", "actor_id", "centre_id", "subject", "data", "tell", "wake"],
        "journal_link": ["event_id", "payload_digest", "hash"],
    }
    for _number in range(most):
        table = chance.choice(sorted(columns))
        key = "position" if table == "journal_link" else "id"
        row = f"(select {key} from {table} order by {key} offset {chance.randrange(8)} limit 1)"
        column = chance.choice(columns[table])
        changed = (
            f"update {table} set {column} = {VALUES.get(column, f'coalesce({column}, 0) + 1')} where {key} = {row}"
        )
        every = ", ".join(columns[table] + ([key] if table == "journal_link" else []))
        copied = f"insert into {table} ({every}) select {every} from {table} where {key} = {row}"
        removed = f"delete from {table} where {key} = {row}"
        cut = f"delete from {table} where {key} >= {row}"
        yield chance.choice([changed, changed, removed, cut, *([] if table == "journal_link" else [copied])])


VALUES = {
    "what": "what || 'x'", "kind": "kind || 'x'", "wake": "wake || 'x'", "role": "role || 'x'", "data": "'{\"n\": 9}'",
    "subject": "gen_random_uuid()", "digest": "sha256('x')", "hash": "sha256('x')", "payload_digest": "sha256('x')",
    "tell": "array['x']", "at": "at - interval '1 second'", "started_at": "started_at - interval '1 second'",
    "ended_at": "coalesce(ended_at, now()) - interval '1 second'",
}  # fmt: skip


def test_a_hundred_of_a_hundred_random_tamperings_are_found(attacker: Attacker) -> None:
    tamperings = list(random_tamperings(100))
    assert len(set(tamperings)) > 80
    assert [statements for statements in tamperings if attacker.breaks_after(statements) == 0] == []


REWRITTEN = """
alter table journal_link disable trigger user;
with recursive chain as (
    select l.position, ntk.event_hash(sha256('lotse'), e, l.payload_digest) as hash
    from journal_link l join journal_event e on e.id = l.event_id where l.position = 1
    union all
    select l.position, ntk.event_hash(c.hash, e, l.payload_digest)
    from chain c join journal_link l on l.position = c.position + 1 join journal_event e on e.id = l.event_id)
update journal_link l set hash = c.hash from chain c where c.position = l.position;
update journal_head h set (position, hash) = (select position, hash from journal_link order by position desc limit 1);
"""
CUT = """
create temporary table cut as select event_id from journal_link where position > 3;
delete from journal_link where position > 3;
delete from journal_event where id in (select event_id from cut);
delete from journal_look where seal_id in (select event_id from cut);
delete from accounts_membership where id in (
    select membership_id from journal_rolechange where seal_id in (select event_id from cut));
delete from journal_rolechange where seal_id in (select event_id from cut);
update journal_head h set (position, hash) = (select position, hash from journal_link order by position desc limit 1);
"""


@pytest.fixture
def anchor_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "elsewhere" / "anchors"
    monkeypatch.setattr(settings, "ANCHOR_FILE", place)
    return place


@pytest.mark.parametrize("statements", [
    f"update journal_event set kind = 'test.other' where id = (select min(id) from journal_event); {REWRITTEN}", CUT,
], ids=["rewritten", "cut"])  # fmt: skip
def test_the_anchor_file_finds_a_rewritten_and_a_cut_history(
    database: OwnDatabase, anchor_file: Path, statements: str
) -> None:
    call_command("verify_journal", stdout=io.StringIO())
    anchors.note()
    said = io.StringIO()
    call_command("verify_journal", stdout=said)
    assert "agrees with 1 anchors" in said.getvalue()
    database.sql(f"begin; {OFF}; {statements}; commit")
    assert (first_break(), seal_breaks()) == (None, [])
    with pytest.raises(CommandError, match="written anew or cut"):
        call_command("verify_journal")


def test_the_command_names_what_was_tampered_with(database: OwnDatabase, anchor_file: Path) -> None:
    database.sql(f"begin; {OFF}; {TAMPERED['a deleted look']}; {TAMPERED['another role']}; commit")
    with pytest.raises(CommandError, match=r"looks sealed by event \d+ were changed, removed or slipped in\nrole \d+"):
        call_command("verify_journal")


def test_anchors_are_appended_to_a_private_file_and_mailed(
    database: OwnDatabase, anchor_file: Path, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[object]
) -> None:
    monkeypatch.setattr(settings, "ANCHOR_EMAIL", "auditor@example.org")
    first = anchors.note()
    sealed()
    assert [anchor for _moment, anchor in anchors.noted()] == [first]
    anchors.note()
    assert len(anchors.noted()) == 2
    assert anchor_file.stat().st_mode & 0o777 == 0o600
    assert [message.to for message in mailoutbox] == [["auditor@example.org"]] * 2  # type: ignore[attr-defined]
    assert str(first) in mailoutbox[0].body  # type: ignore[attr-defined]


def test_an_unreadable_anchor_is_said(database: OwnDatabase, anchor_file: Path) -> None:
    anchors.note()
    with anchor_file.open("a") as file:
        file.write("2026-01-01T00:00:00Z nonsense\n")
    with pytest.raises(CommandError, match="line 2 of"):
        call_command("verify_journal")


def test_a_late_seal_after_an_outage_is_no_break(database: OwnDatabase) -> None:
    """Looks wait for the relay as long as it is down."""
    database.sql(
        "insert into journal_look (what, actor_id, at)"
        " select 'test.read', min(id), now() - interval '1 minute' from accounts_user"
    )
    assert seal_breaks() == []
    sealed()
    assert seal_breaks() == []


def test_nothing_to_seal_leaves_no_event(database: OwnDatabase) -> None:
    before = database.sql("select count(*) from journal_event")
    sealed()
    assert database.sql("select count(*) from journal_event") == before


def test_roles_are_recorded_whoever_changes_them(database: OwnDatabase) -> None:
    count = "select count(*) from journal_rolechange"
    before = int(database.sql(count))
    assert before == Membership.objects.count() + SEALS
    database.sql(f"update accounts_membership set ended_at = now(), ended_by_id = user_id where id = {A_ROLE}")
    assert int(database.sql(count)) == before + 1
    assert seal_breaks() == []


def test_the_running_relay_seals(database: OwnDatabase) -> None:
    person = service_user(Service.SHIFT)
    with acting_as(person, purpose="test"):
        look("test.read", by=person, subject=None)
    unsealed = "select count(*) from journal_look where seal_id is null"
    assert database.sql(unsealed) == "1"
    environment = database.environment("lotse_worker")
    relay = subprocess.Popen([sys.executable, "manage.py", "relay"], cwd=CHECKOUT, env=environment)
    try:
        until = time.monotonic() + 60
        while database.sql(unsealed) != "0" and time.monotonic() < until:
            time.sleep(0.2)
    finally:
        relay.terminate()
        relay.wait()
    assert database.sql(unsealed) == "0"
    assert seal_breaks() == []


def test_beat_anchors_each_hour(database: OwnDatabase, anchor_file: Path) -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["anchor"]
    assert entry["schedule"] == timedelta(hours=1)
    assert entry["task"] == anchor.name
    anchor.run()
    assert len(anchors.noted()) == 1
