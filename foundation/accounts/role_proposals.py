"""Actions on proposed roles: a role that reads content, or may confirm roles, takes effect by a second person (ADR 29).

The second person is another administrator, or a coordinator or data protection officer of the centre; never who
proposed it or gets it. While nobody else could confirm, an administrator gives the roles of administrator and data
protection officer alone, with an event of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from . import audit, notices
from .actions import check_fits, give, require_over, withdraw
from .events import ROLE_DECLINED, ROLE_EXPIRED, ROLE_GRANTED_ALONE, ROLE_PROPOSED
from .models import Membership, OneTimeLink, Organisation, OrganisationKind, RoleProposal, User
from .permissions import NotAllowed, can, organisations_as, require
from .refusals import ChangedMeanwhile, DecidedAlready, RoleDoesNotFit
from .roles import ALONE_IF_NOBODY_ELSE, CONFIRM_AT_THEIR_CENTRE, NEEDS_SECOND_PERSON, Permission, Role
from .states import LinkState, ProposalState
from .vocabulary import DeclineReason, NoticeKind

#: How long a proposed role can be confirmed.
LASTS = timedelta(days=14)


def could_confirm(centre: Organisation, *, besides: Iterable[User | int]) -> bool:
    """Whether somebody else could confirm a role. SQL: ``ntk.could_confirm``."""
    return who_could_confirm(centre, besides=besides).exists()


def who_could_confirm(centre: Organisation, *, besides: Iterable[User | int]) -> QuerySet[User]:
    """Everybody else who could confirm a role that is proposed for the centre."""
    anywhere = Q(role=Role.ADMINISTRATOR)
    there = Q(role__in=CONFIRM_AT_THEIR_CENTRE, organisation=centre)
    active = Membership.objects.active().filter(user__is_active=True).exclude(user__in=list(besides))
    return User.objects.filter(pk__in=active.filter(anywhere | there).values("user"))


def to_confirm(user: User) -> QuerySet[RoleProposal]:
    """The proposed roles that this person may confirm."""
    open_ones = RoleProposal.objects.to_confirm().filter(expires_at__gt=Now())
    others = open_ones.exclude(Q(proposed_by=user) | Q(user=user))
    if can(user, Permission.USERS_MANAGE):
        return others
    return others.filter(centre__in=organisations_as(user, *CONFIRM_AT_THEIR_CENTRE))


@transaction.atomic
def propose_role(*, by: User, user: User, organisation: Organisation, role: Role) -> RoleProposal | None:
    """Propose a role that needs a second person; None if the person has it. A repeat gives the open proposal.

    It takes effect at once if nobody else could confirm it and it reads no content. Raises NotAllowed, RoleDoesNotFit.
    """
    require_over(by, user)
    place = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    check_fits(role, place, person)
    if role not in NEEDS_SECOND_PERSON:
        raise RoleDoesNotFit
    if Membership.objects.active().filter(user=person, organisation=place, role=role).exists():
        return None
    now = timezone.now()
    earlier = RoleProposal.objects.to_confirm().filter(user=person, organisation=place, role=role).first()
    if earlier and earlier.expires_at > now:
        return earlier
    if earlier:
        withdraw(by, earlier)
    centre = place if place.kind == OrganisationKind.CENTRE else by.centre
    assert centre
    proposal = RoleProposal.objects.create(
        user=person,
        organisation=place,
        role=role.value,
        centre=centre,
        proposed_by=by,
        proposed_at=now,
        expires_at=now + LASTS,
    )
    confirmers = who_could_confirm(centre, besides=[by, person])
    notices.order(confirmers, NoticeKind.ROLE_WAITS)
    audit.record(ROLE_PROPOSED, by=by, about=person, centre=centre.pk, wake=notices.SEND, **_data(proposal))
    if role in ALONE_IF_NOBODY_ELSE and not confirmers:
        _decide(proposal, by, ProposalState.ALONE)
        give(by, person, place, role, proposal=proposal, kind=ROLE_GRANTED_ALONE, centre=centre)
    return proposal


@transaction.atomic
def confirm_role(*, by: User, proposal: RoleProposal, email: str) -> None:
    """Give the role, as the second person. ``email``: the person's address as it was shown. A repeat has no effect.

    Raises NotAllowed, also for who proposed the role or gets it; DecidedAlready; ChangedMeanwhile if the address has
    changed; RoleDoesNotFit if the person or the organisation is out of use.
    """
    locked = _locked_for(by, proposal)
    if (locked.state, locked.decided_by_id) == (ProposalState.CONFIRMED, by.pk):
        return
    _require_open(locked)
    person = User.objects.get(pk=locked.user_id)
    place = Organisation.objects.get(pk=locked.organisation_id)
    if person.email != email:
        raise ChangedMeanwhile
    role = Role(locked.role)
    check_fits(role, place, person)
    _decide(locked, by, ProposalState.CONFIRMED)
    give(by, person, place, role, proposal=locked, centre=locked.centre, proposed_by=locked.proposed_by_id)


@transaction.atomic
def decline_role(*, by: User, proposal: RoleProposal, reason: DeclineReason | str) -> None:
    """As the second person, for good. A repeat has no effect. Raises NotAllowed, DecidedAlready, ValueError."""
    locked = _locked_for(by, proposal)
    if (locked.state, locked.decided_by_id) == (ProposalState.DECLINED, by.pk):
        return
    _require_open(locked)
    _decide(locked, by, ProposalState.DECLINED, DeclineReason(reason))
    audit.record(
        ROLE_DECLINED, by=by, about=locked.user, centre=locked.centre_id, reason=str(locked.reason), **_data(locked)
    )


@transaction.atomic
def withdraw_role(*, by: User, proposal: RoleProposal) -> None:
    """Any administrator withdraws what is proposed. A repeat has no effect. Raises NotAllowed; DecidedAlready."""
    require(by, Permission.USERS_MANAGE)
    if not withdraw(by, proposal):
        stored = RoleProposal.objects.get(pk=proposal.pk)
        if stored.state != ProposalState.WITHDRAWN:
            raise DecidedAlready


@transaction.atomic
def expire(*, by: User) -> None:
    """End the proposed roles and one-time links whose time is over. ``by``: the service of the sign-in."""
    for proposal in RoleProposal.objects.to_confirm().filter(expires_at__lte=Now()).order_by("pk"):
        if _decide(proposal, by, ProposalState.EXPIRED):
            audit.record(ROLE_EXPIRED, by=by, about=proposal.user, centre=proposal.centre_id, **_data(proposal))
    OneTimeLink.objects.usable().filter(expires_at__lte=Now()).update(state=LinkState.EXPIRED, ended_at=Now())


def _locked_for(by: User, proposal: RoleProposal) -> RoleProposal:
    """The stored proposal, if this person may decide on it. Raises NotAllowed, DoesNotExist."""
    require(by, Permission.ROLE_CONFIRM)
    stored = RoleProposal.objects.select_for_update(no_key=True, of=("self",)).get(pk=proposal.pk)
    may = can(by, Permission.USERS_MANAGE) or stored.centre_id in organisations_as(by, *CONFIRM_AT_THEIR_CENTRE)
    if not may or by.pk in (stored.proposed_by_id, stored.user_id):
        raise NotAllowed(Permission.ROLE_CONFIRM)
    return stored


def _require_open(proposal: RoleProposal) -> None:
    if proposal.state != ProposalState.PROPOSED or proposal.expires_at <= timezone.now():
        raise DecidedAlready


def _decide(proposal: RoleProposal, by: User, state: ProposalState, reason: str = "") -> bool:
    """False if it was decided already."""
    values = {"state": state, "decided_by": by, "decided_at": timezone.now(), "reason": reason}
    proposal.state, proposal.reason = state, reason
    return RoleProposal.objects.to_confirm().filter(pk=proposal.pk).update(**values) > 0


def _data(proposal: RoleProposal) -> dict[str, Any]:
    return {
        "proposal": proposal.pk,
        "user": proposal.user_id,
        "organisation": proposal.organisation_id,
        "role": proposal.role,
    }
