"""What the centre does with a referral. Other sides: ``partner_actions`` and ``deadline_actions``."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from casework.cases.actions import mark_closed, mark_monitored
from casework.cases.models import Case
from casework.cases.open_duties import open_duties
from casework.cases.permissions import may_write as may_write_case
from casework.cases.states import CaseState
from casework.cases.vocabulary import CloseReason
from casework.closures.actions import mark_carried_out, withdraw_with_case
from casework.closures.locking import lock_agreed
from casework.closures.models import Closure
from casework.closures.needs import agreement_of_bodies
from casework.closures.states import ClosureState
from casework.teams.actions import end_open_work, end_with_case, withdraw_invitations
from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.push_groups import organisation_group
from foundation.accounts.roles import Permission
from foundation.journal.actions import record
from foundation.journal.stale import stale
from foundation.privacy.event_kinds import EventKind
from hotline.contacts.idempotency import insert_once
from hotline.contacts.models import Contact
from regions.routing import Reason
from triage.vocabulary import Disposition, Duty

from .consent import Objection, consent_of, objection
from .disclosure import disclosed_value
from .events import (
    CASE_CONFLICT_NOTED,
    CASE_CONFLICT_TAKEN_BACK,
    REFERRAL_DRAFTED,
    REFERRAL_KEPT,
    REFERRAL_OFFERED,
    REFERRAL_QUESTION_ANSWERED,
    REFERRAL_WITHDRAWN,
)
from .models import CaseConflict, Disclosure, Message, Referral, Summary
from .next_steps import next_steps
from .permissions import is_centre_side
from .ranking import conflicts_with, contact_facts, rank_for_case, reasons_as_data
from .states import LIVE, TAKEN, WAITING, WAITS_FOR_CENTRE, ReferralState, Who
from .transitions import (
    deadlines_from,
    lock,
    move,
    partner_people,
    tell_both,
    tell_centre,
)
from .vocabulary import Disclosable, LegalBasis, MessageKind


class VerifyFirst(Exception):
    """The source of the case is unreliable and has to be verified before a referral."""


class NoLegalBasis(Exception):
    """Fields are to be disclosed without a legal basis."""


class NoConsent(Exception):
    """Fields are to be disclosed on the basis of consent that was refused, withdrawn or never given."""

    def __init__(self, found: Objection) -> None:
        super().__init__(found)
        self.found = found


class AlreadyOffered(Exception):
    """Another partner has the case or is considering it. Only one partner is asked at a time."""


class ConflictOfInterest(Exception):
    """The partner must not get this case. ``reasons``: as in the ranking."""

    def __init__(self, reasons: list[Reason]) -> None:
        super().__init__("a conflict of interest")
        self.reasons = reasons


class NotedAlready(Exception):
    """The partner's conflict of interest in the case was noted before, as ``conflict``."""

    def __init__(self, conflict: CaseConflict) -> None:
        super().__init__(conflict.pk)
        self.conflict = conflict


class OutOfUse(Exception):
    """The organisation was deactivated."""


@transaction.atomic
def draft_referral(
    *,
    by: User,
    referral_id: uuid.UUID,
    case_id: uuid.UUID,
    organisation: Organisation,
    service: str,
) -> Referral:
    """Prepare a referral to a partner; nothing is disclosed yet. Returns the live referral to the same partner if there
    is one, so a repeated post has no effect. Raises VerifyFirst, ConflictOfInterest, OutOfUse.
    """
    case = _lock_open_case(by, case_id)
    _check_source(case)
    mine = Q(pk=referral_id) | Q(organisation=organisation, state__in=LIVE)
    known = Referral.objects.filter(mine, case=case).first()
    if known:
        return known
    contact = Contact.objects.get(pk=case.assessment.contact_id)
    _check_partner(case, contact, organisation)
    referral = Referral(
        pk=referral_id,
        case=case,
        centre_id=case.centre_id,
        organisation=organisation,
        created_by=by,
    )
    referral.service = service
    referral.urgency = case.urgency
    referral.data_key_id = case.data_key_id
    referral.contact_person_id = case.contact_person_id
    referral.rank, referral.rank_reasons = reasons_as_data(rank_for_case(case, contact, service), organisation.pk)
    referral.save(force_insert=True)
    Summary(referral=referral, data_key_id=case.data_key_id, facts=contact_facts(contact)).save(force_insert=True)
    tell_centre(REFERRAL_DRAFTED, by, referral, {"organisation": organisation.pk, "rank": referral.rank})
    return referral


@transaction.atomic
def offer_referral(
    *,
    by: User,
    referral_id: uuid.UUID,
    text: str,
    fields: Collection[Disclosable] = (),
    legal_basis: LegalBasis | str = "",
    may_pass_on: bool = False,
    words_looked_at: int = 0,
) -> Referral:
    """Offer the case: the partner sees the summary now and the agreed fields when it accepts.

    ``words_looked_at``: number of words that may be names, and that the actor confirmed are not.

    Raises Stale, VerifyFirst, NoLegalBasis, NoConsent, AlreadyOffered, ConflictOfInterest, OutOfUse. A repeated post
    has no effect.
    """
    referral = lock(referral_id)
    _check_centre(by, referral)
    if referral.state == ReferralState.OFFERED and referral.offered_by_id == by.pk:
        return referral
    _check_state(referral, ReferralState.DRAFT)
    case = _lock_open_case(by, referral.case_id)
    _check_source(case)
    _check_partner(case, Contact.objects.get(pk=case.assessment.contact_id), referral.organisation)
    _check_basis(case, fields, legal_basis)
    if Referral.objects.filter(case=referral.case_id, state__in=WAITING | TAKEN).exists():
        raise AlreadyOffered
    now = timezone.now()
    summary = Summary.objects.get(referral=referral)
    summary.text = text
    summary.save(update_fields=["text"])
    _decide_disclosure(by, referral, list(fields), legal_basis, may_pass_on)
    deadlines = deadlines_from(referral, now)
    move(referral, ReferralState.OFFERED, Who.CENTRE, offered_at=now, offered_by=by, **deadlines)
    data = {"organisation": referral.organisation_id, "fields": sorted(fields), "legal_basis": str(legal_basis)}
    data |= {"words_looked_at": words_looked_at} if words_looked_at else {}
    tell_both(REFERRAL_OFFERED, by, referral, data, notify=partner_people(referral))
    return referral


def _check_basis(case: Case, fields: Collection[Disclosable], legal_basis: LegalBasis | str) -> None:
    """Disclosed fields need a legal basis; consent is one only if it was given for these fields."""
    if fields and legal_basis not in LegalBasis.values:
        raise NoLegalBasis
    if legal_basis == LegalBasis.CONSENT and (found := objection(consent_of(case.pk), fields)):
        raise NoConsent(found)


@transaction.atomic
def answer_question(
    *, by: User, message_id: uuid.UUID, referral_id: uuid.UUID, text: str, words_looked_at: int = 0
) -> Referral:
    """Answer the partner's question; its deadlines restart. A repeated post has no effect.

    ``words_looked_at``: as for ``offer_referral``.
    """
    referral = lock(referral_id)
    _check_centre(by, referral)
    if Message.objects.filter(pk=message_id).exists():
        return referral
    _check_state(referral, *WAITS_FOR_CENTRE)
    now = timezone.now()
    move(referral, ReferralState.OFFERED, Who.CENTRE, **deadlines_from(referral, now))
    message = Message(
        pk=message_id,
        referral=referral,
        kind=MessageKind.ANSWER,
        written_by=by,
        written_at=now,
    )
    message.data_key_id = referral.data_key_id
    message.text = text
    message.save(force_insert=True)
    data = {"words_looked_at": words_looked_at} if words_looked_at else None
    tell_both(REFERRAL_QUESTION_ANSWERED, by, referral, data, notify=partner_people(referral))
    return referral


@transaction.atomic
def withdraw_referral(*, by: User, referral_id: uuid.UUID) -> Referral:
    """Withdraw the offer before it is answered. A repeated post has no effect. Raises Stale."""
    referral = lock(referral_id)
    _check_centre(by, referral)
    if referral.state == ReferralState.WITHDRAWN:
        return referral
    was_draft = referral.state == ReferralState.DRAFT
    move(referral, ReferralState.WITHDRAWN, Who.CENTRE)
    if was_draft:
        tell_centre(REFERRAL_WITHDRAWN, by, referral)
    else:
        tell_both(REFERRAL_WITHDRAWN, by, referral, notify=partner_people(referral))
    return referral


@transaction.atomic
def keep_centrally(*, by: User, referral_id: uuid.UUID) -> Referral:
    """Keep the case at the centre after a partner did not take it.

    A repeat has no effect. Raises Stale if another partner was asked meanwhile, or the case was closed.
    """
    referral = lock(referral_id)
    _check_centre(by, referral)
    _lock_case(by, referral.case_id)  # serialises with a concurrent choice of the next partner
    if referral.kept_at and not (referral.asked_again_at and referral.asked_again_at > referral.kept_at):
        return referral
    if not next_steps(by, referral.centre).filter(pk=referral.pk).exists():
        raise stale(referral.pk)
    referral.kept_at = timezone.now()
    referral.kept_by = by
    referral.save(update_fields=["kept_at", "kept_by"])
    tell_centre(REFERRAL_KEPT, by, referral)
    return referral


@transaction.atomic
def note_conflict(
    *, by: User, conflict_id: uuid.UUID, case_id: uuid.UUID, organisation: Organisation, reason: str, text: str = ""
) -> Referral | None:
    """Note that the partner must not get this case, with a ConflictReason. Its drafts and offers are withdrawn.
    Returns the partner's referral if there is one; an accepted referral is not changed.

    A repeated post has no effect. Raises Stale if the case is closed or the conflict was ended since; NotedAlready.
    """
    live = Referral.objects.filter(case=case_id, organisation=organisation, state__in=LIVE)
    for referral_id in live.values_list("pk", flat=True):
        lock(referral_id)  # before the case, the same order as an offer: no deadlock
    case = _lock_open_case(by, case_id)
    standing = CaseConflict.objects.standing().filter(case=case, organisation=organisation).first()
    if standing and standing.pk == conflict_id:
        return live.first()
    if standing:
        raise NotedAlready(standing)
    conflict = CaseConflict(pk=conflict_id, case=case, organisation=organisation, reason=reason, noted_by=by)
    conflict.data_key_id = case.data_key_id
    conflict.text = text
    if not insert_once(conflict):
        raise stale(case.pk)
    _record_conflict(CASE_CONFLICT_NOTED, by, case, conflict)
    referral = live.first()
    if referral and referral.state not in TAKEN:
        return withdraw_referral(by=by, referral_id=referral.pk)
    return referral


@transaction.atomic
def take_back_conflict(*, by: User, case_id: uuid.UUID, conflict_id: uuid.UUID) -> bool:
    """End a noted conflict: the partner can be asked again. False if it was ended before.

    Raises Stale for a closed case, NotAllowed.
    """
    case = _lock_open_case(by, case_id)
    conflict = CaseConflict.objects.filter(pk=conflict_id, case=case).first()
    if conflict is None:
        raise NotAllowed(Permission.REFERRAL_OFFER)
    ended = CaseConflict.objects.standing().filter(pk=conflict.pk).update(ended_at=timezone.now(), ended_by=by)
    if ended:
        _record_conflict(CASE_CONFLICT_TAKEN_BACK, by, case, conflict)
    return bool(ended)


def _record_conflict(kind: EventKind, by: User, case: Case, conflict: CaseConflict) -> None:
    """Write the event for the centre only: the partner is not notified and may not read the reason."""
    data = {"conflict": str(conflict.pk), "organisation": conflict.organisation_id, "why": conflict.reason}
    group = organisation_group(case.centre_id)
    record(kind, by=by, subject=case.pk, centre=case.centre_id, case=case.pk, data=data, tell=[group])


def _check_centre(by: User, referral: Referral) -> None:
    if not is_centre_side(by, referral):
        raise NotAllowed(Permission.REFERRAL_OFFER)


def _check_state(referral: Referral, *states: ReferralState) -> None:
    """An offer and an answer both lead to "offered", each from states of its own. Raises Stale."""
    if referral.state not in states:
        raise stale(referral.pk)


@transaction.atomic
def close_case(*, by: User, case_id: uuid.UUID, reason: CloseReason | None = None) -> None:
    """Close a case. Drafts and offers are withdrawn first, so that no partner can accept a closed case.

    ``reason``: None for a monitored case. Raises Stale while a partner is responsible, OpenDuties, NotReady. A repeat
    has no effect.
    """
    case = _end_work(by, case_id)
    mark_closed(by=by, case_id=case.pk, reason=reason)
    withdraw_with_case(by=by, case_id=case.pk)
    end_with_case(by=by, case_id=case.pk)


@transaction.atomic
def carry_out_closure(*, by: User, closure_id: uuid.UUID, version: int) -> Closure:
    """Do what the bodies of the case have agreed: it is closed, or monitored, and then the bodies stay in its team.

    Offers and invitations are withdrawn. Raises Stale, OpenDuties, NotReady. A repeat has no effect.
    """
    found = Closure.objects.filter(pk=closure_id).first()
    if found is None:
        raise NotAllowed(Permission.CASE_READ)
    case = _lock_case(by, found.team_id)
    if found.state == ClosureState.CARRIED_OUT and found.ended_by_id == by.pk:
        return found
    _end_work(by, case.pk)
    closure = lock_agreed(by, closure_id, version)
    reason, met = CloseReason(closure.reason), (agreement_of_bodies,)
    if closure.is_monitored:
        mark_monitored(by=by, case_id=case.pk, reason=reason, met=met)
        withdraw_invitations(by=by, case_id=case.pk)
    else:
        mark_closed(by=by, case_id=case.pk, reason=reason, met=met)
        end_with_case(by=by, case_id=case.pk)
    mark_carried_out(by=by, closure=closure)
    return closure


def _end_work(by: User, case_id: uuid.UUID) -> Case:
    """The case, locked, without what waits for an answer of somebody else."""
    case = _lock_case(by, case_id)
    for referral in Referral.objects.filter(case=case, state__in=LIVE - TAKEN):
        withdraw_referral(by=by, referral_id=referral.pk)
    end_open_work(by=by, case_id=case.pk)
    return case


def _lock_open_case(by: User, case_id: uuid.UUID) -> Case:
    """Raises Stale for a case that is not open; it has to be reopened before an offer."""
    case = _lock_case(by, case_id)
    if case.state != CaseState.OPEN:
        raise stale(case.pk)
    return case


def _lock_case(by: User, case_id: uuid.UUID) -> Case:
    """Lock the case, so that two people cannot offer it to two partners at the same time."""
    case = (
        Case.objects.select_for_update(no_key=True, of=("self",))
        .select_related("assessment")
        .filter(pk=case_id)
        .first()
    )
    if case is None or not may_write_case(by, case):
        raise NotAllowed(Permission.REFERRAL_OFFER)
    return case


def needs_verification(case: Case) -> bool:
    """Whether the source of the case has to be verified before a referral."""
    return case.disposition == Disposition.VERIFY_FIRST or Duty.VERIFY_SOURCE in open_duties(case)


def _check_source(case: Case) -> None:
    if needs_verification(case):
        raise VerifyFirst


def _check_partner(case: Case, contact: Contact, organisation: Organisation) -> None:
    """Check again: since the ranking was shown, a conflict may have been noted or the partner deactivated."""
    if not Organisation.objects.in_use().filter(pk=organisation.pk).exists():
        raise OutOfUse
    if reasons := conflicts_with(case, contact, organisation.pk):
        raise ConflictOfInterest(reasons)


def _decide_disclosure(
    by: User,
    referral: Referral,
    names: list[Disclosable],
    basis: str,
    may_pass_on: bool,
) -> None:
    contact = Contact.objects.get(pk=referral.case.assessment.contact_id)
    disclosure = Disclosure(
        referral=referral,
        data_key_id=referral.data_key_id,
        decided_by=by,
        decided_at=timezone.now(),
    )
    disclosure.field_names = names
    disclosure.legal_basis = basis
    disclosure.may_pass_on = may_pass_on
    disclosure.fields = {name: value for name in names if (value := disclosed_value(contact, name))}
    disclosure.save(force_insert=True)
