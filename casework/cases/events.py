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

# People of other bodies in the case team, of the actions of the bodies.
OF_BODY = (
    Rule(
        "people of other bodies who work on the case, of the bodies' actions",
        "kind ^@ 'action.' and ntk.action_of_body(subject)",
    ),
)
ACTION_READERS = (*CASE_READERS, *OF_BODY)

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
CASE_CLOSED = EventKind(
    "case.closed",
    "case",
    _("Case closed"),
    "archive",
    CASE_READERS,
    WITH_DOSSIER,
    in_case=_("Case closed: %(reason)s"),
)
CASE_MONITORED = EventKind(
    "case.monitored",
    "case",
    _("Case monitored"),
    "eye",
    CASE_READERS,
    WITH_DOSSIER,
    in_case=_("The work is over, the case is monitored: %(reason)s"),
)
CASE_REOPENED = EventKind(
    "case.reopened",
    "case",
    _("Case opened again"),
    "archive-restore",
    CASE_READERS,
    WITH_DOSSIER,
    in_case=_("Case opened again: %(cause)s"),
)
CASE_PRINTED = EventKind(
    "case.printed",
    "case",
    _("File printed"),
    "printer",
    CASE_READERS,
    WITH_DOSSIER,
    in_case=_("The file was printed for: %(purpose)s"),
)
ACTION_ADDED = EventKind(
    "action.added",
    "action",
    _("Action added"),
    "square-plus",
    ACTION_READERS,
    WITH_DOSSIER,
    in_case=True,
)
ACTION_TAKEN = EventKind(
    "action.taken",
    "action",
    _("Action taken over"),
    "hand",
    ACTION_READERS,
    WITH_DOSSIER,
    in_case=_("%(action)s: taken over by %(to)s"),
)
ACTION_GIVEN = EventKind(
    "action.given",
    "action",
    _("Action given to somebody"),
    "user-check",
    ACTION_READERS,
    WITH_DOSSIER,
    in_case=_("%(action)s: given to %(to)s"),
)
ACTION_MOVED = EventKind(
    "action.moved",
    "action",
    _("Another due time"),
    "calendar-clock",
    ACTION_READERS,
    WITH_DOSSIER,
    in_case=_("%(action)s: another due time"),
)
ACTION_BEGUN = EventKind(
    "action.begun",
    "action",
    _("Action under way"),
    "play",
    ACTION_READERS,
    WITH_DOSSIER,
    in_case=_("%(action)s: under way"),
)
ACTION_DONE = EventKind(
    "action.done",
    "action",
    _("Action done"),
    "square-check-big",
    ACTION_READERS,
    WITH_DOSSIER,
    in_case=_("%(action)s: done"),
)
ACTION_DROP_PROPOSED = EventKind(
    "action.drop_proposed",
    "action",
    _("Duty to be dropped: waits for a second person"),
    "square-x",
    ACTION_READERS,
    WITH_DOSSIER,
    in_case=_("%(action)s: to be dropped, waits for a second person"),
)
ACTION_DROP_REFUSED = EventKind(
    "action.drop_refused",
    "action",
    _("Duty not dropped: it is to be done"),
    "undo-2",
    ACTION_READERS,
    WITH_DOSSIER,
    in_case=_("%(action)s: not dropped, it is to be done"),
)
ACTION_DROPPED = EventKind(
    "action.dropped",
    "action",
    _("Action dropped"),
    "square-x",
    ACTION_READERS,
    WITH_DOSSIER,
    in_case=_("%(action)s: dropped"),
)
ACTION_REMINDED = EventKind(
    "action.reminded",
    "action",
    _("Action due: reminded"),
    "bell",
    ACTION_READERS,
    WITH_DOSSIER,
    in_case=_("%(action)s: due, reminded"),
)
ACTION_TO_SHIFT = EventKind(
    "action.to_shift",
    "action",
    _("Action overdue: with the shift now"),
    "users",
    ACTION_READERS,
    WITH_DOSSIER,
    in_case=_("%(action)s: overdue, with the shift now"),
)
ACTION_TO_DEPUTY = EventKind(
    "action.to_deputy",
    "action",
    _("Action given to the deputy of somebody who is away"),
    "user-round-check",
    ACTION_READERS,
    WITH_DOSSIER,
    in_case=_("%(action)s: with %(to)s as deputy"),
)
ACTION_LEFT_BEHIND = EventKind(
    "action.left_behind",
    "action",
    _("Action of somebody who is away: with the shift now"),
    "users",
    ACTION_READERS,
    WITH_DOSSIER,
    in_case=_("%(action)s: with the shift now, as %(to)s is away"),
)
ACTION_ESCALATED = EventKind(
    "action.escalated",
    "action",
    _("Action overdue: with the coordinators now"),
    "triangle-alert",
    ACTION_READERS,
    WITH_DOSSIER,
    in_case=_("%(action)s: overdue, with the coordinators now"),
)
ACTION_RETURNED = EventKind(
    "action.returned",
    "action",
    _("Action back at the centre: the body left the team"),
    "corner-down-left",
    ACTION_READERS,
    WITH_DOSSIER,
    in_case=_("%(action)s: back at the centre, with the shift, as %(organisation)s left the team"),
)
QUESTION_ASKED = EventKind(
    "question.asked", "question", _("Question asked"), "circle-question-mark", CASE_READERS, WITH_DOSSIER, in_case=True
)
QUESTION_ANSWERED = EventKind(
    "question.answered", "question", _("Question answered"), "circle-check", CASE_READERS, WITH_DOSSIER, in_case=True
)
QUESTION_DROPPED = EventKind(
    "question.dropped", "question", _("Question no longer asked"), "circle-x", CASE_READERS, WITH_DOSSIER, in_case=True
)
