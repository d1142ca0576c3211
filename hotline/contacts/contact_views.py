"""Lists of contacts, the search, and the read-only page of a contact."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts import rate_limits
from foundation.accounts.guards import CentreRequest, SignedInRequest, at_the_centre, handlers_only, signed_in
from foundation.accounts.permissions import NotAllowed, Refused, can, note_refusal
from foundation.accounts.roles import Permission
from foundation.journal.actions import look
from foundation.journal.permissions import may_read_looks
from foundation.ui.pagination import page_of

from .access import decide_access, may_ask, request_access
from .actions import assign_contact, take_contact
from .contact_sheet import caller_of, person_of, place_facts_of, topics_of
from .forms import AccessForm, AssignForm
from .history import history_of
from .models import Contact, ContactQuerySet
from .permissions import contact_to_read, contact_to_write, first_readable, may_write
from .references import address_of
from .search import Wanted, page_of_found, read, read_digest
from .states import ContactState


@dataclass(frozen=True)
class Filter:
    """A saved filter of the list, shown as a link."""

    code: str
    label: str | Promise


#: More than a person can read; a script that collects is stopped.
SEARCHES_A_MINUTE = 60
FILTERS = [
    Filter("", gettext_lazy("All")),
    Filter("open", gettext_lazy("Open")),
    Filter("today", gettext_lazy("Today")),
    Filter("mine", gettext_lazy("Mine")),
    Filter("hard", gettext_lazy("Hard conversations")),
]

#: What a row of a list shows; notes may be long.
LISTED = [
    *("number", "centre", "state", "kind", "channel", "started_at", "label", "is_hard"),
    *("caller_type__label_en", "caller_type__label_fr", "caller_type__label_de"),
    *("region__name_en", "region__name_fr", "region__name_de", "handler__name"),
]


@require_safe
@handlers_only
def contacts(request: CentreRequest) -> HttpResponse:
    """``?show=``: a filter; ``?after=`` and ``?before=``: a cursor."""
    shown = request.GET.get("show", "")
    rows = _filtered(_listed(request), shown, request)
    context = {"page": _page(request, rows), "filters": FILTERS, "shown": shown}
    return render(request, "hotline/contacts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@handlers_only
def search(request: CentreRequest) -> HttpResponse:
    """Words are posted, further pages too, and a number is replaced by its blind index: no URL contains them.

    Search terms are not recorded.
    """
    if request.method == "POST":
        rate_limits.count("search", request.user.pk, SEARCHES_A_MINUTE)
    text = request.POST.get("q", "")
    wanted = read_digest(request.GET["number"]) if "number" in request.GET else read(text, request.centre.country)
    if further := _further(request, wanted):
        return redirect(further)
    given = request.POST if text else request.GET
    cursors = {name: given.get(name, "") for name in ("after", "before")}
    page = page_of_found(_listed(request), wanted, request.centre.country, **cursors)
    if not wanted.is_empty:
        look("contact.searched", by=request.user, subject=None, centre=request.centre.pk)
    return render(request, "hotline/search.html", {"page": page, "wanted": wanted, "search_query": text})


@require_safe
@signed_in
def contact(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """The read-only page with the history; also for people who were granted access."""
    found = contact_to_read(request.user, contact_id)
    context = {
        "contact": found,
        "caller": caller_of(found),
        "place": place_facts_of(found),
        "person": person_of(found),
        "topics": topics_of(found),
        "history": history_of(found),
        "may_write": may_write(request.user, found),
        "may_take": may_write(request.user, found) and _is_for_taking(request, found),
        "assign_form": _assign_form(request, found),
        "may_see_looks": may_read_looks(request.user, found.centre_id),
    }
    return render(request, "hotline/contact.html", context)


@require_POST
@handlers_only
def take(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    taken = take_contact(by=request.user, contact_id=contact_id)
    return redirect("hotline:desk_contact", taken.pk)


@require_POST
@at_the_centre(Permission.CONTACT_ASSIGN)
def assign(request: CentreRequest, contact_id: UUID) -> HttpResponse:
    form = AssignForm(request.POST, centre=contact_to_write(request.user, contact_id).centre)
    if not form.is_valid():
        raise BadRequest
    given = assign_contact(by=request.user, contact_id=contact_id, to=form.cleaned_data["to"])
    said = _("%(reference)s is with %(name)s now.")
    messages.success(request, said % {"reference": given.reference, "name": form.cleaned_data["to"].name})
    return redirect("hotline:contact", given.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def ask_access(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """Request access to another's contact, with a reason. The response does not tell whether the contact exists."""
    if not may_ask(request.user):
        raise Refused("contact.access", contact_id)
    form = AccessForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            request_access(by=request.user, contact_id=contact_id, **asked)
        except NotAllowed:  # answered as if it were there
            note_refusal(request, Refused("contact.access", contact_id))
        messages.success(request, _("Your request is with the coordinators."))
        return redirect("hotline:home")
    status = 422 if form.is_bound else 200
    return render(request, "hotline/ask_access.html", {"form": form, "contact_id": contact_id}, status=status)


@require_POST
@handlers_only
def decide(request: CentreRequest, request_id: UUID) -> HttpResponse:
    """``decision``: grant or refuse."""
    if request.POST.get("decision") not in {"grant", "refuse"}:
        raise BadRequest
    decided = decide_access(by=request.user, request_id=request_id, grant=request.POST["decision"] == "grant")
    messages.success(request, _("Access granted.") if decided.granted_until else _("Access refused."))
    return redirect(_page_before(request) or "hotline:desk")


def _page_before(request: CentreRequest) -> str:
    """The page with the form: requests are shown on the desk and on the shift page."""
    page = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if ours else ""


def _listed(request: CentreRequest) -> ContactQuerySet:
    rows = Contact.objects.of_centre(request.centre).select_related("caller_type", "region", "handler")
    return rows.only(*LISTED)


def _filtered(rows: ContactQuerySet, shown: str, request: CentreRequest) -> ContactQuerySet:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    filters: dict[str, dict[str, Any]] = {
        "open": {"state": ContactState.DRAFT},
        "today": {"started_at__gte": midnight},
        "mine": {"handler": request.user},
        "hard": {"is_hard": True},
    }
    return rows.filter(**filters.get(shown, {}))


def _page(request: CentreRequest, rows: ContactQuerySet) -> Any:
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    take = partial(first_readable, request.user)
    return page_of(rows, column="started_at", after=after, before=before, take=take)


def _further(request: CentreRequest, wanted: Wanted) -> str:
    """The redirect of a search: to the blind index of a number, or to a visible record with this reference."""
    if wanted.phone_digest and "number" not in request.GET:
        return f"{reverse('hotline:search')}?number={wanted.phone_digest}"
    if wanted.number is None:
        return ""
    if wanted.letter == "C":
        found = Contact.objects.of_centre(request.centre).filter(number=wanted.number).first()
        return reverse("hotline:contact", args=[found.pk]) if found else ""
    return address_of(request.user, wanted.letter, wanted.number)


def _is_for_taking(request: SignedInRequest, found: Contact) -> bool:
    if found.state != ContactState.DRAFT or found.handler_id == request.user.pk:
        return False
    return found.handler_id is None or found.surfaced_at is not None


def _assign_form(request: SignedInRequest, found: Contact) -> AssignForm | None:
    if not can(request.user, Permission.CONTACT_ASSIGN, found.centre_id):
        return None
    return AssignForm(centre=found.centre)
