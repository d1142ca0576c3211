"""Steps on the notes of a body. Forbidden and missing are both 404."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from foundation.accounts.guards import SignedInRequest, signed_in
from foundation.accounts.permissions import Refused

from . import note_actions
from .forms import OwnNoteForm, ShareForm
from .models import Member, OwnNote
from .permissions import team_to_work_in, works_for
from .views import team_page


@require_POST
@signed_in
def write(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Write a note in the body's own record."""
    member = Member.objects.filter(pk=pk).first()
    if member is None or not works_for(request.user, member):
        raise Refused("member.write", pk)
    form = OwnNoteForm(request.POST)
    if not form.is_valid():
        return team_page(request, team_to_work_in(request.user, member.team_id), 422, note_form=form)
    note_actions.write_note(by=request.user, member_id=pk, **form.cleaned_data)
    messages.success(request, _("The note is in your record."))
    return redirect("teams:team", member.team_id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def share(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Share a copy of an own note."""
    note = OwnNote.objects.select_related("member", "written_by", "data_key").filter(pk=pk).first()
    if note is None or not works_for(request.user, note.member):
        raise Refused("note.read", pk)
    team = team_to_work_in(request.user, note.member.team_id)
    form = ShareForm(request.POST if request.method == "POST" else None, member=note.member)
    if form.is_valid():
        chosen = form.cleaned_data
        note_actions.share_note(by=request.user, note_id=pk, shown_to=chosen.pop("readers"), **chosen)
        messages.success(request, _("The note is shared."))
        return redirect("teams:team", note.member.team_id)
    context = {"team": team, "notes": [note], "form": form}
    return render(request, "teams/share.html", context, status=422 if form.is_bound else 200)
