"""What is not kept in tables of packages and of the foundation, and the worklist's rows.

See dossiers.py.
"""

from __future__ import annotations

from .dossiers import Part, Rows, Sweep

PART = Part(
    rows=(
        Rows(
            "worklist_workitem",
            "subject = any(subjects)",
            has_events=False,
            not_copied="technical: that something is due; the action is in the copy",
        ),
    ),
    sweeps=(
        Sweep("axes_accessattempt", "attempt_time"),
        Sweep("axes_accessfailurelog", "attempt_time"),
        Sweep("axes_accesslog", "attempt_time"),
        Sweep("axes_accessattemptexpiration", "expires_at", key="access_attempt_id"),
        Sweep("django_admin_log", "action_time"),
        Sweep("worklist_absence", "ended_at"),
        Sweep("worklist_workmail", "due_at"),
        Sweep(
            "retention_request",
            "ended_at",
            empties=("name", "address", "wish", "extension_reason", "decision"),
        ),
    ),
)
