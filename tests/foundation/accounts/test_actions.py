from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.utils import timezone
from past_policies import change, insert, new_keys
from people import People, as_setup, as_user, make_place_for, make_user
from web import sign_in

from foundation.accounts.actions import (
    create_organisation,
    create_user,
    deactivate_user,
    end_role,
    end_sessions,
    grant_role,
    invite_user,
)
from foundation.accounts.models import Membership, OrganisationKind, Session, User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.refusals import AddressTaken, NeedsSecondPerson
from foundation.accounts.role_proposals import propose_role
from foundation.accounts.roles import NEEDS_SECOND_PERSON, Role
from foundation.accounts.services import Service, service_user
from foundation.accounts.sessions import SessionStore


def signed_in(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def is_signed_in(client: Client) -> bool:
    return SessionStore(client.cookies["lotse_session"].value).get("_auth_user_id") is not None


def test_membership_stores_who_granted_and_ended_it(people: People) -> None:
    admin = people.administrator
    user = as_user(admin, invite_user, by=admin, email="new@example.org", name="New Person", language="en")
    membership = as_user(admin, grant_role, by=admin, user=user, organisation=people.centre, role=Role.FUNDER)
    as_user(admin, end_role, by=admin, membership=membership)
    membership.refresh_from_db()
    assert (user.made_by, membership.granted_by, membership.ended_by) == (admin, admin, admin)
    assert membership.ended_at is not None


def grant(people: People, role: Role = Role.FUNDER) -> Membership:
    admin = people.administrator
    given: Membership = as_user(admin, grant_role, by=admin, user=people.handler, organisation=people.centre, role=role)
    return given


def test_granting_twice_gives_one_role(people: People) -> None:
    assert grant(people) == grant(people)


def test_a_role_that_ended_can_be_granted_again(people: People) -> None:
    first = grant(people)
    as_user(people.administrator, end_role, by=people.administrator, membership=first)
    assert first != grant(people)
    assert Membership.objects.filter(user=people.handler, role=Role.FUNDER).count() == 2


@pytest.mark.parametrize("role", sorted(NEEDS_SECOND_PERSON))
def test_a_role_that_needs_a_second_person_is_not_granted_alone(people: People, role: Role) -> None:
    with pytest.raises(NeedsSecondPerson):
        grant(people, role)


def test_ending_twice_keeps_the_first_end(people: People) -> None:
    (membership,) = people.handler.active_memberships
    as_user(people.administrator, end_role, by=people.administrator, membership=membership)
    ended_at = Membership.objects.get(pk=membership.pk).ended_at
    end_role(by=make_user((people.centre, Role.ADMINISTRATOR)), membership=membership)
    after = Membership.objects.get(pk=membership.pk)
    assert (after.ended_at, after.ended_by) == (ended_at, people.administrator)


@pytest.mark.parametrize("change", [grant_role, end_role])
def test_a_change_of_role_ends_open_sessions_of_that_person_only(people: People, change: Callable[..., Any]) -> None:
    browsers = [signed_in(people.handler), signed_in(people.handler), signed_in(people.colleague)]
    (membership,) = people.handler.active_memberships
    if change is grant_role:
        grant(people)
    else:
        as_user(people.administrator, end_role, by=people.administrator, membership=membership)
    assert [is_signed_in(browser) for browser in browsers] == [False, False, True]


def test_deactivation_ends_open_sessions(people: People) -> None:
    browser = signed_in(people.funder)
    as_user(people.administrator, deactivate_user, by=people.administrator, user=people.funder)
    assert not is_signed_in(browser)


def test_ending_sessions_ignores_damaged_ones(people: People) -> None:
    Session.objects.create(session_key="x", session_data="no such thing", expire_date=timezone.now().replace(year=2099))
    browser = signed_in(people.handler)
    end_sessions(people.handler)
    assert not is_signed_in(browser)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_administrators_look_after_users(people: People, role: Role) -> None:
    user = make_user((make_place_for(role), role))
    (membership,) = people.handler.active_memberships
    attempts: list[Callable[[], Any]] = [
        lambda: as_user(user, invite_user, by=user, email="x@example.org", name="X", language="en"),
        lambda: as_user(user, create_user, by=user, email="x@example.org", name="X", password=None, language="en"),
        lambda: as_user(user, grant_role, by=user, user=people.worker, organisation=people.centre, role=Role.HANDLER),
        lambda: as_user(user, end_role, by=user, membership=membership),
        lambda: as_user(user, deactivate_user, by=user, user=people.handler),
        lambda: as_user(user, create_organisation, by=user, name="X", kind=OrganisationKind.PARTNER),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()
    assert Membership.objects.active().filter(pk=membership.pk).exists()


def test_nobody_grants_a_role_to_themselves(people: People) -> None:
    admin = people.administrator
    for give in (grant_role, propose_role):
        with pytest.raises(NotAllowed):
            as_user(admin, give, by=admin, user=admin, organisation=people.centre, role=Role.COORDINATOR)
    with pytest.raises(NotAllowed):
        as_user(admin, deactivate_user, by=admin, user=admin)


def test_email_address_is_unique_ignoring_case(people: People) -> None:
    with pytest.raises(AddressTaken):
        as_setup(create_user, email=people.handler.email.upper(), name="X", password=None, language="en")


def test_the_application_cannot_delete_or_rewrite_a_role(people: People) -> None:
    stored = Membership.objects.filter(user=people.handler)
    for attempt in (
        stored.delete,
        lambda: stored.update(role=Role.COORDINATOR),
        lambda: stored.update(user=people.dpo),
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            attempt()


def test_ended_role_cannot_be_reopened(people: People) -> None:
    (membership,) = people.handler.active_memberships
    as_user(people.administrator, end_role, by=people.administrator, membership=membership)
    with pytest.raises(IntegrityError, match="stays ended"), transaction.atomic():
        change(Membership.objects.filter(pk=membership.pk), ended_at=None, ended_by=None)


def test_end_of_a_role_needs_its_author(people: People) -> None:
    with pytest.raises(IntegrityError, match="membership_ended_at_and_by"), transaction.atomic():
        change(Membership.objects.filter(user=people.handler), ended_at=timezone.now())


@pytest.mark.parametrize("service", Service)
def test_each_service_has_one_user_without_a_password(service: Service, db: None) -> None:
    user = service_user(service)
    assert (user.is_active, user.has_usable_password(), user.active_memberships) == (True, False, [])
    with pytest.raises(IntegrityError, match="one_user_per_service"), transaction.atomic():
        insert([User(pk=new_keys(User)[0], email="another@service.invalid", service=service)])
