"""Finding 2: one administrator alone reads everything. By the pages, and by SQL with their own signed context."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import Error, connection, transaction
from django.test import Client
from django.utils import timezone
from people import PASSWORD, People, as_user, make_user
from web import browser

from foundation.accounts.models import Membership, RoleProposal, User
from foundation.accounts.role_proposals import propose_role
from foundation.accounts.roles import Role
from foundation.accounts.tasks import send_links
from foundation.privacy.context import acting_as

CONFIRM = "update accounts_roleproposal set state = '{state}', decided_at = now(), decided_by_id = {by}"
END = "update accounts_membership set ended_at = now(), ended_by_id = {by} where user_id = {user}"
INSERT = (
    "insert into accounts_membership (user_id, organisation_id, role, started_at, granted_by_id, proposal_id)"
    " values ({user}, {centre}, '{role}', now(), {actor}, {proposal})"
)
PROPOSE = (
    "insert into accounts_roleproposal (user_id, organisation_id, role, centre_id, state, proposed_by_id, proposed_at,"
    " expires_at, decided_by_id, decided_at, reason)"
    " values ({user}, {centre}, '{role}', {centre}, '{state}', {by}, now(), now() + interval '1 day', {decided}, '')"
)


def refused(statement: str) -> bool:
    """By a policy, a trigger, a privilege or a constraint; or nothing changes."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.rowcount == 0
    except Error:
        return True


@pytest.fixture
def alone(people: People) -> Iterator[People]:
    """As psql with the administrator's own signed context."""
    with acting_as(people.administrator, purpose="test"):
        yield people


def test_one_administrator_with_two_browsers_reads_nothing(people: People) -> None:
    admin = browser(people.administrator)
    place = f"{people.centre.pk}:coordinator"
    values = {"version": 0, "name": "Me Again", "email": "again@example.org", "language": "en", "role": place}
    admin.post("/administration/users/new/", values)
    made = User.objects.get(email="again@example.org")
    send_links()
    (path,) = re.findall(r"http://127.0.0.1:8000(\S+)", str(mail.outbox[0].body))
    Client().post(path, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    with acting_as(people.administrator, purpose="test"):
        proposal = RoleProposal.objects.get(user=made)
    for client in (admin, browser(made)):
        client.post(f"/roles/{proposal.pk}/confirm/", {"email": made.email})
    again = browser(User.objects.get(pk=made.pk))
    assert [again.get(page).status_code for page in ("/desk/", "/cases/", "/shift/")] == [404] * 3
    assert not Membership.objects.filter(user=made).exists()


@pytest.mark.parametrize("role", ["handler", "coordinator", "administrator", "dpo"])
def test_no_membership_is_inserted_without_a_confirmed_proposal(alone: People, role: str) -> None:
    values = {"centre": alone.centre.pk, "role": role, "actor": alone.administrator.pk}
    for user in (make_user().pk, alone.administrator.pk, alone.funder.pk):
        assert refused(INSERT.format(user=user, proposal="null", **values))


def test_an_open_proposal_is_not_enough_nor_one_of_somebody_else(people: People) -> None:
    admin, person = people.administrator, make_user()
    proposal = as_user(admin, propose_role, by=admin, user=person, organisation=people.centre, role=Role.HANDLER)
    values: dict[str, Any] = {"centre": people.centre.pk, "actor": admin.pk, "proposal": proposal.pk}
    with acting_as(admin, purpose="test"):
        assert refused(INSERT.format(user=person.pk, role="handler", **values))
        for state, by in (("confirmed", admin.pk), ("confirmed", people.dpo.pk), ("alone", admin.pk)):
            assert refused(CONFIRM.format(state=state, by=by))
        assert refused(f"update accounts_roleproposal set proposed_by_id = {people.dpo.pk}")
        assert refused(f"update accounts_roleproposal set user_id = {people.funder.pk}")
    with acting_as(people.dpo, purpose="test"):
        assert not refused(CONFIRM.format(state="confirmed", by=people.dpo.pk))
        for user, role in ((people.dpo.pk, "handler"), (person.pk, "coordinator"), (people.funder.pk, "handler")):
            assert refused(INSERT.format(user=user, role=role, **values))
    with acting_as(admin, purpose="test"):
        assert refused(INSERT.format(user=person.pk, role="handler", **values)), "only who confirmed it"
    with acting_as(people.dpo, purpose="test"):
        assert not refused(INSERT.format(user=person.pk, role="handler", **values))
    with acting_as(admin, purpose="test"):
        assert not refused(END.format(by=admin.pk, user=person.pk))
    with acting_as(people.dpo, purpose="test"):
        assert refused(INSERT.format(user=person.pk, role="handler", **values)), "one proposal, one role"


@pytest.mark.parametrize("state", ["proposed", "confirmed", "alone", "declined"])
def test_no_proposal_begins_decided_or_in_anothers_name_or_for_oneself(alone: People, state: str) -> None:
    admin, person = alone.administrator.pk, make_user().pk
    values = {"centre": alone.centre.pk, "role": "coordinator", "state": state}
    nobody, decided = "null, null", f"{alone.dpo.pk}, now()"
    given = nobody if state == "proposed" else decided
    assert refused(PROPOSE.format(user=person, by=alone.dpo.pk, decided=given, **values))
    assert refused(PROPOSE.format(user=admin, by=admin, decided=given, **values))
    assert refused(PROPOSE.format(user=person, by=admin, decided=given, **values)) == (state != "proposed")


def test_without_anybody_who_acts_nothing_is_inserted(people: People) -> None:
    values = {"user": make_user().pk, "centre": people.centre.pk}
    proposal = PROPOSE.format(
        role="handler", state="proposed", by=people.administrator.pk, decided="null, null", **values
    )
    for role in sorted(set(Role) - {Role.FUNDER}):
        assert refused(INSERT.format(role=role, actor=people.dpo.pk, proposal="null", **values))
    assert refused(proposal)


@pytest.mark.parametrize("name", ["handler", "coordinator", "dpo", "funder", "worker"])
def test_nobody_but_administrators_proposes_or_orders_a_link(people: People, name: str) -> None:
    user = getattr(people, name)
    values = {"user": make_user().pk, "centre": people.centre.pk}
    link = (
        "insert into accounts_onetimelink (id, user_id, purpose, state, centre_id, email, made_by_id, made_at,"
        " expires_at, attempts, due_at) values (gen_random_uuid(), {user}, 'password', 'open', {centre}, '', {by},"
        " now(), now() + interval '1 day', 0, now())"
    )
    with acting_as(user, purpose="test"):
        assert refused(PROPOSE.format(role="handler", state="proposed", by=user.pk, decided="null, null", **values))
        assert refused(link.format(by=user.pk, **values))
    with acting_as(people.administrator, purpose="test"):
        assert refused(link.format(by=people.dpo.pk, **values))
        assert not refused(link.format(by=people.administrator.pk, **values))


def test_a_link_is_seen_by_the_person_and_administrators_and_used_by_the_person_only(people: People) -> None:
    browser(people.administrator).post(f"/administration/users/{people.handler.pk}/link/")
    with acting_as(people.administrator, purpose="test"):
        assert refused("update accounts_onetimelink set state = 'used', ended_at = now()")
        assert refused("update accounts_onetimelink set user_id = made_by_id")
        later = timezone.now() + timedelta(days=90)
        assert refused(f"update accounts_onetimelink set expires_at = '{later.isoformat()}'")
    for user in (people.colleague, people.coordinator, people.dpo):
        with acting_as(user, purpose="test"), connection.cursor() as cursor:
            cursor.execute("select count(*) from accounts_onetimelink")
            assert cursor.fetchone() == (0,)
    with acting_as(people.handler, purpose="test"):
        assert not refused("update accounts_onetimelink set state = 'used', ended_at = now()")
