"""Actions of the partner on referrals."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from casework.cases.actions import transfer
from casework.teams.actions import leave_with_case
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed, require
from foundation.accounts.roles import Permission
from foundation.journal.actions import record
from foundation.journal.stale import Stale, stale
from hotline.contacts.idempotency import insert_once

from .consent_watch import objection_now
from .events import (
    CASE_CONFLICT_NOTED,
    REFERRAL_ACCEPTED,
    REFERRAL_ASKED_AGAIN,
    REFERRAL_COMPLETED,
    REFERRAL_DECLINED,
    REFERRAL_FEEDBACK,
    REFERRAL_QUESTION_ASKED,
    REFERRAL_RETURNED,
)
from .models import CaseConflict, Disclosure, Message, Referral
from .permissions import is_partner_side
from .states import TAKEN, ReferralState, Who
from .transitions import check_move, deadlines_from, lock, move, tell_both
from .vocabulary import DeclineReason, Feedback, MessageKind, Outcome


class ConsentEnded(Exception):
    """Consent, the legal basis, no longer covers the agreed fields; the centre has to decide again."""


class TooLate(Stale):
    """The offer has expired. The partner may ask to be offered the case again."""


@transaction.atomic
def accept_referral(*, by: User, referral_id: uuid.UUID) -> Referral:
    """The partner becomes responsible and may read the agreed fields. A repeat by the same person has no effect.

    Raises TooLate after expiry, Stale when it was withdrawn or answered otherwise, ConsentEnded.
    """
    referral = _lock(by, referral_id)
    if referral.state in TAKEN and referral.answered_by_id == by.pk:
        return referral
    _check_in_time(referral)
    now = timezone.now()
    move(referral, ReferralState.ACCEPTED, Who.PARTNER, answered_at=now, answered_by=by)
    if objection_now(referral):  # after the move, because only then the partner may read the fields; raising rolls back
        raise ConsentEnded
    transfer(by=by, case_id=referral.case_id, organisation=referral.organisation, to=by)
    Disclosure.objects.filter(referral=referral).update(effective_at=now)
    tell_both(
        REFERRAL_ACCEPTED,
        by,
        referral,
        {"in_time": _in_time(referral)},
        notify=[referral.contact_person],
    )
    return referral


@transaction.atomic
def decline_referral(*, by: User, referral_id: uuid.UUID, reason: DeclineReason, text: str = "") -> Referral:
    """Decline with a reason. A conflict of interest excludes the partner from this case until the centre ends it.

    A repeat by the same person has no effect. Raises TooLate, Stale.
    """
    referral = _lock(by, referral_id)
    if referral.state == ReferralState.DECLINED and referral.answered_by_id == by.pk:
        return referral
    _check_in_time(referral)
    check_move(referral, ReferralState.DECLINED, Who.PARTNER)
    if text:
        _write(by, uuid.uuid4(), referral, MessageKind.DECLINE, text)
    if reason == DeclineReason.CONFLICT:
        _declare_conflict(by, referral)
    now = timezone.now()
    move(
        referral,
        ReferralState.DECLINED,
        Who.PARTNER,
        answered_at=now,
        answered_by=by,
        decline_reason=reason,
    )
    data = {"reason": reason, "in_time": _in_time(referral)}
    tell_both(REFERRAL_DECLINED, by, referral, data, notify=[referral.contact_person])
    return referral


@transaction.atomic
def ask_question(*, by: User, message_id: uuid.UUID, referral_id: uuid.UUID, text: str) -> Referral:
    """Ask the centre a question. The offer does not expire until it is answered. A repeated post has no effect."""
    referral = _lock(by, referral_id)
    if Message.objects.filter(pk=message_id).exists():
        return referral
    _check_in_time(referral)
    check_move(referral, ReferralState.QUESTION, Who.PARTNER)
    now = timezone.now()
    move(referral, ReferralState.QUESTION, Who.PARTNER, **deadlines_from(referral, now))
    _write(by, message_id, referral, MessageKind.QUESTION, text)
    tell_both(REFERRAL_QUESTION_ASKED, by, referral, notify=[referral.contact_person])
    return referral


@transaction.atomic
def give_feedback(
    *,
    by: User,
    message_id: uuid.UUID,
    referral_id: uuid.UUID,
    feedback: Feedback,
    text: str = "",
) -> Referral:
    """Send feedback. First contact and counselling set the state to in progress. Raises Stale."""
    referral = _lock(by, referral_id)
    if Message.objects.filter(pk=message_id).exists():
        return referral
    if referral.state not in TAKEN:
        raise stale(referral.pk)
    _write(by, message_id, referral, MessageKind.FEEDBACK, text, feedback)
    if feedback in (Feedback.FIRST_CONTACT, Feedback.IN_COUNSELLING):
        _in_progress(referral)
    tell_both(
        REFERRAL_FEEDBACK,
        by,
        referral,
        {"feedback": feedback},
        notify=[referral.contact_person],
    )
    return referral


@transaction.atomic
def complete_referral(*, by: User, referral_id: uuid.UUID, outcome: Outcome, text: str = "") -> Referral:
    """Complete the referral: the centre is responsible again, and the partner no longer sees the content."""
    referral = _lock(by, referral_id)
    if referral.state == ReferralState.COMPLETED and referral.outcome == outcome:
        return referral
    _write_last(by, referral, MessageKind.FEEDBACK, text, Feedback.ENDED)
    move(referral, ReferralState.COMPLETED, Who.PARTNER, outcome=outcome)
    _give_back(by, referral)
    tell_both(
        REFERRAL_COMPLETED,
        by,
        referral,
        {"outcome": outcome},
        notify=[referral.contact_person],
    )
    return referral


@transaction.atomic
def return_referral(*, by: User, referral_id: uuid.UUID, text: str) -> Referral:
    """Return the case with a reason; the centre's contact person is responsible again. A repeat has no effect.

    The partner leaves the team of the case, if its named person returns it.
    """
    referral = _lock(by, referral_id)
    if referral.state == ReferralState.RETURNED:
        return referral
    _write_last(by, referral, MessageKind.RETURN, text)
    leave_with_case(by=by, case_id=referral.case_id, organisation=referral.organisation)
    move(referral, ReferralState.RETURNED, Who.PARTNER)
    _give_back(by, referral)
    tell_both(REFERRAL_RETURNED, by, referral, notify=[referral.contact_person])
    return referral


@transaction.atomic
def ask_again(*, by: User, referral_id: uuid.UUID) -> Referral:
    """Ask for another offer after expiry; the centre decides. A repeat has no effect."""
    referral = _lock(by, referral_id)
    if referral.state != ReferralState.EXPIRED:
        raise stale(referral.pk)
    asked = Referral.objects.filter(pk=referral.pk, asked_again_at=None).update(asked_again_at=timezone.now())
    if asked:
        tell_both(REFERRAL_ASKED_AGAIN, by, referral, notify=[referral.contact_person])
    referral.refresh_from_db()
    return referral


def _lock(by: User, referral_id: uuid.UUID) -> Referral:
    referral = lock(referral_id)
    if not is_partner_side(by, referral):
        raise NotAllowed(Permission.REFERRAL_ANSWER)
    require(by, Permission.REFERRAL_ANSWER, referral.organisation_id)
    return referral


def _check_in_time(referral: Referral) -> None:
    if referral.state == ReferralState.EXPIRED:
        raise TooLate(referral.pk, stale(referral.pk).events)


def _declare_conflict(by: User, referral: Referral) -> None:
    """Called while the offer is still waiting: afterwards the policies refuse the partner's insert."""
    conflict = CaseConflict(
        case_id=referral.case_id, organisation_id=referral.organisation_id, declared_in=referral, noted_by=by
    )
    conflict.data_key_id = referral.data_key_id
    if insert_once(conflict):  # the centre may have noted it before
        data = {"conflict": str(conflict.pk), "organisation": referral.organisation_id, "declared_in": referral.number}
        kind = CASE_CONFLICT_NOTED
        record(kind, by=by, subject=referral.case_id, centre=referral.centre_id, case=referral.case_id, data=data)


def _in_time(referral: Referral) -> bool:
    return bool(referral.answered_at and referral.due_at and referral.answered_at <= referral.due_at)


def _in_progress(referral: Referral) -> None:
    if referral.state == ReferralState.ACCEPTED:
        move(
            referral,
            ReferralState.IN_PROGRESS,
            Who.PARTNER,
            first_contact_at=timezone.now(),
        )


def _write_last(by: User, referral: Referral, kind: MessageKind, text: str, feedback: str = "") -> None:
    """Called while the referral is still live: afterwards the policies let the partner write nothing."""
    if referral.state not in TAKEN:
        raise stale(referral.pk)
    if text or feedback:
        _write(by, uuid.uuid4(), referral, kind, text, feedback)


def _give_back(by: User, referral: Referral) -> None:
    """Called after the move: the policies let the partner move responsibility only in the transaction that ends it."""
    transfer(by=by, case_id=referral.case_id, organisation=referral.centre, to=referral.contact_person)


def _write(
    by: User,
    message_id: uuid.UUID,
    referral: Referral,
    kind: MessageKind,
    text: str,
    feedback: str = "",
) -> None:
    message = Message(pk=message_id, referral=referral, kind=kind, feedback=feedback, written_by=by)
    message.data_key_id = referral.data_key_id
    message.text = text
    message.save(force_insert=True)
