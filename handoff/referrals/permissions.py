"""Who may see and move a referral; policies.py says the same in SQL."""

from __future__ import annotations

import uuid

from casework.cases.models import Case
from casework.cases.permissions import may_write as may_write_case
from foundation.accounts.models import User
from foundation.accounts.permissions import Refused, can, organisations_as
from foundation.accounts.roles import Permission, Role
from foundation.journal.actions import look

from .models import Referral
from .states import ReferralState


def is_partner_side(user: User, referral: Referral) -> bool:
    """Members of the organisation to which it was offered; drafts are not offered."""
    mine = organisations_as(user, Role.PARTNER_WORKER, Role.PARTNER_COORDINATOR)
    return referral.organisation_id in mine and referral.state != ReferralState.DRAFT


def is_centre_side(user: User, referral: Referral) -> bool:
    """Members of the centre who may change the case. The case is queried only for members of the centre."""
    if referral.centre_id in organisations_as(user, Role.COORDINATOR):
        return True
    if not can(user, Permission.REFERRAL_OFFER, referral.centre_id):
        return False
    case = Case.objects.filter(pk=referral.case_id).first()
    return case is not None and may_write_case(user, case)


def referral_for_partner(user: User, referral_id: uuid.UUID) -> Referral:
    """Return the referral and record the access. Raises Refused."""
    referral = _visible(referral_id)
    if referral is None or not is_partner_side(user, referral):
        raise Refused("referral.read", referral_id)
    look("referral.read", by=user, subject=referral.pk, centre=referral.centre_id)
    return referral


def referral_for_centre(user: User, referral_id: uuid.UUID) -> Referral:
    """Return the referral and record the access. Raises Refused."""
    referral = _visible(referral_id)
    if referral is None or not is_centre_side(user, referral):
        raise Refused("referral.read", referral_id)
    look("referral.read", by=user, subject=referral.pk, centre=referral.centre_id)
    return referral


def _visible(referral_id: uuid.UUID) -> Referral | None:
    return Referral.objects.select_related("organisation", "contact_person").filter(pk=referral_id).first()
