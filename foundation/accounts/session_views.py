"""Where a person is signed in, and ending those sessions."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from .guards import SignedInRequest, signed_in
from .models import Session
from .session_actions import end_session, end_sessions_elsewhere, own_sessions
from .sessions import stored_key


@require_safe
@signed_in
def sessions(request: SignedInRequest) -> HttpResponse:
    """The person's sessions; the one in use first."""
    own = stored_key(request.session.session_key or "")
    rows = [(one, one.pk == own, last_used(one)) for one in own_sessions(request.user)]
    rows.sort(key=lambda row: not row[1])
    return render(request, "accounts/sessions.html", {"rows": rows, "has_others": len(rows) > 1})


@require_POST
@signed_in
def end(request: SignedInRequest) -> HttpResponse:
    """End one session elsewhere. The same answer for one that has ended meanwhile, and for somebody else's."""
    which = request.POST.get("session", "").replace("\0", "")
    if end_session(by=request.user, which=which, session_key=request.session.session_key or ""):
        messages.success(request, _("That session has ended."))
    else:
        messages.info(request, _("That session had ended already."))
    return redirect("accounts:sessions")


@require_POST
@signed_in
def end_elsewhere(request: SignedInRequest) -> HttpResponse:
    """End all sessions but the one in use."""
    number = end_sessions_elsewhere(by=request.user, session_key=request.session.session_key or "")
    words = ngettext("%(number)s session has ended.", "%(number)s sessions have ended.", number)
    messages.success(request, words % {"number": number} if number else _("You are signed in nowhere else."))
    return redirect("accounts:sessions")


def last_used(session: Session) -> str:
    """In coarse steps: the session is renewed about once a minute, and when exactly is nobody's concern."""
    idle = timezone.now() - (session.expire_date - timedelta(seconds=settings.SESSION_IDLE_SECONDS))
    if idle < timedelta(minutes=5):
        return _("used in the last five minutes")
    if idle < timedelta(minutes=15):
        return _("used in the last quarter of an hour")
    return _("not used for a quarter of an hour")
