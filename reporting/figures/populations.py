"""The populations that measures count: SQL of contacts, referrals, cases and the work on them, with months. Pure data.

Live figures and the counts for releases use the same rows, so that they agree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from casework.cases.states import CLOSED, DROPPED
from casework.cases.states import DONE as DONE_ACTION
from casework.closures.states import CARRIED_OUT
from casework.reviews.states import DROPPED as DROPPED_REVIEW
from casework.reviews.states import HELD, MOVED, PROPOSED
from foundation.privacy.rls import quoted
from handoff.referrals.states import DONE, EVER_TAKEN, WAITING, in_order
from hotline.contacts.states import FINISHED
from hotline.contacts.vocabulary import Kind
from triage.states import IN_FORCE
from triage.vocabulary import Disposition, Duty

if TYPE_CHECKING:
    from .measure import Measure


class Of(StrEnum):
    """What a measure counts. The month of a row is the one in which ..."""

    CONTACT = "contact"  # ... the counselling contact began
    OTHER_CONTACT = "other_contact"  # ... the contact that was no counselling began
    REFERRAL = "referral"  # ... the referral was offered
    CASE_OPENED = "case_opened"  # ... the case was opened
    CASE_CLOSED = "case_closed"  # ... the work on the case ended: it was closed, or is monitored since
    DUTY = "duty"  # ... the duty was due
    ACTION = "action"  # ... the action, which is no duty, was due
    REVIEW = "review"  # ... the review was due
    GOAL = "goal"  # ... it was first noted what became of the goal
    MONITORING = "monitoring"  # ... the monitoring of a case began
    REPEATED = "repeated"  # ... the repeated assessment was delivered


@dataclass(frozen=True)
class Population:
    """``rows``: SQL of all rows, with the columns that measures use; ``counts``: SQL condition, which excludes drafts.

    ``at``: the column with the time whose month is used, in the centre's time zone.
    """

    rows: str
    counts: str
    at: str


#: SQL: 1, 2 and 3 for about three, six and twelve months after the first one; 0 and 4 for sooner and later.
AFTER = (
    "width_bucket({at}, array[first.delivered_at + interval '45 days', first.delivered_at + interval '137 days',"
    " first.delivered_at + interval '274 days', first.delivered_at + interval '456 days'])"
)
# PostgreSQL does not compute expressions that no selected measure uses.
CONTACTS = f"""
    select c.id, c.centre_id, c.state, c.started_at, o.time_zone, c.kind, c.caller_type_id,
        coalesce(t.parent_id, t.code) as caller_group, c.channel, c.phenomenon, c.age_band, c.sex,
        coalesce(nullif(c.language, ''), 'unknown') as language,
        ntk.counted_region(c.region_id, o.country) as region,
        coalesce(a.disposition, 'none') as disposition,
        coalesce(a.disposition = '{Disposition.SECURITY}' or '{Duty.SECURITY_INFORMATION}' = any(a.duties), false)
            as is_security,
        exists (select from cases_casecontact own
            join cases_casecontact other on other.case_id = own.case_id
            join hotline_contact e on e.id = other.contact_id
            where own.contact_id = c.id and e.kind = '{Kind.COUNSELLING}' and e.state in ({quoted(*FINISHED)})
                and (e.started_at, e.id) < (c.started_at, c.id)) as is_repeat
    from hotline_contact c
    join accounts_organisation o on o.id = c.centre_id
    join hotline_callertype t on t.code = c.caller_type_id
    left join triage_assessment a on a.contact_id = c.id and a.state in ({quoted(*IN_FORCE)})
"""
REFERRALS = f"""
    select r.id, r.centre_id, r.offered_at, o.time_zone, r.state, r.follows_id, r.answered_at - r.offered_at as took,
        r.state in ({quoted(*in_order(EVER_TAKEN))}) as is_accepted,
        r.state in ({quoted(*in_order(WAITING))}) as is_waiting,
        exists (select from handoff_message x where x.referral_id = r.id and x.kind = 'feedback') as has_feedback,
        ntk.counted_region(k.region_id, o.country) as region
    from handoff_referral r
    join accounts_organisation o on o.id = r.centre_id
    join cases_case k on k.id = r.case_id
"""
CASES = f"""
    select k.id, k.centre_id, k.opened_at, k.work_ended_at, o.time_zone, k.disposition, k.close_reason,
        k.work_ended_at - k.opened_at as took,
        coalesce((select r.outcome from handoff_referral r
            where r.case_id = k.id and r.state in ({quoted(*in_order(DONE))})
            order by r.ended_at desc, r.id limit 1), 'centre') as outcome,
        first.begun_at - k.opened_at as began, first.met_at - k.opened_at as met
    from cases_case k
    join accounts_organisation o on o.id = k.centre_id
    left join lateral (
        select min(a.begun_at) as begun_at, min(a.ended_at) filter (where a.met_person) as met_at
        from cases_action a where a.case_id = k.id) first on true
"""


def _actions(which: str) -> str:
    return f"""
    select a.id, a.centre_id, a.due_at, o.time_zone, a.drop_reason,
        a.state in ({quoted(*DONE_ACTION)}) as is_done, a.ended_at <= a.due_at as is_in_time,
        a.state in ({quoted(*DROPPED)}) as is_dropped
    from cases_action a
    join accounts_organisation o on o.id = a.centre_id
    where {which}
"""


# Those of a triage apart: what people add has a time that they choose themselves.
DUTIES = _actions("a.duty <> ''")
ACTIONS = _actions("a.duty = ''")
REVIEWS = f"""
    select r.id, r.centre_id, r.due_at, o.time_zone, r.state in ({quoted(*PROPOSED)}) as is_proposed,
        r.state in ({quoted(*HELD)}) as is_held, r.missed_at is not null as is_late,
        r.state in ({quoted(*MOVED)}) as is_moved, r.state in ({quoted(*DROPPED_REVIEW)}) as is_dropped
    from reviews_review r
    join accounts_organisation o on o.id = r.centre_id
"""
# What was noted last counts, in the month of what was noted first.
GOALS = """
    select g.id, t.centre_id, g.noted_at, o.time_zone, last.outcome,
        not exists (select from plans_goaloutcome e where (e.team_id, e.goal_id) = (g.team_id, g.goal_id)
            and (e.noted_at, e.id) < (g.noted_at, g.id)) as is_first
    from plans_goaloutcome g
    join teams_team t on t.case_id = g.team_id
    join accounts_organisation o on o.id = t.centre_id
    join lateral (select l.outcome from plans_goaloutcome l where (l.team_id, l.goal_id) = (g.team_id, g.goal_id)
        order by l.noted_at desc, l.id desc limit 1) last on true
"""
# Carrying out a closing ends the work in the same transaction: work that ended later was begun again in between.
MONITORINGS = f"""
    select c.id, c.centre_id, o.time_zone, c.is_monitored and c.state in ({quoted(*CARRIED_OUT)}) as began,
        case when k.work_ended_at <= c.ended_at then k.work_ended_at else c.ended_at end as began_at,
        k.work_ended_at is null or k.work_ended_at > c.ended_at as is_again, k.state in ({quoted(*CLOSED)}) as is_over,
        exists (select from reviews_review r where r.about = c.id and r.has_warning_sign) as has_sign
    from closures_closure c
    join cases_case k on k.id = c.team_id
    join accounts_organisation o on o.id = c.centre_id
"""
# Beside the first one of its kind in the case; of several after about the same time the first one counts.
REPEATED = f"""
    select a.id, a.centre_id, a.delivered_at, o.time_zone, {AFTER.format(at="a.delivered_at")} as after,
        r.level - first.level as change,
        not exists (select from assessments_caseassessment e
            join assessments_assessmentrating q on q.assessment_id = e.id
            where (e.team_id, e.template) = (a.team_id, a.template) and e.id <> first.id
                and (e.delivered_at, e.id) < (a.delivered_at, a.id)
                and {AFTER.format(at="e.delivered_at")} = {AFTER.format(at="a.delivered_at")}) as is_first
    from assessments_caseassessment a
    join assessments_assessmentrating r on r.assessment_id = a.id
    join accounts_organisation o on o.id = a.centre_id
    join lateral (select b.id, b.delivered_at, s.level
        from assessments_caseassessment b join assessments_assessmentrating s on s.assessment_id = b.id
        where (b.team_id, b.template) = (a.team_id, a.template)
        order by b.delivered_at, b.id limit 1) first on first.id <> a.id
"""
COMPLETED = f"n.state in ({quoted(*FINISHED)})"
POPULATIONS: dict[Of, Population] = {
    Of.CONTACT: Population(CONTACTS, f"{COMPLETED} and n.kind = '{Kind.COUNSELLING}'", "started_at"),
    Of.OTHER_CONTACT: Population(CONTACTS, f"{COMPLETED} and n.kind <> '{Kind.COUNSELLING}'", "started_at"),
    Of.REFERRAL: Population(REFERRALS, "n.offered_at is not null", "offered_at"),
    Of.CASE_OPENED: Population(CASES, "true", "opened_at"),
    Of.CASE_CLOSED: Population(CASES, "n.work_ended_at is not null", "work_ended_at"),
    Of.DUTY: Population(DUTIES, "true", "due_at"),
    Of.ACTION: Population(ACTIONS, "true", "due_at"),
    Of.REVIEW: Population(REVIEWS, "not n.is_proposed", "due_at"),
    Of.GOAL: Population(GOALS, "n.is_first", "noted_at"),
    Of.MONITORING: Population(MONITORINGS, "n.began", "began_at"),
    Of.REPEATED: Population(REPEATED, "n.is_first and n.after between 1 and 3", "delivered_at"),
}


def counted_for_releases(measures: Iterable[Measure]) -> str:
    """SQL of the function ``ntk.counted``: counts the rows with these ``ids``; only for the counting service."""
    return "\nunion all\n".join(
        f"select n.id, n.centre_id, m.measure, n.month, m.key\nfrom {_rows(population)} n\n"
        f"cross join lateral {_values((measure.code, measure.sql) for measure in chosen)}\n"
        f"where {population.counts} and n.id = any(ids) and (select ntk.service()) = 'statistics'"
        for population, chosen in _by_population(measures)
    )


def counted_live(measures: Iterable[Measure]) -> str:
    """SQL: numbers by measure, month and key, of ``centre`` from ``start`` to ``end`` (exclusive).

    Equal rows are grouped first: one line for each row and measure took twice as long.
    """
    return "\nunion all\n".join(
        f"select m.measure, alike.month, m.key, sum(alike.number)::bigint\nfrom ({_alike(population, chosen)}) alike\n"
        f"cross join lateral {_values((measure.code, f'alike.{measure.code}') for measure in chosen)}\ngroup by 1, 2, 3"
        for population, chosen in _by_population(measures)
    )


def _by_population(measures: Iterable[Measure]) -> list[tuple[Population, list[Measure]]]:
    found: dict[Of, list[Measure]] = {}
    for measure in measures:
        found.setdefault(measure.of, []).append(measure)
    return [(POPULATIONS[of], chosen) for of, chosen in found.items()]


def _rows(population: Population) -> str:
    month = f"date_trunc('month', {population.at} at time zone time_zone)::date as month"
    return f"(select *, {month} from ({population.rows}) every_row)"


def _values(pairs: Iterable[tuple[str, str]]) -> str:
    """One line for each measure of a row: its code, and the SQL of its key."""
    lines = ",\n    ".join(f"('{code}', {sql})" for code, sql in pairs)
    return f"(values\n    {lines}\n) m(measure, key)"


def _alike(population: Population, measures: list[Measure]) -> str:
    keys = ", ".join(f"{measure.sql} as {measure.code}" for measure in measures)
    columns = ", ".join(str(place + 1) for place in range(len(measures) + 1))
    return (
        f"select n.month, {keys}, count(*) as number\nfrom {_rows(population)} n\nwhere {population.counts}"
        f" and n.centre_id = %(centre)s and n.{population.at} >= %(start)s and n.{population.at} < %(end)s\n"
        f"group by {columns}"
    )
