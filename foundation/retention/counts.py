"""Dossiers that will be erased; the top bar shows their number to those who can keep them."""

from __future__ import annotations

from foundation.accounts.models import User
from foundation.accounts.permissions import centre_with
from foundation.accounts.roles import Permission

from .models import Erasure, ErasureQuerySet


def to_be_erased(user: User) -> ErasureQuerySet:
    centre = centre_with(user, Permission.HOLD_SET)
    if centre is None:
        return Erasure.objects.none()
    return Erasure.objects.waiting().filter(centre=centre)
