"""Whether a person's roles carry a permission, and the error when not."""

from __future__ import annotations

from .models import Membership, Organisation, User
from .roles import ROLES, Permission, Role


class NotAllowed(Exception):
    """The actor may not do this. Views answer 404: a denial must not tell that the thing exists."""


def can(user: User, permission: Permission, organisation_id: int | None = None) -> bool:
    """Whether an active role of the user carries the permission (in that organisation, when one is named)."""
    return any(
        permission in ROLES[Role(m.role)].permissions and organisation_id in (None, m.organisation_id)
        for m in user.active_memberships
    )


def centre_with(user: User, permission: Permission) -> Organisation | None:
    """The user's own centre, where they have the permission there."""
    centre = user.centre
    return centre if centre and can(user, permission, centre.pk) else None


def administrators() -> list[User]:
    """Who gives roles, by name: whoever has signed in may know whom to ask."""
    with_role = Membership.objects.active().with_roles([Role.ADMINISTRATOR]).values("user")
    return list(User.objects.filter(is_active=True, pk__in=with_role).order_by("name", "pk"))


def require(user: User, permission: Permission, organisation_id: int | None = None) -> None:
    """Raises NotAllowed."""
    if not can(user, permission, organisation_id):
        raise NotAllowed(permission)


def organisations_as(user: User, *roles: Role) -> set[int]:
    """The organisations in which the user has one of the roles: the Python side of SQL ``ntk.orgs_as``."""
    return {m.organisation_id for m in user.active_memberships if m.role in roles}
