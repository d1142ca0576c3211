"""Checks whether a person's roles have a permission."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest

from .models import Membership, Organisation, User
from .roles import ROLES, Permission, Role


class NotAllowed(Exception):
    """The actor may not do this. Views answer 404, so that the response does not tell whether the object exists."""


class Refused(Http404):
    """404 for a record that is unknown or not open to the person. ``what``: the refused access, for the journal."""

    def __init__(self, what: str, subject: uuid.UUID | None) -> None:
        super().__init__(what)
        self.what = what
        self.subject = subject


def note_refusal(request: HttpRequest, refused: Refused) -> None:
    """The journal's middleware records it when the request has ended, whatever the answer."""
    request.refusal = refused  # type: ignore[attr-defined]


def can(user: User, permission: Permission, organisation_id: int | None = None) -> bool:
    """Whether an active role of the user has the permission (in this organisation, if given)."""
    return any(
        permission in ROLES[Role(m.role)].permissions and organisation_id in (None, m.organisation_id)
        for m in user.active_memberships
    )


def centre_with(user: User, permission: Permission) -> Organisation | None:
    """The user's own centre, if the user has the permission there."""
    centre = user.centre
    return centre if centre and can(user, permission, centre.pk) else None


def administrators() -> list[User]:
    """Administrators by name, so that every signed-in user knows whom to ask for a role."""
    with_role = Membership.objects.active().with_roles([Role.ADMINISTRATOR]).values("user")
    return list(User.objects.filter(is_active=True, pk__in=with_role).order_by("name", "pk"))


def require(user: User, permission: Permission, organisation_id: int | None = None) -> None:
    """Raises NotAllowed."""
    if not can(user, permission, organisation_id):
        raise NotAllowed(permission)


def organisations_as(user: User, *roles: Role) -> set[int]:
    """The organisations in which the user has one of the roles: the Python side of SQL ``ntk.orgs_as``."""
    return {m.organisation_id for m in user.active_memberships if m.role in roles}
