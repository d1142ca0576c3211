"""Who may read which row of this app's tables. Words for people, SQL for PostgreSQL; see foundation/privacy/rls.py."""

from __future__ import annotations

from casework.cases.states import DROPPED, OPEN_ACTION
from casework.cases.vocabulary import DropReason
from casework.reviews.states import DROPPED as DROPPED_REVIEW
from casework.reviews.states import PLANNED
from casework.teams.policies import CASE_WRITERS
from casework.teams.states import IN_TEAM
from foundation.privacy.event_kinds import kinds_of, reading_rules
from foundation.privacy.rls import (
    BY_APPLICATION,
    Addition,
    Declaration,
    Protected,
    Rule,
    Transitions,
    both,
    declared_items,
    is_actor,
    quoted,
    service,
)

from . import events
from .states import CANCELLED, CURRENT, DISCUSSED, DRAFTS, ENDED, HANDED_OVER, MACHINES, Who

DEADLINES = service("deadlines")
READERS = Rule(
    "who may read the case, and the named people of the bodies in the team",
    "(exists (select 1 from cases_case c where c.id = team_id) or ntk.works_in_team(team_id))",
)
WRITERS = Rule(
    f"{CASE_WRITERS.who}; the named people of a body that coordinates content or process, or is responsible",
    f"({CASE_WRITERS.sql} or ntk.coordinates_case(team_id) or ntk.works_for_body(team_id, organisation_id))",
)
REPORT_WRITERS = Rule(
    f"{CASE_WRITERS.who}; the named people of a body that coordinates content or process",
    f"({CASE_WRITERS.sql} or ntk.coordinates_case(team_id))",
)
ANNOUNCERS = both(REPORT_WRITERS, "while the case is open", "ntk.case_is_open(team_id)")
#: A condition: responsible is the centre, or a body in the team with its named person.
FITS = (
    "(organisation_id = centre_id or exists (select 1 from teams_member m"
    " where m.team_id = releases_prisonrelease.team_id and m.organisation_id = releases_prisonrelease.organisation_id"
    f" and m.person_id = releases_prisonrelease.user_id and m.state in ({quoted(*IN_TEAM)})))"
)
#: Conditions on a row of a release: on the release itself.
OF_RELEASE = "exists (select 1 from (select * from releases_prisonrelease where id = release_id) r where {condition})"
STEP_WRITERS = Rule("who writes the release", OF_RELEASE.format(condition=WRITERS.sql))
#: A condition on a step: it is the centre's, or of a body in the team with its named person; under the release's key.
STEP_FITS = (
    "exists (select 1 from releases_prisonrelease r where r.id = release_id and r.state in"
    f" ({quoted(*CURRENT)}) and r.data_key_id = releases_releasestep.data_key_id"
    " and (releases_releasestep.organisation_id = r.centre_id or exists (select 1 from teams_member m"
    " where m.team_id = r.team_id and m.organisation_id = releases_releasestep.organisation_id"
    f" and m.person_id = releases_releasestep.user_id and m.state in ({quoted(*IN_TEAM)}))))"
)
#: A condition on an action: it is a step that the actor has added to the release of its case.
IS_STEP = (
    "exists (select 1 from releases_releasestep s join releases_prisonrelease r on r.id = s.release_id"
    f" where s.id = cases_action.id and {is_actor('s.added_by_id')} and r.state in ({quoted(*CURRENT)})"
    " and r.team_id = case_id and r.centre_id = cases_action.centre_id and s.data_key_id = cases_action.data_key_id"
    " and s.organisation_id = cases_action.organisation_id and s.user_id is not distinct from cases_action.user_id)"
)

DECLARATIONS: list[Declaration] = [
    Protected(
        "releases_prisonrelease",
        select=[READERS, Rule(f"{DEADLINES.who}: current ones", f"{DEADLINES.sql} and state in ({quoted(*CURRENT)})")],
        insert=[
            both(
                ANNOUNCERS,
                "in their own name, under the team's key",
                f"{is_actor('announced_by_id')} and {FITS} and exists (select 1 from teams_team t"
                " where t.case_id = team_id and t.centre_id = releases_prisonrelease.centre_id"
                " and t.data_key_id = releases_prisonrelease.data_key_id)",
            )
        ],
        update=[
            Rule(
                WRITERS.who,
                WRITERS.sql,
                # Also who has just given it to another body.
                check=f"({CASE_WRITERS.sql} or ntk.works_in_team(team_id))",
            ),
            Rule(f"{DEADLINES.who}: current ones", f"{DEADLINES.sql} and state in ({quoted(*CURRENT)})"),
        ],
        update_columns=[
            *("state", "organisation_id", "user_id", "release_date", "establishment", "treatment_now"),
            *("treatment_after", "conditions", "move_reason", "cancel_reason", "due_at", "steps_at", "escalated_at"),
            *("prepared_at", "released_at", "ended_at", "ended_by_id", "no_report_reason", "no_report_at"),
            *("no_report_by_id", "version"),
        ],
        granted={"lotse_policy": "update (organisation_id, user_id, version)"},
    ),
    Transitions(
        "releases_prisonrelease",
        MACHINES[0],
        who={
            Who.WRITERS: both(
                WRITERS,
                "settled or cancelled in their own name",
                f"(state not in ({quoted(*ENDED)}) or {is_actor('ended_by_id')})",
            )
        },
        marks=["prepared_at", "released_at", "ended_at", "ended_by_id", "cancel_reason"],
    ),
    Protected(
        "releases_releasestep",
        select=[Rule("who may see the release", OF_RELEASE.format(condition="true"))],
        insert=[
            both(STEP_WRITERS, "in their own name, while it is current", f"{is_actor('added_by_id')} and {STEP_FITS}")
        ],
        update=[STEP_WRITERS],
        update_columns=["due_at", "steps_at"],
    ),
    # Whoever adds a step adds the action that it is, for whichever body.
    Addition(
        "cases_action",
        "release",
        insert=[
            Rule(
                "who writes a release from prison, in their own name: its step",
                f"{is_actor('added_by_id')} and duty = '' and not is_protected and is_shared and {IS_STEP}",
            )
        ],
    ),
    Protected(
        "releases_exitreport",
        select=[READERS],
        insert=[
            both(
                ANNOUNCERS,
                "in their own name, under the team's key",
                f"{is_actor('written_by_id')} and exists (select 1 from teams_team t where t.case_id = team_id"
                " and t.centre_id = releases_exitreport.centre_id and t.data_key_id = releases_exitreport.data_key_id)",
            )
        ],
        update=[REPORT_WRITERS],
        update_columns=[
            *("state", "residual_risks", "strategies", "risk_of_return", "self_assessment", "behaviours", "help"),
            *("written_at", "written_by_id", "discussed_at", "discussed_by_id", "approved_at", "approved_by_id"),
            *("handed_over_at", "handed_over_by_id", "handed_over_on", "recipient_kind", "recipient", "version"),
        ],
    ),
    Transitions(
        "releases_exitreport",
        MACHINES[1],
        who={
            Who.WRITERS: both(
                REPORT_WRITERS,
                "in their own name; who approved it stays until it is a draft again",
                f"(state not in ({quoted(*DISCUSSED)}) or {is_actor('discussed_by_id')})"
                f" and (state not in ({quoted(*HANDED_OVER)}) or {is_actor('handed_over_by_id')}"
                " and (approved_by_id, discussed_by_id) = (old.approved_by_id, old.discussed_by_id))",
            ),
            Who.ANOTHER: Rule(
                f"{CASE_WRITERS.who}; the named people of a body that coordinates the content; in their own name, never"
                " who wrote it",
                f"({CASE_WRITERS.sql} or ntk.coordinates_content(team_id)) and {is_actor('approved_by_id')}"
                " and written_by_id <> (select ntk.actor()) and discussed_by_id = old.discussed_by_id",
            ),
        },
        marks=[
            *("discussed_at", "discussed_by_id", "approved_at", "approved_by_id", "handed_over_at"),
            *("handed_over_by_id", "handed_over_on", "recipient_kind", "recipient"),
        ],
    ),
    Addition("journal_event", "prison_release", select=reading_rules(kinds_of(events))),
]
sql_items = declared_items(
    __name__,
    DECLARATIONS,
    IN_TEAM=quoted(*IN_TEAM),
    FITS=FITS.replace("releases_prisonrelease.", "new.").replace(
        "(organisation_id = centre_id", "(new.organisation_id = new.centre_id"
    ),
    CURRENT=quoted(*CURRENT),
    ENDED=quoted(*ENDED),
    BY_APPLICATION=BY_APPLICATION,
    CANCELLED=quoted(*CANCELLED),
    DRAFTS=quoted(*DRAFTS),
    DISCUSSED=quoted(*DISCUSSED),
    OPEN_ACTION=quoted(*OPEN_ACTION),
    DROPPED=quoted(*DROPPED),
    BY_RELEASE=quoted(DropReason.RELEASE),
    PLANNED_REVIEW=quoted(*PLANNED),
    DROPPED_REVIEW=quoted(*DROPPED_REVIEW),
)
