"""Actions of handlers that call somebody back. ``outbound`` processes the events of these calls."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import require
from foundation.accounts.roles import Permission
from foundation.journal.stale import stale
from foundation.privacy.blind_index import phone_index
from hotline.contacts.callbacks import claim_callback, put_callback_back
from hotline.contacts.idempotency import insert_once
from hotline.contacts.models import Callback, Contact
from hotline.contacts.vocabulary import CallerIdKind
from hotline.telephony.provider import is_connected
from regions.phone_numbers import PhoneNumber, parse_number

from .actions import hang_up, ring_handler
from .agents import agent_of, lock_agent, move_agent
from .calls import note
from .dispatch import offer_calls, withdraw_offers
from .events import CALL_CALLING_BACK
from .models import Agent, Call, Line, Offer
from .permissions import may_direct
from .states import AgentState, CallState
from .vocabulary import Direction


class Hindrance(models.TextChoices):
    """Why no call was made. The contact is open anyway, and the number can be dialled by hand."""

    NOT_CONNECTED = "not_connected", _("No telephone is connected: dial the number by hand.")
    NO_PHONE = "no_phone", _("Lotse does not know your telephone: enter it under My telephone, or dial by hand.")
    NO_NUMBER = "no_number", _("There is no number that could be rung: enter one below.")
    EXTENSION = "extension", _("This number has an extension, which cannot be dialled from here: dial it by hand.")
    OWN_NUMBER = "own_number", _("This is one of our own lines: it cannot be called back.")
    IN_A_CALL = "in_a_call", _("You are in a call. Ring from here when it is over.")


@transaction.atomic
def take_and_call(*, by: User, callback_id: uuid.UUID) -> tuple[Contact, Hindrance | None]:
    """Claim the callback, open its contact, and ring. Raises Stale if somebody else claimed it first.

    A repeat returns the contact and does not ring again, so that nobody is called twice by a repeated post.
    """
    new = uuid.uuid4()
    contact = claim_callback(by=by, callback_id=callback_id, contact_id=new)
    if contact.pk != new:
        return contact, None
    return contact, call_contact(by=by, contact=contact, call_id=new)


@transaction.atomic
def call_contact(*, by: User, contact: Contact, call_id: uuid.UUID) -> Hindrance | None:
    """Ring the handler's telephone, then the person's. A repeat with the same ``call_id`` does not ring again.

    Raises Stale if the actor has not claimed the callback any more.
    """
    require(by, Permission.CONTACT_LOG, contact.centre_id)
    callback = Callback.objects.select_for_update(no_key=True).in_hand_of(by).filter(conversation=contact).first()
    if callback is None:
        raise stale(contact.pk)
    if Call.objects.filter(pk=call_id).exists() or Call.objects.live().filter(contact=contact).exists():
        return None
    number = parse_number(contact.phone, contact.country)
    agent = lock_agent(agent_of(by=by))
    line = line_for(contact.centre, contact.language)
    if hindrance := _hindrance(agent, line, number):
        return hindrance
    assert line is not None
    assert number is not None
    call = _make(by, contact, line, number.e164, call_id)
    note(by, CALL_CALLING_BACK, call, {"callback": str(callback.pk), "line": line.pk})
    _sit_in(by, agent, call)
    ring_handler(by=by, call=call, phone=agent.phone, is_browser=agent.is_browser)
    return None


@transaction.atomic
def put_back_and_hang_up(*, by: User, callback_id: uuid.UUID, due_at: datetime) -> None:
    """As ``put_callback_back``, and hang up a call of this attempt that still runs, such as with a voicemail box."""
    attempt = Callback.objects.filter(pk=callback_id).values("conversation")
    running = Call.objects.live().filter(contact__in=attempt).first()
    put_callback_back(by=by, callback_id=callback_id, due_at=due_at)
    if running and may_direct(by, running):
        hang_up(by=by, call_id=running.pk)


def _hindrance(agent: Agent, line: Line | None, number: PhoneNumber | None) -> Hindrance | None:
    if not is_connected() or line is None:
        return Hindrance.NOT_CONNECTED
    if not agent.has_telephone:
        return Hindrance.NO_PHONE
    if number is None:
        return Hindrance.NO_NUMBER
    if number.extension:
        return Hindrance.EXTENSION
    if Line.objects.filter(number=number.e164).exists():
        return Hindrance.OWN_NUMBER
    return Hindrance.IN_A_CALL if agent.state == AgentState.ON_CALL else None


def line_for(centre: Organisation, language: str) -> Line | None:
    """The line whose number the person sees: in their language; preferably one without a special skill."""
    lines = Line.objects.filter(centre=centre, is_active=True).order_by("pk")
    return min(lines, key=lambda line: (language not in line.languages, bool(line.skill)), default=None)


def _make(by: User, contact: Contact, line: Line, number: str, call_id: uuid.UUID) -> Call:
    now = timezone.now()
    call = Call(pk=call_id, direction=Direction.OUTBOUND, state=CallState.CONNECTING, line=line, contact=contact)
    call.centre_id = contact.centre_id
    call.data_key_id = contact.data_key_id
    call.language = contact.language
    call.phone = number
    call.phone_index = phone_index(number)
    call.caller_id_kind = CallerIdKind.SHOWN
    call.claimed_by = by
    call.claimed_at = now
    call.arrived_at = now
    if not insert_once(call):  # the id belongs to a call that the actor may not see, or another call is running
        raise stale(contact.pk)
    return call


def _sit_in(by: User, agent: Agent, call: Call) -> None:
    """Set the agent to on call, from any state; an offer to them is withdrawn."""
    move_agent(by=by, agent=agent, to=AgentState.ON_CALL, call=call)
    if withdraw_offers(by=by, offers=Offer.objects.filter(agent=agent)):
        offer_calls(by=by, centre=agent.centre_id)
