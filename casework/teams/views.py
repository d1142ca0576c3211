"""Pages of case teams, for the centre and for the bodies. Forbidden and missing are both 404; outdated is 409."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.cases.models import Case
from casework.cases.permissions import case_to_reread, case_to_write
from foundation.accounts.guards import SignedInRequest, anywhere, signed_in
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Permission
from foundation.journal.stale import stale

from . import actions
from .forms import (
    AcceptForm,
    BodyActionForm,
    DeclineForm,
    EndForm,
    InviteForm,
    LeaveForm,
    OwnNoteForm,
    PeopleForm,
    StepForm,
)
from .models import Team
from .pages import MemberPage, TeamOfCase, TeamPage, list_of, why_not
from .permissions import is_of_body, member_to_see, team_to_work_in
from .work_actions import NotInTeam, add_action_for


@require_safe
@signed_in
def of_case(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """A fragment of the case's page: which bodies are in."""
    case = case_to_reread(request.user, case_id)
    return render(request, "teams/of_case.html", {"team": TeamOfCase(case, request.user), "case": case})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def invite(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """Invite a body to the team of an open case."""
    case = case_to_write(request.user, case_id)
    if not case.is_open:
        raise stale(case_id)
    team = TeamOfCase(case, request.user)
    posted = request.POST if request.method == "POST" else None
    responsible = team.to_invite if "responsible" in request.GET else None
    form = InviteForm(posted, notes=team.notes(), responsible=responsible)
    if not form.is_bound:
        return _invite_page(request, case, team, form, 200)
    if form.is_valid() and _is_invited(request, case, form):
        messages.success(request, _("%(body)s was invited.") % {"body": form.cleaned_data["organisation"].name})
        return redirect("cases:case", case_id)
    return _invite_page(request, case, team, form, 422)


def _invite_page(request: HttpRequest, case: Case, team: TeamOfCase, form: InviteForm, status: int) -> HttpResponse:
    return render(request, "teams/invite.html", {"case": case, "team": team, "form": form}, status=status)


def _is_invited(request: SignedInRequest, case: Case, form: InviteForm) -> bool:
    """False, with the reason in the form, if the body cannot be invited."""
    try:
        actions.invite(by=request.user, case_id=case.pk, **form.cleaned_data)
    except actions.InTeamAlready:
        form.add_error("organisation", _("This body is invited or in the team already."))
    except actions.HasConflict:
        form.add_error(
            "organisation",
            _("This body has a conflict of interest in this case. Say below if it is settled, or choose another."),
        )
    except actions.ConflictStands:
        form.add_error(
            "organisation",
            _("A conflict of interest of this body is noted in this case. It can be taken back among the partners."),
        )
    return not form.errors


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add_action(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """Add an action for a body of the team."""
    case = case_to_write(request.user, case_id)
    if not case.is_open:
        raise stale(case_id)
    notes = TeamOfCase(case, request.user).states()
    form = BodyActionForm(request.POST if request.method == "POST" else None, notes=notes)
    if form.is_valid() and _is_added(request, case, form):
        messages.success(request, _("The action was added."))
        return redirect("cases:case", case_id)
    return render(request, "teams/add_action.html", {"case": case, "form": form}, status=422 if form.is_bound else 200)


def _is_added(request: SignedInRequest, case: Case, form: BodyActionForm) -> bool:
    """False, with the reason in the form, for a body that is not in the team."""
    try:
        add_action_for(by=request.user, case_id=case.pk, **form.cleaned_data)
    except NotInTeam as refused:
        form.add_error("organisation", why_not(refused.member))
    return not form.errors


@require_safe
@anywhere(Permission.TEAM_WORK)
def team_list(request: SignedInRequest) -> HttpResponse:
    """The invitations to the person's bodies, and the cases that they work on."""
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    return render(request, "teams/list.html", {"list": list_of(request.user, after=after, before=before)})


@require_safe
@signed_in
def team(request: SignedInRequest, case_id: uuid.UUID) -> HttpResponse:
    """The case as the named people of its bodies see it."""
    return team_page(request, team_to_work_in(request.user, case_id))


def team_page(request: SignedInRequest, found: Team, status: int = 200, **posted: Any) -> HttpResponse:
    """The team's page, with posted forms and their errors."""
    context = {"page": TeamPage(found, request.user), "team": found, "note_form": OwnNoteForm(), **posted}
    return render(request, "teams/team.html", context, status=status)


@require_safe
@signed_in
def member(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """An invitation or membership, for the body and for the centre."""
    return _page(request, pk)


@require_POST
@signed_in
def accept(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    page = MemberPage(member_to_see(request.user, pk), request.user)
    form = AcceptForm(request.POST, member=page.member, without=request.user)
    return _step(request, pk, form, actions.accept, _("Accepted: you work on the case now."), "accept_form")


@require_POST
@signed_in
def decline(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _step(request, pk, DeclineForm(request.POST), actions.decline, _("The centre is told."), "decline_form")


@require_POST
@signed_in
def withdraw(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    form = StepForm(request.POST)
    return _step(request, pk, form, actions.withdraw, _("The invitation is withdrawn."), "withdraw_form")


@require_POST
@signed_in
def name_people(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    found = member_to_see(request.user, pk)
    if not is_of_body(request.user, found):
        raise NotAllowed(Permission.TEAM_WORK)
    form = PeopleForm(request.POST, member=found)
    return _step(request, pk, form, actions.name_people, _("Saved."), "people_form")


@require_POST
@signed_in
def leave(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The body leaves."""
    said = _("Your body has left the team. The centre is told.")
    return _step(request, pk, LeaveForm(request.POST), actions.leave, said, "leave_form")


@require_POST
@signed_in
def end(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The centre ends it for the body."""
    said = _("The body is no longer in the team.")
    return _step(request, pk, EndForm(request.POST), actions.leave, said, "end_form")


def _step(
    request: SignedInRequest, pk: uuid.UUID, form: forms.Form, step: Callable[..., None], said: str, shown_as: str
) -> HttpResponse:
    """Take a step with the values of a valid form; else show the page with its errors."""
    if not form.is_valid():
        return _page(request, pk, 422, **{shown_as: form})
    try:
        step(by=request.user, member_id=pk, **form.cleaned_data)
    except actions.NotOfBody:
        form.add_error(None, _("One of these people no longer works at your body."))
        return _page(request, pk, 422, **{shown_as: form})
    messages.success(request, said)
    return redirect("teams:member", pk)


def _page(request: SignedInRequest, pk: uuid.UUID, status: int = 200, **posted: Any) -> HttpResponse:
    page = MemberPage(member_to_see(request.user, pk), request.user)
    context = {"page": page, "member": page.member, **page.forms(), **posted}
    return render(request, "teams/member.html", context, status=status)
