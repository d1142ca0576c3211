"""What a release from prison asks for before its case is closed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from casework.cases.models import Case

from .models import ExitReport, PrisonRelease

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def is_report_missing(case_id: uuid.UUID) -> bool:
    """Whether a release that was not cancelled asks for a report that nobody has handed over."""
    needs = PrisonRelease.objects.need_report().filter(team=case_id).exists()
    return needs and not ExitReport.objects.handed_over().filter(team=case_id).exists()


def report_needed(case: Case) -> list[StrOrPromise]:
    """An exit report that was handed over, or a reason why there is none; nothing if every release was cancelled."""
    if not is_report_missing(case.pk):
        return []
    return [_("After the release from prison, an exit report is handed over, or it is said why there is none.")]
