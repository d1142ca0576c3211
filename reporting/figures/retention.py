"""What of a dossier is in this app's tables. See foundation/retention/dossiers.py."""

from __future__ import annotations

from foundation.retention.dossiers import Part

PART = Part(
    # The worker that counts holds this row meanwhile. What it has not counted yet would be lost from the figures.
    locks=("from reporting_progress for update",),
    busy=(
        "exists (select from journal_event e join journal_link l on l.event_id = e.id"
        ' where (e.subject = any(subjects) or e."case" = any(subjects))'
        " and l.position > coalesce((select position from reporting_progress), 0))",
    ),
    # Figures stay, without any reference to the rows.
    afterwards=(
        "update reporting_counted set subject = gen_random_uuid(), is_detached = true"
        " where subject = any(subjects) and not is_detached",
    ),
    needs=("update (at) on reporting_progress", "update (subject, is_detached) on reporting_counted"),
)
