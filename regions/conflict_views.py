"""The pages of standing conflicts of interest. Denied and missing are both 404."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.guards import SignedInRequest, found_and_allowed
from foundation.accounts.permissions import require
from foundation.accounts.roles import Permission
from foundation.journal.stale import Stale

from .actions import Invalid
from .conflict_forms import ConflictForm, in_words
from .conflicts import add_conflict, end_conflict, save_conflict
from .models import Conflict

SHOWN = 200


@require_safe
@found_and_allowed
def conflicts(request: SignedInRequest) -> HttpResponse:
    """Conflicts in force, or ended ones."""
    require(request.user, Permission.NETWORK_EDIT)
    show_over = request.GET.get("show") == "over"
    today = timezone.localdate()
    rows = Conflict.objects.select_related("organisation", "region", "other").order_by("organisation__name", "-pk")
    standing = Conflict.objects.standing().exclude(ends_on__lt=today).values("pk")
    shown = rows.exclude(pk__in=standing) if show_over else rows.filter(pk__in=standing)
    entries = [(row, in_words(row)) for row in shown[:SHOWN]]
    return render(request, "regions/conflicts.html", {"entries": entries, "show_over": show_over})


@require_http_methods(["GET", "HEAD", "POST"])
@found_and_allowed
def new_conflict(request: SignedInRequest) -> HttpResponse:
    """Add a conflict."""
    require(request.user, Permission.NETWORK_EDIT)
    initial = {"version": 0, "starts_on": timezone.localdate(), "organisation": request.GET.get("organisation")}
    form = ConflictForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        organisation = form.cleaned_data["organisation"]
        add_conflict(by=request.user, organisation=organisation, **form.values())
        messages.success(
            request, _("Noted. Such cases are not offered to %(partner)s any more.") % {"partner": organisation.name}
        )
        return redirect("regions:conflicts")
    context = {"form": form, "conflict": None}
    return render(request, "regions/conflict_form.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@found_and_allowed
def edit_conflict(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a conflict that has not ended."""
    require(request.user, Permission.NETWORK_EDIT)
    conflict = Conflict.objects.standing().select_related("organisation").get(pk=pk)
    initial = ConflictForm.stored(conflict)
    form = ConflictForm(request.POST if request.method == "POST" else None, initial=initial, conflict=conflict)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            save_conflict(by=request.user, conflict=conflict, version=version, **form.values())
        except Stale:
            form.outdated(ConflictForm.stored(Conflict.objects.get(pk=pk)))
            status = 409
        except Invalid:
            form.add_error(None, _("The same conflict is noted already."))
        else:
            messages.success(request, _("Saved."))
            return redirect("regions:conflicts")
    return render(request, "regions/conflict_form.html", {"form": form, "conflict": conflict}, status=status)


@require_POST
@found_and_allowed
def finish_conflict(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a conflict."""
    require(request.user, Permission.NETWORK_EDIT)
    if end_conflict(by=request.user, conflict=Conflict.objects.get(pk=pk)):
        messages.success(request, _("The conflict has ended: the partner can be asked again."))
    return redirect("regions:conflicts")
