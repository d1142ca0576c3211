"""Writes to users, roles and organisations.

This app may not import the journal. Who gave and who ended a role therefore stands in the membership itself, which the
database lets the application neither delete nor change, but for its one end.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from .models import Membership, Organisation, OrganisationKind, User
from .permissions import NotAllowed, require
from .roles import Permission, Role


def create_user(*, by: User | None, email: str, name: str, password: str | None, language: str = "en") -> User:
    """``by`` is None only for the command that makes an installation's first administrator and for the demo.

    Without a password nobody can sign in as the user until one is set.
    """
    if by is not None:
        require(by, Permission.USERS_MANAGE)
    return User.objects.create(email=email, name=name, language=language, password=make_password(password), made_by=by)


@transaction.atomic
def grant_role(*, by: User | None, user: User, organisation: Organisation, role: Role) -> Membership:
    """Granting the same role twice gives the one membership. Nobody grants a role to themselves."""
    if by is not None:
        _require_over(by, user)
    membership, _made = Membership.objects.get_or_create(
        user=user, organisation=organisation, role=role.value, ended_at=None, defaults={"granted_by": by}
    )
    end_sessions(user)
    return membership


@transaction.atomic
def end_role(*, by: User, membership: Membership) -> None:
    """The person's rights end at once: open sessions are ended too. A repeat has no effect."""
    require(by, Permission.USERS_MANAGE)
    Membership.objects.active().filter(pk=membership.pk).update(ended_at=timezone.now(), ended_by=by)
    end_sessions(membership.user)


@transaction.atomic
def deactivate_user(*, by: User, user: User) -> None:
    """The person can no longer sign in; open sessions end at once. What they did stays theirs."""
    _require_over(by, user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    for membership in Membership.objects.active().filter(user=user):
        end_role(by=by, membership=membership)
    end_sessions(user)


def end_sessions(user: User) -> None:
    """Ends every browser session of the user."""
    key = str(user.pk)
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get("_auth_user_id") == key:
            session.delete()


def choose_language(*, by: User, language: str) -> None:
    """The language of the person's pages and e-mails: a code of LANGUAGES. A repeat has no effect."""
    if language not in dict(settings.LANGUAGES):
        raise ValueError(language)
    User.objects.filter(pk=by.pk).exclude(language=language).update(language=language)


def create_organisation(*, by: User | None, name: str, kind: OrganisationKind, **details: str | bool) -> Organisation:
    if by is not None:
        require(by, Permission.USERS_MANAGE)
    return Organisation.objects.create(name=name, kind=kind, **details)


def _require_over(by: User, user: User) -> None:
    require(by, Permission.USERS_MANAGE)
    if by.pk == user.pk:
        raise NotAllowed(Permission.USERS_MANAGE)
