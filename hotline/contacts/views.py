"""The desk, with the contact that is edited on it."""

from __future__ import annotations

from dataclasses import dataclass
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

from foundation.accounts.guards import CentreRequest, SignedInRequest, handlers_only, signed_in
from foundation.accounts.permissions import administrators
from foundation.privacy.compiled import Given, compiled
from foundation.ui.navigation import links

from .actions import open_contact, save_edit
from .callbacks import complete_edit
from .desk import access_to_decide, callbacks_waiting, contacts_for_shift, ending_contacts, open_contacts, today
from .editing import Edit, edit
from .endings import plan_ending, undo_ending
from .forms import ContactForm, NewContactForm, notes_about
from .fragments import earlier_context, region_context
from .models import Callback, CallbackQuerySet, Contact
from .permissions import contact_to_change, contact_to_read, contact_to_write, may_write
from .recognition import leave_trace
from .states import ContactState
from .typed_values import is_empty, written_texts
from .vocabulary import ENDINGS, Channel, Kind


@dataclass(frozen=True)
class Question:
    """A question before a contact ends. ``ending``: the chosen one; None if it has to be chosen now."""

    ending: Kind | None = None
    written: tuple[str, ...] = ()


@require_safe
@signed_in
def home(request: SignedInRequest) -> HttpResponse:
    """The start page of each user: the first entry of the top bar."""
    entries = links(request.user, request.path)
    if entries:
        return redirect(entries[0].url)
    return render(request, "hotline/no_role.html", {"administrators": administrators()})


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
    """The contact on the desk; redirects to the read-only page if the user may not change it."""
    contact = contact_to_read(request.user, contact_id)
    if not may_write(request.user, contact):
        return redirect("hotline:contact", contact.pk)
    return _desk_with(request, contact, ContactForm(contact=contact))


@require_POST
@handlers_only
def autosave(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """Save valid fields and return errors for others. The response is described in foundation/ui/COMPONENTS.md."""
    contact = contact_to_change(request.user, contact_id)
    form = ContactForm(request.POST, contact=contact)
    saved = save_edit(by=request.user, edited=edit(contact, form.changes()), version=_version(request))
    return JsonResponse(
        {
            "version": saved.version,
            "saved_text": _saved_text(saved.saved_at, incomplete=bool(form.refused)),
            "notices": form.notices(saved),
            "started_at": saved.started_at.isoformat(),
            "began_text": date_format(timezone.localtime(saved.started_at), "TIME_FORMAT"),
        }
    )


@require_http_methods(["GET", "HEAD", "POST"])
@handlers_only
def complete(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """Save and complete the contact; with an ``ending`` that is no counselling, ten seconds later.

    Errors and questions are shown at this URL; a GET of it shows the desk.
    """
    if request.method != "POST":
        return redirect("hotline:desk_contact", contact_id)
    contact = contact_to_change(request.user, contact_id)
    form = ContactForm(request.POST, contact=contact)
    ending = _ending(request)
    changes = form.changes()
    if ending:
        changes.pop("kind", None)
    edited = edit(contact, changes)
    version = _version(request)
    question = None if form.refused else _question(request, edited, ending)
    if form.refused or question:
        saved = save_edit(by=request.user, edited=edited, version=version)
        return _desk_with(request, saved, form, status=422, question=question)
    if ending:
        save_edit(by=request.user, edited=edited, version=version)
        plan_ending(by=request.user, contact_id=contact_id, kind=ending)
        return redirect("hotline:desk")
    done = complete_edit(by=request.user, edited=edited, version=version)
    said = _("%(reference)s is completed: %(kind)s.")
    messages.success(request, said % {"reference": done.reference, "kind": done.get_kind_display()})
    return redirect("hotline:desk")


def _question(request: CentreRequest, edited: Edit, ending: Kind | None) -> Question | None:
    """Ask if an ending without counselling would hide typed texts, or if the contact is empty and has no ending."""
    contact = edited.contact
    if contact.state != ContactState.DRAFT:
        return None
    if ending and "confirmed_ending" not in request.POST and (written := written_texts(edited)):
        labels = (str(ContactForm.base_fields[name].label) for name in written)
        return Question(ending, tuple(labels))
    if not ending and contact.is_counselling and "nothing_to_note" not in request.POST and is_empty(edited):
        return Question()
    return None


@require_POST
@handlers_only
def undo(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    """Undo an ending. If it was executed already, a message says so."""
    contact_to_write(request.user, contact_id)
    contact = undo_ending(by=request.user, contact_id=contact_id)
    if contact.state == ContactState.DRAFT:
        return redirect("hotline:desk_contact", contact_id)
    said = _("Too late: %(reference)s was completed as %(kind)s. You can still correct it.")
    messages.warning(request, said % {"reference": contact.reference, "kind": contact.get_kind_display()})
    return redirect("hotline:contact", contact_id)


def left_column(request: CentreRequest) -> dict[str, Any]:
    worklist = callbacks_waiting(timezone.now())
    return {
        "worklist": worklist,
        "shift": contacts_for_shift(request.user),
        "open_contacts": open_contacts(request.user),
        "today": today(request.user, request.centre, worklist.total),
        "access_requests": access_to_decide(request.user, request.centre),
        "ending_contacts": ending_contacts(request.user),
        "new_form": NewContactForm(),
    }


def _desk_with(
    request: CentreRequest, contact: Contact, form: ContactForm, status: int = 200, question: Question | None = None
) -> HttpResponse:
    context = {
        **left_column(request),
        **region_context(contact),
        **earlier_context(request.user, contact),
        "form": form,
        "notices": notes_about(contact),
        "current": str(contact.pk),
        "callback": _in_hand.one(request.user.pk, contact.pk),
        "endings": ENDINGS,
        "question": question,
        "is_draft": contact.state == ContactState.DRAFT,
    }
    leave_trace(request.user, contact, context["earlier"])
    return render(request, "hotline/desk.html", context, status=status)


@compiled
def _in_hand(user: Given, contact: Given) -> CallbackQuerySet:
    return Callback.objects.in_hand_of(user).filter(conversation=contact)


def _version(request: CentreRequest) -> int:
    """The version that the form was based on. Raises BadRequest if it is missing."""
    try:
        return int(request.POST.get("version", ""))
    except ValueError:
        raise BadRequest from None


def _ending(request: CentreRequest) -> Kind | None:
    """The ending. Raises BadRequest for an unknown kind, which must not become a counselling contact."""
    code = request.POST.get("confirmed_ending") or request.POST.get("ending")
    if not code:
        return None
    if code not in ENDINGS:
        raise BadRequest
    return Kind(code)


def _saved_text(moment: datetime, *, incomplete: bool) -> str:
    clock = date_format(timezone.localtime(moment), "TIME_FORMAT")
    if incomplete:
        return _("Saved %(time)s, except for the marked fields") % {"time": clock}
    return _("Saved %(time)s") % {"time": clock}
