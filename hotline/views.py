"""The desk and the contact that is being written on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ui.navigation import links

from .actions import open_contact, save_contact
from .callbacks import complete_conversation
from .desk import access_to_decide, callbacks_waiting, contacts_for_shift, open_contacts, today
from .doors import CentreRequest, SignedInRequest, handlers_only, signed_in
from .forms import ContactForm, NewContactForm, notes_about
from .models import Callback, Contact
from .parts import earlier_context, region_context
from .permissions import contact_to_read, contact_to_write, may_write
from .recognition import leave_trace
from .states import ContactState
from .vocabulary import Channel, Kind

#: What ends a contact with one key, in the order of the keys 1 to 6.
ENDINGS = [Kind.SILENT, Kind.WRONG_NUMBER, Kind.TEST, Kind.PRANK, Kind.ABUSIVE, Kind.PRESS]


@require_safe
@signed_in
def home(request: SignedInRequest) -> HttpResponse:
    """Everybody's first page: the first entry of their top bar."""
    entries = links(request.user, request.path)
    return redirect(entries[0].url) if entries else render(request, "hotline/nothing_yet.html")


@require_safe
@handlers_only
def desk(request: CentreRequest) -> HttpResponse:
    return render(request, "hotline/desk.html", left_column(request))


@require_POST
@handlers_only
def new_contact(request: CentreRequest) -> HttpResponse:
    form = NewContactForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    channel = Channel(form.cleaned_data["channel"] or Channel.PHONE)
    contact = open_contact(by=request.user, contact_id=form.cleaned_data["contact_id"], channel=channel)
    return redirect("hotline:desk_contact", contact.pk)


@require_safe
@handlers_only
def desk_contact(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """The contact on the desk; one that may be read but not changed has a page to read."""
    contact = contact_to_read(request.user, contact_id)
    if not may_write(request.user, contact):
        return redirect("hotline:contact", contact.pk)
    return _desk_with(request, contact, ContactForm(contact=contact))


@require_POST
@handlers_only
def autosave(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """Save what is right; tell at the field what is not. See ui/COMPONENTS.md for the answer's form."""
    form = ContactForm(request.POST, contact=contact_to_write(request.user, contact_id))
    saved = save_contact(by=request.user, contact_id=contact_id, version=_version(request), changes=form.changes())
    return JsonResponse(
        {
            "version": saved.version,
            "saved_text": _saved_text(saved.saved_at, incomplete=bool(form.refused)),
            "notices": form.notices(saved),
            "started_at": saved.started_at.isoformat(),
        }
    )


@require_http_methods(["GET", "HEAD", "POST"])
@handlers_only
def complete(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """Save, and end the contact; with ``ending`` as one of the kinds that are no counselling.

    The page with what is wrong stands under this address: fetched again, it is the desk.
    """
    if request.method != "POST":
        return redirect("hotline:desk_contact", contact_id)
    form = ContactForm(request.POST, contact=contact_to_write(request.user, contact_id))
    ending = _ending(request.POST.get("ending", ""))
    changes = form.changes()
    if ending:
        changes.pop("kind", None)
    saved = save_contact(by=request.user, contact_id=contact_id, version=_version(request), changes=changes)
    if form.refused and not ending:
        return _desk_with(request, saved, form, status=422)
    done = complete_conversation(by=request.user, contact_id=contact_id, kind=ending)
    said = _("%(reference)s is completed: %(kind)s.")
    messages.success(request, said % {"reference": done.reference, "kind": done.get_kind_display()})
    return redirect("hotline:desk")


def left_column(request: CentreRequest) -> dict[str, Any]:
    return {
        "worklist": callbacks_waiting(timezone.now()),
        "shift": contacts_for_shift(request.user),
        "open_contacts": open_contacts(request.user),
        "today": today(request.user, request.centre),
        "access_requests": access_to_decide(request.user, request.centre),
        "new_form": NewContactForm(),
    }


def _desk_with(request: CentreRequest, contact: Contact, form: ContactForm, status: int = 200) -> HttpResponse:
    context = {
        **left_column(request),
        **region_context(contact),
        **earlier_context(request.user, contact),
        "form": form,
        "notices": notes_about(contact),
        "current": str(contact.pk),
        "callback": Callback.objects.in_hand_of(request.user).filter(conversation=contact).first(),
        "endings": ENDINGS,
        "is_draft": contact.state == ContactState.DRAFT,
    }
    leave_trace(request.user, contact, context["earlier"])
    return render(request, "hotline/desk.html", context, status=status)


def _version(request: CentreRequest) -> int:
    """Raises BadRequest: without its version nobody knows what the form was based on."""
    try:
        return int(request.POST.get("version", ""))
    except ValueError:
        raise BadRequest from None


def _ending(code: str) -> Kind | None:
    return Kind(code) if code in ENDINGS else None


def _saved_text(moment: datetime, *, incomplete: bool) -> str:
    clock = date_format(timezone.localtime(moment), "TIME_FORMAT")
    if incomplete:
        return _("Saved %(time)s, except for the marked fields") % {"time": clock}
    return _("Saved %(time)s") % {"time": clock}
