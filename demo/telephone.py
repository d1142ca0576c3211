"""The demo's telephone: two lines, three agents, and today's calls, made with the real actions."""

from __future__ import annotations

from datetime import datetime, timedelta

from foundation.accounts.models import Organisation, User
from foundation.accounts.services import Service, service_user
from hotline.contacts.actions import save_contact, take_contact
from hotline.contacts.callbacks import complete_contact
from hotline.switchboard import calls
from hotline.switchboard.actions import accept
from hotline.switchboard.agents import agent_of, arrange_agent, choose_state
from hotline.switchboard.models import Call, Line
from hotline.switchboard.states import AgentState, CommandState, Ending, LegState
from hotline.switchboard.vocabulary import Skill
from hotline.telephony.provider import Event
from hotline.texting.actions import receive, reply
from hotline.texting.models import TextMessage
from hotline.texting.sending import message_moved, taken_by_provider
from hotline.texting.states import MessageState
from regions.vocabulary import Language
from triage.vocabulary import WaiverReason
from triage.work_actions import waive_triage

from .simulated_year import Player, moment

#: From the ranges that are kept free for fiction.
MAIN = "+493023125000"
EXIT = "+493023125001"
DESKS = {"heron": "+493023125901", "tern": "+493023125902", "plover": "+493023125903"}
WRITTEN = (
    "Guten Tag, ich kann gerade nicht telefonieren. Es geht um meinen Bruder. (Demo)",
    "Guten Tag, Sie können uns hier schreiben. Wann wären Sie gut zu erreichen? (Demo)",
    "Ab 16 Uhr, bitte nur per Nachricht. (Demo)",
)
#: Minutes ago, language, seconds waited, how it ended.
TODAY = [
    (178, "de", 12, Ending.ANSWERED),
    (151, "fr", 41, Ending.ANSWERED),
    (133, "de", 95, Ending.ABANDONED),
    (120, "en", 22, Ending.ANSWERED),
    (84, "de", 71, Ending.ANSWERED),
    (52, "de", 30, Ending.CALLBACK),
    (34, "fr", 18, Ending.ANSWERED),
]


def make_lines(administrator: User, centre: Organisation, now: datetime) -> None:
    with moment(administrator, now):
        for number, name, skill in ((MAIN, "Beratungstelefon (Demo)", ""), (EXIT, "Ausstiegstelefon (Demo)", "exit")):
            Line.objects.create(
                number=number,
                centre=centre,
                name=name,
                languages=["de", "en", "fr"],
                skill=skill,
                is_round_the_clock=True,
            )


def make_calls(player: Player, people: dict[str, User], now: datetime) -> None:
    for handle, phone in DESKS.items():
        user = people[handle]
        with moment(user, now - timedelta(hours=4)):
            arrange_agent(by=user, agent=agent_of(by=user), phone=phone, is_browser=False,
                         languages=[Language.GERMAN, Language.ENGLISH, Language.FRENCH],
                         skills=[Skill.EXIT] if handle == "heron" else [])  # fmt: skip
            choose_state(by=user, state=AgentState.BREAK)
    for number, (minutes, language, waited, ending) in enumerate(TODAY):
        _play(player, people, now - timedelta(minutes=minutes), language, waited, ending, number)


def make_messages(player: Player, handler: User, now: datetime) -> None:
    """An SMS, its answer, and the next one: a contact that goes on in writing."""
    service = service_user(Service.TELEPHONE)
    first = _sms(service, player, now - timedelta(minutes=19), WRITTEN[0])
    assert first.contact is not None
    with moment(handler, now - timedelta(minutes=15)):
        take_contact(by=handler, contact_id=first.contact.pk)
        answer = reply(by=handler, contact=first.contact, message_id=player.new_id(), text=WRITTEN[1])
    with moment(service, now - timedelta(minutes=15)):
        taken_by_provider(by=service, message=answer, sid=f"SM{player.new_id().hex}")
        message_moved(by=service, message=answer, state=MessageState.DELIVERED)
    _sms(service, player, now - timedelta(minutes=4), WRITTEN[2])


def _sms(service: User, player: Player, at: datetime, text: str) -> TextMessage:
    said = {"MessageSid": f"SM{player.new_id().hex}", "From": "+493023125499", "To": MAIN, "Body": text}
    with moment(service, at):
        return receive(by=service, line=Line.objects.get(number=MAIN), event=Event("", None, "", None, said))


def _play(
    player: Player, people: dict[str, User], at: datetime, language: str, waited: int, ending: Ending, number: int
) -> None:
    service = service_user(Service.TELEPHONE)
    with moment(service, at):
        line = Line.objects.get(number=MAIN)
        caller = calls.CallerId.of(f"+4930231254{number:02d}", "DE")
        call = calls.arrive(by=service, line=line, sid=f"CA{player.new_id().hex}", caller=caller)
        calls.choose_language(by=service, call=call, language=language)
        calls.begin_waiting(by=service, call=call)
    answered_at = at + timedelta(seconds=waited)
    if ending == Ending.ANSWERED:
        _answer(people[list(DESKS)[number % 3]], service, call, answered_at)
        return
    with moment(service, answered_at):
        call = Call.objects.locked().get(pk=call.pk)
        if ending != Ending.ABANDONED:
            calls.begin_leaving(by=service, call=call, ending=ending)
        calls.end_call(by=service, call=call)


def _answer(handler: User, service: User, call: Call, at: datetime) -> None:
    with moment(handler, at):
        choose_state(by=handler, state=AgentState.READY)
        contact_id = accept(by=handler, call_id=call.pk).contact_id
        assert contact_id
    with moment(service, at + timedelta(seconds=6)):
        calls.begin_talking(by=service, call=Call.objects.locked().get(pk=call.pk))
    with moment(service, at + timedelta(minutes=11)):
        calls.end_call(by=service, call=Call.objects.locked().get(pk=call.pk))
        call.commands.update(state=CommandState.DROPPED, ended_at=at + timedelta(minutes=11))
        call.legs.update(state=LegState.ENDED, ended_at=at + timedelta(minutes=11), reason="completed")
    with moment(handler, at + timedelta(minutes=14)):
        save_contact(by=handler, contact_id=contact_id, version=1, changes={"caller_type_id": "parent"})
        complete_contact(by=handler, contact_id=contact_id)
        waive_triage(by=handler, contact_id=contact_id, reason=WaiverReason.KNOWN, words="")
        choose_state(by=handler, state=AgentState.BREAK)
