"""Service users, as which background processes act. They cannot sign in, and policies limit what each may read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache

from django.db import connection

from foundation.privacy.context import acting_as, is_acting

from .models import User


class Service(StrEnum):
    RELAY = "relay"
    DEADLINES = "deadlines"
    SHIFT = "shift"
    TELEPHONE = "telephone"
    STATISTICS = "statistics"
    PUBLIC = "public"
    SIGN_IN = "sign_in"
    SETUP = "setup"
    RETENTION = "retention"


def service_user(service: Service) -> User:
    """The user row of a service; created by a migration and never changed, so it is cached per database."""
    return _service_user(service, str(connection.settings_dict["NAME"]))


@cache
def _service_user(service: Service, database: str) -> User:
    return User.objects.get(service=service)


@contextmanager
def acting_at_sign_in() -> Iterator[None]:
    """As the service of the sign-in where nobody acts: a password is checked before anybody has signed in."""
    if is_acting():
        yield
    else:
        with acting_as(service_user(Service.SIGN_IN), purpose="sign-in"):
            yield
