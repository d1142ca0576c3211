"""The states of a text message."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.privacy.state_machines import StateMachine


class Who(StrEnum):
    TELEPHONE = "telephone"


class MessageState(models.TextChoices):
    """Changes only forward; the last three are final. Unclear: the provider may have it, and look-ups have ended."""

    RECEIVED = "received", _("received")
    QUEUED = "queued", _("on its way")
    SENT = "sent", _("sent")
    UNCLEAR = "unclear", _("not known whether it was sent")
    DELIVERED = "delivered", _("delivered")
    UNDELIVERED = "undelivered", _("not delivered")
    FAILED = "failed", pgettext_lazy("message", "failed")


#: It did not arrive, or that is unknown; the handler may send it again.
MAY_GO_AGAIN = frozenset({MessageState.UNCLEAR, MessageState.UNDELIVERED, MessageState.FAILED})
NOT_DELIVERED = frozenset({MessageState.UNDELIVERED, MessageState.FAILED})
INCOMING = frozenset({MessageState.RECEIVED})
ON_ITS_WAY = frozenset({MessageState.QUEUED, MessageState.SENT, MessageState.UNCLEAR})
SETTLED = frozenset({MessageState.DELIVERED, MessageState.UNDELIVERED, MessageState.FAILED})
MESSAGE_TRANSITIONS: dict[MessageState, dict[MessageState, Who]] = {
    MessageState.RECEIVED: {},
    MessageState.QUEUED: dict.fromkeys(SETTLED | {MessageState.SENT, MessageState.UNCLEAR}, Who.TELEPHONE),
    MessageState.UNCLEAR: dict.fromkeys(SETTLED | {MessageState.QUEUED, MessageState.SENT}, Who.TELEPHONE),
    MessageState.SENT: dict.fromkeys(SETTLED, Who.TELEPHONE),
    MessageState.DELIVERED: {},
    MessageState.UNDELIVERED: {},
    MessageState.FAILED: {},
}
MACHINES = (
    StateMachine(
        "Text message",
        MessageState,
        starts=(MessageState.RECEIVED, MessageState.QUEUED),
        sets=(INCOMING, ON_ITS_WAY, SETTLED),
        transitions=MESSAGE_TRANSITIONS,
        remark="One that came in stays received. A final state is never altered: it is sent again as another message.",
    ),
)


class MessageChannel(models.TextChoices):
    SMS = "sms", _("SMS")
    WHATSAPP = "whatsapp", "WhatsApp"
