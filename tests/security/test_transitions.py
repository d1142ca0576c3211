"""The database keeps the transitions: what a person may not do with a row is refused in SQL, whoever sees it.

Through psql, as role lotse_web. Each refusal has its control: what the same person may do, so that no test passes only
because nobody acts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from assessments import SECURITY, complete, filled, make_contact
from case_rows import make_case
from cluster import OwnDatabase
from people import People, as_user, new_id
from referrals import accepted, offered, ready

from casework.cases.models import Case
from foundation.accounts.models import User
from foundation.accounts.services import Service, service_user
from foundation.privacy.actions import new_data_key
from handoff.referrals.models import Referral
from handoff.referrals.partner_actions import accept_referral, decline_referral
from hotline.contacts.access import request_access
from hotline.contacts.callbacks import schedule_callback
from hotline.contacts.models import Contact
from supervisor.errors import Refused
from triage.actions import Choice
from triage.vocabulary import Disposition

#: A choice that drops a protection waits for a second person.
WITHOUT_SECURITY: dict[str, Any] = {
    "disposition": Disposition.REFERRAL,
    "duties": frozenset(),
    "reason": "no",
}
REFUSED = "refused"
NOTHING = ""


def tried(database: OwnDatabase, statement: str, *, actor: User, role: str = "lotse_web") -> str:
    """What psql prints for the statement, which is undone; REFUSED if PostgreSQL refuses it."""
    who = f"select set_config('app.actor', '{actor.pk}', true) \\g /dev/null\nset local role {role};"
    try:
        return database.sql(f"begin;\n{who}\n{statement};\nrollback;")
    except Refused as error:
        if not any(why in str(error) for why in ("policy", "permission denied", "may not become", "only ")):
            raise
        return REFUSED


def sees(contact: Contact) -> str:
    return f"select 'sees', count(*) from hotline_contact where id = '{contact.pk}'"


@dataclass(frozen=True)
class World:
    people: People
    database: OwnDatabase
    own: Case
    """The handler's."""
    foreign: Contact
    """The colleague's, without a case."""
    declined: Referral
    taken: Referral


@pytest.fixture
def world(own_database: OwnDatabase) -> World:
    people = ready()
    own = make_case(people.handler, region_id="DE-BY", language="de")
    foreign = make_contact(people.colleague, region_id="DE-BY", label="canary", age_band="adult")
    agreed = {"fields": ["phone"], "legal_basis": "consent"}
    declined = offered(people, **agreed)
    as_user(people.worker, decline_referral, by=people.worker, referral_id=declined.pk, reason="full")
    return World(people, own_database, own, foreign, declined, accepted(people, **agreed))


def test_nobody_grants_themselves_access(world: World) -> None:
    people, handler = world.people, world.people.handler
    key = as_user(handler, new_data_key)
    insert = (
        "insert into hotline_accessrequest (id, requested_at, data_key_id, centre_id, requested_by_id, contact_id,"
        f" decided_at, decided_by_id, granted_until) values (gen_random_uuid(), now(), '{key.pk}', {people.centre.pk},"
        f" {{}}, '{world.foreign.pk}', {{}}, {{}}, {{}});\n{sees(world.foreign)}"
    )
    asks = insert.format(handler.pk, "null", "null", "null")
    assert tried(world.database, asks, actor=handler) == "sees|0"
    for who in (handler, people.coordinator):
        grants = insert.format(who.pk, "now()", people.coordinator.pk, "now() + interval '7 days'")
        assert tried(world.database, grants, actor=who) == REFUSED


def test_a_decision_on_access_is_made_once_in_the_own_name_and_for_the_days_allowed(world: World) -> None:
    people = world.people
    request = new_id()
    as_user(
        people.handler, request_access, by=people.handler, request_id=request, contact_id=world.foreign.pk, reason="x"
    )
    grant = (
        "update hotline_accessrequest set decided_at = now(), granted_until = now() + interval '7 days',"
        " decided_by_id = {} where id = '{}' returning 'granted'"
    )
    mine = grant.format(people.coordinator.pk, request)
    assert tried(world.database, mine, actor=people.coordinator) == "granted"
    assert tried(world.database, f"{mine};\n{mine}", actor=people.coordinator) == REFUSED
    in_another_name = grant.format(people.other_coordinator.pk, request)
    assert tried(world.database, in_another_name, actor=people.coordinator) == REFUSED
    for_ever = mine.replace("7 days", "9 years")
    assert tried(world.database, for_ever, actor=people.coordinator) == REFUSED
    assert tried(world.database, mine, actor=people.handler) == NOTHING
    another_reason = f"update hotline_accessrequest set reason = 'y' where id = '{request}'"
    assert tried(world.database, another_reason, actor=people.coordinator) == REFUSED


def test_a_foreign_contact_is_not_linked_into_an_own_case(world: World) -> None:
    handler = world.people.handler
    link = (
        "insert into cases_casecontact (contact_id, linked_at, case_id, linked_by_id)"
        f" values ('{{}}', now(), '{world.own.pk}', {{}});\n{{}}"
    )
    own = make_contact(handler)
    assert tried(world.database, link.format(own.pk, handler.pk, sees(own)), actor=handler) == "sees|1"
    foreign = link.format(world.foreign.pk, handler.pk, sees(world.foreign))
    assert tried(world.database, foreign, actor=handler) == REFUSED
    in_another_name = link.format(own.pk, world.people.colleague.pk, sees(own))
    assert tried(world.database, in_another_name, actor=handler) == REFUSED


FIELDS = "select 'fields', count(*) from handoff_disclosure where referral_id = '{0}' and fields is not null"


def test_a_partner_takes_up_no_referral_that_has_ended(world: World) -> None:
    worker = world.people.worker
    assert tried(world.database, FIELDS.format(world.taken.pk), actor=worker) == "fields|1"
    assert tried(world.database, FIELDS.format(world.declined.pk), actor=worker) == "fields|0"
    back = (
        "update handoff_referral set state = '{1}', ended_at = null, decline_reason = '', answered_by_id = {2}"
        " where id = '{0}';\n" + FIELDS
    )
    for state in ("accepted", "in_progress", "offered"):
        assert tried(world.database, back.format(world.declined.pk, state, worker.pk), actor=worker) == REFUSED
    done = f"update handoff_referral set state = 'returned', ended_at = now() where id = '{world.taken.pk}'"
    assert tried(world.database, f"{done} returning 'done'", actor=worker) == "done"
    assert (
        tried(world.database, f"{done};\n{back.format(world.taken.pk, 'accepted', worker.pk)}", actor=worker) == REFUSED
    )


@pytest.mark.parametrize("who", ["worker", "coordinator"])
def test_nobody_changes_anything_else_in_a_referral(world: World, who: str) -> None:
    for change in (
        "organisation_id = organisation_id + 1",
        "case_id = gen_random_uuid()",
        "data_key_id = gen_random_uuid()",
        "due_at = due_at + interval '1 year'",
        "offered_by_id = answered_by_id",
        "answered_by_id = offered_by_id",
        "contact_person_id = answered_by_id",
        "version = version + 1",
        "kept_at = now(), kept_by_id = offered_by_id",
        "asked_again_at = now()",
        "state = state",
    ):
        update = f"update handoff_referral set {change} where id = '{world.taken.pk}' returning 'changed'"
        assert tried(world.database, update, actor=getattr(world.people, who)) in (REFUSED, NOTHING), change


@pytest.mark.parametrize("who", ["worker", "handler", "coordinator"])
def test_a_decided_disclosure_is_not_changed(world: World, who: str) -> None:
    for change in (
        "legal_basis = 'vital_interest'",
        "may_pass_on = not may_pass_on",
        "field_names = '{phone,alias}'",
        "decided_by_id = decided_by_id + 1",
        "decided_at = now()",
        "fields = null",
        "effective_at = now()",
        "consent_ended_at = now()",
    ):
        update = f"update handoff_disclosure set {change} where referral_id = '{world.taken.pk}' returning 'changed'"
        assert tried(world.database, update, actor=getattr(world.people, who)) in (REFUSED, NOTHING), change


def test_a_partner_becomes_responsible_only_by_accepting(world: World) -> None:
    people = world.people
    waiting = offered(people)
    worker = people.worker
    accept = (
        f"update handoff_referral set state = 'accepted', answered_at = now(), answered_by_id = {worker.pk}"
        f" where id = '{waiting.pk}';\n"
    )
    take = (
        f"update cases_responsibility set until = now() where case_id = '{waiting.case_id}' and until is null;\n"
        "insert into cases_responsibility (id, since, case_id, given_by_id, organisation_id, user_id)"
        f" values (gen_random_uuid(), now(), '{waiting.case_id}', {worker.pk}, {{}}, {{}}) returning 'responsible'"
    )
    mine = take.format(people.partner.pk, worker.pk)
    assert tried(world.database, accept + mine, actor=worker) == "responsible"
    assert tried(world.database, mine, actor=worker) == REFUSED
    assert tried(world.database, accept + take.format(people.other_partner.pk, worker.pk), actor=worker) == REFUSED
    in_another_name = accept.replace(f"_by_id = {worker.pk}", f"_by_id = {people.handler.pk}")
    assert tried(world.database, in_another_name + mine, actor=worker) == REFUSED
    as_user(worker, accept_referral, by=worker, referral_id=waiting.pk)
    away = take.format(people.centre.pk, people.handler.pk)
    assert tried(world.database, away, actor=worker) == REFUSED  # not without its end
    for who in (people.handler, people.coordinator):
        assert tried(world.database, take.format(people.centre.pk, who.pk), actor=who) in (REFUSED, NOTHING)


def test_a_partner_moves_a_deadline_only_with_its_question(world: World) -> None:
    worker, waiting = world.people.worker, offered(world.people)
    which = f"where id = '{waiting.pk}' returning 'moved'"
    moves = ("steps_at = array[now() + interval '30 days']", "due_at = due_at + interval '30 days'", "steps_at = '{}'")
    for move in moves:
        assert tried(world.database, f"update handoff_referral set {move} {which}", actor=worker) == REFUSED
        asks = f"update handoff_referral set state = 'question', {move} {which}"
        assert tried(world.database, asks, actor=worker) == "moved"
    stopped = f"update worklist_workitem set next_at = null where subject = '{waiting.pk}' returning 'stopped'"
    assert tried(world.database, stopped, actor=worker) in (REFUSED, NOTHING)


def test_an_offer_that_ran_out_is_not_revived(world: World) -> None:
    worker, waiting = world.people.worker, offered(world.people)
    database = world.database
    expire = f"update handoff_referral set state = 'expired', ended_at = now() where id = '{waiting.pk}'"
    assert tried(database, f"{expire} returning 'done'", actor=worker) == REFUSED
    deadlines = service_user(Service.DEADLINES)
    assert tried(database, f"{expire} returning 'done'", actor=deadlines, role="lotse_worker") == "done"
    database.sql(expire)
    revive = (
        "update handoff_referral set state = 'offered', ended_at = null, due_at = now() + interval '1 day'"
        f" where id = '{waiting.pk}' returning 'revived'"
    )
    for who in (worker, world.people.coordinator):
        assert tried(database, revive, actor=who) == REFUSED
    again = f"update handoff_referral set asked_again_at = now() where id = '{waiting.pk}' returning 'asked'"
    assert tried(database, again, actor=worker) == "asked"


def test_a_handler_writes_nothing_in_another_name(world: World) -> None:
    people = world.people
    ended = "closed_at = now(), work_ended_at = now(), close_reason = 'other'"
    closed = f"cases_case set state = 'closed', closed_by_id = {{}}, {ended} where id"
    assert tried(world.database, f"update {closed.format(people.handler.pk)} = '{world.own.pk}' returning 1",
                 actor=people.handler) == "1"  # fmt: skip
    for change in (
        "cases_responsibility set since = since - interval '1 year' where case_id",
        f"cases_responsibility set given_by_id = {people.coordinator.pk} where case_id",
        closed.format(people.coordinator.pk),
        "cases_case set closed_at = now() where id",
        "cases_case set close_reason = 'moved' where id",
    ):
        statement = f"update {change} = '{world.own.pk}' returning 1"
        assert tried(world.database, statement, actor=people.handler) in (REFUSED, NOTHING), statement


def test_a_handler_gives_responsibility_to_nobody_else(world: World) -> None:
    people = world.people
    give = (
        f"update cases_responsibility set until = now() where case_id = '{world.own.pk}' and until is null;\n"
        "insert into cases_responsibility (id, since, case_id, given_by_id, organisation_id, user_id)"
        f" values (gen_random_uuid(), now(), '{world.own.pk}', {{}}, {people.centre.pk}, {{}}) returning 'given'"
    )
    assert tried(world.database, give.format(people.handler.pk, "null"), actor=people.handler) == "given"
    to_colleague = give.format(people.handler.pk, people.colleague.pk)
    assert tried(world.database, to_colleague, actor=people.handler) == REFUSED
    by_coordinator = give.format(people.coordinator.pk, people.colleague.pk)
    assert tried(world.database, by_coordinator, actor=people.coordinator) == "given"


def test_a_contact_keeps_its_centre_key_and_end(world: World) -> None:
    colleague, contact = world.people.colleague, world.foreign
    change = "update hotline_contact set {} where id = '" + str(contact.pk) + "' returning 'changed'"
    assert tried(world.database, change.format("label = 'other'"), actor=colleague) == "changed"
    for forbidden in (
        f"centre_id = {world.people.other_centre.pk}",
        "data_key_id = gen_random_uuid()",
        "number = number + 1",
        "state = 'completed', completed_at = now(), completed_by_id = " + str(world.people.handler.pk),
        "completed_by_id = " + str(colleague.pk),
    ):
        assert tried(world.database, change.format(forbidden), actor=colleague) == REFUSED, forbidden
    ended = change.format(f"state = 'completed', completed_at = now(), completed_by_id = {colleague.pk}")
    assert tried(world.database, ended, actor=colleague) == "changed"
    back = change.format("state = 'draft', completed_at = null, completed_by_id = null")
    assert tried(world.database, f"{ended};\n{back}", actor=colleague) == REFUSED


def test_a_second_person_confirms_a_triage_in_the_own_name(world: World) -> None:
    people = world.people
    draft = filled(people, SECURITY)
    waiting = complete(people.handler, draft, replace(Choice.as_proposed(draft.proposal()), **WITHOUT_SECURITY))
    assert waiting.state == "waiting"
    confirm = (
        "update triage_assessment set state = 'completed', confirmed_at = now(), confirmed_by_id = {}"
        f" where id = '{waiting.pk}' returning 'confirmed'"
    )
    assert tried(world.database, confirm.format(people.coordinator.pk), actor=people.coordinator) == "confirmed"
    for name in (people.coordinator, people.handler):
        assert tried(world.database, confirm.format(name.pk), actor=people.handler) == REFUSED
    assert tried(world.database, confirm.format(people.handler.pk), actor=people.coordinator) == REFUSED


def test_a_callback_is_ended_by_who_holds_it_or_a_coordinator(world: World) -> None:
    people = world.people
    callback = as_user(
        people.handler, schedule_callback, by=people.handler, callback_id=new_id(), phone="", due_at=world.own.opened_at
    )
    conversation = make_contact(people.handler)
    change = f"update hotline_callback set {{}} where id = '{callback.pk}' returning 'changed'"
    claim = change.format(f"state = 'claimed', claimed_by_id = {{}}, conversation_id = '{conversation.pk}'")
    cancel = change.format("state = 'cancelled', ended_at = now()")
    assert tried(world.database, cancel, actor=people.colleague) == "changed"  # nobody's
    assert tried(world.database, claim.format(people.handler.pk), actor=people.colleague) == REFUSED
    world.database.sql(claim.format(people.handler.pk))
    for ends in (cancel, change.format("state = 'open', claimed_by_id = null, conversation_id = null")):
        assert tried(world.database, ends, actor=people.colleague) == REFUSED
        assert tried(world.database, ends, actor=people.handler) == "changed"
        assert tried(world.database, ends, actor=people.coordinator) == "changed"


def test_notices_go_to_the_people_of_a_referral_that_the_actor_may_read(world: World) -> None:
    people = world.people
    notice = (
        "insert into handoff_notice (id, event, recipient_id, referral_id, kind, attempts, due_at)"
        f" values (gen_random_uuid(), 1, {{}}, '{world.taken.pk}', 'referral.offered', 0, now())"
        ";\nselect 'told'"
    )
    assert tried(world.database, notice.format(people.handler.pk), actor=people.worker) == "told"
    assert tried(world.database, notice.format(people.worker.pk), actor=people.coordinator) == "told"
    for who, to in (
        (people.other_worker, people.handler),
        (people.worker, people.other_worker),
        (people.funder, people.worker),
    ):
        assert tried(world.database, notice.format(to.pk), actor=who) == REFUSED
