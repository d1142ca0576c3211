"""The worklist of callbacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.guards import CentreRequest, handlers_only
from foundation.ui.fragments import is_part

from .callbacks import claim_callback, end_callback, put_callback_back, schedule_callback
from .forms import CallbackForm, PutBackForm
from .models import Callback, Contact
from .permissions import contact_to_write


@require_safe
@handlers_only
def worklist(request: CentreRequest) -> HttpResponse:
    """All waiting and claimed callbacks, earliest first. Numbers are shown only to the person who claims one."""
    rows = Callback.objects.waiting().select_related("claimed_by")
    return render(request, "hotline/callbacks.html", {"callbacks": rows, "now": timezone.now()})


@require_http_methods(["GET", "HEAD", "POST"])
@handlers_only
def plan(request: CentreRequest, contact_id: UUID | None = None) -> HttpResponse:
    """Schedule a callback, with or without a contact; on the desk as a fragment below the form."""
    contact = contact_to_write(request.user, contact_id) if contact_id else None
    country = contact.country if contact else request.centre.country
    posted = request.POST if request.method == "POST" else None
    form = CallbackForm(posted, initial=_known_of(contact), country=country, centre=request.centre)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        template = "hotline/parts/callback_form.html" if is_part(request) else "hotline/plan_callback.html"
        return render(request, template, {"form": form, "contact": contact}, status=status)
    planned = schedule_callback(by=request.user, contact=contact, **form.cleaned_data)
    if is_part(request):
        return render(request, "hotline/parts/callback_planned.html", {"callback": planned})
    messages.success(request, _("The callback is planned."))
    return redirect("hotline:callbacks")


@require_POST
@handlers_only
def claim(request: CentreRequest, callback_id: UUID) -> HttpResponse:
    """Claim a callback and open the contact that logs it; a repeated post opens the same one."""
    contact = claim_callback(by=request.user, callback_id=callback_id, contact_id=uuid4())
    return redirect("hotline:desk_contact", contact.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@handlers_only
def put_back(request: CentreRequest, callback_id: UUID) -> HttpResponse:
    """Put a callback back after no answer, with a new time."""
    return put_back_page(request, callback_id, put_callback_back)


def put_back_page(request: CentreRequest, callback_id: UUID, action: Callable[..., None]) -> HttpResponse:
    """Show and process the form. ``action``: puts it back; the switchboard's version also hangs up."""
    form = PutBackForm(request.POST if request.method == "POST" else None, centre=request.centre)
    if request.method == "POST" and form.is_valid():
        action(by=request.user, callback_id=callback_id, due_at=form.cleaned_data["due_at"])
        messages.success(request, _("The callback waits again."))
        return redirect("hotline:desk")
    callback = _callback(callback_id)
    template = "hotline/parts/put_back_form.html" if is_part(request) else "hotline/put_back.html"
    context = {"form": form, "callback": callback, "is_part": is_part(request)}
    return render(request, template, context, status=422 if form.is_bound else 200)


@require_POST
@handlers_only
def end(request: CentreRequest, callback_id: UUID) -> HttpResponse:
    """``outcome``: done or cancelled."""
    if request.POST.get("outcome") not in {"done", "cancelled"}:
        raise BadRequest
    end_callback(by=request.user, callback_id=callback_id, reached=request.POST["outcome"] == "done")
    messages.success(request, _("The callback is off the list."))
    return redirect("hotline:callbacks")


def _callback(callback_id: UUID) -> Callback:
    found = Callback.objects.filter(pk=callback_id).first()
    if found is None:
        raise Http404
    return found


def _known_of(contact: Contact | None) -> dict[str, Any]:
    return {"phone": contact.phone, "language": contact.language} if contact else {}
