"""Today: what is due; and the page of e-mails about it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from foundation.accounts.guards import SignedInRequest, signed_in
from foundation.accounts.permissions import require
from foundation.accounts.roles import Permission
from foundation.ui.fragments import is_part

from . import absences
from . import today as lists
from .forms import MailsForm
from .mail_actions import choose_mails
from .mails import choice_of


@require_safe
@signed_in
def today(request: SignedInRequest) -> HttpResponse:
    """The person's own work, what anybody may take, and for coordinators what others have; the first due first."""
    require(request.user, Permission.WORK_READ)
    now = timezone.now()
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    show = request.GET.get("show", "own")
    context = {"show": show, "is_leading": lists.is_leading(request.user)}
    if show == "own":
        context |= {"own": lists.part(lists.own(request.user), now, after, before)}
        if not after and not before:
            context["to_take"] = lists.part(lists.to_take(request.user), now)
            if context["is_leading"]:
                context["escalated"] = lists.part(lists.escalated(request.user), now, by_centre=True)
                context["away"] = absences.current_led_by(request.user, now)
    elif show == "colleagues" and context["is_leading"]:
        context["colleagues"] = lists.part(lists.of_colleagues(request.user), now, after, before, by_centre=True)
    else:
        raise Http404
    return render(request, "worklist/today_part.html" if is_part(request) else "worklist/today.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def mails(request: SignedInRequest) -> HttpResponse:
    """Which e-mails about due work the person wants."""
    require(request.user, Permission.WORK_READ)
    if request.method == "POST":
        form = MailsForm(request.POST)
        if form.is_valid():
            choose_mails(by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("worklist:mails")
    else:
        choice = choice_of(request.user)
        form = MailsForm(initial={"daily": choice.daily, "urgent": choice.urgent})
    return render(request, "worklist/mails.html", {"form": form}, status=422 if form.errors else 200)
