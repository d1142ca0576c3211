"""A case in a few words: whom it is about, the concern and the risk, who is responsible, what is next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from foundation.privacy.unshown import read_or
from foundation.ui.printed import moment

from .models import Action

if TYPE_CHECKING:
    from .case_file import CaseFile

UNSAID = frozenset({"", "unknown"})


def in_brief(file: CaseFile) -> str:
    """One line, from codes and the next action; what is not known or not open to the reader is left out."""
    case = file.case
    concern = _("%(disposition)s, %(urgency)s") % {
        "disposition": case.get_disposition_display(),
        "urgency": case.get_urgency_display().lower(),
    }
    parts = (*_about(file), concern, _responsible(file), _next(file))
    return " ".join(f"{part}." for part in parts if part)


def _about(file: CaseFile) -> list[str]:
    """The person and the form of radicalisation, of the contact that opened the case."""
    contact = next((one for one in file.contacts if file.assessment and one.pk == file.assessment.contact_id), None)
    if contact is None:
        return []
    pairs = [
        (contact.relation, contact.get_relation_display()),
        (contact.age_band, contact.get_age_band_display()),
        (contact.sex, contact.get_sex_display()),
    ]
    person = ", ".join(str(label) for code, label in pairs if code not in UNSAID)
    form = "" if contact.phenomenon in UNSAID else str(contact.get_phenomenon_display())
    return [_("About: %(person)s") % {"person": person} if person else "", form]


def _responsible(file: CaseFile) -> str:
    now = file.responsible
    names = [file.partner, now.user.name if now.user else ""]
    return _("Responsible: %(name)s") % {"name": ", ".join(filter(None, names)) or _("nobody")}


def _next(file: CaseFile) -> str:
    first = min(file.open_actions, key=lambda one: one.due_at, default=None)
    if first is None:
        return _("Nothing is due") if file.case.is_open else ""
    return _("Next: %(what)s, due %(moment)s") % {"what": _what(first), "moment": moment(first.due_at)}


def _what(action: Action) -> str:
    return read_or(action, lambda: str(action.what).rstrip(" ."), _("Action"))
