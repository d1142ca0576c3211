"""Writes to users, roles and organisations.

Who granted and who ended a role is stored in the membership. The database lets the application only end memberships,
not delete or change them. All writes are also in the journal (see ``audit``). Roles that need a second person are
proposed first (``role_proposals``). Setting up acts as the service ``setup``.
"""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from foundation.privacy.event_kinds import EventKind

from . import audit, notices, one_time_links
from .countries import is_country, is_zone
from .demonstration import is_demonstration
from .events import (
    ORGANISATION_CHANGED,
    ORGANISATION_CLOSED,
    ORGANISATION_MADE,
    ORGANISATION_REOPENED,
    ROLE_ENDED,
    ROLE_GRANTED,
    ROLE_WITHDRAWN,
    USER_CHANGED,
    USER_DEACTIVATED,
    USER_MADE,
    USER_PASSWORD_CHOSEN,
    USER_REACTIVATED,
)
from .models import Membership, OneTimeLink, Organisation, OrganisationKind, RoleProposal, Session, User
from .permissions import NotAllowed, require
from .refusals import (
    AddressIsTheirs,
    AddressTaken,
    ChangedMeanwhile,
    InUse,
    LastAdministrator,
    LinkIsDead,
    NameTaken,
    NeedsSecondPerson,
    RoleDoesNotFit,
    UnknownCountry,
    UnknownTimeZone,
)
from .roles import NEEDS_SECOND_PERSON, Permission, Role
from .services import Service
from .states import LinkState, ProposalState
from .stored_passwords import stamp_without_password
from .vocabulary import ROLES_AT, LinkPurpose, NoticeKind


@transaction.atomic
def create_user(
    *, by: User, email: str, name: str, password: str | None, language: str, centre: Organisation | None = None
) -> User:
    """For setting up only: everybody else is invited. ``centre``: whose data protection officer sees the event.

    Without a password nobody can sign in as the user. Raises NotAllowed, AddressTaken.
    """
    if by.service != Service.SETUP:
        raise NotAllowed(Permission.USERS_MANAGE)
    user = User(email=email, name=name, language=language, made_by=by)
    if password is not None:
        user.set_password(password)
    store_user(user, email)
    audit.record(USER_MADE, by=by, about=user, centre=centre.pk if centre else None, user=user.pk)
    return user


@transaction.atomic
def invite_user(*, by: User, email: str, name: str, language: str) -> User:
    """Make an account and have a link mailed with which the person chooses a password. It has no role yet.

    Raises NotAllowed, AddressTaken.
    """
    require(by, Permission.USERS_MANAGE)
    user = User(email=email, name=name, language=language, made_by=by)
    store_user(user, email)
    audit.record(USER_MADE, by=by, about=user, user=user.pk)
    one_time_links.order(by, user, LinkPurpose.INVITATION)
    return user


@transaction.atomic
def save_user(*, by: User, user: User, version: int, email: str, name: str, language: str) -> None:
    """Change a user's data; ``version``: the one that was read. Also for the actor's own account.

    A link that is under way is replaced if the address changes. Raises NotAllowed, AddressTaken, ChangedMeanwhile;
    AddressIsTheirs if the address would change of somebody whose role reads content. A repeat has no effect.
    """
    require(by, Permission.USERS_MANAGE)
    stored = User.objects.select_for_update(no_key=True).get(pk=user.pk, service="")
    former = stored.email
    values = {"email": email, "name": name, "language": language}
    changed = sorted(field for field, value in values.items() if getattr(stored, field) != value)
    if not changed:
        return
    if stored.version != version:
        raise ChangedMeanwhile
    if "email" in changed and has_role_for_two(stored):
        raise AddressIsTheirs
    for field, value in values.items():
        setattr(stored, field, value)
    stored.version += 1
    store_user(stored, email)
    audit.record(USER_CHANGED, by=by, about=stored, wake=notices.SEND, user=stored.pk, fields=changed)
    if "email" in changed:
        _address_changed(by, stored, former)


def _address_changed(by: User, user: User, former: str) -> None:
    """Replace a link for a password that is under way, end the person's own change, and tell the former address."""
    for asked in OneTimeLink.objects.usable().for_address().filter(user=user):
        one_time_links.end(asked, LinkState.WITHDRAWN)
    if not user.is_invited:
        notices.order([user], NoticeKind.ADDRESS_CHANGED, email=former)
    if link := one_time_links.open_link(user):
        one_time_links.end(link, LinkState.REPLACED)
        one_time_links.order(by, user, LinkPurpose(link.purpose))


def store_user(user: User, email: str) -> None:
    """The writing part of the actions that store an address. Raises AddressTaken, also if it is taken concurrently."""
    others = User.objects.filter(email__iexact=email).exclude(pk=user.pk)
    if others.exists() or EmailAddress.objects.filter(email__iexact=email).exclude(user_id=user.pk).exists():
        raise AddressTaken
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise AddressTaken from None
    EmailAddress.objects.filter(user=user).exclude(email__iexact=email).delete()  # earlier addresses no longer sign in


def has_role_for_two(user: User) -> bool:
    """Whether the person has a role that needs a second person."""
    return Membership.objects.active().with_roles(NEEDS_SECOND_PERSON).filter(user=user).exists()


@transaction.atomic
def grant_role(*, by: User, user: User, organisation: Organisation, role: Role) -> Membership:
    """Give a role that needs no second person; setting up gives any (the database says where).

    Granting the same role twice gives the one membership. Raises NotAllowed; NeedsSecondPerson; RoleDoesNotFit (also
    for an organisation or a person out of use).
    """
    if by.service != Service.SETUP:
        require_over(by, user)
        if role in NEEDS_SECOND_PERSON:
            raise NeedsSecondPerson(role)
    place = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    check_fits(role, place, person)
    centre = place if by.centre is None and place.kind == OrganisationKind.CENTRE else None
    return give(by, person, place, role, centre=centre)


def check_fits(role: Role, place: Organisation, person: User) -> None:
    """Raises RoleDoesNotFit."""
    if role not in ROLES_AT[place.kind] or not place.is_active or not person.is_active or person.service:
        raise RoleDoesNotFit


def give(
    by: User,
    user: User,
    organisation: Organisation,
    role: Role,
    *,
    proposal: RoleProposal | None = None,
    kind: EventKind = ROLE_GRANTED,
    centre: Organisation | None = None,
    **data: Any,
) -> Membership:
    """The writing part of the actions that give a role."""
    membership, made = Membership.objects.get_or_create(
        user=user,
        organisation=organisation,
        role=role.value,
        ended_at=None,
        defaults={"granted_by": by, "proposal": proposal},
    )
    if made:
        given = {"user": user.pk, "organisation": organisation.pk, "role": role.value, **data}
        audit.record(kind, by=by, about=user, centre=centre.pk if centre else None, **given)
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
    """Close the account and end its sessions, open links and proposed roles. The person's records are kept.

    Also withdraws an invitation. A repeat has no effect. Raises NotAllowed, LastAdministrator.
    """
    require_over(by, user)
    _keep_an_administrator(user)
    if User.objects.filter(pk=user.pk, service="", is_active=True).update(is_active=False):
        audit.record(USER_DEACTIVATED, by=by, about=user, user=user.pk)
    for membership in Membership.objects.active().filter(user=user):
        _end(by, membership)
    for link in OneTimeLink.objects.usable().filter(user=user):
        one_time_links.end(link, LinkState.WITHDRAWN)
    for proposal in RoleProposal.objects.to_confirm().filter(user=user):
        withdraw(by, proposal)
    end_sessions(user)


@transaction.atomic
def reactivate_user(*, by: User, user: User) -> None:
    """Reopen the account, without roles; they have to be granted again. A repeat has no effect."""
    require_over(by, user)
    if User.objects.filter(pk=user.pk, service="", is_active=False).update(is_active=True):
        audit.record(USER_REACTIVATED, by=by, about=user, user=user.pk)


@transaction.atomic
def reset_password(*, by: User, user: User) -> None:
    """Remove the password, end sessions and have a link for a new password mailed; before the first, an invitation.

    Earlier links become invalid. A repeat before the e-mail is sent has no effect. Raises NotAllowed, also for a
    closed account.
    """
    require_over(by, user)
    stored = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if stored.service or not stored.is_active:
        raise NotAllowed(Permission.USERS_MANAGE)
    if stored.is_invited:
        one_time_links.order(by, stored, LinkPurpose.INVITATION)
        return
    if stored.has_usable_password():
        User.objects.filter(pk=user.pk).update(stamp=stamp_without_password())
    one_time_links.order(by, stored, LinkPurpose.PASSWORD)
    end_sessions(user)


@transaction.atomic
def choose_password(*, by: User, link: OneTimeLink, password: str) -> None:
    """The person sets their first or new password with a one-time link; open sessions end. The address is theirs.

    Raises LinkIsDead, also for a repeat: the password is then the one chosen first.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    links = OneTimeLink.objects.for_password().filter(pk=link.pk, user=user)
    usable = links.select_for_update(no_key=True).first()
    if usable is None or not usable.is_usable(timezone.now()) or not user.is_active or user.service:
        raise LinkIsDead
    one_time_links.end(usable, LinkState.USED)
    user.set_password(password)
    user.save(update_fields=["stamp"])
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).update(primary=False)
    EmailAddress.objects.update_or_create(
        user=user, email=user.email.lower(), defaults={"verified": True, "primary": True}
    )
    audit.record(USER_PASSWORD_CHOSEN, by=user, about=user, centre=link.centre_id, user=user.pk)
    end_sessions(user)


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
        data: dict[str, Any] = {
            "user": membership.user_id,
            "organisation": membership.organisation_id,
            "role": membership.role,
        }
        audit.record(ROLE_ENDED, by=by, about=membership.user, **data)
    end_sessions(membership.user)


def withdraw(by: User, proposal: RoleProposal) -> bool:
    """The writing part of the actions that withdraw a proposed role; False if it was decided already."""
    values = {"state": ProposalState.WITHDRAWN, "decided_by": by, "decided_at": timezone.now()}
    if not RoleProposal.objects.to_confirm().filter(pk=proposal.pk).update(**values):
        return False
    data: dict[str, Any] = {"user": proposal.user_id, "organisation": proposal.organisation_id, "role": proposal.role}
    audit.record(ROLE_WITHDRAWN, by=by, about=proposal.user, centre=proposal.centre_id, **data)
    return True


def _keep_an_administrator(leaves: User) -> None:
    """Raises LastAdministrator. Locks, so that two administrators cannot end each other's role concurrently."""
    admins = Membership.objects.active().filter(role=Role.ADMINISTRATOR.value).order_by("pk")
    locked = list(admins.select_for_update(no_key=True))
    still = Membership.objects.active().filter(pk__in=[one.pk for one in locked], user__is_active=True)
    if locked and not still.exclude(user=leaves).exists() and still.filter(user=leaves).exists():
        raise LastAdministrator


def require_over(by: User, user: User) -> None:
    """Raises NotAllowed, also for oneself."""
    require(by, Permission.USERS_MANAGE)
    if by.pk == user.pk:
        raise NotAllowed(Permission.USERS_MANAGE)


@transaction.atomic
def create_organisation(
    *,
    by: User,
    name: str,
    kind: OrganisationKind | str,
    country: str = "DE",
    time_zone: str = "Europe/Berlin",
    is_demo: bool = False,
) -> Organisation:
    """Also for setting up.

    Raises NotAllowed, UnknownCountry, UnknownTimeZone; NameTaken for a second organisation of the kind with this name.
    """
    if by.service != Service.SETUP:
        require(by, Permission.USERS_MANAGE)
        _check_name(name, kind)
        is_demo = is_demonstration()  # otherwise the whole installation would stop being one
    organisation = Organisation(name=name, kind=kind, country=country, time_zone=time_zone, is_demo=is_demo)
    _store_organisation(organisation)
    centre = organisation.pk if by.service and kind == OrganisationKind.CENTRE else None
    data: dict[str, Any] = {"organisation": organisation.pk, "kind": str(kind)}
    audit.record(ORGANISATION_MADE, by=by, about=organisation, centre=centre, **data)
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
    codes: dict[str, Any] = {field: [before[field], values[field]] for field in changed if field in before}
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
