"""Views of the telephone on the desk."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.guards import CentreRequest, handlers_only
from foundation.journal.actions import look
from foundation.privacy.unshown import read_or
from foundation.ui.fragments import is_part
from hotline.telephony import provider

from . import actions
from .agents import agent_of, arrange_agent, choose_state
from .blocked_numbers import block_caller
from .desk import bar_of, queue_of
from .forms import AgentForm, ConsultForm
from .models import Call, Voicemail
from .permissions import call_to_direct
from .states import CHOSEN_STATES, AgentState
from .waiting import hung_up_today


@require_safe
@handlers_only
def part_bar(request: CentreRequest) -> HttpResponse:
    return _bar(request)


@require_safe
@handlers_only
def part_queue(request: CentreRequest) -> HttpResponse:
    return render(request, "switchboard/parts/queue.html", {"queue": queue_of(request.centre)})


@require_POST
@handlers_only
def choose(request: CentreRequest) -> HttpResponse:
    """``state``: ready, break or off."""
    if request.POST.get("state") not in CHOSEN_STATES:
        raise BadRequest
    agent = agent_of(by=request.user)
    state = AgentState(request.POST["state"])
    if state == AgentState.READY and not agent.has_telephone:
        messages.info(request, _("First say which telephone is to be rung."))
        return _to(request, "switchboard:agent")
    choose_state(by=request.user, state=state)
    return _bar(request) if is_part(request) else redirect("hotline:desk")


def _bar(request: CentreRequest) -> HttpResponse:
    """The telephone bar only, as a fragment; empty if no telephone is connected any more."""
    bar = bar_of(request.user, request.centre)
    return render(request, "switchboard/parts/bar.html", {"telephone_bar": bar}) if bar else HttpResponse()


@require_POST
@handlers_only
def accept(request: CentreRequest, call_id: UUID) -> HttpResponse:
    call = actions.accept(by=request.user, call_id=call_id)
    return redirect("hotline:desk_contact", call.contact_id)


@require_POST
@handlers_only
def decline(request: CentreRequest, call_id: UUID) -> HttpResponse:
    actions.decline(by=request.user, call_id=call_id)
    return _bar(request) if is_part(request) else redirect("hotline:desk")


@require_POST
@handlers_only
def hold(request: CentreRequest, call_id: UUID) -> HttpResponse:
    """``on``: 1 to hold, 0 to resume."""
    if request.POST.get("on") not in ("0", "1"):
        raise BadRequest
    call = call_to_direct(request.user, call_id)
    actions.hold(by=request.user, call_id=call.pk, is_held=request.POST["on"] == "1")
    return _bar_again(request, call)


@require_http_methods(["GET", "HEAD", "POST"])
@handlers_only
def consult(request: CentreRequest, call_id: UUID) -> HttpResponse:
    call = call_to_direct(request.user, call_id)
    form = ConsultForm(request.POST if request.method == "POST" else None, country=request.centre.country)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        template = "switchboard/parts/consult_form.html" if is_part(request) else "switchboard/consult.html"
        return render(request, template, {"form": form, "call": call, "in_panel": is_part(request)}, status=status)
    actions.consult(
        by=request.user,
        call_id=call.pk,
        leg_id=form.cleaned_data["leg_id"],
        phone=form.number,
        organisation=form.cleaned_data["organisation"],
    )
    answer = _bar_again(request, call)
    if is_part(request):  # posted by the form's fragment, which closes; the bar has changed
        answer["HX-Retarget"] = "#telephone"
        answer["HX-Reswap"] = "outerHTML"
        answer.write(b'<div id="telephone-panel" hx-swap-oob="innerHTML"></div>')
    return answer


@require_POST
@handlers_only
def dismiss(request: CentreRequest, call_id: UUID) -> HttpResponse:
    call = call_to_direct(request.user, call_id)
    actions.dismiss_partner(by=request.user, call_id=call.pk)
    return _bar_again(request, call)


@require_POST
@handlers_only
def hand_over(request: CentreRequest, call_id: UUID) -> HttpResponse:
    call = call_to_direct(request.user, call_id)
    actions.hand_over(by=request.user, call_id=call.pk)
    return _bar_again(request, call)


@require_POST
@handlers_only
def hang_up(request: CentreRequest, call_id: UUID) -> HttpResponse:
    call = call_to_direct(request.user, call_id)
    actions.hang_up(by=request.user, call_id=call.pk)
    return _bar_again(request, call)


@require_POST
@handlers_only
def block(request: CentreRequest, call_id: UUID) -> HttpResponse:
    made = block_caller(by=request.user, call_id=call_to_direct(request.user, call_id).pk)
    if is_part(request):
        return _bar(request)
    if made:
        messages.success(request, _("This number is not let through for a day. Coordinators see it and can lift it."))
    return redirect("hotline:desk")


@require_http_methods(["GET", "HEAD", "POST"])
@handlers_only
def agent(request: CentreRequest) -> HttpResponse:
    """The settings of the user's own agent."""
    mine = agent_of(by=request.user)
    form = AgentForm(request.POST if request.method == "POST" else None, agent=mine)
    if request.method == "POST" and form.is_valid():
        arrange_agent(by=request.user, agent=mine, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("hotline:desk")
    return render(request, "switchboard/agent.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@handlers_only
def part_hung_up(request: CentreRequest) -> HttpResponse:
    """Number of callers who hung up while waiting today, for the left column of the desk."""
    return render(request, "switchboard/parts/hung_up.html", {"hung_up": hung_up_today(request.centre, timezone.now())})


@require_safe
@handlers_only
def voicemail(request: CentreRequest, call_id: UUID) -> HttpResponse:
    """The sound of a call's voicemail; the access is recorded."""
    found = Voicemail.objects.filter(call=call_id, fetched_at__isnull=False).first()
    if found is None:
        raise Http404
    sound = read_or(found, lambda: found.sound, b"")
    if not sound:
        raise Http404
    look("voicemail.heard", by=request.user, subject=found.call_id, centre=found.centre_id)
    return HttpResponse(sound, content_type="audio/wav", headers={"Accept-Ranges": "none"})


@require_POST
@handlers_only
def token(request: CentreRequest) -> HttpResponse:
    """The access token of the browser phone."""
    made = provider.client_token(identity=f"user_{request.user.pk}")
    if made is None:
        raise Http404
    return JsonResponse({"token": made.token, "identity": made.identity})


def _bar_again(request: CentreRequest, call: Call) -> HttpResponse:
    if is_part(request):
        return _bar(request)
    return redirect("hotline:desk_contact", call.contact_id) if call.contact_id else redirect("hotline:desk")


def _to(request: CentreRequest, name: str) -> HttpResponse:
    """A redirect for which htmx loads a whole page."""
    if is_part(request):
        return HttpResponse(headers={"HX-Redirect": reverse(name)})
    return redirect(name)
