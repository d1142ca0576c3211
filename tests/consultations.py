"""Consultations for tests, made with the real actions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from people import as_user, new_id

from casework.cases.models import Case
from casework.consultations import actions
from casework.consultations.models import Consultation
from foundation.accounts.models import Organisation, User
from foundation.privacy.context import acting_as

QUESTION = "Somebody hardly sleeps and speaks of voices. Is it urgent?"
ANSWER = "Have it looked at this week, by a psychiatrist."


def consulted(
    by: User, case: Case, asking_body: Organisation, consultant: User, organisation: Organisation, **values: Any
) -> Consultation:
    wanted = {
        "consultation_id": new_id(),
        "question": QUESTION,
        "due_at": timezone.now() + timedelta(hours=48),
        **values,
    }
    return as_user(  # type: ignore[no-any-return]
        by, actions.ask, by=by, case_id=case.pk, asking_body=asking_body, consultant=consultant,
        organisation=organisation, **wanted,
    )  # fmt: skip


def answered(consultation: Consultation, by: User, answer: str = ANSWER) -> Consultation:
    values = {"consultation_id": consultation.pk, "version": stored(consultation, by).version, "answer": answer}
    as_user(by, actions.answer, by=by, **values)
    return stored(consultation, by)


def stored(consultation: Consultation, reader: User) -> Consultation:
    with acting_as(reader, purpose="test"):
        return Consultation.objects.with_names().select_related("data_key").get(pk=consultation.pk)
