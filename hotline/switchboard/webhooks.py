"""The provider's webhooks: verify, apply, store, commit, answer. Nothing slow runs here. Only a failing database leads
to a 5xx response, after which the provider repeats the request.

A repeat gets the stored answer, byte for byte. An event that cannot be applied is stored with the name of the problem
and answered with a safe document, so that the caller hears that something is wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, Literal

from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from foundation.accounts import rate_limits
from foundation.accounts.client_address import client_address
from foundation.accounts.models import User
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from hotline.telephony import provider
from hotline.telephony.provider import Event, render
from hotline.telephony.verbs import HangUp, Verb

from . import call_flow, intake, prompts
from .models import Call, Leg

log = logging.getLogger(__name__)
XML = "text/xml; charset=utf-8"
Step = Callable[[User, "VerifiedWebhook"], str]
TRIES = 3
REFUSALS_A_MINUTE = 60


def _trouble() -> str:
    return render([*prompts.say("en", prompts.TROUBLE), HangUp()])


@dataclass(frozen=True)
class VerifiedWebhook:
    """A verified webhook. ``keys``: from its URL; ``call``: its call, locked."""

    event: Event
    keys: dict[str, Any]
    call: Call | None


def webhook(kind: str, *, safe: Callable[[], str] = _trouble) -> Callable[[Step], Callable[..., HttpResponse]]:
    """Make a view that passes verified events to ``step``, which returns the response document, and stores both.

    ``safe`` returns the document for an event that cannot be applied.
    """

    def wrap(step: Step) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @require_POST
        @wraps(step)
        def view(request: HttpRequest, **keys: Any) -> HttpResponse:
            if not provider.is_genuine(request):
                return _refused(request, kind)
            return _answer(_handled(kind, provider.parse(request), keys, step, safe))

        view.__dict__["is_webhook"] = True  # for config.webhook_bypass
        return view

    return wrap


def _refused(request: HttpRequest, kind: str) -> HttpResponse:
    """403, counted; from one address only so often a minute. A genuine webhook never comes here and is not slowed."""
    if rate_limits.seen("refused-webhook", client_address(request)) > REFUSALS_A_MINUTE:
        return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS)
    with acting_as(service_user(Service.TELEPHONE), purpose="refusal"):
        intake.count_refusal(kind=kind)
    return HttpResponse(status=HTTPStatus.FORBIDDEN)


def _handled(kind: str, event: Event, keys: dict[str, Any], step: Step, safe: Callable[[], str]) -> str:
    """Retry in a new transaction after a deadlock or a conflict of the unique key."""
    for tries_left in reversed(range(TRIES)):
        try:
            return _stored(kind, event, keys, step)
        except Exception as error:  # after any error the caller has to hear something
            if tries_left and isinstance(error, (OperationalError, IntegrityError)):
                continue
            log.exception("a webhook of the kind %s could not be applied", kind)
            return _stored(kind, event, keys, lambda by, verified: safe(), problem=type(error).__name__)
    raise AssertionError("unreachable")


def _stored(kind: str, event: Event, keys: dict[str, Any], step: Step, *, problem: str = "") -> str:
    """Apply and store in one transaction. A repeat waits for the lock on the call and gets the stored answer."""
    service = service_user(Service.TELEPHONE)
    about = ":".join(str(value) for value in keys.values())
    key = intake.dedupe_key(kind, event, about)
    with acting_as(service, purpose="webhook"):
        call = _call_of(event, key, keys)
        before = intake.answer_before(key) if call is None or call.is_repeat else None
        if before is not None:
            return before
        answer = step(service, VerifiedWebhook(event, keys, call))
        intake.store(kind=kind, event=event, key=key, call=call, answer=answer, problem=problem)
        return answer


def _call_of(event: Event, event_key: str, keys: dict[str, Any]) -> Call | None:
    known = {"id": keys.get("call_id"), "leg": keys.get("leg_id"), "sid": event.get("CallSid")}
    found = (Call.objects.lock_by(name, value, event_key=event_key) for name, value in known.items() if value)
    return next(found, None)


def _answer(document: str) -> HttpResponse:
    if not document:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return HttpResponse(document, content_type=XML)


def _of(about: Literal["call", "leg"], step: Callable[..., list[Verb]], *, has_document: bool) -> Step:
    def run(by: User, verified: VerifiedWebhook) -> str:
        row: Call | Leg | None = verified.call
        if about == "leg" and verified.call:
            row = Leg.objects.lock_of(verified.call, verified.keys["leg_id"])
        if row is None:
            return render([HangUp()]) if has_document else ""
        more = {name: value for name, value in verified.keys.items() if name not in ("call_id", "leg_id")}
        verbs = step(by, verified.event, row, **more)
        return render(verbs) if has_document else ""

    return run


def _voice(by: User, verified: VerifiedWebhook) -> str:
    if verified.event.get("From").startswith("client:"):
        return render(call_flow.softphone(by, verified.event))
    return render(call_flow.voice(by, verified.event, verified.call))


voice = webhook("voice")(_voice)
status = webhook("status")(_of("call", call_flow.status, has_document=False))
menu = webhook("menu")(_of("call", call_flow.menu, has_document=True))
wait = webhook("wait")(_of("call", call_flow.wait, has_document=True))
queue = webhook("queue")(_of("call", call_flow.queue, has_document=True))
leave = webhook("leave")(_of("call", call_flow.leave, has_document=True))
recorded = webhook("recorded")(_of("call", call_flow.recorded, has_document=True))
recording = webhook("recording")(_of("call", call_flow.recording, has_document=False))
room = webhook("room")(_of("call", call_flow.room, has_document=True))
after = webhook("after")(_of("call", call_flow.after, has_document=True))
conference = webhook("conference")(_of("call", call_flow.conference, has_document=False))
person_status = webhook("person_status")(_of("call", call_flow.person_status, has_document=False))
leg_answer = webhook("leg_answer")(_of("leg", call_flow.answer, has_document=True))
leg_accept = webhook("leg_accept")(_of("leg", call_flow.leg_accept, has_document=True))
leg_after = webhook("leg_after")(_of("leg", call_flow.leg_after, has_document=True))
leg_status = webhook("leg_status")(_of("leg", call_flow.leg_status, has_document=False))
leg_unreached = webhook("leg_unreached")(_of("leg", call_flow.unreached, has_document=True))
