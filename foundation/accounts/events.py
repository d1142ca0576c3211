"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import KEPT, EventKind

USER_MADE = EventKind("user.made", "user", _("Account made"), "circle-plus", (), KEPT)
USER_CHANGED = EventKind("user.changed", "user", _("Account changed"), "pencil", (), KEPT)
USER_DEACTIVATED = EventKind("user.deactivated", "user", _("Account closed"), "lock", (), KEPT)
USER_REACTIVATED = EventKind("user.reactivated", "user", _("Account activated again"), "lock-open", (), KEPT)
USER_INVITED = EventKind("user.invited", "user", _("Invitation sent"), "mail", (), KEPT)
USER_PASSWORD_RESET = EventKind("user.password_reset", "user", _("Link for a new password sent"), "key-round", (), KEPT)
USER_PASSWORD_CHOSEN = EventKind("user.password_chosen", "user", _("Password chosen"), "key-round", (), KEPT)
USER_PASSWORD_CHANGED = EventKind("user.password_changed", "user", _("Password changed"), "key-round", (), KEPT)
ADDRESS_ASKED = EventKind("user.address_asked", "user", _("Change of the own address asked for"), "mail", (), KEPT)
ADDRESS_WITHDRAWN = EventKind(
    "user.address_withdrawn", "user", _("Change of the own address withdrawn"), "mail-x", (), KEPT
)
ADDRESS_CHANGED = EventKind("user.address_changed", "user", _("Own address changed"), "mail-check", (), KEPT)
SESSIONS_ENDED = EventKind("user.sessions_ended", "user", _("Own sessions ended elsewhere"), "monitor-off", (), KEPT)
FACTOR_ADDED = EventKind("user.factor_added", "user", _("Second factor added"), "shield-check", (), KEPT)
FACTOR_REMOVED = EventKind("user.factor_removed", "user", _("Second factor removed"), "shield-off", (), KEPT)
FACTORS_REMOVED = EventKind(
    "user.factors_removed", "user", _("All second factors removed by an administrator"), "shield-off", (), KEPT
)
RECOVERY_CODES_MADE = EventKind("user.recovery_codes_made", "user", _("New recovery codes made"), "list", (), KEPT)
RECOVERY_CODE_USED = EventKind(
    "user.recovery_code_used", "user", _("Signed in with a recovery code"), "life-buoy", (), KEPT
)
DIRECTORY_LINKED = EventKind(
    "user.directory_linked", "user", _("First sign-in through the directory"), "link", (), KEPT
)
DIRECTORY_REFUSED = EventKind(
    "user.directory_refused", "user", _("Sign-in through the directory refused"), "shield-alert", (), KEPT
)
DIRECTORY_LINK_ENDED = EventKind(
    "user.directory_link_ended", "user", _("Link to the directory ended"), "unlink", (), KEPT
)
ROLE_PROPOSED = EventKind("role.proposed", "user", _("Role proposed"), "user-plus", (), KEPT)
ROLE_GRANTED = EventKind("role.granted", "user", _("Role given"), "user-check", (), KEPT)
ROLE_GRANTED_ALONE = EventKind(
    "role.granted_alone", "user", _("Role given without a second person"), "triangle-alert", (), KEPT
)
ROLE_DECLINED = EventKind("role.declined", "user", _("Proposed role declined"), "user-x", (), KEPT)
ROLE_WITHDRAWN = EventKind("role.withdrawn", "user", _("Proposed role withdrawn"), "user-x", (), KEPT)
ROLE_EXPIRED = EventKind("role.expired", "user", _("Proposed role expired"), "hourglass", (), KEPT)
ROLE_ENDED = EventKind("role.ended", "user", _("Role ended"), "user-x", (), KEPT)
ORGANISATION_MADE = EventKind("organisation.made", "organisation", _("Organisation added"), "circle-plus", (), KEPT)
ORGANISATION_CHANGED = EventKind("organisation.changed", "organisation", _("Organisation changed"), "pencil", (), KEPT)
ORGANISATION_CLOSED = EventKind("organisation.closed", "organisation", _("Organisation closed"), "archive", (), KEPT)
ORGANISATION_REOPENED = EventKind(
    "organisation.reopened", "organisation", _("Organisation opened again"), "rotate-ccw", (), KEPT
)
