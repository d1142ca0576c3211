"""What is not kept in tables of packages and of the foundation. See dossiers.py."""

from __future__ import annotations

from .dossiers import Part, Sweep

PART = Part(
    sweeps=(
        Sweep("axes_accessattempt", "attempt_time"),
        Sweep("axes_accessfailurelog", "attempt_time"),
        Sweep("axes_accesslog", "attempt_time"),
        Sweep("axes_accessattemptexpiration", "expires_at", key="access_attempt_id"),
        Sweep("django_admin_log", "action_time"),
        Sweep(
            "retention_request",
            "ended_at",
            empties=("name", "address", "wish", "extension_reason", "decision"),
        ),
    ),
)
