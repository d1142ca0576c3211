"""Fictional people and organisations that most tests need."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection

from foundation.accounts.actions import create_organisation, create_user, grant_role
from foundation.accounts.models import ROLES_AT, Membership, Organisation, OrganisationKind, User
from foundation.accounts.roles import Role
from foundation.privacy.context import acting_as

PASSWORD = "correct horse battery staple"
CENTRE, PARTNER = OrganisationKind.CENTRE, OrganisationKind.PARTNER
PLACES = {
    "handler": ("centre", Role.HANDLER),
    "colleague": ("centre", Role.HANDLER),
    "coordinator": ("centre", Role.COORDINATOR),
    "worker": ("partner", Role.PARTNER_WORKER),
    "other_worker": ("other_partner", Role.PARTNER_WORKER),
    "other_handler": ("other_centre", Role.HANDLER),
    "other_coordinator": ("other_centre", Role.COORDINATOR),
    "administrator": ("centre", Role.ADMINISTRATOR),
    "dpo": ("centre", Role.DPO),
    "funder": ("centre", Role.FUNDER),
    "liaison": ("body", Role.LIAISON),
}
_number = itertools.count(1)


def make_user(*roles: tuple[Organisation, Role], language: str = "en", password: str = PASSWORD) -> User:
    number = next(_number)
    user = create_user(
        by=None, email=f"person{number}@example.org", name=f"Person {number}", password=password, language=language
    )
    for organisation, role in roles:
        grant_role(by=None, user=user, organisation=organisation, role=role)
    return User.objects.get(pk=user.pk)


def make_centre(name: str = "Example Centre") -> Organisation:
    return create_organisation(by=None, name=name, kind=OrganisationKind.CENTRE)


def make_place_for(role: Role) -> Organisation:
    """An organisation of a kind in which people can have the role."""
    kind = next(kind for kind, roles in ROLES_AT.items() if role in roles)
    return create_organisation(by=None, name=f"Place of a {role}", kind=kind)


def make_partner(name: str = "Example Partner") -> Organisation:
    return create_organisation(by=None, name=name, kind=OrganisationKind.PARTNER)


@dataclass(frozen=True)
class People:
    """One centre and one partner with their people, and people of each role in other organisations."""

    centre: Organisation
    handler: User
    colleague: User
    coordinator: User
    partner: Organisation
    worker: User
    other_partner: Organisation
    other_worker: User
    other_centre: Organisation
    other_handler: User
    other_coordinator: User
    administrator: User
    dpo: User
    funder: User
    body: Organisation
    liaison: User

    @property
    def everybody(self) -> list[User]:
        return [value for value in vars(self).values() if isinstance(value, User)]


@pytest.fixture
def people(db: None) -> People:
    return make_people()


def make_people() -> People:
    """Uses four statements instead of the actions, because most tests begin here; the actions have their own tests."""
    kinds = {
        "centre": CENTRE,
        "other_centre": CENTRE,
        "partner": PARTNER,
        "other_partner": PARTNER,
        "body": OrganisationKind.BODY,
    }
    names = {"centre": "Example Centre", "partner": "Example Partner"}
    made = Organisation.objects.bulk_create(
        Organisation(name=names.get(key, key.replace("_", " ").title()), kind=kind) for key, kind in kinds.items()
    )
    organisations = dict(zip(kinds, made, strict=True))
    numbers = {person: next(_number) for person in PLACES}
    hashed = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(email=f"person{number}@example.org", name=f"Person {number}", password=hashed)
        for number in numbers.values()
    )
    people = dict(zip(numbers, users, strict=True))
    Membership.objects.bulk_create(
        Membership(user=people[person], organisation=organisations[organisation], role=role.value)
        for person, (organisation, role) in PLACES.items()
    )
    everything: dict[str, Any] = {**organisations, **people}
    return People(**everything)


def as_user(user: User, function: Callable[..., Any], /, **arguments: Any) -> Any:
    """Call ``function`` with the user as the actor, as the web does for a signed-in person."""
    with acting_as(user, purpose="test"):
        return function(**arguments)


def current_actor_id() -> int | None:
    """The key of whoever acts in this transaction, as the policies ask for it."""
    with connection.cursor() as cursor:
        cursor.execute("select ntk.actor()")
        (actor,) = cursor.fetchone()
    return actor


def new_id() -> uuid.UUID:
    return uuid.uuid4()
