"""In which time zone somebody reads and writes times."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from django.utils import timezone, translation

from .models import User


def zone_of(user: object) -> ZoneInfo:
    """That of the centre, else the partner, else the first organisation that the person works for."""
    default = ZoneInfo(timezone.get_default_timezone_name())
    if not isinstance(user, User):
        return default
    first = user.active_memberships[0].organisation if user.active_memberships else None
    organisation = user.centre or user.partner or first
    return organisation.zone if organisation else default


@contextmanager
def as_read_by(user: User) -> Iterator[None]:
    """Words and times as this person reads them: for what is written to them when nobody, or somebody else, acts."""
    with translation.override(user.language), timezone.override(zone_of(user)):
        yield
