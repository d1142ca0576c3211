"""Who may see and change the network."""

from __future__ import annotations

from collections.abc import Callable

from foundation.accounts.models import Organisation, OrganisationKind, User
from foundation.accounts.permissions import NotAllowed, can, organisations_as, require
from foundation.accounts.roles import Permission, Role

from . import workload
from .models import IntakePause, Liaison


def may_edit(user: User) -> bool:
    """Whether the user may change the network: profiles, coverage, opening hours, liaisons."""
    return can(user, Permission.NETWORK_EDIT)


def may_pause(user: User, organisation: Organisation) -> bool:
    """A partner's coordinator for the own organisation, a centre's coordinator for every partner."""
    own = can(user, Permission.INTAKE_PAUSE, organisation.pk)
    return own or (user.centre is not None and can(user, Permission.INTAKE_PAUSE, user.centre.pk))


def require_pause(user: User, organisation: Organisation) -> None:
    """Raises NotAllowed."""
    if not may_pause(user, organisation):
        raise NotAllowed(Permission.INTAKE_PAUSE)


def known_load(user: User) -> Callable[[int], int | None]:
    """Returns a partner's open cases by its key, or None: partners learn their own only, as in ntk.partner_record."""
    taken = workload.open_cases()
    ranks = organisations_as(user, Role.HANDLER, Role.COORDINATOR, Role.ADMINISTRATOR)
    own = organisations_as(user, Role.PARTNER_WORKER, Role.PARTNER_COORDINATOR)
    return lambda partner: taken.get(partner, 0) if taken is not None and (ranks or partner in own) else None


def partner_for_reading(user: User, pk: int) -> Organisation:
    """Raises NotAllowed or Organisation.DoesNotExist."""
    require(user, Permission.NETWORK_READ)
    return Organisation.objects.get(pk=pk, kind=OrganisationKind.PARTNER)


def partner_for_editing(user: User, pk: int) -> Organisation:
    """Raises NotAllowed or Organisation.DoesNotExist."""
    require(user, Permission.NETWORK_EDIT)
    return Organisation.objects.get(pk=pk, kind=OrganisationKind.PARTNER)


def partner_for_pausing(user: User, pk: int) -> Organisation:
    """Raises NotAllowed or Organisation.DoesNotExist."""
    organisation = partner_for_reading(user, pk)
    require_pause(user, organisation)
    return organisation


def pause_for_resuming(user: User, pk: int) -> IntakePause:
    """Raises NotAllowed or IntakePause.DoesNotExist."""
    pause = IntakePause.objects.select_related("organisation").get(pk=pk)
    require_pause(user, pause.organisation)
    return pause


def liaison_for_editing(user: User, pk: int) -> Liaison:
    """Raises NotAllowed or Liaison.DoesNotExist (also when it has ended)."""
    require(user, Permission.NETWORK_EDIT)
    return Liaison.objects.current().get(pk=pk)


def may_edit_hours(user: User, organisation: Organisation) -> bool:
    """People who may change the network; for a centre's hours, only its own people and administrators."""
    if organisation.kind != OrganisationKind.CENTRE:
        return may_edit(user)
    return can(user, Permission.NETWORK_EDIT, organisation.pk) or (
        may_edit(user) and can(user, Permission.USERS_MANAGE)
    )


def require_hours(user: User, organisation: Organisation) -> None:
    """Raises NotAllowed."""
    if not may_edit_hours(user, organisation):
        raise NotAllowed(Permission.NETWORK_EDIT)


def organisation_for_hours(user: User, pk: int) -> Organisation:
    """Raises NotAllowed or Organisation.DoesNotExist."""
    organisation = Organisation.objects.get(pk=pk)
    require_hours(user, organisation)
    return organisation
