"""The shift page and live figures; for coordinators only, because funders may read only releases."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.accounts.guards import CentreRequest, at_the_centre
from foundation.accounts.models import Organisation
from foundation.accounts.roles import Permission
from foundation.ui.fragments import is_part
from hotline.switchboard.telephone_figures import figures_of_today
from hotline.switchboard.wallboard import callers, team

from . import counts, figures
from .periods import PERIODS, Period, period
from .shift import work


@require_safe
@at_the_centre(Permission.FIGURES_READ)
def live(request: CentreRequest) -> HttpResponse:
    """The page, or only its figures when polled."""
    try:
        chosen = period(request.GET.get("period", ""), timezone.now(), request.centre.zone)
    except LookupError as error:
        raise Http404 from error
    template = "reporting/figures.html" if is_part(request) else "reporting/live.html"
    return render(request, template, {**_figures(request.centre, chosen), "period": chosen, "periods": PERIODS})


@require_safe
@at_the_centre(Permission.FIGURES_READ)
def shift(request: CentreRequest) -> HttpResponse:
    """The coordinator's start page."""
    now = timezone.now()
    parts = {
        **callers(request.centre, now),
        **team(request.centre, now),
        **work(request.user, request.centre, now),
        **figures_of_today(request.centre, now),
    }
    return render(request, "reporting/shift.html", parts)


@require_safe
@at_the_centre(Permission.FIGURES_READ)
def shift_work(request: CentreRequest) -> HttpResponse:
    """The fragment with work that waits for a decision; fetched again after changes."""
    return render(request, "reporting/parts/shift_work.html", work(request.user, request.centre, timezone.now()))


def _figures(centre: Organisation, chosen: Period) -> dict[str, Any]:
    moment = timezone.now()
    counted = counts.live(centre, chosen)
    chart, every = figures.by_month_and_caller(counted, counts.caller_types(), chosen.months)
    return {
        "now": counts.now(centre, moment),
        "number": figures.total(counted, "caller_group"),
        "callers": chart,
        "callers_table": every,
        "channels": figures.by_channel(counted),
        "others": figures.not_counselling(counted),
        "dispositions": figures.by_disposition(counted),
        "states": figures.by_state(counted),
        "work": figures.of_work(counted),
        "waiting": figures.waiting(counts.waiting(centre), moment),
        "median": figures.duration(counts.median_answer(centre, chosen)),
        "is_empty": not counted,
    }
