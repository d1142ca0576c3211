"""The administration's first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .administration import links, setup_steps
from .guards import administrators_only


@require_safe
@administrators_only
def administration(request: HttpRequest) -> HttpResponse:
    """Missing set-up steps, and links to the administration's pages."""
    centre = request.user.centre  # type: ignore[union-attr]
    steps = setup_steps(centre) if centre else []
    missing = sum(not step.is_done for step in steps)
    context = {"steps": steps, "missing": missing, "links": links(), "centre": centre}
    return render(request, "accounts/administration.html", context)
