"""The wallboard: the telephone's part of the shift page, and actions of coordinators there."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.guards import CentreRequest, at_the_centre
from foundation.accounts.roles import Permission

from .actions import raise_urgency
from .agents import arrange_agent
from .blocked_numbers import lift_block
from .forms import AgentForm
from .models import Agent
from .telephone_figures import figures_of_today
from .wallboard import callers, team

coordinators_only = at_the_centre(Permission.FIGURES_READ)  # as for the shift page


@require_safe
@coordinators_only
def part_callers(request: CentreRequest) -> HttpResponse:
    return render(request, "switchboard/parts/wallboard_callers.html", callers(request.centre, timezone.now()))


@require_safe
@coordinators_only
def part_team(request: CentreRequest) -> HttpResponse:
    return render(request, "switchboard/parts/wallboard_team.html", team(request.centre, timezone.now()))


@require_safe
@coordinators_only
def part_figures(request: CentreRequest) -> HttpResponse:
    return render(request, "switchboard/parts/wallboard_figures.html", figures_of_today(request.centre, timezone.now()))


@require_POST
@coordinators_only
def urgency(request: CentreRequest, call_id: UUID) -> HttpResponse:
    raise_urgency(by=request.user, call_id=call_id, is_urgent=request.POST.get("urgent") == "1")
    return redirect("reporting:shift")


@require_POST
@coordinators_only
def lift(request: CentreRequest, block_id: UUID) -> HttpResponse:
    lift_block(by=request.user, block_id=block_id)
    messages.success(request, _("The number is let through again."))
    return redirect("reporting:shift")


@require_http_methods(["GET", "HEAD", "POST"])
@coordinators_only
def agent_of_handler(request: CentreRequest, agent_id: UUID) -> HttpResponse:
    """A coordinator changes the settings of a handler's agent."""
    agent = Agent.objects.select_related("user").filter(pk=agent_id, centre=request.centre).first()
    if agent is None:
        raise Http404
    form = AgentForm(request.POST if request.method == "POST" else None, agent=agent)
    if request.method == "POST" and form.is_valid():
        arrange_agent(by=request.user, agent=agent, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("reporting:shift")
    status = 422 if form.is_bound else 200
    return render(request, "switchboard/agent.html", {"form": form, "whose": agent.user}, status=status)
