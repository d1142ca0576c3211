"""In which time zone somebody reads and writes times."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils import timezone

from .models import User


def zone_of(user: object) -> ZoneInfo:
    """That of the centre, else the partner, else the first organisation that the person works for."""
    default = ZoneInfo(timezone.get_default_timezone_name())
    if not isinstance(user, User):
        return default
    first = user.active_memberships[0].organisation if user.active_memberships else None
    organisation = user.centre or user.partner or first
    return organisation.zone if organisation else default
