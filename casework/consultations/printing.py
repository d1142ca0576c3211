"""The section of consultations in the printed case file: those that the centre reads."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from casework.cases.printing import entries_of
from foundation.ui.printed import Entry, PrintedText, Section, joined, moment

from .models import Consultation
from .pages import shared_with_centre


def consultations_section(case_id: uuid.UUID) -> Section:
    rows = shared_with_centre(case_id)
    return Section(_("Consultations"), entries_of(rows, _entry), _("There is none yet."))


def _entry(one: Consultation) -> Entry:
    due = _("due %(moment)s") % {"moment": moment(one.due_at)} if one.is_open else ""
    late = _("late") if one.is_answered and one.is_late else ""
    return Entry(
        joined(one.consultant.name, one.organisation.name),
        joined(one.get_state_display(), late, due, moment(one.ended_at) if one.ended_at else ""),
        facts=[(_("Asked by"), joined(one.asked_by.name, one.asking_body.name, moment(one.asked_at)))],
        texts=[
            PrintedText(pgettext("consultation", "Question"), one.question),
            PrintedText(_("Answer"), one.answer),
            PrintedText(_("Why not"), one.decline_reason),
        ],
    )
