"""The section of releases from prison in the printed case file."""

from __future__ import annotations

import uuid

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casework.cases.printing import entries_of
from foundation.ui.printed import Entry, PrintedText, Section, joined

from .models import PrisonRelease


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
    }
    responsible = release.user.name if release.user else _("whoever is on shift")
    return Entry(
        joined(date_format(release.release_date), release.establishment),
        joined(release.get_state_display(), release.organisation.name, responsible),
        texts=[PrintedText(title, text) for title, text in texts.items() if text],
    )
