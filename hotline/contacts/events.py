"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import KEPT, WITH_DOSSIER, EventKind
from foundation.privacy.rls import Rule, at_the_centre

from .states import CallbackState

HANDLERS = at_the_centre("handler")
SHIFT = (HANDLERS,)
# SQL functions, because PostgreSQL would plan subqueries in a policy, with the policies of their tables, for every
# statement, which can cost more than the statement itself.
CONTACT_READERS = (
    Rule(
        "handlers of the centre, of contacts that are theirs, nobody's or surfaced to the shift",
        f"{HANDLERS.sql} and ntk.works_on_contact(subject)",
    ),
    Rule(
        "to whom access to the contact was granted for a time",
        "subject = any((select ntk.granted_contacts())::uuid[])",
    ),
)

CONTACT_OPENED = EventKind(
    "contact.opened", "contact", _("Contact opened"), "phone", CONTACT_READERS, WITH_DOSSIER, in_case=_("Contact begun")
)
CONTACT_RECEIVED = EventKind(
    "contact.received", "contact", _("Came by message"), "message-square", CONTACT_READERS, WITH_DOSSIER
)
CONTACT_RETURNED = EventKind(
    "contact.returned",
    "contact",
    _("Given back, because the handler's telephone was not picked up"),
    "undo-2",
    CONTACT_READERS,
    WITH_DOSSIER,
)
CONTACT_SAVED = EventKind("contact.saved", "contact", _("Written down"), "pencil", CONTACT_READERS, WITH_DOSSIER)
CONTACT_CORRECTED = EventKind(
    "contact.corrected",
    "contact",
    _("Corrected"),
    "pencil-line",
    CONTACT_READERS,
    WITH_DOSSIER,
    in_case=_("Contact corrected"),
)
CONTACT_ENDING_PLANNED = EventKind(
    "contact.ending_planned",
    "contact",
    _("Ended without counselling, to be undone for ten seconds"),
    "timer",
    CONTACT_READERS,
    WITH_DOSSIER,
)
CONTACT_ENDING_UNDONE = EventKind(
    "contact.ending_undone", "contact", _("The ending was undone"), "undo-2", CONTACT_READERS, WITH_DOSSIER
)
CONTACT_COMPLETED = EventKind(
    "contact.completed",
    "contact",
    _("Completed"),
    "circle-check",
    CONTACT_READERS,
    WITH_DOSSIER,
    in_case=_("Contact completed"),
)
CONTACT_TAKEN = EventKind(
    "contact.taken", "contact", _("Taken over"), "hand", CONTACT_READERS, WITH_DOSSIER, in_case=_("Contact taken over")
)
CONTACT_ASSIGNED = EventKind(
    "contact.assigned",
    "contact",
    _("Assigned"),
    "user-check",
    CONTACT_READERS,
    WITH_DOSSIER,
    in_case=_("Contact given to %(to)s"),
)
CONTACT_SURFACED = EventKind(
    "contact.surfaced",
    "contact",
    _("Shown to the whole shift, because nobody had worked on it"),
    "bell",
    CONTACT_READERS,
    WITH_DOSSIER,
)
ACCESS_REQUESTED = EventKind(
    "access.requested",
    "contact",
    _("Access asked for"),
    "key-round",
    (),
    WITH_DOSSIER,
    in_case=_("Access to a contact asked for"),
)
ACCESS_GRANTED = EventKind(
    "access.granted",
    "contact",
    _("Access granted for a time"),
    "lock-open",
    (),
    WITH_DOSSIER,
    in_case=_("Access to a contact granted for a time"),
)
ACCESS_REFUSED = EventKind(
    "access.refused", "contact", _("Access refused"), "lock", (), WITH_DOSSIER, in_case=_("Access to a contact refused")
)
CALLBACK_SCHEDULED = EventKind(
    "callback.scheduled", "callback", _("Callback planned"), "circle-plus", SHIFT, WITH_DOSSIER
)
CALLBACK_CLAIMED = EventKind("callback.claimed", "callback", _("Callback taken"), "hand", SHIFT, WITH_DOSSIER)
CALLBACK_PUT_BACK = EventKind(
    "callback.put_back", "callback", _("Callback put back, nobody answered"), "undo-2", SHIFT, WITH_DOSSIER
)
CALLBACK_DONE = EventKind("callback.done", "callback", _("Callback done"), "circle-check", SHIFT, WITH_DOSSIER)
CALLBACK_CANCELLED = EventKind("callback.cancelled", "callback", _("Callback cancelled"), "x", SHIFT, WITH_DOSSIER)

CALLBACK_ENDED = {CallbackState.DONE: CALLBACK_DONE, CallbackState.CANCELLED: CALLBACK_CANCELLED}

#: The list, the code, and the names of the changed fields.
TERM_ADDED = EventKind("term.added", "term", _("Entry of a word list added"), "list-plus", (), KEPT)
TERM_CHANGED = EventKind("term.changed", "term", _("Entry of a word list changed"), "pencil", (), KEPT)
