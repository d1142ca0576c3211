"""The section of assessments in the printed case file: what the team reads, nothing that is for fewer people."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from casework.cases.printing import entries_of
from foundation.ui.printed import Entry, PrintedText, Section, joined, moment

from .models import CaseAssessment
from .pages import assessments_of, shown_of


def assessments_section(case_id: uuid.UUID) -> Section:
    return Section(_("Professional assessments"), entries_of(assessments_of(case_id), _entry), _("There is none yet."))


def _entry(assessment: CaseAssessment) -> Entry:
    shown = shown_of(assessment, None) if assessment.is_complete else None
    questions = [one for _section, questions in (shown.sections if shown else []) for one in questions]
    due = _("due %(moment)s") % {"moment": moment(assessment.due_at)} if assessment.is_open else ""
    ended = moment(assessment.delivered_at or assessment.ended_at) if not assessment.is_open else ""
    return Entry(
        str(assessment.title),
        joined(assessment.get_state_display(), due, ended, assessment.author.name, assessment.organisation.name),
        facts=[(str(one.question.label), " · ".join(one.answers)) for one in questions],
        texts=[PrintedText(_("Conclusion"), shown.conclusion)] if shown else [],
    )
