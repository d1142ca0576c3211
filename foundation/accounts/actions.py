"""Writes to users, roles and organisations.

Who granted and who ended a role is stored in the membership. The database lets the application only end memberships,
not delete or change them. All writes are also in the journal (see ``audit``).
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from . import audit
from .countries import is_country, is_zone
from .demonstration import is_demonstration
from .events import (
    ORGANISATION_CHANGED,
    ORGANISATION_CLOSED,
    ORGANISATION_MADE,
    ORGANISATION_REOPENED,
    ROLE_ENDED,
    ROLE_GRANTED,
    USER_CHANGED,
    USER_DEACTIVATED,
    USER_MADE,
    USER_PASSWORD_RESET,
    USER_REACTIVATED,
)
from .models import ROLES_AT, Membership, Organisation, OrganisationKind, Session, User
from .permissions import NotAllowed, require
from .refusals import (
    AddressTaken,
    ChangedMeanwhile,
    InUse,
    LastAdministrator,
    NameTaken,
    RoleDoesNotFit,
    UnknownCountry,
    UnknownTimeZone,
)
from .roles import Permission, Role


@transaction.atomic
def create_user(*, by: User | None, email: str, name: str, password: str | None = None, language: str = "en") -> User:
    """``by`` is None only for an installation's first administrator and for the demo.

    Without a password nobody can sign in as the user until one is set. Raises AddressTaken.
    """
    if by is not None:
        require(by, Permission.USERS_MANAGE)
    user = User(email=email, name=name, language=language, password=make_password(password), made_by=by)
    _store(user, email)
    audit.record(USER_MADE, by=by, about=user, user=user.pk)
    return user


@transaction.atomic
def save_user(*, by: User, user: User, version: int, email: str, name: str, language: str) -> None:
    """Change a user's data; ``version``: the one that was read. Also for the actor's own account.

    Raises NotAllowed, AddressTaken, ChangedMeanwhile. A repeat has no effect.
    """
    require(by, Permission.USERS_MANAGE)
    stored = User.objects.select_for_update(no_key=True).get(pk=user.pk, service="")
    values = {"email": email, "name": name, "language": language}
    changed = sorted(field for field, value in values.items() if getattr(stored, field) != value)
    if not changed:
        return
    if stored.version != version:
        raise ChangedMeanwhile
    for field, value in values.items():
        setattr(stored, field, value)
    stored.version += 1
    _store(stored, email)
    audit.record(USER_CHANGED, by=by, about=stored, user=stored.pk, fields=changed)


def _store(user: User, email: str) -> None:
    """Save the user. Raises AddressTaken, also if the address is taken concurrently."""
    others = User.objects.filter(email__iexact=email).exclude(pk=user.pk)
    if others.exists() or EmailAddress.objects.filter(email__iexact=email).exclude(user_id=user.pk).exists():
        raise AddressTaken
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise AddressTaken from None
    EmailAddress.objects.filter(user=user).exclude(email__iexact=email).delete()  # earlier addresses no longer sign in


@transaction.atomic
def grant_role(*, by: User | None, user: User, organisation: Organisation, role: Role) -> Membership:
    """Granting the same role twice gives the one membership. Nobody grants a role to themselves.

    Raises NotAllowed, RoleDoesNotFit (also for an organisation or a person out of use).
    """
    if by is not None:
        _require_over(by, user)
    place = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if role not in ROLES_AT[place.kind] or not place.is_active or not person.is_active or person.service:
        raise RoleDoesNotFit
    membership, made = Membership.objects.get_or_create(
        user=user, organisation=organisation, role=role.value, ended_at=None, defaults={"granted_by": by}
    )
    if made:
        audit.record(ROLE_GRANTED, by=by, about=user, user=user.pk, organisation=organisation.pk, role=role.value)
    end_sessions(user)
    return membership


@transaction.atomic
def end_role(*, by: User, membership: Membership) -> None:
    """End the role and the person's sessions. A repeat has no effect.

    Raises LastAdministrator if no administrator would be left.
    """
    require(by, Permission.USERS_MANAGE)
    if membership.role == Role.ADMINISTRATOR:
        _keep_an_administrator(membership.user)
    _end(by, membership)


@transaction.atomic
def deactivate_user(*, by: User, user: User) -> None:
    """Close the account and end its sessions. The person's records are kept. A repeat has no effect.

    Raises NotAllowed, LastAdministrator.
    """
    _require_over(by, user)
    _keep_an_administrator(user)
    if User.objects.filter(pk=user.pk, service="", is_active=True).update(is_active=False):
        audit.record(USER_DEACTIVATED, by=by, about=user, user=user.pk)
    for membership in Membership.objects.active().filter(user=user):
        _end(by, membership)
    end_sessions(user)


@transaction.atomic
def reactivate_user(*, by: User, user: User) -> None:
    """Reopen the account, without roles; they have to be granted again. A repeat has no effect."""
    _require_over(by, user)
    if User.objects.filter(pk=user.pk, service="", is_active=False).update(is_active=True):
        audit.record(USER_REACTIVATED, by=by, about=user, user=user.pk)


@transaction.atomic
def reset_password(*, by: User, user: User) -> User:
    """Remove the password and end sessions; a new password is chosen with a one-time link (``one_time_links``).

    Earlier links become invalid. Returns the stored user. Raises NotAllowed, also for a closed account.
    """
    _require_over(by, user)
    if not User.objects.filter(pk=user.pk, service="", is_active=True).update(password=make_password(None)):
        raise NotAllowed(Permission.USERS_MANAGE)
    audit.record(USER_PASSWORD_RESET, by=by, about=user, user=user.pk)
    end_sessions(user)
    return User.objects.get(pk=user.pk)


def end_sessions(user: User) -> None:
    """Ends every browser session of the user."""
    Session.objects.filter(user=user).delete()


def choose_language(*, by: User, language: str) -> None:
    """The language of the person's pages and e-mails: a code of LANGUAGES. A repeat has no effect."""
    if language not in dict(settings.LANGUAGES):
        raise ValueError(language)
    User.objects.filter(pk=by.pk).exclude(language=language).update(language=language)


def _end(by: User, membership: Membership) -> None:
    ended = Membership.objects.active().filter(pk=membership.pk).update(ended_at=timezone.now(), ended_by=by)
    if ended:
        data = {"user": membership.user_id, "organisation": membership.organisation_id, "role": membership.role}
        audit.record(ROLE_ENDED, by=by, about=membership.user, **data)
    end_sessions(membership.user)


def _keep_an_administrator(leaves: User) -> None:
    """Raises LastAdministrator. Locks, so that two administrators cannot end each other's role concurrently."""
    admins = Membership.objects.active().filter(role=Role.ADMINISTRATOR.value).order_by("pk")
    locked = list(admins.select_for_update(no_key=True))
    still = Membership.objects.active().filter(pk__in=[one.pk for one in locked], user__is_active=True)
    if locked and not still.exclude(user=leaves).exists() and still.filter(user=leaves).exists():
        raise LastAdministrator


def _require_over(by: User, user: User) -> None:
    require(by, Permission.USERS_MANAGE)
    if by.pk == user.pk:
        raise NotAllowed(Permission.USERS_MANAGE)


@transaction.atomic
def create_organisation(
    *,
    by: User | None,
    name: str,
    kind: OrganisationKind | str,
    country: str = "DE",
    time_zone: str = "Europe/Berlin",
    is_demo: bool = False,
) -> Organisation:
    """``by`` is None only for an installation's first administrator and for the demo.

    Raises NotAllowed, UnknownCountry, UnknownTimeZone; NameTaken for a second organisation of the kind with this name.
    """
    if by is not None:
        require(by, Permission.USERS_MANAGE)
        _check_name(name, kind)
        is_demo = is_demonstration()  # otherwise the whole installation would stop being one
    organisation = Organisation(name=name, kind=kind, country=country, time_zone=time_zone, is_demo=is_demo)
    _store_organisation(organisation)
    audit.record(ORGANISATION_MADE, by=by, about=organisation, organisation=organisation.pk, kind=str(kind))
    return organisation


@transaction.atomic
def save_organisation(
    *, by: User, organisation: Organisation, version: int, name: str, country: str, time_zone: str
) -> None:
    """Change name, country and time zone; ``version``: the one read. The kind cannot change: roles depend on it.

    Raises as ``create_organisation``, and ChangedMeanwhile. A repeat has no effect.
    """
    require(by, Permission.USERS_MANAGE)
    stored = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    values = {"name": name, "country": country, "time_zone": time_zone}
    changed = sorted(field for field, value in values.items() if getattr(stored, field) != value)
    if not changed:
        return
    if stored.version != version:
        raise ChangedMeanwhile
    if "name" in changed:
        _check_name(name, stored.kind, stored)
    before = {"country": stored.country, "time_zone": stored.time_zone}
    stored.name = name
    stored.country = country
    stored.time_zone = time_zone
    stored.version += 1
    _store_organisation(stored)
    codes = {field: [before[field], values[field]] for field in changed if field in before}
    audit.record(ORGANISATION_CHANGED, by=by, about=stored, organisation=stored.pk, fields=changed, **codes)


@transaction.atomic
def close_organisation(*, by: User, organisation: Organisation) -> None:
    """Deactivate the organisation: it gets no offers and nobody gets a role there. A repeat has no effect.

    Raises NotAllowed; raises InUse while people have roles there, or it has open work.
    """
    require(by, Permission.USERS_MANAGE)
    if by.centre and organisation.pk == by.centre.pk:
        raise NotAllowed(Permission.USERS_MANAGE)
    stored = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if reasons := _reasons_to_keep(stored):
        raise InUse(reasons)
    if Organisation.objects.in_use().filter(pk=stored.pk).update(is_active=False):
        audit.record(ORGANISATION_CLOSED, by=by, about=stored, organisation=stored.pk)


@transaction.atomic
def reopen_organisation(*, by: User, organisation: Organisation) -> None:
    """Activate the organisation again. A repeat has no effect."""
    require(by, Permission.USERS_MANAGE)
    if Organisation.objects.filter(pk=organisation.pk, is_active=False).update(is_active=True):
        audit.record(ORGANISATION_REOPENED, by=by, about=organisation, organisation=organisation.pk)


def _reasons_to_keep(organisation: Organisation) -> list[str]:
    """Why the organisation cannot be deactivated, from the functions in the setting ORGANISATION_IN_USE."""
    found = [import_string(path)(organisation) for path in settings.ORGANISATION_IN_USE]
    return [str(reason) for reason in found if reason]


def _check_name(name: str, kind: OrganisationKind | str, organisation: Organisation | None = None) -> None:
    same = Organisation.objects.filter(name__iexact=name, kind=kind)
    if (same.exclude(pk=organisation.pk) if organisation else same).exists():
        raise NameTaken


def _store_organisation(organisation: Organisation) -> None:
    if not is_country(organisation.country):
        raise UnknownCountry(organisation.country)
    if not is_zone(organisation.time_zone):
        raise UnknownTimeZone(organisation.time_zone)
    try:
        with transaction.atomic():
            organisation.save()
    except DataError:
        raise UnknownTimeZone(organisation.time_zone) from None
