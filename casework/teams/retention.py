"""What of a dossier is in this app's tables. See foundation/retention/dossiers.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.cases.retention import CASES
from foundation.retention.dossiers import Part, Rows, Sweep

TEAMS = f"(select case_id from teams_team where case_id in {CASES})"

PART = Part(
    rows=(
        Rows("teams_sharednote", title=_("Note of a body for the team"), has_events=False),
        Rows(
            "teams_ownnote",
            has_events=False,
            not_copied="the body's own record of the case, which the centre cannot read: it is asked for there",
        ),
        Rows("teams_member", f"team_id in {TEAMS}", title=_("Body of the case team")),
        Rows(
            "teams_team",
            f"case_id in {CASES}",
            has_events=False,
            not_copied="only that there is a team; its bodies are in the copy",
        ),
    ),
    # With the case go the key of its team and the keys of the bodies' own records.
    ties=(
        f"select data_key_id from teams_team where case_id in {CASES}",
        f"select own_key_id from teams_member where own_key_id is not null and team_id in {TEAMS}",
    ),
    sweeps=(Sweep("teams_ownnote", "left_at"),),
    recipients=(
        "select organisation_id, answered_at as at from teams_member"
        f" where own_key_id is not null and team_id in {TEAMS}",
    ),
)
