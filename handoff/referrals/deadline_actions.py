"""What happens when nobody answers: steps of the worklist. The deadlines service carries them out."""

from __future__ import annotations

import uuid
from datetime import datetime

from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Permission
from foundation.accounts.services import Service
from foundation.privacy.unshown import read_or

from .events import (
    REFERRAL_ESCALATED,
    REFERRAL_EXPIRED,
    REFERRAL_NEXT_PREPARED,
    REFERRAL_NO_PARTNER_LEFT,
    REFERRAL_REMINDED,
)
from .models import Referral, Summary
from .ranking import rank_for_referral, reasons_as_data
from .states import LIVE, WAITING, WAITS_FOR_CENTRE, WAITS_FOR_PARTNER, ReferralState, Who
from .transitions import (
    coordinators,
    move,
    partner_people,
    tell_both,
    tell_centre,
)
from .vocabulary import DeadlineStep


def run_step(*, by: User, subject: uuid.UUID, step: str, now: datetime) -> None:
    """Carry out a step of the worklist while nobody answers. The referral is locked."""
    _check_clock(by)
    referral = Referral.objects.get(pk=subject)
    if referral.state not in WAITING:
        return
    if step == DeadlineStep.REMIND:
        remind(by=by, referral=referral)
    elif step == DeadlineStep.ESCALATE:
        escalate(by=by, referral=referral)
    elif referral.state in WAITS_FOR_PARTNER:
        expire(by=by, referral=referral)


def escalate_decision(*, by: User, subject: uuid.UUID, step: str, now: datetime) -> None:
    """Tell the coordinators that nobody has decided what comes after a referral. The referral is locked."""
    _check_clock(by)
    escalate(by=by, referral=Referral.objects.get(pk=subject))


def _check_clock(by: User) -> None:
    """Only the deadlines service may run deadlines; people withdraw an offer instead."""
    if by.service != Service.DEADLINES:
        raise NotAllowed(Permission.REFERRAL_ANSWER)


def remind(*, by: User, referral: Referral) -> None:
    """Remind the side that has to act: the partner, or the contact person if a question is open."""
    people = [referral.contact_person] if referral.state in WAITS_FOR_CENTRE else partner_people(referral)
    tell_both(REFERRAL_REMINDED, by, referral, {"state": referral.state}, notify=people)


def escalate(*, by: User, referral: Referral) -> None:
    tell_centre(
        REFERRAL_ESCALATED,
        by,
        referral,
        {"state": referral.state},
        notify=coordinators(referral),
    )


def expire(*, by: User, referral: Referral) -> None:
    """End the offer and draft one for the next partner, which a person of the centre may send."""
    _check_clock(by)
    move(referral, ReferralState.EXPIRED, Who.DEADLINE)
    tell_both(
        REFERRAL_EXPIRED,
        by,
        referral,
        notify=[referral.contact_person, *coordinators(referral)],
    )
    prepare_next(by=by, referral=referral)


def prepare_next(*, by: User, referral: Referral) -> Referral | None:
    """Create a draft for the best partner that was not asked yet, with the same summary.

    Returns None if no partner is left or the summary cannot be decrypted.
    """
    if Referral.objects.filter(case=referral.case_id, state__in=LIVE).exists():
        return None
    summary = Summary.objects.get(referral=referral)
    content = read_or(summary, lambda: (summary.facts, summary.text), None)
    ranking = rank_for_referral(referral, content[0]) if content else None
    if content is None or ranking is None or not ranking.ranked:
        tell_centre(REFERRAL_NO_PARTNER_LEFT, by, referral)
        return None
    organisation = Organisation.objects.get(pk=ranking.ranked[0].candidate.id)
    following = Referral(
        case_id=referral.case_id, centre_id=referral.centre_id, organisation=organisation, follows=referral
    )
    following.service = referral.service
    following.urgency = referral.urgency
    following.created_by = by
    following.data_key_id = referral.data_key_id
    following.contact_person_id = referral.contact_person_id
    following.rank, following.rank_reasons = reasons_as_data(ranking, organisation.pk)
    following.save(force_insert=True)
    copy = Summary(
        referral=following,
        data_key_id=summary.data_key_id,
        facts=content[0],
        text=content[1],
    )
    copy.save(force_insert=True)
    tell_centre(
        REFERRAL_NEXT_PREPARED,
        by,
        following,
        {"follows": str(referral.pk)},
        notify=[following.contact_person],
    )
    return following
