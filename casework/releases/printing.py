"""The exit report on paper, and the sections of releases and exit reports in the printed case file."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casework.cases.printing import entries_of
from foundation.ui.printed import Entry, PrintedRecord, PrintedText, Section, joined

from .models import ExitReport, PrisonRelease
from .vocabulary import PART_LABELS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def releases_section(case_id: uuid.UUID) -> Section:
    found = PrisonRelease.objects.with_names().filter(team=case_id).order_by("-announced_at", "pk")
    return Section(_("Releases from prison"), entries_of(found, _entry), _("There is none."))


def _entry(release: PrisonRelease) -> Entry:
    texts = {
        _("Treatment in prison"): release.treatment_now,
        _("Treatment afterwards"): release.treatment_after,
        _("Conditions"): release.conditions,
        _("Why the date moved, the last time"): release.move_reason,
        _("Why there is no release"): release.cancel_reason,
        _("Why there is no exit report"): release.no_report_reason,
    }
    responsible = release.user.name if release.user else _("whoever is on shift")
    return Entry(
        joined(date_format(release.release_date), release.establishment),
        joined(release.get_state_display(), release.organisation.name, responsible),
        texts=[PrintedText(title, text) for title, text in texts.items() if text],
    )


def printed_report(report: ExitReport) -> PrintedRecord:
    """The six parts, and who approved it. Raises WrongKey."""
    facts: list[tuple[StrOrPromise, StrOrPromise]] = [
        (_("Discussed with the person"), _day(report.discussed_at)),
        (_("Approved"), joined(report.approved_by.name if report.approved_by else "", _day(report.approved_at))),
    ]
    if report.handed_over_on:
        facts.append((_("Handed over"), date_format(report.handed_over_on)))
        facts.append((_("Handed over to"), joined(report.get_recipient_kind_display(), report.recipient)))
    return PrintedRecord(
        reference=report.team.reference,
        title=joined(_("Exit report"), report.team.reference),
        centre=report.centre.name,
        notice=_("Confidential. For the person, and for whom it was handed over to."),
        summary="",
        facts=facts,
        sections=[Section(label, [], _("Nothing."), text=getattr(report, name)) for name, label in PART_LABELS.items()],
        printed_by="",
        printed_at=timezone.now(),
    )


def _day(at: datetime | None) -> str:
    return date_format(timezone.localdate(at)) if at else ""


def reports_section(case_id: uuid.UUID) -> Section:
    found = ExitReport.objects.with_names().filter(team=case_id).order_by("-written_at", "pk")
    return Section(_("Exit reports"), entries_of(found, _report_entry), _("There is none."))


def _report_entry(report: ExitReport) -> Entry:
    parts = [PrintedText(label, getattr(report, name)) for name, label in PART_LABELS.items()]
    return Entry(
        _("Exit report"),
        joined(report.get_state_display(), report.written_by.name, _day(report.written_at)),
        texts=[part for part in parts if part.text],
    )
