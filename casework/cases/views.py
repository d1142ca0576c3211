"""The list of cases and the case file. Forbidden and missing are both 404; outdated is 409."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.guards import SignedInRequest, signed_in
from foundation.accounts.permissions import Refused, require
from foundation.accounts.roles import Permission
from foundation.ui.fragments import is_part
from hotline.contacts.models import Contact
from hotline.contacts.permissions import may_write as may_write_contact

from . import actions, worklist
from .case_file import CaseFile, notes_of
from .forms import (
    ActionForm,
    AssignForm,
    CloseForm,
    ContactReferenceForm,
    NoteForm,
    QuestionForm,
    RenameForm,
    ReopenForm,
)
from .models import Case
from .permissions import case_to_read, case_to_reread, case_to_write, contact_in_case, looked_before
from .timeline_filters import MOST_DIGITS, Group, Wish


@require_safe
@signed_in
def case_list(request: SignedInRequest) -> HttpResponse:
    """The user's cases, newest first, and completed triage without a case."""
    require(request.user, Permission.CASE_READ)
    try:
        current = worklist.chosen(request.user, request.GET.get("show", ""))
    except LookupError as error:
        raise Http404 from error
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = worklist.page_of_cases(request.user, current, after=after, before=before)
    context = {
        "page": page,
        "filters": worklist.filters_for(request.user),
        "current": current,
        "is_coordinator": worklist.is_coordinator(request.user),
        "triage_without_case": [] if after or before else worklist.triage_without_case(request.user),
    }
    return render(request, "cases/list_rows.html" if is_part(request) else "cases/list.html", context)


@require_safe
@signed_in
def by_reference(request: SignedInRequest, reference: str) -> HttpResponse:
    """Redirect from a reference (F-123, f123, 123) to the case."""
    digits = reference.strip().upper().removeprefix("F").lstrip("- ")
    if not (digits.isascii() and digits.isdigit() and len(digits) < MOST_DIGITS):
        raise Http404
    return redirect("cases:case", get_object_or_404(Case, number=int(digits)).pk)


@require_safe
@signed_in
def of_contact(request: SignedInRequest, contact_id: uuid.UUID) -> HttpResponse:
    """A fragment of the contact's page: the cases with this contact that the reader may see. Raises Refused."""
    if not Contact.objects.filter(pk=contact_id).exists():
        raise Refused("contact.read", contact_id)
    found = Case.objects.filter(case_contacts__contact=contact_id)
    return render(request, "cases/of_contact.html", {"cases": found.order_by("opened_at")})


@require_safe
@signed_in
def case(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The case file; the parameters say which part of its timeline is shown."""
    return file_page(request, case_to_read(request.user, pk))


def file_page(request: SignedInRequest, found: Case, status: int = 200, **forms: Any) -> HttpResponse:
    """The case file, with posted forms and their errors."""
    file = CaseFile(found, request.user)
    timeline = file.timeline(replace(_wish(request), since=looked_before(request.user, found)))
    context = {"file": file, "case": found, "timeline": timeline, "groups": Group, "notes": notes_of(found)}
    if file.may_write:
        context |= _forms(file) | forms
    return render(request, "cases/case.html", context, status=status)


def _wish(request: HttpRequest) -> Wish:
    """Which part of the timeline the address asks for. Raises Http404 for what cannot be meant."""
    try:
        return Wish.of(request.GET.dict())
    except ValueError as error:
        raise Http404 from error


def _forms(file: CaseFile) -> dict[str, Any]:
    initial = {"seen": file.responsible.pk, "to": file.responsible.user_id}
    return {
        "note_form": NoteForm(),
        "action_form": ActionForm(centre_id=file.case.centre_id),
        "question_form": QuestionForm(),
        "rename_form": RenameForm(initial={"label": file.case.label, "version": file.case.version}),
        "link_form": ContactReferenceForm(),
        "close_form": CloseForm(),
        "reopen_form": ReopenForm(),
        "assign_form": AssignForm(centre_id=file.case.centre_id, initial=initial) if file.may_assign else None,
    }


@require_safe
@signed_in
def summary(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The fragment that changes while the page is open: state, people, contacts, assessments."""
    found = case_to_reread(request.user, pk)
    return render(request, "cases/summary.html", {"file": CaseFile(found, request.user), "case": found})


@require_safe
@signed_in
def timeline(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The newest events; with ``before``, the id of an event, earlier ones. What is newer than ``since`` is marked."""
    found = case_to_reread(request.user, pk)
    wish = _wish(request)
    shown = CaseFile(found, request.user).timeline(wish)
    template = "cases/timeline.html" if wish.before is None else "cases/timeline_entries.html"
    return render(request, template, {"case": found, "timeline": shown, "groups": Group})


@require_safe
@signed_in
def notes(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The notes, newest first; with ``all``, all of them."""
    found = case_to_reread(request.user, pk)
    return render(request, "cases/notes.html", {"case": found, "notes": notes_of(found, every="all" in request.GET)})


@require_POST
@signed_in
def add_note(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    found = case_to_write(request.user, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return file_page(request, found, 422, note_form=form)
    actions.add_note(by=request.user, case_id=pk, **form.cleaned_data)
    return _back(request, pk, _("The note is in the case file."))


@require_safe
@signed_in
def contact(request: SignedInRequest, pk: uuid.UUID, contact_id: uuid.UUID) -> HttpResponse:
    """The read-only page of one contact of the case."""
    found = case_to_reread(request.user, pk)
    shown = contact_in_case(request.user, found, contact_id)
    return render(
        request,
        "cases/contact.html",
        {"case": found, "contact": shown, "may_open": may_write_contact(request.user, shown)},
    )


@require_POST
@signed_in
def link_contact(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    found = case_to_write(request.user, pk)
    form = ContactReferenceForm(request.POST)
    if not form.is_valid():
        return file_page(request, found, 422, link_form=form)
    actions.link_contact(by=request.user, case_id=pk, contact=form.cleaned_data["contact"])
    return _back(request, pk, _("The contact belongs to the case."))


@require_POST
@signed_in
def take(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    actions.take_case(by=request.user, case_id=pk)
    return _back(request, pk, _("You are responsible for this case."))


@require_POST
@signed_in
def assign(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Assign the case to somebody else, or to nobody."""
    found = case_to_write(request.user, pk)
    form = AssignForm(request.POST, centre_id=found.centre_id)
    if not form.is_valid():
        return file_page(request, found, 422, assign_form=form)
    to = form.cleaned_data["to"]
    actions.assign_case(by=request.user, case_id=pk, to=to, seen=form.cleaned_data["seen"])
    said = _("%(name)s is responsible now.") % {"name": to.name} if to else _("Whoever is on shift may take the case.")
    return _back(request, pk, said)


@require_POST
@signed_in
def rename(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    found = case_to_write(request.user, pk)
    form = RenameForm(request.POST)
    if not form.is_valid():
        return file_page(request, found, 422, rename_form=form)
    actions.rename_case(by=request.user, case_id=pk, **form.cleaned_data)
    return _back(request, pk, _("The working title was changed."))


@require_POST
@signed_in
def reopen(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    found = case_to_write(request.user, pk)
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return file_page(request, found, 422, reopen_form=form)
    actions.reopen_case(by=request.user, case_id=pk, **form.cleaned_data)
    return _back(request, pk, _("The case is open again."))


def _back(request: HttpRequest, pk: uuid.UUID, said: str) -> HttpResponse:
    """Redirect to the case with a message."""
    messages.success(request, said)
    return redirect("cases:case", pk)
