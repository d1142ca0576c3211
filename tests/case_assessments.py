"""Professional assessments for tests, made with the real actions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from people import as_user, new_id

from casework.assessments import actions
from casework.assessments.models import AssessmentContent, CaseAssessment
from casework.assessments.questionnaire import current
from casework.assessments.vocabulary import Profession, Shares
from casework.cases.models import Case
from foundation.accounts.models import Organisation, User
from foundation.privacy.context import acting_as

REASON = "He has stopped going to work."
#: An answer to every question that these show, beside the words.
ANSWERS: dict[str, dict[str, Any]] = {
    "psychosocial": {
        "housing": "settled", "occupation": "strained", "money": "tight", "structure": "loose",
        "family_ties": "strained", "friends": "only_scene", "trusted_person": ["friend"], "dependants": "no",
        "losses": ["separation"], "wellbeing": "strained", "substances": "no", "online_life": "predominant",
        "strengths": ["sport"], "accepts_help": "hesitates",
    },
    "psychiatric": {
        "seen": "in_person", "treatment": "none", "released": "yes", "perception": "unremarkable",
        "thinking": "unremarkable", "mood": "lowered", "drive": "unremarkable", "impulse_control": "good",
        "substance_disorder": "no", "insight": "full", "suicidality": "no", "danger_to_others": "no",
        "illness_and_ideology": "independent", "indicated": ["outpatient"],
    },
    "security_risk": {
        "announced": "no", "target": "none", "justifies_violence": "no", "last_resort": "no", "weapons": "no",
        "skills": "none", "preparation": "none", "violence_so_far": "no", "support_for_violence": "none",
        "instructions": "no", "trigger": ["none"], "holds_back": ["family"], "measures": ["none"], "overall": "high",
    },
}  # fmt: skip
PROFESSIONS = {
    "psychosocial": Profession.SOCIAL_WORK,
    "psychiatric": Profession.PSYCHIATRY,
    "security_risk": Profession.PSYCHOLOGY,
}


def asked(by: User, case: Case, author: User, organisation: Organisation, **values: Any) -> CaseAssessment:
    wanted = {"assessment_id": new_id(), "reason": REASON, "due_at": timezone.now() + timedelta(days=14), **values}
    template = current()[wanted.pop("template", "psychosocial")]
    return as_user(  # type: ignore[no-any-return]
        by, actions.request, by=by, case_id=case.pk, template=template, author=author, organisation=organisation,
        **wanted,
    )  # fmt: skip


def begun(assessment: CaseAssessment, author: User) -> CaseAssessment:
    now = stored(assessment, author)
    as_user(author, actions.begin, by=author, assessment_id=now.pk, version=now.version)
    return stored(assessment, author)


def saved(assessment: CaseAssessment, author: User, **values: Any) -> AssessmentContent:
    """The whole is answered."""
    words = {"answers": ANSWERS[assessment.template], "notes": "mine alone", "conclusion": "Work first.", **values}
    version = content(assessment, author).version
    return as_user(  # type: ignore[no-any-return]
        author, actions.write, by=author, assessment_id=assessment.pk, version=version, **words
    )


def delivered(assessment: CaseAssessment, author: User, shares: Shares = Shares.WHOLE, **values: Any) -> CaseAssessment:
    """Begun if need be, answered and delivered."""
    if stored(assessment, author).is_requested:
        begun(assessment, author)
    readers = values.pop("readers", [])
    profession = values.pop("profession", PROFESSIONS[assessment.template])
    saved(assessment, author, **values)
    said = {"profession": profession, "shares": shares, "readers": readers}
    version = content(assessment, author).version
    as_user(author, actions.deliver, by=author, assessment_id=assessment.pk, version=version, **said)
    return stored(assessment, author)


def stored(assessment: CaseAssessment, reader: User) -> CaseAssessment:
    with acting_as(reader, purpose="test"):
        return CaseAssessment.objects.with_names().select_related("data_key").get(pk=assessment.pk)


def content(assessment: CaseAssessment, reader: User) -> AssessmentContent:
    with acting_as(reader, purpose="test"):
        return AssessmentContent.objects.select_related("data_key").get(assessment=assessment)
