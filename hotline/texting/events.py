"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.privacy.event_kinds import WITH_DOSSIER, EventKind

MESSAGE_RECEIVED = EventKind("message.received", "contact", _("Message received"), "message-square", (), WITH_DOSSIER)
MESSAGE_OPTED_IN = EventKind(
    "message.opted_in", "contact", _("The number wants messages again"), "check", (), WITH_DOSSIER
)
MESSAGE_OPTED_OUT = EventKind(
    "message.opted_out", "contact", _("The number wants no more messages"), "x", (), WITH_DOSSIER
)
MESSAGE_WRITTEN = EventKind("message.written", "contact", _("Message written"), "pencil", (), WITH_DOSSIER)
MESSAGE_TAKEN = EventKind("message.taken", "contact", _("The provider took the message"), "check", (), WITH_DOSSIER)
MESSAGE_TRIED = EventKind("message.tried", "contact", _("Message is being sent"), "send", (), WITH_DOSSIER)
MESSAGE_DELAYED = EventKind("message.delayed", "contact", _("Message is sent later"), "timer", (), WITH_DOSSIER)
MESSAGE_UNCLEAR = EventKind(
    "message.unclear", "contact", _("Not known whether the message was sent"), "circle-alert", (), WITH_DOSSIER
)
MESSAGE_MOVED = EventKind("message.moved", "contact", _("Delivery of the message went on"), "send", (), WITH_DOSSIER)
