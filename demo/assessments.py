"""The assessments of the demo case with five bodies: delivered twice, under way at the centre, asked for."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from casework.assessments import actions
from casework.assessments.models import AssessmentContent, CaseAssessment
from casework.assessments.questionnaire import current
from casework.assessments.vocabulary import Profession, Shares
from foundation.accounts.models import Organisation, User

from .team import WRITERS, CaseOfTeam, Step

FIRST: dict[str, Any] = {
    "housing": "settled", "occupation": "about_to_lose", "money": "tight", "structure": "none",
    "family_ties": "broken_off", "friends": "only_scene", "trusted_person": ["family"], "dependants": "siblings",
    "dependants_burden": "burdened", "losses": ["separation", "discrimination"], "wellbeing": "strained",
    "substances": "unknown", "online_life": "predominant", "strengths": ["work", "care_for_others"],
    "own_aims": "In Ruhe gelassen werden.", "accepts_help": "hesitates",
}  # fmt: skip
SECOND: dict[str, Any] = {
    **FIRST, "occupation": "strained", "structure": "loose", "friends": "few",
    "trusted_person": ["family", "professional"], "money": "debts", "substances": "occasional",
    "accepts_help": "agrees",
    "own_aims": "Einen Ausbildungsplatz, am liebsten als Mechatroniker.",
    "what_helps": "Feste Termine; der Werklehrer, der ihn ernst nimmt.",
}  # fmt: skip
#: Days ago when asked for, days until delivery, answers, conclusion.
PSYCHOSOCIAL = [
    (14, 2, FIRST, "Ohne feste Tage und fast nur unter Leuten der Gruppe. Halt gibt die Großmutter. (Demo)"),
    (4, 3, SECOND, "Geht wieder zur Schule und nimmt Hilfe an. Neu sind Schulden beim Mobilfunk. (Demo)"),
]
SO_FAR = {"seen": "in_person", "treatment": "none", "perception": "unremarkable", "mood": "lowered"}


@dataclass(frozen=True)
class AssessmentsOfCase:
    """What is asked for and delivered, by whom and when."""

    team: CaseOfTeam

    def steps(self) -> Iterator[Step]:
        now, leads = self.team.now, self.team.leads
        youth, organisation = self.team.people[WRITERS["youth"]], self.team.organisations["youth"]
        for days, until, answers, conclusion in PSYCHOSOCIAL:
            made, at = self.team.player.new_id(), now - timedelta(days=days)
            words = "Wie steht er im Alltag, und was trägt ihn? (Demo)"
            yield Step(at, leads, partial(self._ask, made, "psychosocial", youth, organisation, words))
            yield Step(at + timedelta(hours=3), youth, partial(_begin, youth, made))
            at += timedelta(days=until)
            yield Step(at, youth, partial(_write, youth, made, answers, conclusion))
            yield Step(at + timedelta(minutes=5), youth, partial(_deliver, youth, made))
        yield from self._of_colleague(self.team.people["plover"])
        police, organisation = self.team.people[WRITERS["body"]], self.team.organisations["body"]
        words = "Wie ernst sind die Reisepläne? (Demo)"
        ask = partial(self._ask, self.team.player.new_id(), "security_risk", police, organisation, words)
        yield Step(now - timedelta(hours=20), leads, ask)

    def steps_of_centre(self) -> Iterator[Step]:
        """One that proposes a review of the plan."""
        now, leads, made = self.team.now, self.team.leads, self.team.player.new_id()
        words = "Was hat sich im Alltag geändert? (Demo)"
        ask = partial(self._ask, made, "psychosocial", leads, self.team.case.centre, words)
        yield Step(now - timedelta(hours=30), leads, ask)
        write = partial(_write, leads, made, FIRST, "Hält Termine ein, sucht eine Wohnung. (Demo)")
        yield Step(now - timedelta(hours=6), leads, write)
        yield Step(now - timedelta(hours=5), leads, partial(_deliver, leads, made))

    def _of_colleague(self, colleague: User) -> Iterator[Step]:
        made, at = self.team.player.new_id(), self.team.now - timedelta(days=3)
        words = "Schläft kaum, wirkt niedergeschlagen. Braucht er Behandlung? (Demo)"
        ask = partial(self._ask, made, "psychiatric", colleague, self.team.case.centre, words)
        yield Step(at, self.team.leads, ask)
        yield Step(at + timedelta(hours=4), colleague, partial(_begin, colleague, made))
        yield Step(at + timedelta(hours=30), colleague, partial(_write, colleague, made, SO_FAR, ""))

    def _ask(self, key: uuid.UUID, template: str, author: User, organisation: Organisation, reason: str) -> None:
        actions.request(
            by=self.team.leads,
            assessment_id=key,
            case_id=self.team.case.pk,
            template=current()[template],
            author=author,
            organisation=organisation,
            reason=reason,
            due_at=self.team.now + timedelta(days=6),
        )


def _begin(by: User, key: uuid.UUID) -> None:
    actions.begin(by=by, assessment_id=key, version=CaseAssessment.objects.get(pk=key).version)


def _write(by: User, key: uuid.UUID, answers: dict[str, Any], conclusion: str) -> None:
    version = _content_version(key)
    actions.write(by=by, assessment_id=key, version=version, answers=answers, notes="", conclusion=conclusion)


def _deliver(by: User, key: uuid.UUID) -> None:
    actions.deliver(
        by=by,
        assessment_id=key,
        version=_content_version(key),
        profession=Profession.SOCIAL_WORK,
        shares=Shares.WHOLE,
    )


def _content_version(key: uuid.UUID) -> int:
    version: int = AssessmentContent.objects.values_list("version", flat=True).get(assessment=key)
    return version
