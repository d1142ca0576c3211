"""What of a dossier is in this app's tables. See foundation/retention/dossiers.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.teams.retention import TEAMS
from foundation.retention.dossiers import Part, Rows

ASSESSMENTS = f"(select id from assessments_caseassessment where team_id in {TEAMS})"

PART = Part(
    rows=(
        Rows(
            "assessments_assessmentcontent",
            f"assessment_id in {ASSESSMENTS}",
            has_events=False,
            not_copied="what a professional wrote, which who makes the copy may not read: it is asked for at the"
            " author's body; what the team reads of it is in the copy",
        ),
        Rows(
            "assessments_assessmentrating",
            f"assessment_id in {ASSESSMENTS}",
            has_events=False,
            not_copied="a number made of one answer, which is in the content",
        ),
        Rows("assessments_caseassessment", title=_("Professional assessment")),
    ),
    # Each content has a key of its own.
    ties=(f"select data_key_id from assessments_assessmentcontent where assessment_id in {ASSESSMENTS}",),
)
