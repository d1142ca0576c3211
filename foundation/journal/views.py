from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.accounts.roles import Permission

from .actions import look
from .models import Event, Look

SIZE = 50


@dataclass(frozen=True)
class Page:
    """Rows, newest first; ``newer`` and ``older`` are cursors for ``?after=`` and ``?before=``."""

    rows: Sequence[Any]
    newer: str | None
    older: str | None


@require_safe
@login_required
def audit(request: HttpRequest) -> HttpResponse:
    """What was changed and who looked at what, for data protection officers: kinds, codes and ids, no content."""
    if not request.user.can_in_any(Permission.AUDIT_READ):  # type: ignore[union-attr]
        raise Http404
    looks = request.GET.get("show") == "looks"
    subject = _subject(request.GET.get("subject", ""))
    rows: QuerySet[Any] = Look.objects.all() if looks else Event.objects.all()
    if subject:
        rows = rows.filter(subject=subject)
    look("audit.read", by=request.user, subject=subject, centre=_centre(request))  # type: ignore[arg-type]
    context = {
        "page": _page(rows.select_related("actor"), request.GET.get("before", ""), request.GET.get("after", "")),
        "looks": looks,
        "subject": subject or "",
    }
    return render(request, "journal/audit.html", context)


def _centre(request: HttpRequest) -> int | None:
    memberships = request.user.active_memberships  # type: ignore[union-attr]
    return memberships[0].organisation_id if memberships else None


def _subject(text: str) -> uuid.UUID | None:
    """The id in a crafted address is none: 404."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise Http404 from None


def _page(rows: QuerySet[Any], before: str, after: str) -> Page:
    if after.isdecimal():
        found = list(rows.filter(pk__gt=int(after)).order_by("pk")[: SIZE + 1])
        shown, more_newer, more_older = found[:SIZE][::-1], len(found) > SIZE, True
    else:
        older = rows.filter(pk__lt=int(before)) if before.isdecimal() else rows
        found = list(older.order_by("-pk")[: SIZE + 1])
        shown, more_newer, more_older = found[:SIZE], before.isdecimal(), len(found) > SIZE
    if not shown:
        return Page([], None, None)
    return Page(shown, str(shown[0].pk) if more_newer else None, str(shown[-1].pk) if more_older else None)
