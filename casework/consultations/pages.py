"""Data of the pages of consultations for one user."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from casework.teams.models import Team
from casework.teams.permissions import members_of, works_in_team
from foundation.accounts.models import User
from foundation.privacy.unshown import read_or

from .forms import AnswerForm, DeclineForm, StepForm
from .models import Consultation
from .permissions import is_consultant, is_of_asking_side, may_withdraw, reads_case


@dataclass(frozen=True)
class ConsultationPage:
    """One consultation as ``user`` sees it."""

    consultation: Consultation
    user: User

    @cached_property
    def is_consultant(self) -> bool:
        return is_consultant(self.user, self.consultation)

    @property
    def question(self) -> str:
        return read_or(self.consultation, lambda: str(self.consultation.question), "")

    @property
    def answer(self) -> str:
        return read_or(self.consultation, lambda: str(self.consultation.answer), "")

    @property
    def decline_reason(self) -> str:
        return read_or(self.consultation, lambda: str(self.consultation.decline_reason), "")

    def place(self) -> dict[str, Any]:
        """The case that it is about; nothing of it for the consultant."""
        if not is_of_asking_side(self.user, self.consultation):
            return {}
        case_id = self.consultation.team_id
        return {
            "reference": Team.objects.get(pk=case_id).reference,
            "case_id": case_id,
            "reads_case": reads_case(self.user, case_id),
            "works_in_team": works_in_team(self.user, case_id),
        }

    def forms(self) -> dict[str, Any]:
        """Those of the steps that the user may take."""
        if not self.consultation.is_open:
            return {}
        seen = {"version": self.consultation.version}
        found: dict[str, Any] = {}
        if self.is_consultant:
            found |= {"answer_form": AnswerForm(initial=seen), "decline_form": DeclineForm(initial=seen)}
        if may_withdraw(self.user, self.consultation):
            found["withdraw_form"] = StepForm(initial=seen)
        return found


def shared_with_centre(case_id: uuid.UUID) -> list[Consultation]:
    """What the centre reads of a case. Who is asked about it elsewhere does not learn here that it was about this."""
    return _waiting_first(Consultation.objects.with_names().filter(team=case_id, is_shared=True))


def asked_by_bodies_of(user: User, case_id: uuid.UUID) -> list[Consultation]:
    """What was asked for the bodies for which the user works on the case."""
    bodies: Collection[int] = [member.organisation_id for member in members_of(user, case_id)]
    return _waiting_first(Consultation.objects.with_names().filter(team=case_id, asking_body__in=bodies))


def _waiting_first(rows: Iterable[Consultation]) -> list[Consultation]:
    """Open ones as they are due, then the others, newest first."""
    found = sorted(rows, key=lambda one: (one.asked_at, one.pk), reverse=True)
    waiting = sorted((one for one in found if one.is_open), key=lambda one: (one.due_at, one.pk))
    return waiting + [one for one in found if not one.is_open]
