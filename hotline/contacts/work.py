"""The kinds of work of this app on the worklist."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.worklist.kinds import WorkKind

from .vocabulary import CallbackOrigin

WORK = [
    WorkKind(
        "callback",
        _("Call back"),
        "phone-outgoing",
        "hotline:callbacks",
        details={
            CallbackOrigin.ASKED: _("Call back: asked for by the caller"),
            CallbackOrigin.VOICEMAIL: _("Call back: left a voicemail"),
        },
        row="callback",
    ),
    WorkKind("access", _("Decide on access to a contact"), "lock-open", "hotline:desk", row="access"),
]
