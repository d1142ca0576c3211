"""Pages of data subjects' requests: for the officer, and for the coordinator who agrees that a dossier is opened."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.guards import CentreRequest, at_the_centre, found_and_allowed, needs_recent_proof
from foundation.accounts.permissions import NotAllowed, can
from foundation.accounts.roles import Permission
from foundation.journal.actions import look
from foundation.privacy.models import use_keys

from . import request_actions as actions
from .actions import decide_erasure
from .copies import FORMS, copy_of, items_in, parts_of, undecided
from .models import ErasureReason, OmissionReason, Request, RequestDossier, RequestKind
from .references import references
from .request_forms import ChooseForm, EraseForm, ExtendForm, GrantForm, IdentifyForm, ReceiveForm, RefuseForm
from .states import CHECKED

SHOWN = 100
officers = at_the_centre(Permission.REQUEST_HANDLE)
second_persons = at_the_centre(Permission.REQUEST_AGREE)
#: For each, the requests that ask for erasing.
ASK_FOR_ERASURE = {
    RequestKind.ERASURE: ErasureReason.REQUEST,
    RequestKind.OBJECTION: ErasureReason.OBJECTION,
}

#: Form, action and what is said afterwards.
STEPS: dict[str, Any] = {
    "identify": (IdentifyForm, actions.identify, _lazy("Noted. Now say which dossiers it concerns.")),
    "extend": (ExtendForm, actions.extend, _lazy("Extended by two months. Tell the person.")),
    "grant": (GrantForm, actions.grant, _lazy("Answered.")),
    "refuse": (RefuseForm, actions.refuse, _lazy("Refused. Tell the person that they may complain.")),
    "withdraw": (forms.Form, actions.withdraw_request, _lazy("Withdrawn.")),
}


@require_safe
@officers
def requests(request: CentreRequest) -> HttpResponse:
    """Open requests, what is due first comes first; then the answered ones."""
    return _list(request, ReceiveForm(request.centre))


@require_POST
@officers
@found_and_allowed
def receive(request: CentreRequest) -> HttpResponse:
    """Record a request."""
    form = ReceiveForm(request.centre, request.POST)
    if not form.is_valid():
        return _list(request, form, status=422)
    given = dict(form.cleaned_data)
    made = actions.receive_request(by=request.user, request_id=given.pop("id"), centre=request.centre, **given)
    messages.success(request, _("Recorded. Now check who asks."))
    return redirect("retention:request", made.pk)


@require_safe
@officers
@found_and_allowed
def show(request: CentreRequest, pk: uuid.UUID) -> HttpResponse:
    return _page(request, pk)


@require_POST
@officers
@found_and_allowed
def step(request: CentreRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """One step of a request: ``name`` is a key of STEPS."""
    if name not in STEPS:
        raise Http404
    kind, action, said = STEPS[name]
    form = kind(request.POST)
    if not form.is_valid():
        return _page(request, pk, form, status=422)
    try:
        action(by=request.user, request_id=pk, **form.cleaned_data)
    except actions.ImpossibleDay:
        form.add_error(None, _("The first month is over: the person had to be told within it."))
        return _page(request, pk, form, status=422)
    messages.success(request, said)
    return redirect("retention:request", pk)


@require_POST
@officers
@found_and_allowed
def choose(request: CentreRequest, pk: uuid.UUID) -> HttpResponse:
    """Say which dossier a request concerns."""
    form = ChooseForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.choose_dossier(by=request.user, dossier_id=given["id"], request_id=pk, subject=given["dossier"])
        except NotAllowed:
            form.add_error("dossier", _("Your centre has no contact or case with this reference."))
        else:
            return redirect("retention:request", pk)
    return _page(request, pk, form, status=422)


@require_POST
@officers
@found_and_allowed
def erase(request: CentreRequest, pk: uuid.UUID) -> HttpResponse:
    """Decide that a chosen dossier is erased, as asked for."""
    chosen = RequestDossier.objects.chosen().select_related("request").get(pk=pk)
    form = EraseForm(request.POST)
    reason = ASK_FOR_ERASURE.get(RequestKind(chosen.request.kind))
    if reason is None or not form.is_valid():
        raise Http404
    decide_erasure(
        by=request.user,
        erasure_id=form.cleaned_data["id"],
        subject=chosen.subject,
        reason=reason,
        request=chosen.request_id,
    )
    messages.success(request, _("Decided. It is erased within some minutes."))
    return redirect("retention:request", chosen.request_id)


@require_safe
@officers
@found_and_allowed
@needs_recent_proof
def content(request: CentreRequest, pk: uuid.UUID) -> HttpResponse:
    """What is held in an opened dossier, to decide item by item what is in the copy."""
    return _content(request, RequestDossier.objects.chosen().select_related("request").get(pk=pk))


@require_POST
@officers
@found_and_allowed
def decide_items(request: CentreRequest, pk: uuid.UUID) -> HttpResponse:
    """Store what was chosen for the items; the others stay undecided."""
    chosen = RequestDossier.objects.chosen().select_related("request").get(pk=pk)
    try:
        parts = parts_of(chosen)
        known = items_in(parts)
        given = {place: request.POST.get(place, "") for place in known}
        choices = {place: "" if one == "given" else one for place, one in given.items() if one}
        actions.decide_items(by=request.user, dossier_id=pk, items=known, choices=choices)
    except actions.NotReady as error:
        raise Http404 from error
    except ValueError:
        messages.error(request, _("Please choose one of the reasons."))
        return redirect("retention:content", pk)
    messages.success(request, _("Stored."))
    return redirect("retention:content", pk)


@require_safe
@officers
@found_and_allowed
@needs_recent_proof
def copy(request: CentreRequest, pk: uuid.UUID, form: str) -> HttpResponse:
    """The copy as a file."""
    found = Request.objects.select_related("centre").get(pk=pk)
    if form not in FORMS or found.kind != RequestKind.ACCESS or found.state not in CHECKED:
        raise Http404
    try:
        answer = copy_of(found, form, by=request.user)
    except actions.NotReady:
        messages.warning(request, _("Not yet: each dossier has to be opened, and each item decided."))
        return redirect("retention:request", pk)
    look(f"request.copied {form}", by=request.user, subject=pk, centre=found.centre_id)
    return answer


@require_safe
@second_persons
def agreements(request: CentreRequest) -> HttpResponse:
    """The dossiers that wait for a coordinator."""
    rows = RequestDossier.objects.to_agree().filter(centre=request.centre).exclude(added_by=request.user)
    rows = rows.select_related("request__data_key", "added_by").order_by("request__due_on", "added_at")
    chosen = list(rows[:SHOWN])
    use_keys(row.request.data_key for row in chosen)
    named = references(row.subject for row in chosen)
    context = {"waiting": [(row, named.get(row.subject, "")) for row in chosen]}
    return render(request, "retention/agreements.html", context)


@require_POST
@second_persons
@found_and_allowed
def agree(request: CentreRequest, pk: uuid.UUID) -> HttpResponse:
    """Open a dossier for the copy, as the second person."""
    actions.agree(by=request.user, dossier_id=pk)
    messages.success(request, _("Opened to the data protection officer for this request."))
    return redirect("retention:agreements")


@require_POST
@found_and_allowed
def take_out(request: CentreRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a dossier out of a request."""
    chosen = actions.take_out(by=request.user, dossier_id=pk)
    messages.success(request, _("Taken out of the request."))
    if can(request.user, Permission.REQUEST_HANDLE, chosen.centre_id):
        return redirect("retention:request", chosen.request_id)
    return redirect("retention:agreements")


def _list(request: CentreRequest, form: ReceiveForm, status: int = 200) -> HttpResponse:
    rows = Request.objects.filter(centre=request.centre).select_related("data_key")
    waiting, ended = list(rows.open()[:SHOWN]), list(rows.ended()[:SHOWN])
    use_keys(row.data_key for row in [*waiting, *ended])  # each has its own: no statement for each row
    context = {
        "open": _with_time_left(waiting, form.today),
        "ended": ended,
        "form": form,
    }
    return render(request, "retention/requests.html", context, status=status)


def _with_time_left(rows: list[Request], today: Any) -> list[tuple[Request, int]]:
    return [(row, (row.due_on - today).days) for row in rows]


def _page(request: CentreRequest, pk: uuid.UUID, refused: forms.Form | None = None, status: int = 200) -> HttpResponse:
    found = Request.objects.select_related("centre", "made_by", "identified_by", "ended_by").get(pk=pk)
    chosen = list(RequestDossier.objects.chosen().filter(request=found).order_by("added_at", "pk"))
    named = references(row.subject for row in chosen)
    erased = set(found.erasures.filter(withdrawn_at=None).values_list("subject", flat=True))
    today = timezone.now().astimezone(found.centre.zone).date()
    context: dict[str, Any] = {
        "one": found,
        "left": (found.due_on - today).days,
        "dossiers": [(row, named.get(row.subject, ""), row.subject in erased) for row in chosen],
        "is_checked": found.state in CHECKED,
        "is_copy": found.kind == RequestKind.ACCESS,
        "asks_erasure": found.kind in ASK_FOR_ERASURE,
        "new_id": uuid.uuid4(),
    }
    for kind in (IdentifyForm, ExtendForm, GrantForm, RefuseForm, ChooseForm):
        context[str(kind.prefix)] = refused if isinstance(refused, kind) else kind()
    return render(request, "retention/request.html", context, status=status)


def _content(request: CentreRequest, chosen: RequestDossier) -> HttpResponse:
    try:
        parts = parts_of(chosen)
    except actions.NotReady as error:
        raise Http404 from error
    look("dossier.read", by=request.user, subject=chosen.subject, centre=chosen.centre_id)
    context = {
        "chosen": chosen,
        "one": chosen.request,
        "reference": references([chosen.subject]).get(chosen.subject, ""),
        "parts": parts,
        "undecided": undecided(parts),
        "reasons": OmissionReason.choices,
    }
    return render(request, "retention/content.html", context)
