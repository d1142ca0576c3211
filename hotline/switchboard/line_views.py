"""Pages on which administrators set up telephone lines."""

from __future__ import annotations

from django.conf import settings as platform
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from foundation.accounts.guards import SignedInRequest, administrators_only
from foundation.accounts.models import Organisation
from foundation.accounts.permissions import organisations_as
from foundation.accounts.roles import Role
from foundation.journal.stale import Stale
from regions.phone_numbers import written

from .line_forms import LineForm
from .line_preview import Preview, preview
from .lines import NumberTaken, add_line, save_line, settings_of
from .models import Line


@require_safe
@administrators_only
def lines(request: SignedInRequest) -> HttpResponse:
    """All lines of the administrator's centres, active ones first."""
    mine = _centres(request)
    rows = Line.objects.filter(centre__in=mine).select_related("centre").order_by("-is_active", "name", "pk")
    context = {
        "lines": [(line, written(str(line.number))) for line in rows],
        "centres": mine,
        "is_connected": bool(platform.TELEPHONY["account"]),
    }
    return render(request, "switchboard/lines.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def new_line(request: SignedInRequest, centre_pk: int) -> HttpResponse:
    """Add a line of a centre."""
    centre = get_object_or_404(Organisation, pk=centre_pk, pk__in=[one.pk for one in _centres(request)])
    initial = {"version": 0, "is_active": True}
    form = LineForm(request.POST or None, initial=initial, centre=centre)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        try:
            line = add_line(by=request.user, centre=centre, settings=form.settings())
        except NumberTaken as taken:
            _taken(form, taken.line, request)
        else:
            messages.success(request, _("The line is in the list now."))
            return redirect("switchboard:line", line.pk)
    return _page(request, form, centre, None)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def line(request: SignedInRequest, pk: int) -> HttpResponse:
    """A line with a preview; its settings can be changed."""
    row = get_object_or_404(Line.objects.select_related("centre"), pk=pk, centre__in=_centres(request))
    form = LineForm(request.POST or None, initial=LineForm.stored(row), centre=row.centre)
    status = 422
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        try:
            save_line(by=request.user, line=row, version=form.cleaned_data["version"], settings=form.settings())
        except NumberTaken as taken:
            _taken(form, taken.line, request)
        except Stale:
            form.outdated(LineForm.stored(Line.objects.get(pk=pk)))
            status = 409
        else:
            messages.success(request, _("Saved."))
            return redirect("switchboard:line", pk)
    return _page(request, form, row.centre, row, status)


def _centres(request: SignedInRequest) -> list[Organisation]:
    """The administrator's centres."""
    return list(Organisation.objects.filter(pk__in=organisations_as(request.user, Role.ADMINISTRATOR)).order_by("name"))


def _page(
    request: SignedInRequest, form: LineForm, centre: Organisation, row: Line | None, status: int = 422
) -> HttpResponse:
    is_asked = request.method == "POST" and "preview" in request.POST and not form.errors
    shown: Preview | None = None
    if form.is_bound and not form.errors:
        shown = preview(form.settings(), centre, timezone.now())
    elif row:
        shown = preview(settings_of(row), centre, timezone.now())
    context = {"form": form, "centre": centre, "line": row, "preview": shown, "is_asked": is_asked}
    status = 200 if request.method != "POST" or is_asked else status
    return render(request, "switchboard/line.html", context, status=status)


def _taken(form: LineForm, other: Line, request: SignedInRequest) -> None:
    state = _("in use") if other.is_active else _("out of use")
    if other.centre in _centres(request):
        words = _("This number is the line “%(name)s” already, which is %(state)s.")
        form.add_error("number", words % {"name": other.name, "state": state})
    else:
        form.add_error("number", _("This number is a line of another centre already."))
