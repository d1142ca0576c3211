"""Views of callbacks by telephone, and of voicemails."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.guards import CentreRequest, handlers_only
from hotline.contacts.callback_views import put_back_page
from hotline.contacts.models import Callback
from hotline.contacts.permissions import contact_to_write

from .callback_calls import Hindrance, call_contact, put_back_and_hang_up, take_and_call
from .desk import is_telephone_connected
from .models import Agent, Call, Voicemail
from .vocabulary import WhyUnreached

#: Outcomes after which another attempt later makes sense.
WAITS_AGAIN = {WhyUnreached.BUSY, WhyUnreached.NO_ANSWER}


@require_POST
@handlers_only
def call_back(request: CentreRequest, callback_id: UUID) -> HttpResponse:
    """Claim a callback of the worklist, and ring."""
    contact, hindrance = take_and_call(by=request.user, callback_id=callback_id)
    _tell(request, hindrance)
    return redirect("hotline:desk_contact", contact.pk)


@require_POST
@handlers_only
def call_again(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """Ring again from the contact of a claimed callback. ``call``: the new call's id, from the form."""
    contact = contact_to_write(request.user, contact_id)
    try:
        call_id = UUID(request.POST.get("call", ""))
    except ValueError:
        raise BadRequest from None
    _tell(request, call_contact(by=request.user, contact=contact, call_id=call_id))
    return redirect("hotline:desk_contact", contact.pk)


def _tell(request: CentreRequest, hindrance: Hindrance | None) -> None:
    if hindrance:
        messages.warning(request, hindrance.label)


@require_http_methods(["GET", "HEAD", "POST"])
@handlers_only
def put_back(request: CentreRequest, callback_id: UUID) -> HttpResponse:
    """Put the callback back after no answer, or a voicemail box; a running call is hung up."""
    return put_back_page(request, callback_id, put_back_and_hang_up)


@require_safe
@handlers_only
def part_callback(request: CentreRequest, callback_id: UUID) -> HttpResponse:
    """The state of the call of a callback."""
    callback = Callback.objects.select_related("conversation").filter(pk=callback_id).first()
    if callback is None:
        raise Http404
    is_mine = callback.claimed_by_id == request.user.pk and callback.conversation is not None
    calls = Call.objects.filter(contact=callback.conversation_id).order_by("-arrived_at") if is_mine else []
    last = next(iter(calls), None)
    agent = Agent.objects.filter(user=request.user).first()
    context = {
        "callback": callback,
        "is_mine": is_mine,
        "is_browser": agent is not None and agent.is_browser,
        "can_ring": is_mine and agent is not None and agent.has_telephone and is_telephone_connected(request.centre),
        "last": last,
        "number": last.shown_phone if last else "",
        "new_id": uuid.uuid4(),
        "waits_again": last is not None and last.why_unreached in WAITS_AGAIN,
    }
    return render(request, "switchboard/parts/callback.html", context)


@require_safe
@handlers_only
def part_voicemail(request: CentreRequest, callback_id: UUID) -> HttpResponse:
    """The voicemail that led to a callback: a player, or why there is no sound."""
    found = Voicemail.objects.filter(callback=callback_id).defer("sound").first()
    if found is None and not Callback.objects.filter(pk=callback_id).exists():
        raise Http404
    return render(request, "switchboard/parts/player.html", {"voicemail": found, "key": callback_id})
