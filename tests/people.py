"""The people and organisations most tests need, made as the application makes them. Plainly fictional."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.actions import create_organisation, create_user, grant_role
from accounts.models import Organisation, OrganisationKind, User
from accounts.roles import Role
from privacy.context import acting_as

PASSWORD = "correct horse battery staple"
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


def make_partner(name: str = "Example Partner") -> Organisation:
    return create_organisation(by=None, name=name, kind=OrganisationKind.PARTNER)


@dataclass(frozen=True)
class People:
    """One centre and one partner with their people, and somebody of each role who has no business here."""

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
    liaison: User

    @property
    def everybody(self) -> list[User]:
        return [value for value in vars(self).values() if isinstance(value, User)]


@pytest.fixture
def people(db: None) -> People:
    return make_people()


def make_people() -> People:
    centre, other_centre = make_centre(), make_centre("Other Centre")
    partner, other_partner = make_partner(), make_partner("Other Partner")
    return People(
        centre=centre,
        handler=make_user((centre, Role.HANDLER)),
        colleague=make_user((centre, Role.HANDLER)),
        coordinator=make_user((centre, Role.COORDINATOR)),
        partner=partner,
        worker=make_user((partner, Role.PARTNER_WORKER)),
        other_partner=other_partner,
        other_worker=make_user((other_partner, Role.PARTNER_WORKER)),
        other_centre=other_centre,
        other_handler=make_user((other_centre, Role.HANDLER)),
        other_coordinator=make_user((other_centre, Role.COORDINATOR)),
        administrator=make_user((centre, Role.ADMINISTRATOR)),
        dpo=make_user((centre, Role.DPO)),
        funder=make_user((centre, Role.FUNDER)),
        liaison=make_user((partner, Role.LIAISON)),
    )


def as_user(user: User, function: Callable[..., Any], **arguments: Any) -> Any:
    """Call ``function`` as the web does for a signed-in person: inside their context."""
    with acting_as(user, purpose="test"):
        return function(**arguments)


def new_id() -> uuid.UUID:
    return uuid.uuid4()
