"""Assessments of the risk in cases of the simulated year, some repeated, so that an effect is counted."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from casework.assessments import actions
from casework.assessments.models import AssessmentContent
from casework.assessments.questionnaire import current
from casework.assessments.vocabulary import Profession, Shares
from casework.cases.models import Case
from foundation.accounts.models import User

#: Days after the contact, and the ratings of one case each.
AFTER = (3, 96, 185)
RATINGS = (
    ("high", "raised", "raised"),
    ("raised", "low", "low"),
    ("raised", "raised", "low"),
    ("raised", "high", "low"),
)
ANSWERS: dict[str, Any] = {
    "announced": "no", "target": "none", "justifies_violence": "for_others", "last_resort": "no", "weapons": "no",
    "skills": "none", "preparation": "none", "violence_so_far": "no", "support_for_violence": "approval",
    "instructions": "contact", "trigger": ["conflict"], "holds_back": ["family"], "measures": ["none"],
}  # fmt: skip


def rate(by: User, case: Case, key: uuid.UUID, overall: str) -> None:
    """The handler's own assessment, from the request to the delivery."""
    actions.request(
        by=by,
        assessment_id=key,
        case_id=case.pk,
        template=current()["security_risk"],
        author=by,
        organisation=case.centre,
        reason="Wie hoch ist das Risiko jetzt? (Demo)",
        due_at=timezone.now() + timedelta(days=7),
    )
    words = {"notes": "", "conclusion": "Eigene Einschätzung der Beratungsstelle. (Demo)"}
    actions.write(by=by, assessment_id=key, version=_version(key), answers={**ANSWERS, "overall": overall}, **words)
    actions.deliver(
        by=by, assessment_id=key, version=_version(key), profession=Profession.SOCIAL_WORK, shares=Shares.WHOLE
    )


def _version(key: uuid.UUID) -> int:
    version: int = AssessmentContent.objects.values_list("version", flat=True).get(assessment=key)
    return version
