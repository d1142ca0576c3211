"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import WITH_DOSSIER, EventKind
from foundation.privacy.rls import Rule

# Who works on the case reads them too, as all events of the case (casework/cases/events.py).
OF_BODY = (Rule("people of the body, about its own membership, as long as they see it", "ntk.sees_member(subject)"),)

TEAM_INVITED = EventKind(
    "team.invited",
    "member",
    _("Invited to the case team"),
    "user-plus",
    OF_BODY,
    WITH_DOSSIER,
    in_case=_("%(organisation)s was invited to the case team"),
)
TEAM_WITHDRAWN = EventKind(
    "team.withdrawn",
    "member",
    _("Invitation withdrawn"),
    "undo-2",
    OF_BODY,
    WITH_DOSSIER,
    in_case=_("Invitation of %(organisation)s withdrawn"),
)
TEAM_ACCEPTED = EventKind(
    "team.accepted",
    "member",
    _("Accepted: in the case team"),
    "users",
    OF_BODY,
    WITH_DOSSIER,
    in_case=_("%(organisation)s is in the case team; %(to)s works on the case"),
)
TEAM_DECLINED = EventKind(
    "team.declined",
    "member",
    _("Invitation declined"),
    "user-x",
    OF_BODY,
    WITH_DOSSIER,
    in_case=_("%(organisation)s declined the invitation to the case team"),
)
TEAM_NAMED = EventKind(
    "team.named",
    "member",
    _("Other people named"),
    "user-check",
    OF_BODY,
    WITH_DOSSIER,
    in_case=_("%(organisation)s named other people: %(to)s works on the case"),
)
TEAM_LEFT = EventKind(
    "team.left",
    "member",
    _("Left the case team"),
    "log-out",
    OF_BODY,
    WITH_DOSSIER,
    in_case=_("%(organisation)s left the case team"),
)
TEAM_UNANSWERED = EventKind(
    "team.unanswered",
    "member",
    _("No answer to the invitation in time"),
    "triangle-alert",
    OF_BODY,
    WITH_DOSSIER,
    in_case=_("%(organisation)s has not answered the invitation in time"),
)
TEAM_NOTE_WRITTEN = EventKind(
    "team.note_written",
    "member",
    _("Note in the body's own record"),
    "notebook-pen",
    OF_BODY,
    WITH_DOSSIER,
)
TEAM_NOTE_SHARED = EventKind(
    "team.note_shared",
    "member",
    _("Note shared"),
    "share-2",
    OF_BODY,
    WITH_DOSSIER,
    in_case=_("%(organisation)s shared a note"),
)
TEAM_RECORD_TAKEN = EventKind(
    "team.record_taken",
    "member",
    _("Own record taken along"),
    "printer",
    OF_BODY,
    WITH_DOSSIER,
    in_case=_("%(organisation)s took its own record along"),
)
