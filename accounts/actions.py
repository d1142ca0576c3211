from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from .models import Membership, Organisation, OrganisationKind, User
from .permissions import require
from .roles import Permission, Role


def create_user(*, by: User | None, email: str, name: str, password: str, language: str = "en") -> User:
    """``by`` is None only for the command that makes an installation's first administrator and for the demo."""
    if by is not None:
        require(by, Permission.USERS_MANAGE)
    return User.objects.create(email=email, name=name, language=language, password=make_password(password))


@transaction.atomic
def grant_role(*, by: User | None, user: User, organisation: Organisation, role: Role) -> Membership:
    """Granting the same role twice gives the one membership."""
    if by is not None:
        require(by, Permission.USERS_MANAGE)
    membership, _made = Membership.objects.get_or_create(
        user=user, organisation=organisation, role=role.value, ended_at=None
    )
    end_sessions(user)
    return membership


@transaction.atomic
def end_role(*, by: User, membership: Membership) -> None:
    """The person's rights end at once: open sessions are ended too."""
    require(by, Permission.USERS_MANAGE)
    Membership.objects.filter(pk=membership.pk, ended_at=None).update(ended_at=timezone.now())
    end_sessions(membership.user)


def end_sessions(user: User) -> None:
    """Ends every browser session of the user."""
    key = str(user.pk)
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get("_auth_user_id") == key:
            session.delete()


def create_organisation(*, by: User | None, name: str, kind: OrganisationKind, **details: str | bool) -> Organisation:
    if by is not None:
        require(by, Permission.USERS_MANAGE)
    return Organisation.objects.create(name=name, kind=kind, **details)
