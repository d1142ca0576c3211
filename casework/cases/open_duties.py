"""Protected duties because of which a case cannot be closed (docs/domain.md, step 3)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable

from django.db.models import Q

from triage.models import Assessment
from triage.states import OPEN as OPEN_TRIAGE
from triage.vocabulary import Duty

from .models import Action, Case, CaseContact


class OpenDuties(Exception):
    """Protected duties of the case are open: each is done, or dropped by two people."""

    def __init__(self, duties: Collection[Duty]) -> None:
        super().__init__("duties are open")
        self.duties = list(duties)


def open_duties(case: Case) -> list[Duty]:
    """Protected duties of the case that are open, and those that an unfinished triage of it asks for."""
    contacts = CaseContact.objects.filter(case=case).values_list("contact", flat=True)
    return _open_duties(Q(case=case), contacts)


def duties_of_contacts(contacts: Collection[uuid.UUID]) -> list[Duty]:
    """The same of these contacts, most important first."""
    return _open_duties(Q(contact__in=contacts), contacts)


def _open_duties(which: Q, contacts: Iterable[uuid.UUID]) -> list[Duty]:
    held = set(Action.objects.open().protected().filter(which).values_list("duty", flat=True))
    for assessment in Assessment.objects.filter(contact__in=contacts, state__in=OPEN_TRIAGE):
        held |= assessment.securing_duties
    return [duty for duty in Duty if duty in held]
