"""What waits for officers and coordinators; the top bar shows the numbers."""

from __future__ import annotations

from foundation.accounts.models import User
from foundation.accounts.permissions import centre_with
from foundation.accounts.roles import Permission

from .models import Erasure, ErasureQuerySet, Request, RequestDossier, RequestDossierQuerySet, RequestQuerySet


def to_be_erased(user: User) -> ErasureQuerySet:
    """Dossiers that will be erased, for those who can keep them."""
    centre = centre_with(user, Permission.HOLD_SET)
    if centre is None:
        return Erasure.objects.none()
    return Erasure.objects.waiting().filter(centre=centre)


def to_answer(user: User) -> RequestQuerySet:
    """Requests that the officer has to answer."""
    centre = centre_with(user, Permission.REQUEST_HANDLE)
    return Request.objects.none() if centre is None else Request.objects.filter(centre=centre).open()


def to_agree(user: User) -> RequestDossierQuerySet:
    """Dossiers of requests that wait for a coordinator."""
    centre = centre_with(user, Permission.REQUEST_AGREE)
    if centre is None:
        return RequestDossier.objects.none()
    return RequestDossier.objects.to_agree().filter(centre=centre).exclude(added_by=user)
