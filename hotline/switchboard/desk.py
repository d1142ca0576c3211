"""The telephone's data on the desk. Read-only; row-level security selects the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import ClassVar

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db.models import Q, QuerySet

from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import centre_with
from foundation.accounts.roles import Permission
from hotline.contacts.vocabulary import Kind
from hotline.telephony.provider import is_connected

from .legs import is_goodbye_ordered
from .models import Agent, Block, Call, CallQuerySet, Command, Leg, Line, Offer
from .states import OFF_DUTY, OFFER_OPEN, THERE, AgentState, CallState, CommandState
from .vocabulary import CallParticipant

SOFTPHONE = "hotline/twilio.min.js"
MOST_WAITING = 30
MOST_ALONE = 3
#: Endings after which the number may be blocked for a day.
ABUSIVE = {Kind.ABUSIVE, Kind.PRANK}


@dataclass(frozen=True)
class Queue:
    """The telephone's part of the left column: waiting callers, and handlers on duty."""

    is_connected: bool
    rows: list[Call]
    has_more: bool
    team: list[Agent]


def queue_of(centre: Organisation) -> Queue:
    shown = ("line__name", "language", "is_urgent", "waiting_since")
    waiting = list(Call.objects.waiting().filter(centre=centre).select_related("line").only(*shown)[: MOST_WAITING + 1])
    return Queue(
        is_telephone_connected(centre), waiting[:MOST_WAITING], len(waiting) > MOST_WAITING, list(_team(centre))
    )


def is_telephone_connected(centre: Organisation) -> bool:
    return _lines(centre).exists()


def lines_of(user: User) -> QuerySet[Line]:
    """The lines that ring at this person's centre; none without a telephone, or for people who take no calls."""
    return _lines(centre_with(user, Permission.CONTACT_LOG))


def _lines(centre: Organisation | None) -> QuerySet[Line]:
    if centre is None or not is_connected():
        return Line.objects.none()
    return Line.objects.filter(centre=centre, is_active=True)


def calls_to_show(user: User) -> QuerySet[Call]:
    """The calls of others that the telephone bar of this person mentions."""
    centre = centre_with(user, Permission.CONTACT_LOG)
    return _waiting_or_alone(centre) if centre and is_connected() else Call.objects.none()


@dataclass(frozen=True)
class TelephoneBar:
    """The telephone bar of one handler, with a ringing call (``offer``), a running one (``talk``), or none.

    ``last``: the last call, while its handler is in wrap-up. ``waiting``: callers in the queue; ``longest``: the one
    who has waited longest; ``alone``: callers of the shift, alone in a room, whose call the provider does not end.
    """

    agent: Agent | None
    offer: Offer | None = None
    talk: Conversation | None = None
    last: Call | None = None
    can_block: Call | None = None
    waiting: int = 0
    longest: Call | None = None
    alone: Sequence[Call] = ()
    template: ClassVar[str] = "switchboard/telephone_bar.html"

    @property
    def mode(self) -> str:
        if self.talk:
            return "call"
        return "ringing" if self.offer else "idle"

    @property
    def has_softphone(self) -> bool:
        """Whether this handler uses the browser phone, and `manage.py install_softphone` has installed it."""
        wanted = self.agent is not None and self.agent.is_browser and bool(settings.TELEPHONY["api_key"])
        return wanted and finders.find(SOFTPHONE) is not None


def bar_of(user: User, centre: Organisation) -> TelephoneBar | None:
    """The telephone bar; None if no telephone is connected."""
    return connected_bar(user, centre) if is_telephone_connected(centre) else None


def connected_bar(user: User, centre: Organisation, *, has_calls: bool = True) -> TelephoneBar:
    """``has_calls``: whether ``calls_to_show`` has any, if known; without calls none is fetched."""
    agent = Agent.objects.filter(user=user).first()
    calls = list(_waiting_or_alone(centre)) if has_calls else []
    alone = sorted((call for call in calls if call.alone_since), key=attrgetter("alone_since"))[:MOST_ALONE]
    if talk := _talk_of(agent):
        return TelephoneBar(agent, talk=talk, alone=alone)
    waiting = [call for call in calls if call.state == CallState.WAITING]
    last = _last_call(agent)
    return TelephoneBar(
        agent,
        offer=_offer_to(agent) if waiting else None,
        last=last,
        can_block=_abusive(last),
        waiting=len(waiting),
        longest=waiting[0] if waiting else None,
        alone=alone,
    )


def _talk_of(agent: Agent | None) -> Conversation | None:
    if agent is None or agent.call_id is None or agent.state != AgentState.ON_CALL:
        return None
    call = Call.objects.select_related("line", "contact").filter(pk=agent.call_id).first()
    return conversation_of(call) if call else None


def _waiting_or_alone(centre: Organisation) -> CallQuerySet:
    """What the bar says of other people's calls; who has waited longest first."""
    calls = Call.objects.live().filter(Q(state=CallState.WAITING) | Q(alone_since__isnull=False), centre=centre)
    return calls.only("state", "waiting_since", "alone_since", "contact", "claimed_by").order_by("waiting_since")


def _offer_to(agent: Agent | None) -> Offer | None:
    if agent is None or agent.state != AgentState.READY:
        return None
    mine = Offer.objects.filter(agent=agent, state__in=OFFER_OPEN, call__state=CallState.WAITING)
    return mine.select_related("call__line").first()


def _team(centre: Organisation) -> list[Agent]:
    on_duty = Agent.objects.filter(centre=centre).exclude(state__in=OFF_DUTY).select_related("user")
    return list(on_duty.only("state", "user__name").order_by("user__name"))


def _last_call(agent: Agent | None) -> Call | None:
    """The last call of a handler in wrap-up."""
    if agent is None or agent.state != AgentState.WRAP_UP:
        return None
    return Call.objects.filter(claimed_by=agent.user_id).select_related("contact").order_by("-claimed_at").first()


def _abusive(last: Call | None) -> Call | None:
    """The call, if it was ended as abusive and its number is not blocked yet."""
    if last is None or last.contact is None or last.contact.kind not in ABUSIVE or last.phone_index is None:
        return None
    return None if Block.objects.filter(contact=last.contact).exists() else last


@dataclass(frozen=True)
class Conversation:
    """The call that a handler is in.

    ``problem``: the provider's error code. ``is_ending``, ``is_handed_over``, ``is_partner_leaving``: true as soon as
    the command is ordered, before the provider reports it.
    """

    call: Call
    partner: Leg | None
    handler: Leg | None
    problem: Command | None
    is_ending: bool
    is_handed_over: bool
    is_partner_leaving: bool

    @property
    def may_direct(self) -> bool:
        """Whether hold, consultation and handover are possible now."""
        return self.call.state == CallState.TALKING and not self.is_ending and not self.is_handed_over

    @property
    def may_hand_over(self) -> bool:
        joined = self.partner is not None and self.partner.state in THERE
        return self.may_direct and joined and not self.is_partner_leaving


def conversation_of(call: Call) -> Conversation:
    legs = {leg.party: leg for leg in Leg.objects.live().filter(call=call).select_related("organisation")}
    partner = legs.get(CallParticipant.PARTNER.value)
    handler = legs.get(CallParticipant.HANDLER.value)
    commands = list(call.commands.order_by("-pk"))
    hung_up = set(call.commands.hanging_up_legs().values_list("leg", flat=True))
    return Conversation(
        call=call,
        partner=partner,
        handler=handler,
        problem=_problem(commands),
        is_ending=is_goodbye_ordered(call),
        is_handed_over=handler is not None and handler.pk in hung_up,
        is_partner_leaving=partner is not None and partner.pk in hung_up,
    )


def _problem(commands: list[Command]) -> Command | None:
    """The newest command that is being retried, else that has failed and was not repeated successfully."""
    done: set[str] = set()
    for one in commands:
        if one.state == CommandState.WAITING and one.attempts > 1:
            return one
        if one.state == CommandState.FAILED and one.kind not in done:
            return one
        if one.state == CommandState.DONE:
            done.add(one.kind)
    return None
