"""Detects that consent ended while an offer is open, or after it was accepted."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Permission
from foundation.accounts.services import Service

from .consent import SENTENCES, Objection, consent_of, objection
from .events import REFERRAL_CONSENT_ENDED
from .models import Disclosure, Referral
from .states import TAKEN, WAITING
from .transitions import coordinators, tell_centre
from .vocabulary import LegalBasis


def objection_now(referral: Referral) -> Objection | None:
    """Why the agreed fields may no longer be disclosed, if their basis is consent; else None."""
    disclosure = Disclosure.objects.filter(referral=referral, legal_basis=LegalBasis.CONSENT).first()
    return objection(consent_of(referral.case_id), disclosure.field_names) if disclosure else None


def consent_problem(referral: Referral) -> str:
    """The same in words, for the centre, while the offer is open or the partner has the case; "" if there is none."""
    found = objection_now(referral) if referral.state in WAITING | TAKEN else None
    return str(SENTENCES[found]) if found else ""


@transaction.atomic
def tell_of_ended_consent(*, by: User, now: datetime) -> None:
    """Notify the contact person and the coordinators, once per referral."""
    if by.service != Service.DEADLINES:
        raise NotAllowed(Permission.REFERRAL_OFFER)
    live = Disclosure.objects.filter(
        referral__state__in=WAITING | TAKEN, legal_basis=LegalBasis.CONSENT, consent_ended_at=None
    ).exclude(field_names=[])
    for disclosure in live.select_related("referral").order_by("pk"):
        referral = disclosure.referral
        found = objection(consent_of(referral.case_id), disclosure.field_names)
        if not found:
            continue
        unseen = Disclosure.objects.filter(pk=disclosure.pk, consent_ended_at=None)
        if unseen.update(consent_ended_at=now):
            people = {person.pk: person for person in [referral.contact_person, *coordinators(referral)]}
            tell_centre(REFERRAL_CONSENT_ENDED, by, referral, {"why": str(found)}, notify=people.values())
