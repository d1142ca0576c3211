"""The section of reviews in the printed case file."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from casework.cases.printing import entries_of
from foundation.ui.printed import Entry, PrintedText, Section, joined, moment

from .models import Review


def reviews_section(case_id: uuid.UUID) -> Section:
    found = Review.objects.with_names().of_case(case_id).order_by("due_at", "pk")
    return Section(_("Reviews"), entries_of(found, _entry), _("None is planned."))


def _entry(review: Review) -> Entry:
    texts = [
        (_("What to look at in particular"), review.topic),
        (_("What was found"), review.findings),
        (_("Side effects"), review.side_effects),
        (_("What happened outside"), review.events_outside),
        (_("What has to change"), review.changes),
        (_("Why"), review.reason),
    ]
    return Entry(
        review.get_kind_display().capitalize(),
        joined(
            review.get_state_display(),
            moment(review.held_at or review.due_at),
            review.user.name if review.user else "",
            review.organisation.name,
            _("Warning sign") if review.has_warning_sign else "",
        ),
        facts=[
            (_("Is the work on track?"), review.get_on_track_display()),
            (_("What has to change?"), review.get_adjustment_display()),
        ]
        if review.is_held
        else [],
        texts=[PrintedText(label, text) for label, text in texts if text],
    )
