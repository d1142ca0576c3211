"""Who is away, and who does their work meanwhile."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from foundation.accounts.guards import SignedInRequest, signed_in

from . import absences as lists
from .absence_actions import end_absence, enter_absence
from .forms import AbsenceForm


@require_http_methods(["GET", "POST"])
@signed_in
def absences(request: SignedInRequest) -> HttpResponse:
    """Absences of the people at one's organisation, and a form for one's own; coordinators enter others' too."""
    user = request.user
    place = lists.workplace(user)
    if place is None:
        raise Http404
    is_leading = lists.may_enter(user, place.pk, 0)
    form = AbsenceForm(
        request.POST if request.method == "POST" else None, place=place, user=user, is_leading=is_leading
    )
    if request.method == "POST" and form.is_valid():
        enter_absence(by=user, organisation=place, **form.cleaned_data)
        messages.success(request, _("Entered."))
        return redirect("worklist:absences")
    shown = lists.planned(place)
    for one in shown:
        one.may_end = lists.may_enter(user, place.pk, one.user_id)  # type: ignore[attr-defined]
    context = {"form": form, "shown": shown, "place": place, "today": timezone.now().astimezone(place.zone).date()}
    return render(request, "worklist/absences.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def end(request: SignedInRequest, pk: UUID) -> HttpResponse:
    end_absence(by=request.user, absence_id=pk)
    messages.success(request, _("Ended. What others took meanwhile stays with them."))
    return redirect("worklist:absences")
