"""Who does what before, on and after the day of a release. Forbidden and missing are both 404; outdated is 409."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from foundation.accounts.guards import SignedInRequest, signed_in
from foundation.journal.stale import stale

from .forms import AddStepForm
from .pages import ReleasePage
from .permissions import NotResponsible, release_to_write, who_can_do_steps
from .step_actions import Over, add_step


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Add a step: an action of the case that follows the date of the release."""
    release = release_to_write(request.user, pk)
    if not release.is_current:
        raise stale(pk)
    responsible = who_can_do_steps(release.team_id, release.centre)
    form = AddStepForm(request.POST if request.method == "POST" else None, responsible=responsible)
    if form.is_valid() and _is_added(request, pk, form):
        messages.success(request, _("Added. It is among the actions of the case."))
        return redirect("releases:release", pk)
    context = {"page": ReleasePage(release, request.user), "prison_release": release, "form": form}
    return render(request, "releases/add_step.html", context, status=422 if form.is_bound else 200)


def _is_added(request: SignedInRequest, pk: uuid.UUID, form: AddStepForm) -> bool:
    """False, with the reason in the form."""
    try:
        add_step(by=request.user, release_id=pk, **form.values())
    except NotResponsible:
        form.say_no_longer()
    except Over:
        form.add_error("days", _("That day is over, or begins to be. Choose one that is still to come."))
    return not form.errors
