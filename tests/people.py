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
from past_policies import insert, new_keys

from foundation.accounts.models import Membership, Organisation, OrganisationKind, PasswordHash, User
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.accounts.stored_passwords import new_stamp
from foundation.accounts.vocabulary import ROLES_AT
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
    """A person who was invited and confirmed long ago. Past the policies, as all rows of this module."""
    number = next(_number)
    made = User(
        pk=new_keys(User)[0],
        email=f"person{number}@example.org",
        name=f"Person {number}",
        language=language,
        stamp=new_stamp(has_password=True),
    )
    insert([made])
    insert([PasswordHash(user=made, encoded=make_password(password))])
    for organisation, role in roles:
        give_role(made, organisation, role)
    return User.objects.get(pk=made.pk)


def give_role(user: User, organisation: Organisation, role: Role | str, **values: Any) -> Membership:
    made = Membership(pk=new_keys(Membership)[0], user=user, organisation=organisation, role=str(role), **values)
    insert([made])
    return made


def make_organisation(name: str, kind: OrganisationKind | str, **values: Any) -> Organisation:
    made = Organisation(pk=new_keys(Organisation)[0], name=name, kind=kind, **values)
    insert([made])
    return made


def make_centre(name: str = "Example Centre") -> Organisation:
    return make_organisation(name, CENTRE)


def make_place_for(role: Role) -> Organisation:
    """An organisation of a kind in which people can have the role."""
    kind = next(kind for kind, roles in ROLES_AT.items() if role in roles)
    return make_organisation(f"Place of a {role}", kind)


def make_partner(name: str = "Example Partner") -> Organisation:
    return make_organisation(name, PARTNER)


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
    """Uses few statements instead of the actions, because most tests begin here; the actions have their own tests."""
    kinds = {
        "centre": CENTRE,
        "other_centre": CENTRE,
        "partner": PARTNER,
        "other_partner": PARTNER,
        "body": OrganisationKind.BODY,
    }
    names = {"centre": "Example Centre", "partner": "Example Partner"}
    organisations = {
        key: Organisation(pk=pk, name=names.get(key, key.replace("_", " ").title()), kind=kind)
        for (key, kind), pk in zip(kinds.items(), new_keys(Organisation, len(kinds)), strict=True)
    }
    hashed = make_password(PASSWORD)
    numbers = {person: next(_number) for person in PLACES}
    people = {
        person: User(
            pk=pk, email=f"person{number}@example.org", name=f"Person {number}", stamp=new_stamp(has_password=True)
        )
        for (person, number), pk in zip(numbers.items(), new_keys(User, len(PLACES)), strict=True)
    }
    keys = new_keys(Membership, len(PLACES))
    memberships = [
        Membership(pk=pk, user=people[person], organisation=organisations[organisation], role=role.value)
        for (person, (organisation, role)), pk in zip(PLACES.items(), keys, strict=True)
    ]
    hashes = [PasswordHash(user=person, encoded=hashed) for person in people.values()]
    for rows in (list(organisations.values()), list(people.values()), hashes, memberships):
        insert(rows)
    everything: dict[str, Any] = {**organisations, **people}
    return People(**everything)


def as_user(user: User, function: Callable[..., Any], /, **arguments: Any) -> Any:
    """Call ``function`` with the user as the actor, as the web does for a signed-in person."""
    with acting_as(user, purpose="test"):
        return function(**arguments)


def as_setup(function: Callable[..., Any], /, **arguments: Any) -> Any:
    """Call an action as commands, the first run and the demo do."""
    setup = service_user(Service.SETUP)
    return as_user(setup, function, by=setup, **arguments)


def current_actor_id() -> int | None:
    """The key of whoever acts in this transaction, as the policies ask for it."""
    with connection.cursor() as cursor:
        cursor.execute("select ntk.actor()")
        (actor,) = cursor.fetchone()
    return actor


def new_id() -> uuid.UUID:
    return uuid.uuid4()
