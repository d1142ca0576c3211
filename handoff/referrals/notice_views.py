"""The administrators' page of e-mails that could not be sent."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.guards import SignedInRequest, administrators_only

from .models import Notice
from .notice_actions import retry_notice

#: Rows on the page. Larger numbers have one common cause; the next ones appear after a retry.
SHOWN = 200


@require_safe
@administrators_only
def undelivered(request: SignedInRequest) -> HttpResponse:
    """Notices that failed for about a day, oldest first. Shows recipients, but no content."""
    given_up = Notice.objects.given_up().select_related("recipient")
    return render(request, "handoff/undelivered.html", {"notices": given_up[:SHOWN], "count": given_up.count()})


@require_POST
@administrators_only
def retry(request: SignedInRequest, notice_id: uuid.UUID) -> HttpResponse:
    if retry_notice(by=request.user, notice_id=notice_id):
        messages.success(request, _("The e-mail is being sent again."))
    else:
        messages.info(request, _("This e-mail is no longer waiting here."))
    return redirect("handoff:undelivered")
