"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import WITH_DOSSIER, EventKind
from foundation.privacy.rls import Rule

# For all events with a case, including those of referrals.
CASE_READERS = (
    Rule(
        "handlers who work on the case, and to whom access to one of its contacts was granted",
        '"case" is not null and (ntk.works_on_case("case") or "case" = any((select ntk.granted_cases())::uuid[]))',
    ),
)

CASE_OPENED = EventKind(
    "case.opened",
    "case",
    _("Case opened"),
    "folder-open",
    CASE_READERS,
    WITH_DOSSIER,
    in_case=_("Case opened: %(disposition)s, urgency: %(urgency)s"),
)
CASE_REASSESSED = EventKind(
    "case.reassessed",
    "case",
    _("New triage of the case"),
    "folder-sync",
    CASE_READERS,
    WITH_DOSSIER,
    in_case=_("New triage, the case is now: %(disposition)s, urgency: %(urgency)s"),
)
CASE_REASSESSMENT_DUE = EventKind(
    "case.reassessment_due",
    "case",
    _("A new triage of a contact waits for somebody of this case"),
    "triangle-alert",
    CASE_READERS,
    WITH_DOSSIER,
    in_case=True,
)
CASE_ASSIGNED = EventKind(
    "case.assigned",
    "case",
    _("Case given to somebody"),
    "user-check",
    CASE_READERS,
    WITH_DOSSIER,
    in_case=_("%(to)s is responsible"),
)
CASE_TAKEN = EventKind(
    "case.taken", "case", _("Case taken"), "hand", CASE_READERS, WITH_DOSSIER, in_case=_("Taken over by %(to)s")
)
CASE_RELEASED = EventKind(
    "case.released", "case", _("Given back: nobody is responsible"), "user-x", CASE_READERS, WITH_DOSSIER, in_case=True
)
CASE_CONTACT_LINKED = EventKind(
    "case.contact_linked",
    "case",
    _("A contact was added to the case"),
    "link",
    CASE_READERS,
    WITH_DOSSIER,
    in_case=_("Contact %(contact)s was added to the case"),
)
CASE_NOTE_ADDED = EventKind(
    "case.note_added", "case", _("Note written"), "notebook-pen", CASE_READERS, WITH_DOSSIER, in_case=True
)
CASE_RENAMED = EventKind(
    "case.renamed", "case", _("New working title"), "pencil", CASE_READERS, WITH_DOSSIER, in_case=True
)
CASE_CLOSED = EventKind("case.closed", "case", _("Case closed"), "archive", CASE_READERS, WITH_DOSSIER, in_case=True)
CASE_REOPENED = EventKind(
    "case.reopened", "case", _("Case opened again"), "archive-restore", CASE_READERS, WITH_DOSSIER, in_case=True
)
