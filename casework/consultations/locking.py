"""Locks rows in the order in which all who change them do."""

from __future__ import annotations

import uuid

from .models import Consultation


def lock_consultation(consultation_id: uuid.UUID) -> None:
    """Lock a consultation before a step of the worklist."""
    Consultation.objects.select_for_update(no_key=True).filter(pk=consultation_id).first()
