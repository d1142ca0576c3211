"""How a plan is written, agreed to and replaced; what each may do, twice, late and from a stale tab."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from case_rows import make_case
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone
from past_policies import change
from people import People, as_user, make_user, new_id
from plans import agreed, agreement_of, begun, objected, planned, proposed, stored, with_factor, with_goal
from teams import Body, accepted, invited, left, make_body

from casework.cases.models import Action, Case, Strand
from casework.cases.states import ActionState
from casework.cases.vocabulary import DropReason
from casework.plans import actions, content_actions
from casework.plans.models import Agreement, Factor, Goal, GoalOutcome, Plan, PlannedAction
from casework.plans.states import AgreementState, PlanState
from casework.plans.vocabulary import Outcome
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.privacy.keys import WrongKey
from foundation.privacy.models import opened_keys
from foundation.worklist.models import WorkItem
from foundation.worklist.tasks import run_steps
from handoff.referrals.centre_actions import close_case


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler)


@pytest.fixture
def police(people: People, case: Case) -> Body:
    return in_team(people, case, make_body("Police"))


@pytest.fixture
def school(people: People, case: Case) -> Body:
    return in_team(people, case, make_body("School"))


def in_team(people: People, case: Case, body: Body, *hats: Hat) -> Body:
    accepted(invited(people.handler, case, body.organisation, hats=[Hat.WORKS, *hats]), body.person, body.deputy)
    return body


def action_of(reader: User, one: PlannedAction) -> Action:
    with acting_as(reader, purpose="test"):
        return Action.objects.get(pk=one.action_id)


def kinds(reader: User, plan: Plan) -> list[str]:
    with acting_as(reader, purpose="test"):
        return list(Event.objects.filter(subject=plan.pk).order_by("pk").values_list("kind", flat=True))


def items(reader: User) -> list[tuple[str, int | None]]:
    with acting_as(reader, purpose="test"):
        found = WorkItem.objects.filter(kind__in=["plan", "plan_agreement"]).order_by("listed_at")
        return list(found.values_list("kind", "user"))


def test_plan_of_the_centre_alone_is_in_force_at_once(people: People, case: Case) -> None:
    plan = begun(people.handler, case)
    goal = with_goal(people.handler, plan)
    one = planned(people.handler, plan, people.centre, user=people.handler, goal=goal)
    assert proposed(people.handler, plan).state == PlanState.AGREED
    action = action_of(people.handler, one)
    assert (action.text, action.user_id, action.organisation_id) == (one.text, people.handler.pk, people.centre.pk)
    with acting_as(people.handler, purpose="test"):
        assert WorkItem.objects.get(subject=action.pk).user_id == people.handler.pk


def test_each_body_agrees_to_its_own_and_the_last_one_puts_it_in_force(
    people: People, case: Case, police: Body, school: Body
) -> None:
    plan = begun(people.handler, case)
    with_goal(people.handler, plan)
    rows = [planned(people.handler, plan, body.organisation) for body in (police, school)]
    own = planned(people.handler, plan, people.centre, strand=Strand.SECURITY)
    assert proposed(people.handler, plan).state == PlanState.PROPOSED
    with acting_as(people.handler, purpose="test"):
        assert not Action.objects.filter(pk__in=[one.action_id for one in rows]).exists()
    assert items(police.person) == [("plan_agreement", police.person.pk)]
    agreed(police.person, plan, police.organisation)
    assert stored(plan, people.handler).state == PlanState.PROPOSED
    agreed(school.deputy, plan, school.organisation)
    assert stored(plan, people.handler).state == PlanState.AGREED
    assert [action_of(people.handler, one).user_id for one in rows] == [police.person.pk, school.person.pk]
    assert action_of(school.person, own).organisation_id == people.centre.pk, "the team reads what it agreed on"
    assert (items(police.person), items(school.person)) == ([], [])
    assert kinds(police.person, plan)[-3:] == ["plan.agreed_to", "plan.agreed_to", "plan.in_force"]


def test_objection_makes_it_a_draft_again_for_who_planned(
    people: People, case: Case, police: Body, school: Body
) -> None:
    plan = begun(people.handler, case)
    for body in (police, school):
        planned(people.handler, plan, body.organisation)
    proposed(people.handler, plan)
    objected(police.person, plan, police.organisation, "Too early.")
    now = stored(plan, people.handler)
    assert (now.state, now.was_returned) == (PlanState.DRAFT, True)
    assert items(people.handler) == [("plan", people.handler.pk)]
    found = agreement_of(people.handler, plan, police.organisation)
    assert (found.state, found.reason) == (AgreementState.OBJECTED, "Too early.")
    assert agreement_of(people.handler, plan, school.organisation).state == AgreementState.WITHDRAWN
    assert items(school.person) == []
    with acting_as(police.person, purpose="test"):
        assert not Plan.objects.exists(), "a draft is for who plans"
    again = {"agreement_id": found.pk, "version": 1, "reason": "Too early."}
    as_user(police.person, actions.object_to, by=police.person, **again)  # a repeat has no effect
    assert proposed(people.handler, plan).state == PlanState.PROPOSED
    asked = [("plan_agreement", police.person.pk), ("plan_agreement", school.person.pk)]
    assert items(people.coordinator) == asked


def test_new_version_keeps_moves_drops_and_adds(people: People, case: Case, police: Body) -> None:
    plan = begun(people.handler, case)
    goal = with_goal(people.handler, plan)
    kept, moved, gone = (planned(people.handler, plan, police.organisation, text=text) for text in ("a", "b", "c"))
    proposed(people.handler, plan)
    agreed(police.person, plan, police.organisation)
    draft = begun(people.handler, case, "He has found work.")
    with acting_as(people.handler, purpose="test"):
        copies = {one.text: one for one in PlannedAction.objects.filter(plan=draft)}
        assert Goal.objects.get(plan=draft).goal_id == goal.goal_id
    later = timezone.now() + timedelta(days=40)
    planned(people.handler, draft, police.organisation, planned_id=copies["b"].pk, version=1, text="b", due_at=later)
    as_user(
        people.handler,
        content_actions.remove,
        by=people.handler,
        plan_id=draft.pk,
        kind=PlannedAction,
        row_id=copies["c"].pk,
    )
    added = planned(people.handler, draft, people.centre, text="d")
    assert stored(plan, people.handler).state == PlanState.AGREED, "it holds until the new one is agreed"
    proposed(people.handler, draft)
    agreed(police.person, draft, police.organisation)
    assert stored(plan, people.handler).state == PlanState.SUPERSEDED
    assert action_of(people.handler, kept).due_at == kept.due_at
    assert action_of(people.handler, moved).due_at == later
    dropped = action_of(people.handler, gone)
    assert (dropped.state, dropped.drop_reason) == (ActionState.DROPPED, DropReason.PLAN)
    assert action_of(people.handler, added).text == "d"
    with acting_as(people.handler, purpose="test"):
        events = Event.objects.filter(subject=gone.action_id).values_list("kind", flat=True)
        assert "action.dropped" in events
        assert Action.objects.filter(case=case, is_shared=True).count() == 4


def test_changed_words_make_a_new_action(people: People, case: Case) -> None:
    plan = begun(people.handler, case)
    one = planned(people.handler, plan, people.centre, text="a")
    proposed(people.handler, plan)
    draft = begun(people.handler, case)
    with acting_as(people.handler, purpose="test"):
        copy = PlannedAction.objects.get(plan=draft)
    planned(people.handler, draft, people.centre, planned_id=copy.pk, version=1, text="b")
    proposed(people.handler, draft)
    assert action_of(people.handler, one).state == ActionState.DROPPED
    with acting_as(people.handler, purpose="test"):
        assert Action.objects.get(pk=copy.pk).text == "b"


def test_body_with_the_content_hat_plans_and_the_centre_agrees(people: People, case: Case) -> None:
    partner = in_team(people, case, make_body("Counselling", Role.PARTNER_WORKER), Hat.CONTENT)
    plan = begun(partner.person, case)
    planned(partner.person, plan, partner.organisation)
    planned(partner.person, plan, people.centre)
    assert proposed(partner.person, plan).state == PlanState.PROPOSED
    assert items(people.handler) == [("plan_agreement", people.handler.pk)]
    agreed(people.handler, plan, people.centre)
    assert stored(plan, partner.person).state == PlanState.AGREED
    with acting_as(partner.person, purpose="test"):
        assert Action.objects.filter(case=case.pk).count() == 2


def test_who_does_not_plan_writes_nothing(people: People, case: Case, police: Body) -> None:
    plan = begun(people.handler, case)
    strangers = [police.person, people.colleague, people.worker, people.liaison, people.dpo, people.funder]
    for stranger in strangers:
        with acting_as(stranger, purpose="test"):
            assert not Plan.objects.exists()
        with pytest.raises(NotAllowed):
            begun(stranger, case)
        with pytest.raises(NotAllowed):
            with_goal(stranger, plan)
        with pytest.raises(NotAllowed):
            as_user(stranger, actions.propose_plan, by=stranger, plan_id=plan.pk, version=1)


def test_team_reads_what_is_proposed_and_a_former_member_nothing(people: People, case: Case, police: Body) -> None:
    plan = begun(people.handler, case)
    as_user(people.handler, actions.edit_plan, by=people.handler, plan_id=plan.pk, version=1, aim="A quiet life")
    with_goal(people.handler, plan)
    with_factor(people.handler, plan)
    proposed(people.handler, plan)
    opened_keys.clear()
    with acting_as(police.person, purpose="test"):
        assert Plan.objects.get().aim == "A quiet life"
        assert Goal.objects.get().text == "He has a training place."
        assert Factor.objects.get().approach == "Come in plain clothes."
    for stranger in (people.worker, people.liaison, people.colleague):
        with acting_as(stranger, purpose="test"):
            assert not Goal.objects.exists()
    with acting_as(people.handler, purpose="test"):
        member = plan.team.members.get()
    left(member, police.person)
    opened_keys.clear()
    with acting_as(police.person, purpose="test"):
        assert not Plan.objects.exists()
        assert not Goal.objects.exists()


def test_body_that_leaves_makes_its_proposal_a_draft(people: People, case: Case, police: Body, school: Body) -> None:
    plan = begun(people.handler, case)
    for body in (police, school):
        planned(people.handler, plan, body.organisation)
    proposed(people.handler, plan)
    with acting_as(people.handler, purpose="test"):
        member = plan.team.members.get(organisation=police.organisation)
    left(member, police.person)
    assert stored(plan, people.handler).state == PlanState.DRAFT
    assert items(people.handler) == [("plan", people.handler.pk)]
    with pytest.raises(actions.NotInTeam) as refused:
        proposed(people.handler, plan)
    assert refused.value.bodies == ["Police"]


def test_plan_without_anything_in_it_is_not_proposed(people: People, case: Case) -> None:
    plan = begun(people.handler, case)
    with pytest.raises(actions.EmptyPlan):
        proposed(people.handler, plan)


def test_twice_is_once(people: People, case: Case, police: Body) -> None:
    first = begun(people.handler, case)
    again = as_user(people.handler, actions.begin_plan, by=people.handler, plan_id=first.pk, case_id=case.pk)
    assert again == first
    one = planned(people.handler, first, police.organisation)
    version = stored(first, people.handler).version
    for _ in range(2):
        as_user(people.handler, actions.propose_plan, by=people.handler, plan_id=first.pk, version=version)
    asked = agreement_of(police.person, first, police.organisation)
    for _ in range(2):
        as_user(police.person, actions.agree, by=police.person, agreement_id=asked.pk, version=asked.version)
    with acting_as(people.handler, purpose="test"):
        assert Action.objects.filter(pk=one.action_id).count() == 1
        assert Agreement.objects.count() == 1
    assert kinds(people.handler, first).count("plan.in_force") == 1


def test_outdated_steps_are_stale(people: People, case: Case, police: Body) -> None:
    plan = begun(people.handler, case)
    with pytest.raises(Stale):
        begun(people.handler, case)
    seen = stored(plan, people.handler).version
    goal = with_goal(people.handler, plan)
    with pytest.raises(Stale):  # what would be proposed is not what was seen
        as_user(people.handler, actions.propose_plan, by=people.handler, plan_id=plan.pk, version=seen)
    with pytest.raises(Stale):
        as_user(
            people.handler,
            content_actions.save_goal,
            by=people.handler,
            plan_id=plan.pk,
            goal_id=goal.pk,
            version=7,
            due_on=None,
            text="x",
        )
    planned(people.handler, plan, police.organisation)
    proposed(people.handler, plan)
    with pytest.raises(Stale):
        with_goal(people.handler, plan)
    asked = agreement_of(police.person, plan, police.organisation)
    back = {"by": people.handler, "plan_id": plan.pk, "version": stored(plan, people.handler).version}
    as_user(people.handler, actions.take_back, **back)
    as_user(people.handler, actions.take_back, **back)
    with pytest.raises(Stale):
        as_user(police.person, actions.agree, by=police.person, agreement_id=asked.pk, version=asked.version)
    assert items(people.handler) == []


def test_discarded_draft_is_no_plan(people: People, case: Case) -> None:
    plan = begun(people.handler, case)
    values = {"by": people.handler, "plan_id": plan.pk, "version": plan.version}
    for _ in range(2):
        as_user(people.handler, actions.discard_plan, **values)
    assert stored(plan, people.handler).state == PlanState.DISCARDED
    assert begun(people.handler, case).number == 2


def test_closing_discards_what_is_not_agreed_and_keeps_what_is(people: People, case: Case, police: Body) -> None:
    plan = begun(people.handler, case)
    planned(people.handler, plan, people.centre)
    proposed(people.handler, plan)
    draft = begun(people.handler, case)
    planned(people.handler, draft, police.organisation)
    proposed(people.handler, draft)
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason="goals_met")
    assert stored(plan, people.handler).state == PlanState.AGREED
    assert stored(draft, people.handler).state == PlanState.DISCARDED
    with acting_as(people.coordinator, purpose="test"):
        assert not WorkItem.objects.filter(kind__in=["plan", "plan_agreement"]).exists()
    with pytest.raises(Stale):
        begun(people.handler, case)


def test_unanswered_proposal_reaches_the_coordinators(people: People, case: Case, police: Body) -> None:
    plan = begun(people.handler, case)
    planned(people.handler, plan, police.organisation)
    proposed(people.handler, plan)
    asked = agreement_of(people.handler, plan, police.organisation)
    change(WorkItem.objects.filter(subject=asked.pk), next_at=timezone.now())
    for _ in range(2):
        run_steps()
    assert agreement_of(people.handler, plan, police.organisation).escalated_at is not None
    assert kinds(people.coordinator, plan).count("plan.unanswered") == 1
    agreed(police.person, plan, police.organisation)
    assert stored(plan, people.handler).state == PlanState.AGREED, "late is better than never"


def test_outcome_of_a_goal_is_noted_and_kept_in_the_next_version(people: People, case: Case, police: Body) -> None:
    plan = begun(people.handler, case)
    goal = with_goal(people.handler, plan)
    note: dict[str, Any] = {
        "by": people.handler,
        "outcome_id": new_id(),
        "goal_id": goal.pk,
        "outcome": Outcome.PARTLY,
        "evidence": "He has applied.",
    }
    with pytest.raises(Stale):
        as_user(people.handler, actions.note_outcome, **note)
    proposed(people.handler, plan)
    for _ in range(2):
        as_user(people.handler, actions.note_outcome, **note)
    with acting_as(police.person, purpose="test"):
        assert GoalOutcome.objects.get().evidence == "He has applied."
    with pytest.raises(NotAllowed):
        as_user(police.person, actions.note_outcome, **{**note, "by": police.person, "outcome_id": new_id()})
    draft = begun(people.handler, case)
    with acting_as(people.handler, purpose="test"):
        assert GoalOutcome.objects.get().goal_id == Goal.objects.get(plan=draft).goal_id


@pytest.mark.parametrize(
    "statement",
    [
        "update plans_plan set aim = null, state = 'agreed' where id = %s",
        "update plans_plan set cause = 'x' where id = %s",
        "update plans_plan set state = 'superseded', ended_at = now() where id = %s",
        "update plans_goal set text = null where plan_id = %s",
        "delete from plans_plannedaction where plan_id = %s",
        "update plans_agreement set state = 'agreed' where plan_id = %s",
    ],
)
def test_by_sql_a_body_changes_nothing_but_its_answer(
    people: People, case: Case, police: Body, school: Body, statement: str
) -> None:
    plan = begun(people.handler, case)
    as_user(people.handler, actions.edit_plan, by=people.handler, plan_id=plan.pk, version=1, aim="A quiet life")
    with_goal(people.handler, plan)
    planned(people.handler, plan, police.organisation)
    proposed(people.handler, plan)
    with acting_as(school.person, purpose="test"):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, [plan.pk])
                assert cursor.rowcount == 0
        except ProgrammingError:
            pass
    assert stored(plan, people.handler).state == PlanState.PROPOSED


def test_action_of_nobody_else_comes_in_with_a_plan(people: People, case: Case, police: Body, school: Body) -> None:
    """Whoever agrees last inserts the actions; by SQL, too, only those of the plan in force."""
    plan = begun(people.handler, case)
    one = planned(people.handler, plan, police.organisation)
    planned(people.handler, plan, school.organisation)
    proposed(people.handler, plan)
    with acting_as(school.person, purpose="test"), pytest.raises(ProgrammingError), transaction.atomic():
        action = Action(pk=one.action_id, case_id=case.pk, centre=people.centre, data_key_id=plan.data_key_id)
        action.organisation, action.user, action.added_by = police.organisation, police.person, school.person
        action.is_shared, action.strand = True, Strand.SOCIAL
        action.due_at, action.steps_at = one.due_at, one.steps_at
        action.save(force_insert=True)


def test_read_by_a_stranger_with_the_row_it_stays_sealed(people: People, case: Case) -> None:
    plan = begun(people.handler, case)
    goal = with_goal(people.handler, plan)
    opened_keys.clear()
    stranger = make_user((people.partner, Role.PARTNER_WORKER))
    with acting_as(people.handler, purpose="test"):
        row = Goal.objects.get(pk=goal.pk)
    opened_keys.clear()
    with acting_as(stranger, purpose="test"), pytest.raises(WrongKey):
        str(row.text)
