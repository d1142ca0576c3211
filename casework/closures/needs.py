"""What has to be done in this app before a case is closed; the page of the case says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from casework.cases.models import Case

from .models import Closure, Reopening

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def agreement_of_bodies(case: Case) -> list[StrOrPromise]:
    """While other bodies work on an open case, its closing is proposed, agreed and carried out (docs/adr/0045)."""
    if not case.is_open or not _has_other_bodies(case):
        return []
    if Closure.objects.of_case(case.pk).agreed().exists():
        return [_("The closing is agreed; carry it out on the page of the proposal.")]
    return [_("Other bodies work on the case: its closing is proposed to them, and who is accountable decides.")]


def _has_other_bodies(case: Case) -> bool:
    """Without a query for a case that was read ``with_people``."""
    known: bool | None = getattr(case, "has_other_bodies", None)
    return case.body_workers.exists() if known is None else known


def answer_to_reopening(case: Case) -> list[StrOrPromise]:
    if case.is_monitored and Reopening.objects.proposed().filter(team=case.pk).exists():
        return [_("Somebody proposes to open the case again. Answer that first.")]
    return []
