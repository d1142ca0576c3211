"""Creates the first administrator of an empty installation, in the browser with a one-time code.

The code is shown only to the person who starts the platform; the database stores only its hash.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from .actions import create_organisation, create_user, grant_role
from .models import FirstRunCode, OrganisationKind, User
from .roles import Role
from .services import Service, service_user

#: Without similar characters (0 O, 1 I L), because the code is read from a terminal and typed.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
# 59 bits
GROUPS = 3
IN_A_GROUP = 4
VALID_FOR = timedelta(hours=24)
#: Maximum number of wrong codes that are checked within this time, for all clients together.
TRIES = 10
TRIES_WITHIN = timedelta(minutes=1)


class SetUpAlready(Exception):
    """An account exists, so the first run is over."""


class WrongCode(Exception):
    """The code is wrong, or was used or replaced, or has expired."""


class TooManyTries(Exception):
    """Too many wrong codes in the last minute."""


@dataclass(frozen=True)
class FirstPerson:
    """The person who sets up the installation."""

    name: str
    email: str
    language: str
    password: str


@dataclass(frozen=True)
class FirstCentre:
    """The advice centre they work for."""

    name: str
    country: str
    time_zone: str


def is_empty_installation() -> bool:
    """Whether nobody can sign in yet."""
    return not User.objects.filter(service="").exists()


@transaction.atomic
def new_first_run_code() -> str:
    """Make a code, which replaces earlier ones. Raises SetUpAlready."""
    if not is_empty_installation():
        raise SetUpAlready
    code = "-".join("".join(secrets.choice(LETTERS) for _letter in range(IN_A_GROUP)) for _group in range(GROUPS))
    now = timezone.now()
    values = {"code_hash": make_password(_plain(code)), "made_at": now, "expires_at": now + VALID_FOR, "tries": 0}
    FirstRunCode.objects.update_or_create(pk=1, defaults=values)
    return code


def check_first_run_code(*, code: str) -> None:
    """Check a code and count wrong ones. Call it outside a transaction, so that the count is not rolled back.

    Raises SetUpAlready, WrongCode, TooManyTries.
    """
    now = timezone.now()
    with transaction.atomic():
        row = FirstRunCode.objects.select_for_update(no_key=True).first()
        if not is_empty_installation():
            raise SetUpAlready
        if row is None or row.used_at or row.expires_at <= now:
            raise WrongCode
        if now - row.tries_since > TRIES_WITHIN:
            FirstRunCode.objects.update(tries=0, tries_since=now)
        elif row.tries >= TRIES:
            raise TooManyTries
        is_right = check_password(_plain(code), row.code_hash)
        FirstRunCode.objects.update(tries=0 if is_right else F("tries") + 1)
    if not is_right:
        raise WrongCode


@transaction.atomic
def make_first_administrator(*, code: str, person: FirstPerson, centre: FirstCentre) -> User:
    """Create the administrator and the centre, once, as the service of setting up. A concurrent second call raises
    SetUpAlready. The administrator has no other role.

    Raises SetUpAlready, WrongCode, and what ``create_organisation`` and ``create_user`` raise.
    """
    row = FirstRunCode.objects.select_for_update(no_key=True).first()
    if not is_empty_installation():
        raise SetUpAlready
    now = timezone.now()
    if row is None or row.used_at or row.expires_at <= now or not check_password(_plain(code), row.code_hash):
        raise WrongCode
    setup = service_user(Service.SETUP)
    place = create_organisation(
        by=setup,
        name=centre.name,
        kind=OrganisationKind.CENTRE,
        country=centre.country,
        time_zone=centre.time_zone,
    )
    user = create_user(
        by=setup,
        email=person.email,
        name=person.name,
        password=person.password,
        language=person.language,
        centre=place,
    )
    grant_role(by=setup, user=user, organisation=place, role=Role.ADMINISTRATOR)
    FirstRunCode.objects.filter(pk=row.pk).update(used_at=now, used_by=user)
    return user


def _plain(code: str) -> str:
    """Normalise a typed code: lower case, spaces and other hyphens are accepted."""
    return "".join(sign for sign in code.upper() if sign.isalnum())
