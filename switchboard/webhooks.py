"""Where the provider calls us. Verify, store, apply, commit, answer: nothing slow, and an error 5xx only while the
database itself fails: then the provider comes again.

A repeat finds the stored answer and gets the same bytes. An event that cannot be applied stays, with the name of the
problem, and is answered with a safe document: whoever is on the line hears that something is wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.services import Service, service_user
from hotline import telephony
from hotline.telephony import Event, HangUp, Verb, render
from privacy.context import acting_as

from . import flow, intake, spoken
from .models import Call, Leg

log = logging.getLogger(__name__)
XML = "text/xml; charset=utf-8"
Step = Callable[[User, Event, dict[str, Any]], str]
TRIES = 3


def _trouble() -> str:
    return render([*spoken.say("en", spoken.TROUBLE), HangUp()])


def webhook(kind: str, *, safe: Callable[[], str] = _trouble) -> Callable[[Step], Callable[..., HttpResponse]]:
    """A view that hands verified, stored events to ``step``, which returns the document to answer with.

    ``safe`` gives the document for an event that cannot be applied.
    """

    def wrap(step: Step) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @require_POST
        @wraps(step)
        def view(request: HttpRequest, **keys: Any) -> HttpResponse:
            if not _is_genuine(request):
                service = service_user(Service.TELEPHONE)
                with acting_as(service, purpose="refusal"):
                    intake.count_refusal(kind=kind)
                return HttpResponse(status=HTTPStatus.FORBIDDEN)
            event = telephony.parse(request)
            about = ":".join(str(value) for value in keys.values())
            return _answer(_handled(kind, event, about, lambda by: step(by, event, dict(keys)), safe))

        return view

    return wrap


def _is_genuine(request: HttpRequest) -> bool:
    """A body that cannot be read is not the provider's either."""
    try:
        return telephony.verify(request)
    except (SuspiciousOperation, MultiPartParserError, UnicodeError, ValueError):
        return False


def _handled(kind: str, event: Event, about: str, step: Callable[[User], str], safe: Callable[[], str]) -> str:
    """Two that wait for each other's rows are nobody's fault: whoever lost begins anew, and holds nothing meanwhile."""
    for tries_left in reversed(range(TRIES)):
        try:
            return _stored(kind, event, about, lambda: (step(service_user(Service.TELEPHONE)), ""))
        except Exception as error:  # whatever went wrong, the person on the line hears something
            if tries_left and isinstance(error, OperationalError):
                continue
            log.exception("a webhook of the kind %s could not be applied", kind)
            problem = type(error).__name__
            return _stored(kind, event, about, lambda: (safe(), problem))  # noqa: B023  called at once
    raise AssertionError("unreachable")


def _stored(kind: str, event: Event, about: str, work: Callable[[], tuple[str, str]]) -> str:
    """Store and apply in one transaction; ``work`` gives the answer and the name of a problem, or an empty one."""
    with acting_as(service_user(Service.TELEPHONE), purpose="webhook"):
        stored = intake.store(kind=kind, event=event, about=about)
        if stored.is_repeat:
            return str(stored.event.answer)
        answer, problem = work()
        intake.finish(stored=stored, answer=answer, problem=problem)
        return answer


def _answer(document: str) -> HttpResponse:
    if not document:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return HttpResponse(document, content_type=XML)


def _of_call(step: Callable[..., list[Verb]], *, has_document: bool) -> Step:
    def run(by: User, event: Event, keys: dict[str, Any]) -> str:
        call_id: UUID = keys.pop("call_id")
        call = Call.objects.select_related("line").filter(pk=call_id).first()
        if call is None:
            return render([HangUp()]) if has_document else ""
        verbs = step(by, event, call, **keys)
        return render(verbs) if has_document else ""

    return run


def _of_leg(step: Callable[..., list[Verb]], *, has_document: bool) -> Step:
    def run(by: User, event: Event, keys: dict[str, Any]) -> str:
        leg = Leg.objects.select_related("user", "call").filter(pk=keys["leg_id"]).first()
        if leg is None:
            return render([HangUp()]) if has_document else ""
        verbs = step(by, event, leg)
        return render(verbs) if has_document else ""

    return run


def _voice(by: User, event: Event, keys: dict[str, Any]) -> str:
    return render(flow.softphone(by, event) if event.get("From").startswith("client:") else flow.voice(by, event))


def _status(by: User, event: Event, keys: dict[str, Any]) -> str:
    """Of a number: it names the call by its sid alone."""
    call = Call.objects.select_related("line").filter(sid=event.get("CallSid") or "-").first()
    if call:
        flow.status(by, event, call)
    return ""


voice = webhook("voice")(_voice)
status = webhook("status")(_status)
menu = webhook("menu")(_of_call(flow.menu, has_document=True))
wait = webhook("wait")(_of_call(flow.wait, has_document=True))
queue = webhook("queue")(_of_call(flow.queue, has_document=True))
leave = webhook("leave")(_of_call(flow.leave, has_document=True))
recorded = webhook("recorded")(_of_call(flow.recorded, has_document=True))
recording = webhook("recording")(_of_call(flow.recording, has_document=False))
room = webhook("room")(_of_call(flow.room, has_document=True))
after = webhook("after")(_of_call(flow.after, has_document=True))
conference = webhook("conference")(_of_call(flow.conference, has_document=False))
leg_answer = webhook("leg_answer")(_of_leg(flow.answer, has_document=True))
leg_accept = webhook("leg_accept")(_of_leg(flow.leg_accept, has_document=True))
leg_after = webhook("leg_after")(_of_leg(flow.leg_after, has_document=True))
leg_status = webhook("leg_status")(_of_leg(flow.leg_status, has_document=False))
