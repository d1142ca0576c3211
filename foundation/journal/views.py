"""The audit page of data protection officers."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.accounts.guards import SignedInRequest, signed_in
from foundation.accounts.permissions import Refused
from foundation.accounts.roles import Permission
from foundation.ui.pagination import page_by_key

from .actions import look
from .models import Event, Look
from .permissions import centres_with_looks

SIZE = 50


@require_safe
@login_required
def audit(request: HttpRequest) -> HttpResponse:
    """Changes and accesses, for data protection officers: kinds, codes and ids, no content."""
    if not request.user.can_in_any(Permission.AUDIT_READ):  # type: ignore[union-attr]
        raise Http404
    looks = request.GET.get("show") == "looks"
    subject = _subject(request.GET.get("subject", ""))
    rows: QuerySet[Any] = Look.objects.all() if looks else Event.objects.all()
    if subject:
        rows = rows.filter(subject=subject)
    look("audit.read", by=request.user, subject=subject, centre=_centre(request))  # type: ignore[arg-type]
    context = {
        "page": page_by_key(
            rows.select_related("actor"),
            before=request.GET.get("before", ""),
            after=request.GET.get("after", ""),
            size=SIZE,
        ),
        "looks": looks,
        "subject": subject or "",
    }
    return render(request, "journal/audit.html", context)


@require_safe
@signed_in
def looks(request: SignedInRequest, subject: uuid.UUID) -> HttpResponse:
    """Who looked at a record, for coordinators and data protection officers; with a case's referrals."""
    centres = centres_with_looks(request.user)
    if not Event.objects.filter(subject=subject, centre__in=centres).exists():
        raise Refused("looks.read", subject)
    rows = Look.objects.about(subject).filter(centre__in=centres)
    look("looks.read", by=request.user, subject=subject, centre=_centre(request))
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    page = page_by_key(rows.select_related("actor"), before=before, after=after, size=SIZE)
    return render(request, "journal/looks.html", {"page": page, "subject": subject})


def _centre(request: HttpRequest) -> int | None:
    memberships = request.user.active_memberships  # type: ignore[union-attr]
    return memberships[0].organisation_id if memberships else None


def _subject(text: str) -> uuid.UUID | None:
    """The id in the URL; an invalid one gives 404."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise Http404 from None
