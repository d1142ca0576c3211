"""Commands of outbound calls, in addition to ``purposes``."""

from __future__ import annotations

from functools import partial

from foundation.accounts.models import User
from hotline.telephony import provider

from .commands import order
from .models import Call, Command, Leg
from .outbound import is_wanted, not_reached, person_changed
from .prompts import address
from .purposes import Purpose, Request, locked_call, search_room, settled, telephones_of
from .vocabulary import CommandKind, WhyUnreached

#: The provider's codes for invalid or unreachable numbers.
NO_SUCH_NUMBER = {13223, 13224, 21211, 21214, 21217}
PERSON_RINGS_FOR = 40  # seconds; afterwards nobody will answer, or a voicemail box has


class RingPerson(Purpose):
    """Ring the person, who enters the handler's room. A repeat first checks whether the earlier request succeeded."""

    def request(self, command: Command) -> Request | None:
        call = Call.objects.select_related("line").get(commands=command)
        again = self._ring(call) if is_wanted(call) else None
        if command.attempts <= 1:
            return again
        if call.sid:
            return None
        return partial(settled, search_room(call, call.room), again)

    def _ring(self, call: Call) -> Request:
        return partial(
            provider.add,
            room=call.conference,
            label=call.room,
            to=call.phone,
            from_=str(call.line.number),
            status_url=address("person_status", call.pk),
            seconds=PERSON_RINGS_FOR,
            ends_room=True,
        )

    def done(self, by: User, command: Command, answer: object) -> None:
        call = locked_call(command)
        for known in telephones_of(answer):
            person_changed(by=by, call=call, status=known.status, sid=known.sid)

    def gone(self, by: User, command: Command) -> None:
        """The room does not exist any more: the handler has left it."""
        not_reached(by=by, call=locked_call(command), why=WhyUnreached.GIVEN_UP)

    def failed(self, by: User, command: Command) -> None:
        call = locked_call(command)
        if not call.sid:
            not_reached(
                by=by,
                call=call,
                why=WhyUnreached.FAILED if command.problem in NO_SUCH_NUMBER else WhyUnreached.PROVIDER,
            )


class Tell(Purpose):
    """Redirect the handler's telephone to an announcement; if that fails, hang it up."""

    def request(self, command: Command) -> Request | None:
        leg = Leg.objects.get(commands=command)
        sid = leg.sid if leg.ended_at is None else None
        return partial(provider.redirect, sid=sid, url=address("leg_unreached", leg.pk)) if sid else None

    def failed(self, by: User, command: Command) -> None:
        order(by=by, kind=CommandKind.HANG_UP, leg=command.leg)


OUTBOUND_PURPOSES: dict[CommandKind, Purpose] = {CommandKind.RING: RingPerson(), CommandKind.TELL: Tell()}
