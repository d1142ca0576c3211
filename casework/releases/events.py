"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import WITH_DOSSIER, EventKind
from foundation.privacy.rls import Rule

# Who works on the case reads them too, as all events of the case (casework/cases/events.py).
OF_TEAM = (
    Rule(
        "people of other bodies who work on the case, of its release from prison",
        '"case" is not null and ntk.works_in_team("case")',
    ),
)

PRISON_RELEASE_ANNOUNCED = EventKind(
    "prison_release.announced",
    "prison_release",
    _("Announced"),
    "megaphone",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Release from prison announced"),
)
PRISON_RELEASE_CHANGED = EventKind(
    "prison_release.changed",
    "prison_release",
    _("Changed"),
    "pencil",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Release from prison changed"),
)
PRISON_RELEASE_MOVED = EventKind(
    "prison_release.moved",
    "prison_release",
    _("Another date"),
    "calendar-clock",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Release from prison: another date"),
)
PRISON_RELEASE_PREPARED = EventKind(
    "prison_release.prepared",
    "prison_release",
    _("Prepared"),
    "list-checks",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Release from prison prepared"),
)
PRISON_RELEASE_RELEASED = EventKind(
    "prison_release.released",
    "prison_release",
    _("Released"),
    "door-open",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Released from prison"),
)
PRISON_RELEASE_SETTLED = EventKind(
    "prison_release.settled",
    "prison_release",
    _("Settled"),
    "circle-check",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Settled after the release from prison"),
)
PRISON_RELEASE_CANCELLED = EventKind(
    "prison_release.cancelled",
    "prison_release",
    _("Cancelled"),
    "x",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Release from prison cancelled"),
)
PRISON_RELEASE_RETURNED = EventKind(
    "prison_release.returned",
    "prison_release",
    _("Back to the centre, as the body has left"),
    "undo-2",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Release from prison: %(organisation)s has left, the shift answers for it"),
)
PRISON_RELEASE_UNPREPARED = EventKind(
    "prison_release.unprepared",
    "prison_release",
    _("Not prepared in time"),
    "triangle-alert",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Release from prison is not prepared in time"),
)
PRISON_RELEASE_OVERDUE = EventKind(
    "prison_release.overdue",
    "prison_release",
    _("Nobody has said how it went"),
    "alarm-clock",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Release from prison: nobody has said how it went"),
)
PRISON_RELEASE_WITHOUT_REPORT = EventKind(
    "prison_release.without_report",
    "prison_release",
    _("No exit report, with a reason"),
    "file-x",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Release from prison: no exit report, with a reason"),
)
EXIT_REPORT_BEGUN = EventKind(
    "exit_report.begun", "exit_report", _("Begun"), "file-pen", OF_TEAM, WITH_DOSSIER, in_case=_("Exit report begun")
)
EXIT_REPORT_CHANGED = EventKind("exit_report.changed", "exit_report", _("Changed"), "pencil", OF_TEAM, WITH_DOSSIER)
EXIT_REPORT_DISCUSSED = EventKind(
    "exit_report.discussed",
    "exit_report",
    _("Discussed with the person"),
    "messages-square",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Exit report discussed with the person"),
)
EXIT_REPORT_APPROVED = EventKind(
    "exit_report.approved",
    "exit_report",
    _("Approved"),
    "user-check",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Exit report approved"),
)
EXIT_REPORT_REOPENED = EventKind(
    "exit_report.reopened",
    "exit_report",
    _("A draft again"),
    "undo-2",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Exit report is a draft again"),
)
EXIT_REPORT_HANDED_OVER = EventKind(
    "exit_report.handed_over",
    "exit_report",
    _("Handed over"),
    "send",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Exit report handed over"),
)
EXIT_REPORT_PRINTED = EventKind(
    "exit_report.printed",
    "exit_report",
    _("Printed"),
    "printer",
    OF_TEAM,
    WITH_DOSSIER,
    in_case=_("Exit report printed"),
)
