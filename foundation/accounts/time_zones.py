"""The time zone of a user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from django.utils import timezone, translation

from .models import User


def zone_of(user: object) -> ZoneInfo:
    """The zone of the user's centre, else partner, else first organisation."""
    default = ZoneInfo(timezone.get_default_timezone_name())
    if not isinstance(user, User):
        return default
    first = user.active_memberships[0].organisation if user.active_memberships else None
    organisation = user.centre or user.partner or first
    return organisation.zone if organisation else default


@contextmanager
def as_read_by(user: User) -> Iterator[None]:
    """Activate this person's language and time zone, for texts that are sent to them by others."""
    with translation.override(user.language), timezone.override(zone_of(user)):
        yield
