"""The sections of closings, and of proposals to open the case again, in the printed case file."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from casework.cases.printing import entries_of
from foundation.ui.printed import Entry, PrintedText, Section, joined, moment

from .models import Closure, Opinion, Reopening


def closures_section(case_id: uuid.UUID) -> Section:
    """Each proposal with what the bodies said to it."""
    entries = []
    for closure in Closure.objects.with_names().of_case(case_id).order_by("proposed_at", "pk"):
        opinions = closure.opinions.select_related("organisation", "answered_by", "data_key")
        entries += entries_of([closure], _closure)
        entries += entries_of(opinions.order_by("organisation__name", "asked_at", "pk"), _opinion)
    return Section(_("Closing the case"), entries, _("Nobody has proposed to close the case."))


def _closure(closure: Closure) -> Entry:
    decided_by = closure.decided_by.name if closure.decided_by else ""
    ended_by = closure.ended_by.name if closure.ended_by else ""
    texts = [
        (_("What was reached"), closure.reached),
        (_("Why there are not both assessments"), closure.without_assessment),
        (_("Which general services take over"), closure.services),
        (_("Why it was decided so"), closure.decision),
        (_("Why it was withdrawn"), closure.withdrawal),
    ]
    return Entry(
        closure.get_reason_display(),
        closure.get_state_display(),
        facts=[
            (_("Proposed"), joined(closure.organisation.name, closure.proposed_by.name, moment(closure.proposed_at))),
            (_("Assessment of the risk at the beginning"), str(closure.earlier.title) if closure.earlier else ""),
            (_("Repeated assessment"), str(closure.repeated.title) if closure.repeated else ""),
            (_("The person and the family know that the case can be opened again"), _yes_or_no(closure.family_knows)),
            (_("A year of monitoring follows"), _yes_or_no(closure.is_monitored)),
            (_("Decides"), closure.accountable.name if closure.is_open else ""),
            (
                _("Decided"),
                joined(closure.accountable.name, decided_by, moment(closure.decided_at)) if decided_by else "",
            ),
            (closure.get_state_display().capitalize(), joined(ended_by, moment(closure.ended_at)) if ended_by else ""),
        ],
        texts=[PrintedText(label, text) for label, text in texts if text],
    )


def _yes_or_no(value: bool) -> str:
    return _("yes") if value else _("no")


def _opinion(opinion: Opinion) -> Entry:
    answered = joined(opinion.answered_by.name, moment(opinion.answered_at)) if opinion.answered_by else ""
    due = _("due %(moment)s") % {"moment": moment(opinion.due_at)} if opinion.is_waiting else ""
    return Entry(
        joined(_("Opinion"), opinion.organisation.name),
        joined(opinion.get_state_display(), answered, due),
        texts=[PrintedText("", opinion.reason)] if opinion.reason else [],
    )


def reopenings_section(case_id: uuid.UUID) -> Section:
    found = Reopening.objects.select_related("organisation", "proposed_by", "decided_by", "data_key")
    entries = entries_of(found.filter(team=case_id).order_by("proposed_at", "pk"), _reopening)
    return Section(_("Proposals to open the case again"), entries, _("Nobody has proposed to open it again."))


def _reopening(reopening: Reopening) -> Entry:
    answered_by = reopening.decided_by.name if reopening.decided_by else ""
    proposed_at = moment(reopening.proposed_at)
    texts = [("", reopening.words), (_("The answer"), reopening.answer)]
    return Entry(
        reopening.get_cause_display(),
        reopening.get_state_display(),
        facts=[
            (_("Proposed"), joined(reopening.organisation.name, reopening.proposed_by.name, proposed_at)),
            (_("Answered"), joined(answered_by, moment(reopening.decided_at)) if answered_by else ""),
        ],
        texts=[PrintedText(label, text) for label, text in texts if text],
    )
