"""Releases that wait for a person; the top bar shows their number."""

from __future__ import annotations

from django.db.models import QuerySet

from foundation.accounts.models import User
from foundation.accounts.permissions import centre_with
from foundation.accounts.roles import Permission

from .models import Release


def to_release(user: User) -> QuerySet[Release]:
    """Prepared releases that this coordinator may publish as the second person; never the coordinator's own."""
    centre = centre_with(user, Permission.RELEASE_MAKE)
    if centre is None:
        return Release.objects.none()
    return Release.objects.prepared().filter(centre=centre).exclude(prepared_by=user)
