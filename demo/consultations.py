"""The consultations of the demo case with five bodies: one answered late, one that waits for its answer."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from casework.consultations import actions
from casework.consultations.forms import USUAL_TIME
from casework.consultations.models import Consultation
from foundation.accounts.models import Organisation, User

from .team import CaseOfTeam, Step

LATE = (
    "Ein Jugendlicher sagt Reisen zu und wieder ab, je nachdem, wer im Raum ist. Wie spricht man darüber? (Demo)",
    "Allein mit ihm, nicht über die Reise, sondern was er danach vorhat. Keine Versprechen verlangen. (Demo)",
)
WAITING = (
    "Jemand schläft seit Wochen kaum und hört Stimmen, will aber zu keinem Arzt. Was ist der erste Schritt? (Demo)"
)


@dataclass(frozen=True)
class ConsultationsOfCase:
    """What was asked and answered, by whom and when."""

    team: CaseOfTeam

    def steps(self) -> Iterator[Step]:
        now, leads = self.team.now, self.team.leads
        centre, partner = self.team.case.centre, self.team.organisations["DE-NW"]
        late, waiting = self.team.player.new_id(), self.team.player.new_id()
        question, answer = LATE
        elsewhere, at = self.team.people["avocet"], now - timedelta(days=6)
        yield Step(at, leads, partial(self._ask, late, elsewhere, partner, question, at))
        yield Step(at + USUAL_TIME + timedelta(hours=9), elsewhere, partial(_answer, elsewhere, late, answer))
        colleague, at = self.team.people["plover"], now - timedelta(hours=20)
        yield Step(at, leads, partial(self._ask, waiting, colleague, centre, WAITING, at))

    def _ask(self, key: uuid.UUID, consultant: User, organisation: Organisation, question: str, at: datetime) -> None:
        actions.ask(
            by=self.team.leads,
            consultation_id=key,
            case_id=self.team.case.pk,
            asking_body=self.team.case.centre,
            consultant=consultant,
            organisation=organisation,
            question=question,
            due_at=at + USUAL_TIME,
        )


def _answer(by: User, key: uuid.UUID, answer: str) -> None:
    version: int = Consultation.objects.values_list("version", flat=True).get(pk=key)
    actions.answer(by=by, consultation_id=key, version=version, answer=answer)
