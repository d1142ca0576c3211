"""What of a dossier is in this app's table. See foundation/retention/dossiers.py."""

from __future__ import annotations

from foundation.retention.dossiers import Part, Rows

PART = Part(rows=(Rows("worklist_workitem", "subject = any(subjects)", has_events=False),))
