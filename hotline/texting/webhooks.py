"""Webhooks for incoming messages and for the status of outgoing ones."""

from __future__ import annotations

from foundation.accounts.models import User
from hotline.switchboard.webhooks import VerifiedWebhook, webhook
from hotline.telephony import provider

from .actions import deliver
from .models import TextMessage
from .sending import message_moved, taken_by_provider
from .states import MessageState

SENT_STATES = {
    "sent": MessageState.SENT,
    "delivered": MessageState.DELIVERED,
    "read": MessageState.DELIVERED,
    "undelivered": MessageState.UNDELIVERED,
    "failed": MessageState.FAILED,
}


@webhook("message", safe=provider.render_message)
def message(by: User, told: VerifiedWebhook) -> str:
    deliver(by=by, event=told.event)
    return provider.render_message()


@webhook("message_status")
def message_status(by: User, told: VerifiedWebhook) -> str:
    found = TextMessage.objects.filter(pk=told.keys["message_id"]).first()
    state = SENT_STATES.get(told.event.get("MessageStatus"))
    if found and not found.is_from_caller:
        taken_by_provider(by=by, message=found, sid=told.event.get("MessageSid")[:64])
    if found and state:
        message_moved(by=by, message=found, state=state, problem=told.event.get("ErrorCode"))
    return ""
