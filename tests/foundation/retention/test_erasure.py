"""Erasing a dossier by its key: its rows go, the payloads of its events too, figures and the chain stay."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import pytest
from cluster import OwnDatabase
from contacts import a_contact, contact_as
from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from erasing import (
    REFUSED,
    calls_end,
    carried_out,
    columns_of,
    counted,
    decided,
    figures,
    rows,
    tables_of_dossiers,
    tried,
)
from people import People, as_user, new_id
from referrals import SECRETS, accepted, in_threads, ready
from telephone import TELEPHONY, make_line
from whole_world import make_dossier

from casework.cases.actions import add_note
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.services import Service, service_user
from foundation.journal.chain import erased_payloads, first_break, seal_breaks
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from foundation.privacy.keys import WrongKey
from foundation.privacy.models import opened_keys
from foundation.retention.actions import (
    Outcome,
    end_hold,
    set_hold,
    withdraw_erasure,
)
from foundation.retention.models import Erasure, HoldReason
from foundation.retention.tasks import erase
from handoff.referrals.models import Referral
from hotline.contacts.models import Contact


@dataclass(frozen=True)
class World:
    people: People
    referral: Referral
    """Accepted; with its case and the contact of the case it is one dossier."""
    database: OwnDatabase

    def contacts(self) -> list[str]:
        """The contacts of the case."""
        where = f"case_id = '{self.referral.case_id}'"
        return rows(self.database, f"select contact_id from cases_casecontact where {where}")


@pytest.fixture
def world(own_database: OwnDatabase) -> World:
    people = ready()
    referral = accepted(people, fields=["phone"], legal_basis="consent")
    counted()
    return World(people, referral, own_database)


def test_everything_of_the_dossier_goes_and_figures_and_chain_stay(world: World) -> None:
    people, referral, database = world.people, world.referral, world.database
    other = a_contact(people.handler, alias="Nachtigall")
    counted()
    before = figures()
    contact_id = world.contacts()
    erasure = decided(people, referral.case_id)

    assert carried_out(erasure) is Outcome.ERASED

    left = {table: database.sql(f"select count(*) from {table}").strip() for table in tables_of_dossiers()}
    assert {table for table, count in left.items() if count != "0"} == {"hotline_contact"}
    assert rows(database, "select id from hotline_contact") == [str(other)]
    assert contact_as(people.handler, other).alias == "Nachtigall"
    about = f"subject in ('{referral.pk}', '{referral.case_id}', '{contact_id[0]}')"
    assert rows(database, f"select distinct data from journal_event where {about}") == ["{}"]
    keys = rows(database, "select count(*) from privacy_datakey where wrapped is null")
    assert keys == ["1"]
    assert (first_break(), seal_breaks()) == (None, [])
    assert erased_payloads() > 5
    counted()
    assert figures() == before != []
    assert carried_out(erasure) is Outcome.NONE


def test_each_row_of_a_family_can_be_erased_and_nothing_of_the_next_family(
    own_database: OwnDatabase, settings: Any
) -> None:
    """Every kind of row that a dossier can have. Dossiers with calls that run wait."""
    settings.TELEPHONY = TELEPHONY
    people = ready()
    make_line(people.centre)
    one, two = make_dossier(people, people.handler), make_dossier(people, people.colleague)
    counted()
    assert carried_out(decided(people, one.talk.pk)) is Outcome.BUSY
    calls_end(own_database)
    subjects = [one.contact.pk, one.nobodys.pk, one.draft.contact_id, one.waiting.contact_id, one.case.pk]
    subjects += [one.accepted.case_id, one.callback.pk, one.call.pk, one.voicemail.pk, one.talk.pk]
    for subject in subjects:
        assert carried_out(decided(people, subject)) is Outcome.ERASED
    assert first_break() is None
    emptied = "(select id from privacy_datakey where wrapped is null)"
    for table in tables_of_dossiers():
        if "data_key_id" in columns_of(own_database, table):
            assert own_database.sql(f"select count(*) from {table} where data_key_id in {emptied}").strip() == "0"
    assert contact_as(people.handler, two.contact.pk).alias == two.canary
    dump = own_database.sql("select * from journal_event")
    assert str(two.case.pk) in dump


def test_every_table_that_hangs_on_a_dossier_is_erased_with_it() -> None:
    """A new table of a room without its line in retention.py is found here."""
    erased = set(tables_of_dossiers())
    hangs = {
        model._meta.db_table
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model and (field.related_model._meta.db_table in erased or field.name == "data_key")
    }
    # A handler's own telephone number and call; what a person asked about their data, with a rule of its own.
    assert hangs - erased == {"retention_request", "switchboard_agent"}


def test_nothing_that_was_erased_is_readable_under_a_stolen_copy(world: World) -> None:
    """Whoever kept the rows from before can decrypt none of them with the keys that are left."""
    people, referral = world.people, world.referral
    with acting_as(people.coordinator, purpose="test"):
        kept = Contact.objects.get(alias__isnull=False, pk__in=world.contacts())
    assert carried_out(decided(people, referral.case_id)) is Outcome.ERASED
    opened_keys.clear()
    with acting_as(people.coordinator, purpose="test"), pytest.raises(WrongKey, match=str(kept.data_key_id)):
        assert kept.alias == SECRETS["alias"]


def test_a_hold_keeps_it_until_it_ends(world: World) -> None:
    people, referral = world.people, world.referral
    [contact] = world.contacts()
    coordinator = people.coordinator
    arguments = {"hold_id": new_id(), "subject": contact, "reason": HoldReason.COURT}
    hold = as_user(coordinator, set_hold, by=coordinator, **arguments)
    assert as_user(coordinator, set_hold, by=coordinator, **arguments).pk == hold.pk
    erasure = decided(people, referral.case_id)
    assert decided(people, referral.case_id).pk == erasure.pk
    assert carried_out(erasure) is Outcome.HELD
    for _twice in range(2):
        as_user(people.dpo, end_hold, by=people.dpo, hold_id=hold.pk)
    assert carried_out(erasure) is Outcome.ERASED
    with pytest.raises(NotAllowed):
        as_user(coordinator, set_hold, by=coordinator, **{**arguments, "hold_id": new_id()})
    with acting_as(people.dpo, purpose="test"):
        kinds = Event.objects.filter(subject__in=[hold.pk, erasure.pk]).order_by("pk").values_list("kind", flat=True)
        assert list(kinds) == ["hold.set", "erasure.decided", "hold.ended", "dossier.erased"]


def test_a_withdrawn_decision_erases_nothing(world: World) -> None:
    people, referral = world.people, world.referral
    erasure = decided(people, referral.case_id)
    for _twice in range(2):
        as_user(people.dpo, withdraw_erasure, by=people.dpo, erasure_id=erasure.pk)
    assert carried_out(erasure) is Outcome.NONE
    erase()
    assert world.contacts() != []


def test_the_task_erases_what_is_decided(world: World) -> None:
    people, referral = world.people, world.referral
    erasure = decided(people, referral.case_id)
    for _twice in range(2):
        erase()
    with acting_as(people.dpo, purpose="test"):
        assert Erasure.objects.get(pk=erasure.pk).done_at
    assert world.contacts() == []
    late = as_user(people.dpo, withdraw_erasure, by=people.dpo, erasure_id=erasure.pk)
    assert (bool(late.done_at), late.withdrawn_at) == (True, None)


def test_figures_that_are_not_counted_yet_wait(world: World) -> None:
    people = world.people
    contact = a_contact(people.handler)
    erasure = decided(people, contact)
    assert carried_out(erasure) is Outcome.BUSY
    counted()
    assert carried_out(erasure) is Outcome.ERASED


@pytest.mark.parametrize("who", ["handler", "coordinator", "administrator", "funder", "other_coordinator", "worker"])
def test_only_officers_of_the_centre_decide(world: World, who: str) -> None:
    people, referral = world.people, world.referral
    with pytest.raises(NotAllowed):
        decided(people, referral.case_id, by=getattr(people, who))
    with pytest.raises(NotAllowed):
        decided(people, new_id())


EMPTY = "update privacy_datakey set wrapped = null, erased_at = now() returning 'changed'"
DELETE = "delete from privacy_datakey returning 'changed'"


@pytest.mark.parametrize("role", ["lotse_web", "lotse_worker", "lotse_stats", "lotse_backup"])
def test_nobody_else_empties_a_key(world: World, role: str) -> None:
    people, referral, database = world.people, world.referral, world.database
    erasure = decided(people, referral.case_id)
    retention = service_user(Service.RETENTION)
    for actor in (None, people.dpo, people.coordinator, people.administrator, service_user(Service.RELAY), retention):
        assert tried(database, EMPTY, actor=actor, role=role) == REFUSED
        assert tried(database, DELETE, actor=actor, role=role) == REFUSED
        assert tried(database, "update journal_event set data = '{}' returning 1", actor=actor, role=role) == REFUSED
        assert (
            tried(database, "update journal_link set erased_by_id = 1 returning 1", actor=actor, role=role) == REFUSED
        )
        done = f"update retention_erasure set done_at = now() where id = '{erasure.pk}' returning 1"
        assert tried(database, done, actor=actor, role=role) == REFUSED
        call = f"select ntk.carry_out_erasure('{erasure.pk}', now())"
        allowed = actor is retention and role in ("lotse_web", "lotse_worker")
        assert tried(database, call, actor=actor, role=role) == ("erased" if allowed else REFUSED)
    assert (
        tried(database, f"select ntk.carry_out_erasure('{new_id()}', now())", actor=retention, role="lotse_worker")
        == "none"
    )


def test_nobody_else_decides_through_psql(world: World) -> None:
    people, referral, database = world.people, world.referral, world.database

    def insert(by: User, *, centre: int = people.centre.pk, reason: str = "request", named: User | None = None) -> str:
        return (
            "insert into retention_erasure (id, centre_id, subject, reason, decided_at, decided_by_id, keys) values"
            f" (gen_random_uuid(), {centre}, '{referral.case_id}', '{reason}', now(), {(named or by).pk}, '{{}}')"
            " returning 'stored'"
        )

    def tries(by: User | None, statement: str) -> str:
        return tried(database, statement, actor=by, role="lotse_web")

    assert tries(people.dpo, insert(people.dpo)) == "stored"
    assert tries(people.dpo, insert(people.dpo, reason="due")) == REFUSED
    assert tries(people.dpo, insert(people.dpo, named=people.coordinator)) == REFUSED
    assert tries(people.dpo, insert(people.dpo, centre=people.other_centre.pk)) == REFUSED
    for other in (people.handler, people.coordinator, people.administrator, people.other_coordinator):
        assert tries(other, insert(other)) == REFUSED
    assert tries(None, insert(people.dpo)) == REFUSED
    keys = f"select ntk.dossier_keys('{referral.case_id}', '{{}}')"
    assert tries(people.dpo, keys) == REFUSED
    assert tries(people.other_coordinator, f"select ntk.centre_of_dossier('{referral.case_id}')") == ""


def test_an_emptied_payload_without_its_erasure_is_found(world: World) -> None:
    """As superuser, with all triggers off: the chain finds each way to empty or bring back a payload."""
    people, referral, database = world.people, world.referral, world.database
    assert carried_out(decided(people, referral.case_id)) is Outcome.ERASED
    off = "set local session_replication_role = replica"
    whole = "select coalesce(ntk.chain_break()::text, 'whole')"

    def after(*statements: str) -> str:
        return database.sql(f"begin; {off}; {'; '.join(statements)}; {whole}; rollback").strip()

    other = "(select max(position) from journal_link where erased_by_id is null and position < (select max(position)"
    other += " from journal_link))"
    event = f"(select event_id from journal_link where position = {other})"
    erasing = "(select max(erased_by_id) from journal_link)"
    assert after("select") == "whole"
    assert after(f"update journal_event set data = '{{}}' where id = {event}") != "whole"
    assert (
        after(
            f"update journal_event set data = '{{}}' where id = {event}",
            f"update journal_link set erased_by_id = {erasing} where position = {other}",
        )
        != "whole"
    )
    assert (
        after(
            "update journal_event set data = '{\"a\": 1}' where id = (select min(event_id) from journal_link"
            " where erased_by_id is not null)"
        )
        != "whole"
    )
    assert after("update journal_link set erased_by_id = null") != "whole"
    assert after(f"update journal_event set actor_id = {people.dpo.pk} where id = {erasing}") != "whole"
    assert after("delete from journal_link where erased_by_id is not null") != "whole"


def test_a_writer_meanwhile_is_not_overtaken(world: World) -> None:
    """A note that is being written when the erasure begins is erased too; one that comes late finds nothing."""
    people, referral = world.people, world.referral
    erasure = decided(people, referral.case_id)
    begun, never = threading.Event(), threading.Event()

    def write() -> None:
        with acting_as(people.handler, purpose="test"):
            add_note(by=people.handler, case_id=referral.case_id, note_id=new_id(), text="Written meanwhile")
            begun.set()
            never.wait(1)

    def wipe() -> None:
        begun.wait(20)
        outcomes.append(carried_out(erasure))

    outcomes: list[Outcome] = []
    assert in_threads(write, wipe) == []
    counted()
    outcomes.append(carried_out(erasure))
    assert outcomes in ([Outcome.BUSY, Outcome.ERASED], [Outcome.ERASED, Outcome.NONE])
    assert world.contacts() == []
    with pytest.raises((NotAllowed, Http404, ObjectDoesNotExist)):
        as_user(people.handler, add_note, by=people.handler, case_id=referral.case_id, note_id=new_id(), text="Late")
    assert first_break() is None
