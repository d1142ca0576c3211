"""Locks rows in the order in which all who change them do."""

from __future__ import annotations

import uuid

from .models import CaseAssessment


def lock_assessment(assessment_id: uuid.UUID) -> None:
    """Lock an assessment before a step of the worklist."""
    CaseAssessment.objects.select_for_update(no_key=True).filter(pk=assessment_id).first()
