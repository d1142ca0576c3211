"""permissions.py and the database agree, for people with any combination of roles.

A table of rules, one line for each kind of object. Each example draws four people with roles they hold or held, and one
dossier (world.py), built as superuser; then each person looks at each object and tries to write it, as role lotse_web.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from architecture.world import (
    CENTRE,
    KINDS,
    OTHER_CENTRE,
    OTHER_PARTNER,
    PARTNER,
    PEOPLE,
    Career,
    Plan,
    World,
    build,
    make_organisations,
)
from django.db import ProgrammingError, connection, models, transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from casework.assessments import permissions as assessments
from casework.cases import permissions as cases
from casework.closures import permissions as closures
from casework.consultations import permissions as consultations
from casework.plans import permissions as case_plans
from casework.releases import permissions as prison
from casework.reviews import permissions as reviews
from casework.teams import permissions as teams
from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import can, organisations_as
from foundation.accounts.roles import Permission, Role
from foundation.accounts.vocabulary import ROLES_AT
from foundation.worklist import absences
from handoff.referrals import permissions as handoff
from handoff.referrals.states import (
    DONE,
    GIVEN_BACK,
    SHOWS_FIELDS,
    SHOWS_SUMMARY,
    TAKEN,
    ReferralState,
)
from hotline.contacts import permissions as contacts
from hotline.switchboard import permissions as telephone
from triage import permissions as triage

May = Callable[[User, World], bool]


@dataclass(frozen=True)
class Rule:
    name: str
    may_read: May
    may_write: May | None = None
    column: str = ""
    """Written to itself, to try whether the row may be updated."""
    sets: str = ""
    """What is written instead, where only a change is admitted."""

    @property
    def step(self) -> str:
        return self.sets or f"{self.column} = {self.column}"


def reads_contact(user: User, world: World) -> bool:
    granted = contacts.has_grant(user, world.contact.pk)
    return contacts.may_read(user, world.contact, has_grant=granted) or cases.may_write(user, world.case)


def writes_contact(user: User, world: World) -> bool:
    return contacts.may_write(user, world.contact)


def reads_case(user: User, world: World) -> bool:
    return cases.may_read(user, world.case)


def in_shift(user: User, world: World) -> bool:
    return can(user, Permission.CONTACT_LOG, world.callback.centre_id)


def reads_request(user: User, world: World) -> bool:
    asked = world.access_request.requested_by_id == user.pk
    centre = world.access_request.centre_id
    return asked or can(user, Permission.ACCESS_GRANT, centre) or can(user, Permission.AUDIT_READ, centre)


def decides_request(user: User, world: World) -> bool:
    another = world.access_request.requested_by_id != user.pk
    is_open = world.access_request.decided_at is None
    return is_open and another and can(user, Permission.ACCESS_GRANT, world.access_request.centre_id)


def reads_assessment(user: User, world: World) -> bool:
    of_centre = organisations_as(user, Role.HANDLER, Role.COORDINATOR, Role.DPO)
    return world.assessment.centre_id in of_centre and reads_contact(user, world)


def moves_referral(user: User, world: World) -> bool:
    return handoff.is_partner_side(user, world.referral) or handoff.is_centre_side(user, world.referral)


def reads_summary(user: User, world: World) -> bool:
    return is_offered(user, world) or handoff.is_centre_side(user, world.referral)


def reads_fields(user: User, world: World) -> bool:
    is_taken = handoff.is_partner_side(user, world.referral) and world.referral.state in SHOWS_FIELDS
    return is_taken or handoff.is_centre_side(user, world.referral)


def is_offered(user: User, world: World) -> bool:
    return handoff.is_partner_side(user, world.referral) and world.referral.state in SHOWS_SUMMARY


def reads_responsibility(user: User, world: World) -> bool:
    offered = is_offered(user, world) or has_moved(user, world, GIVEN_BACK | DONE)
    return world.responsibility.user_id == user.pk or reads_case(user, world) or offered


def reads_team_row(user: User, world: World) -> bool:
    own = teams.sees_own(user, world.member) or assessments.assesses(user, world.case.pk)
    return own or reads_case(user, world)


def changes_member(user: User, world: World) -> bool:
    """Which of the columns, triggers decide."""
    return cases.may_write(user, world.case) or teams.is_of_body(user, world.member)


def sees_plan(user: User, world: World) -> bool:
    return case_plans.may_see(user, world.case_plan)


def reads_shared_rows(user: User, world: World) -> bool:
    return teams.reads_team(user, world.case.pk)


def changes_plan(user: User, world: World) -> bool:
    """Which of the columns, triggers decide."""
    answers = world.case_plan.is_proposed and bool(teams.members_of(user, world.case.pk))
    return case_plans.may_plan(user, world.case.pk) or answers


def writes_in_draft(user: User, world: World) -> bool:
    return world.case_plan.is_draft and case_plans.may_plan(user, world.case.pk)


def changes_review(user: User, world: World) -> bool:
    """Which of the columns, triggers decide."""
    return bool(teams.members_of(user, world.case.pk)) or reviews.may_plan_reviews(user, world.case.pk)


def changes_case_assessment(user: User, world: World) -> bool:
    """Which of the columns, triggers decide."""
    in_team = cases.works_in_team(user, world.case.pk) or assessments.assesses(user, world.case.pk)
    return in_team or cases.may_write(user, world.case)


def writes_content(user: User, world: World) -> bool:
    return world.case_assessment.is_writable and assessments.is_author(user, world.case_assessment)


def reads_body_worker(user: User, world: World) -> bool:
    return world.body_worker.user_id == user.pk or reads_case(user, world)


def moves_responsibility(user: User, world: World) -> bool:
    now = world.responsibility
    if has_moved(user, world, TAKEN | GIVEN_BACK | DONE):
        return True
    if now.organisation_id != world.case.centre_id or not cases.may_write(user, world.case):
        return False
    return cases.may_assign(user, world.case.centre_id) or now.user_id in (None, user.pk)


def has_moved(user: User, world: World, into: Collection[ReferralState]) -> bool:
    """What only the partner may that moves the referral in the same transaction: this one has made the whole world."""
    return handoff.is_partner_side(user, world.referral) and world.referral.state in into


def reads_call(user: User, world: World, *, handler: int | None = None) -> bool:
    """Calls that wait or run are the shift's; ended ones (``handler``) their handler's and the coordinators'."""
    if world.call.centre_id in organisations_as(user, Role.COORDINATOR):
        return True
    return world.call.centre_id in organisations_as(user, Role.HANDLER) and handler in (None, user.pk)


def reads_ended_call(user: User, world: World) -> bool:
    return reads_call(user, world, handler=world.ended_call.claimed_by_id or 0)


def reads_ended_leg(user: User, world: World) -> bool:
    return reads_call(user, world, handler=world.leg.user_id or 0)


def answers_telephone(user: User, world: World) -> bool:
    return telephone.in_shift(user, world.call.centre_id)


def coordinates(user: User, world: World) -> bool:
    return can(user, Permission.CONTACT_ASSIGN, world.call.centre_id)


def reads_release(user: User, world: World) -> bool:
    return any(can(user, may, world.contact.centre_id) for may in (Permission.RELEASE_READ, Permission.RELEASE_MAKE))


def reads_message(user: User, world: World) -> bool:
    return contacts.has_grant(user, world.contact.pk) or contacts.may_write(user, world.contact)


def works_with_absent(user: User, world: World) -> bool:
    return world.absence.organisation_id in organisations_as(user, *absences.WORKING)


def enters_absence(user: User, world: World) -> bool:
    return absences.may_enter(user, world.absence.organisation_id, world.absence.user_id)


RULES = [
    Rule("call", reads_call, answers_telephone, "language"),
    Rule("ended_call", reads_ended_call, reads_ended_call, "language"),
    Rule("leg", reads_ended_leg),
    Rule("agent", answers_telephone, lambda user, world: telephone.may_change_agent(user, world.agent), "missed"),
    Rule("offer", answers_telephone, answers_telephone, "state"),
    Rule("webhook", lambda user, world: False),
    Rule("voicemail", reads_ended_call),
    Rule("text_message", reads_message),
    Rule("command", answers_telephone),
    Rule("block", answers_telephone, coordinates, "turned_away"),
    Rule("opt_out", answers_telephone),
    Rule("cell", coordinates),
    Rule("counted", lambda user, world: False),
    Rule("past", coordinates),
    Rule("imported_count", coordinates),
    Rule("release", reads_release, coordinates, "is_public"),
    Rule("paper", reads_release),
    Rule("contact", reads_contact, writes_contact, "label"),
    Rule(
        "access_request",
        reads_request,
        decides_request,
        sets="decided_at = now(), decided_by_id = (select ntk.actor())",
    ),
    Rule("callback", in_shift, in_shift, "due_at"),
    Rule("assessment", reads_assessment, lambda user, world: triage.may_write(user, world.assessment), "version"),
    Rule("waiver", reads_assessment),
    Rule("absence", works_with_absent, enters_absence, "ended_at"),
    Rule("case", reads_case, lambda user, world: cases.may_write(user, world.case), "label"),
    Rule("case_contact", lambda user, world: reads_case(user, world) or reads_contact(user, world)),
    Rule("note", reads_case),
    Rule(
        "referral",
        lambda user, world: moves_referral(user, world) or reads_case(user, world),
    ),
    Rule("summary", reads_summary),
    Rule("disclosure", reads_fields),
    Rule("message", reads_summary),
    Rule("case_conflict", reads_case),
    Rule("team", reads_team_row),
    Rule("member", lambda user, world: teams.may_see(user, world.member), changes_member, "version"),
    Rule("body_worker", reads_body_worker),
    Rule("own_note", lambda user, world: teams.reads_own_record(user, world.member)),
    Rule("shared_note", lambda user, world: teams.reads_shared(user, world.shared_note)),
    Rule("case_plan", sees_plan, changes_plan, "version"),
    *(Rule(row, sees_plan, writes_in_draft, "version") for row in ("goal", "plan_factor", "planned_action")),
    Rule("goal_outcome", reads_shared_rows),
    Rule(
        "agreement",
        lambda user, world: sees_plan(user, world) or case_plans.may_answer(user, world.agreement),
        lambda user, world: case_plans.may_answer(user, world.agreement),
        "version",
    ),
    Rule("review", lambda user, world: reviews.may_see(user, world.review), changes_review, "version"),
    Rule(
        "closure",
        reads_shared_rows,
        lambda user, world: closures.may_withdraw(user, world.closure) or closures.may_decide(user, world.closure),
        "version",
    ),
    Rule("opinion", reads_shared_rows, lambda user, world: closures.may_answer(user, world.opinion), "version"),
    Rule("reopening", reads_shared_rows, lambda user, world: cases.may_write(user, world.case), "version"),
    Rule(
        "case_assessment",
        lambda user, world: assessments.may_see(user, world.case_assessment),
        changes_case_assessment,
        "version",
    ),
    Rule(
        "assessment_content",
        lambda user, world: assessments.reads_content(user, world.assessment_content),
        writes_content,
        "version",
    ),
    Rule(
        "consultation",
        lambda user, world: consultations.may_see(user, world.consultation),
        lambda user, world: (
            consultations.is_consultant(user, world.consultation)
            or consultations.may_withdraw(user, world.consultation)
        ),
        "version",
    ),
    *(
        Rule(
            row,
            lambda user, world: prison.may_see(user, world.prison_release),
            lambda user, world: prison.may_write(user, world.prison_release),
            column,
        )
        for row, column in (("prison_release", "version"), ("release_step", "due_at"))
    ),
    Rule(
        "exit_report",
        lambda user, world: teams.reads_team(user, world.case.pk),
        lambda user, world: prison.may_write_report(user, world.case.pk),
        "version",
    ),
    Rule("responsibility", reads_responsibility, moves_responsibility, sets="until = now()"),
]

somebody = st.integers(0, PEOPLE - 1)
#: Mostly where they make a difference, sometimes anywhere.
posts = st.one_of(
    *[st.just((CENTRE, role)) for role in (Role.HANDLER, Role.COORDINATOR, Role.DPO)],
    *[st.just((PARTNER, role)) for role in (Role.PARTNER_WORKER, Role.PARTNER_COORDINATOR)],
    st.tuples(st.sampled_from([CENTRE, OTHER_CENTRE, PARTNER, OTHER_PARTNER]), st.sampled_from(Role)).filter(
        lambda post: post[1] in ROLES_AT[KINDS[post[0]]]
    ),
)
rarely = st.integers(0, 4).map(lambda number: number == 4)
roles = st.lists(st.tuples(posts, rarely), min_size=1, max_size=2)
careers = st.builds(Career, roles, is_active=rarely.map(lambda is_rare: not is_rare))
plans = st.builds(
    Plan,
    careers=st.lists(careers, min_size=PEOPLE, max_size=PEOPLE),
    handler=st.none() | somebody,
    is_surfaced=st.booleans(),
    grant=st.none() | st.tuples(somebody, st.booleans()),
    contact_person=somebody,
    responsible=st.tuples(st.sampled_from([CENTRE, PARTNER]), st.none() | somebody),
    referral_state=st.sampled_from(ReferralState),
)


@pytest.fixture
def organisations(as_superuser: None) -> list[Organisation]:
    return make_organisations()


@examples(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # the plan says enough; making it smaller takes minutes
)
@given(plan=plans)
def test_python_and_sql_agree(organisations: list[Organisation], plan: Plan) -> None:
    with transaction.atomic():
        world = build(plan, organisations)
        wrong = [line for user in world.people for line in disagreements(user, world)]
        transaction.set_rollback(True)
    assert wrong == []


def disagreements(user: User, world: World) -> Iterator[str]:
    ask("set local role lotse_web")
    ask("select set_config('app.actor', %s, true)", str(user.pk))
    in_python = {f"read {rule.name}": rule.may_read(user, world) for rule in RULES}
    in_python |= {f"write {rule.name}": rule.may_write(user, world) for rule in RULES if rule.may_write}
    in_sql = shown(world) | writable(world)
    ask("reset role")
    for what, may in in_python.items():
        if may != in_sql[what]:
            yield f"{user.name} may {what}: Python says {may}, SQL says {in_sql[what]}"


def ask(query: str, *parameters: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        row = cursor.fetchone() if cursor.description else ()
    assert row is not None
    return tuple(row)


def where(world: World, rule: Rule) -> str:
    thing: models.Model = getattr(world, rule.name)
    return f"where {thing._meta.pk.column} = '{thing.pk}'"


def table(world: World, rule: Rule) -> str:
    return str(getattr(world, rule.name)._meta.db_table)


def shown(world: World) -> dict[str, bool]:
    """What the actor sees, asked in one query."""
    seen = ask(
        "select " + ", ".join(f"exists (select from {table(world, rule)} {where(world, rule)})" for rule in RULES)
    )
    return {f"read {rule.name}": is_seen for rule, is_seen in zip(RULES, seen, strict=True)}


def writable(world: World) -> dict[str, bool]:
    """Which rows the actor may write to themselves: all in one statement, one by one where that is refused."""
    rules = [rule for rule in RULES if rule.may_write]
    try:
        done = _written(world, rules)
    except ProgrammingError:
        done = [_is_written(world, rule) for rule in rules]
    return {f"write {rule.name}": is_done for rule, is_done in zip(rules, done, strict=True)}


def _written(world: World, rules: list[Rule]) -> list[bool]:
    steps = [f"set {rule.step} {where(world, rule)} returning 1" for rule in rules]
    updates = [f"{rule.name}_ as (update {table(world, rule)} {step})" for rule, step in zip(rules, steps, strict=True)]
    counted = [f"(select count(*) = 1 from {rule.name}_)" for rule in rules]
    with transaction.atomic():
        done = list(ask(f"with {', '.join(updates)} select {', '.join(counted)}"))
        transaction.set_rollback(True)
    return done


def _is_written(world: World, rule: Rule) -> bool:
    try:
        return _written(world, [rule])[0]
    except ProgrammingError:  # the row may be changed, though not into this
        return False
