"""Who may move what where: the declared machines with permissions.py say the same as the database.

Each example draws four people, one dossier and a state for each of its objects; then each person tries each step of all
objects, in their own name, as role lotse_web. A step that a constraint refuses was admitted by triggers and policies.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from architecture.test_python_and_sql_agree import ask, in_shift, organisations, plans, reads_call
from architecture.world import Plan, World, build
from django.db import IntegrityError, InternalError, ProgrammingError, connection, models, transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from casework.assessments import permissions as assessments
from casework.assessments.states import Who as InAssessment
from casework.cases import permissions as cases
from casework.cases.states import Who as InCase
from casework.closures import permissions as closures
from casework.closures.states import Who as InClosure
from casework.consultations import permissions as consultations
from casework.consultations.states import Who as InConsultation
from casework.plans import permissions as case_plans
from casework.plans.states import AGREES
from casework.plans.states import Who as InPlan
from casework.releases import permissions as prison
from casework.releases.states import Who as InPrisonRelease
from casework.reviews import permissions as reviews
from casework.reviews.states import Who as InReview
from casework.teams import permissions as teams
from casework.teams.states import Who as InTeam
from foundation.accounts.models import Membership, Organisation, User
from foundation.accounts.permissions import can, organisations_as
from foundation.accounts.role_proposals import could_confirm
from foundation.accounts.roles import CONFIRM_AT_THEIR_CENTRE, Permission, Role
from foundation.accounts.states import Who as InAccounts
from foundation.privacy.fields import EncryptedField
from foundation.privacy.state_machines import StateMachine, all_machines
from handoff.referrals import permissions as handoff
from handoff.referrals.states import Who as InReferral
from hotline.contacts import permissions as contacts
from hotline.switchboard import permissions as telephone
from reporting.publishing.states import Who as InRelease
from triage import permissions as triage

__all__ = ["organisations"]  # a fixture

#: Four people, times the steps of fourteen objects: an example has 220 triples, a run 1,100. More: TRIPLES=10000.
EXAMPLES = -(-int(os.environ.get("TRIPLES", "1100")) // 220)
COUNTED: Counter[str] = Counter()
ENDED = "ended_at = now()"
NOT_OVER = "agreed_at = null, ended_at = null, ended_by_id = null"
MADE = "completed_at = now(), completed_by_id = {who}"
UNMADE = "completed_at = null, completed_by_id = null"
DECIDED = f"{MADE}, disposition = 'advice', urgency = 'standard'"


@dataclass(frozen=True)
class Step:
    user: User
    world: World
    who: str
    """What the machine says: who may take it."""
    target: str


@dataclass(frozen=True)
class Moved:
    """An object of the dossier. ``sets``: what a step into a state sets beside it, in the name of ``{who}``."""

    thing: str
    title: str
    may: Callable[[Step], bool]
    sets: Mapping[str, str] = field(default_factory=dict)
    from_draft: Mapping[str, str] = field(default_factory=dict)

    @property
    def machine(self) -> StateMachine:
        return next(one for one in all_machines() if one.title == self.title)


def may_complete(step: Step) -> bool:
    return contacts.may_write(step.user, step.world.contact)


def may_move_callback(step: Step) -> bool:
    if not in_shift(step.user, step.world):
        return False
    callback = step.world.callback
    held = step.who == "who holds it"
    mine = callback.claimed_by_id == step.user.pk or can(step.user, Permission.CONTACT_ASSIGN, callback.centre_id)
    return mine or not held or step.world.contact.completed_by_id == step.user.pk


def may_move_case(step: Step) -> bool:
    case = step.world.case
    if step.target == "open":
        return cases.may_write(step.user, case)
    is_agreed = not case.is_open or not step.world.member.is_in_team or step.world.closure.is_agreed
    return cases.may_write(step.user, case) and case.responsible_organisation_id == case.centre_id and is_agreed


def may_move_closure(step: Step) -> bool:
    """The time of everybody who was asked is over."""
    closure = step.world.closure
    if step.who == InClosure.ACCOUNTABLE:
        return closures.may_decide(step.user, closure)
    writes = cases.may_write(step.user, step.world.case)
    if step.who == InClosure.PROPOSER:
        return writes or (closure.is_open and closures.may_withdraw(step.user, closure))
    return step.who == InClosure.CENTRE and writes and not step.world.case.is_open


def may_give_opinion(step: Step) -> bool:
    is_asked = step.who == InClosure.BODY and step.world.closure.is_open
    return is_asked and closures.may_answer(step.user, step.world.opinion)


def may_answer_reopening(step: Step) -> bool:
    return cases.may_write(step.user, step.world.case)


def may_move_action(step: Step) -> bool:
    action = step.world.action
    if step.who == InCase.SECOND_PERSON:
        return cases.may_assign(step.user, action.centre_id) and action.drop_proposed_by_id != step.user.pk
    return cases.may_carry(step.user, action)


def may_move_member(step: Step) -> bool:
    member, writes = step.world.member, cases.may_write(step.user, step.world.case)
    if step.who == InTeam.BODY:
        return teams.is_of_body(step.user, member)
    return writes or (step.who == InTeam.EITHER and teams.works_for(step.user, member))


def may_move_plan(step: Step) -> bool:
    world = step.world
    plans_it = case_plans.may_plan(step.user, world.case.pk)
    if step.who == InPlan.PLANNERS:
        return plans_it
    all_agree = world.agreement.state in AGREES and step.target == "agreed"
    return all_agree and (plans_it or bool(teams.members_of(step.user, world.case.pk)))


def may_move_review(step: Step) -> bool:
    review = step.world.review
    if step.who == InReview.HOLDER:
        return reviews.may_hold(step.user, review)
    is_planner = step.who == InReview.PLANNERS and reviews.may_plan_reviews(step.user, step.world.case.pk)
    return is_planner and (step.target != "planned" or can_hold(step.world))


def can_hold(world: World) -> bool:
    review, member = world.review, world.member
    if review.organisation_id == review.centre_id:
        working = Membership.objects.active().with_roles((Role.HANDLER, Role.COORDINATOR)).filter(user=review.user)
        return working.filter(organisation=review.centre_id).exists()
    return member.is_in_team and review.user_id in (member.person_id, member.deputy_id)


def may_answer_plan(step: Step) -> bool:
    is_asked = step.who == InPlan.BODY and step.world.case_plan.is_proposed
    return is_asked and case_plans.may_answer(step.user, step.world.agreement)


def may_move_case_assessment(step: Step) -> bool:
    """Nothing in the world supersedes it."""
    if step.who == InAssessment.AUTHOR:
        return assessments.is_author(step.user, step.world.case_assessment)
    return step.who == InAssessment.ASKER and assessments.may_withdraw(step.user, step.world.case_assessment)


def may_move_consultation(step: Step) -> bool:
    if step.who == InConsultation.CONSULTANT:
        return consultations.is_consultant(step.user, step.world.consultation)
    return consultations.may_withdraw(step.user, step.world.consultation)


def may_move_prison_release(step: Step) -> bool:
    return prison.may_write(step.user, step.world.prison_release)


def may_move_exit_report(step: Step) -> bool:
    report = step.world.exit_report
    if step.who == InPrisonRelease.ANOTHER:
        return prison.may_approve(step.user, report)
    return prison.may_write_report(step.user, report.team_id)


def may_end_question(step: Step) -> bool:
    return cases.may_write(step.user, step.world.case)


def may_end_release(step: Step) -> bool:
    release = step.world.release
    alone = step.who == InRelease.SECOND_PERSON and release.prepared_by_id == step.user.pk
    return can(step.user, Permission.RELEASE_MAKE, release.centre_id) and not alone


def may_move_assessment(step: Step) -> bool:
    if step.who == Permission.TRIAGE_CONFIRM:
        return triage.may_confirm(step.user, step.world.assessment)
    return triage.may_write(step.user, step.world.assessment)


def may_move_referral(step: Step) -> bool:
    if step.who == InReferral.PARTNER:
        return handoff.is_partner_side(step.user, step.world.referral)
    return step.who == InReferral.CENTRE and handoff.is_centre_side(step.user, step.world.referral)


def may_move_call(step: Step) -> bool:
    """An ended call is its handler's and the coordinators'; a claim is the actor's."""
    if step.who == "telephone":
        return False
    owner = step.world.call.claimed_by_id if step.target == "ended" else None
    return reads_call(step.user, step.world, handler=(owner or 0) if step.target == "ended" else None)


def may_move_leg(step: Step) -> bool:
    owner = step.world.leg.user_id or 0
    return step.who != "telephone" and reads_call(
        step.user, step.world, handler=owner if step.target == "ended" else None
    )


def may_move_agent(step: Step) -> bool:
    return step.who != "telephone" and telephone.may_change_agent(step.user, step.world.agent)


def may_move_offer(step: Step) -> bool:
    return step.who != "telephone" and telephone.in_shift(step.user, step.world.offer.centre_id)


def telephone_alone(step: Step) -> bool:
    return False


def may_decide_on_role(step: Step) -> bool:
    proposal = step.world.role_proposal
    involved = (proposal.proposed_by_id, proposal.user_id)
    if step.who == InAccounts.SECOND_PERSON:
        is_confirmer = can(step.user, Permission.USERS_MANAGE) or proposal.centre_id in organisations_as(
            step.user, *CONFIRM_AT_THEIR_CENTRE
        )
        return is_confirmer and step.user.pk not in involved
    is_alone = step.who == InAccounts.ONLY_ONE
    if is_alone and (step.user != proposal.proposed_by or could_confirm(proposal.centre, besides=list(involved))):
        return False
    return step.who != InAccounts.CLOCK and can(step.user, Permission.USERS_MANAGE)


def may_end_link(step: Step) -> bool:
    is_person = step.user == step.world.one_time_link.user
    if step.who == InAccounts.THE_PERSON:
        return is_person
    is_administrator = can(step.user, Permission.USERS_MANAGE)
    return step.who == InAccounts.ADMINISTRATOR_OR_PERSON and (is_person or is_administrator)


def may_move_request(step: Step) -> bool:
    return can(step.user, Permission.REQUEST_HANDLE, step.world.person_request.centre_id)


NOT_ENDED = "ended_at = null, ended_by_id = null, refusal = ''"
ENDED_BY = f"{ENDED}, ended_by_id = {{who}}"
IDENTIFIED = "identity = 'known', identified_at = now(), identified_by_id = {who}"
DECIDED_ON = "decided_by_id = {who}, decided_at = now()"
DECIDED_NOW = "decided_at = now(), decided_by_id = {who}, decision = '\\x01'"
UNNAMED = "person_id = null, deputy_id = null, own_key_id = null"
NOT_ENDED = "ended_at = null, ended_by_id = null"
NOT_HELD = "held_at = null, held_by_id = null, on_track = ''"
NOT_DELIVERED = "delivered_at = null, shares = ''"
APPROVED_BY_ANOTHER = (
    "discussed_at = now(), discussed_by_id = {who}, approved_at = now(),"
    " approved_by_id = (select max(id) from accounts_user where id <> written_by_id)"
)
NOT_APPROVED = "approved_at = null, approved_by_id = null"
NOT_HANDED_OVER = "handed_over_at = null, handed_over_by_id = null, handed_over_on = null, recipient_kind = ''"
STILL_CURRENT = "ended_at = null, ended_by_id = null"
NOT_GIVEN_UP = "ended_at = null, ended_by_id = null, decline_reason = ''"
MEMBER_ENDED = f"{ENDED_BY}, end_reason = 'other'"
OBJECTS = [
    Moved(
        "role_proposal",
        "Proposed role",
        may_decide_on_role,
        {
            "proposed": "decided_by_id = null, decided_at = null, reason = ''",
            "declined": f"{DECIDED_ON}, reason = 'unknown'",
            **dict.fromkeys(("confirmed", "alone", "withdrawn", "expired"), f"{DECIDED_ON}, reason = ''"),
        },
    ),
    Moved(
        "one_time_link",
        "One-time link",
        may_end_link,
        {"open": "ended_at = null", **dict.fromkeys(("used", "replaced", "withdrawn", "expired"), ENDED)},
    ),
    Moved(
        "person_request",
        "Data subject's request",
        may_move_request,
        {
            "received": f"{NOT_ENDED}, identity = '', identified_at = null, identified_by_id = null",
            "identified": f"{NOT_ENDED}, {IDENTIFIED}",
            "granted": f"{ENDED_BY}, refusal = ''",
            "refused": f"{ENDED_BY}, refusal = 'excessive'",
            "withdrawn": f"{ENDED_BY}, refusal = ''",
        },
        {"granted": f"{ENDED_BY}, refusal = '', {IDENTIFIED}"},
    ),
    Moved("contact", "Contact", may_complete, {"completed": MADE, "draft": UNMADE}),
    Moved(
        "callback",
        "Callback",
        may_move_callback,
        {
            "open": "claimed_by_id = null, conversation_id = null",
            "claimed": "claimed_by_id = {who}, conversation_id = '{contact}'",
            "done": ENDED,
            "cancelled": ENDED,
        },
    ),
    Moved(
        "case",
        "Case",
        may_move_case,
        {
            "closed": "closed_at = now(), closed_by_id = {who}, work_ended_at = now(), close_reason = 'other'",
            "monitored": "closed_at = null, closed_by_id = null, work_ended_at = now(), close_reason = 'other'",
            "open": "closed_at = null, closed_by_id = null, work_ended_at = null, close_reason = ''",
        },
    ),
    Moved(
        "action",
        "Action",
        may_move_action,
        {
            "agreed": "drop_proposed_by_id = null, drop_reason = '', ended_at = null, ended_by_id = null",
            "under_way": "drop_reason = ''",
            "drop_proposed": "drop_proposed_by_id = {who}, drop_reason = 'other'",
            "done": f"{ENDED}, ended_by_id = {{who}}, drop_reason = ''",
            "dropped": f"{ENDED}, ended_by_id = {{who}}, drop_reason = 'other'",
        },
    ),
    Moved(
        "member",
        "Member of a case team",
        may_move_member,
        {
            "invited": f"{UNNAMED}, answered_at = null, answered_by_id = null",
            "active": "person_id = {who}, deputy_id = null, own_key_id = data_key_id, answered_at = now(),"
            " answered_by_id = {who}",
            "declined": f"{UNNAMED}, answered_at = now(), answered_by_id = {{who}}, {MEMBER_ENDED}",
            "withdrawn": f"{UNNAMED}, answered_at = null, answered_by_id = null, {MEMBER_ENDED}",
            "left": MEMBER_ENDED,
        },
    ),
    Moved(
        "case_plan",
        "Plan",
        may_move_plan,
        {
            "draft": f"due_at = now(), {NOT_OVER}",
            "proposed": f"proposed_by_id = {{who}}, {NOT_OVER}",
            "agreed": "agreed_at = now(), ended_at = null, ended_by_id = null",
            "superseded": f"agreed_at = now(), {ENDED}, ended_by_id = {{who}}",
            "discarded": f"agreed_at = null, {ENDED}, ended_by_id = {{who}}",
        },
    ),
    Moved(
        "review",
        "Review",
        may_move_review,
        {
            **dict.fromkeys(("proposed", "planned"), f"{NOT_HELD}, {NOT_ENDED}"),
            "missed": f"missed_at = now(), {NOT_HELD}, {NOT_ENDED}",
            "held": f"held_at = now(), held_by_id = {{who}}, on_track = 'yes', {NOT_ENDED}",
            "moved": f"next_id = id, {NOT_HELD}, {ENDED_BY}",
            "dropped": f"{NOT_HELD}, {ENDED_BY}",
        },
    ),
    Moved(
        "agreement",
        "Agreement to a plan",
        may_answer_plan,
        {
            **dict.fromkeys(("waiting", "withdrawn"), "answered_at = null, answered_by_id = null"),
            **dict.fromkeys(("agreed", "objected"), "answered_at = now(), answered_by_id = {who}"),
        },
    ),
    Moved(
        "closure",
        "Closing of a case",
        may_move_closure,
        {
            "open": "decided_at = null, decided_by_id = null, ended_at = null, ended_by_id = null",
            **dict.fromkeys(("agreed", "refused"), DECIDED_NOW),
            "withdrawn": f"{ENDED}, ended_by_id = {{who}}, withdrawal = '\\x01'",
            "carried_out": f"{ENDED}, ended_by_id = {{who}}",
        },
        from_draft={"carried_out": f"{DECIDED_NOW}, {ENDED}, ended_by_id = {{who}}"},
    ),
    Moved(
        "opinion",
        "Opinion on a closing",
        may_give_opinion,
        {
            **dict.fromkeys(("waiting", "silent", "withdrawn"), "answered_at = null, answered_by_id = null"),
            **dict.fromkeys(("for", "against"), "answered_at = now(), answered_by_id = {who}, reason = '\\x01'"),
        },
    ),
    Moved(
        "reopening",
        "Proposal to open a case again",
        may_answer_reopening,
        {
            "proposed": "decided_at = null, decided_by_id = null",
            **dict.fromkeys(("reopened", "refused"), "decided_at = now(), decided_by_id = {who}, answer = '\\x01'"),
        },
    ),
    Moved(
        "consultation",
        "Consultation",
        may_move_consultation,
        {
            "asked": "ended_at = null, ended_by_id = null",
            **dict.fromkeys(("answered", "declined", "withdrawn"), ENDED_BY),
        },
    ),
    Moved(
        "case_assessment",
        "Professional assessment",
        may_move_case_assessment,
        {
            "requested": f"{NOT_DELIVERED}, begun_at = null, {NOT_GIVEN_UP}",
            "under_way": f"{NOT_DELIVERED}, begun_at = now(), {NOT_GIVEN_UP}",
            **dict.fromkeys(
                ("delivered", "superseded"),
                "begun_at = now(), delivered_at = now(), shares = 'fact', profession = 'other', " + NOT_GIVEN_UP,
            ),
            "declined": f"{NOT_DELIVERED}, {ENDED_BY}, decline_reason = 'other'",
            "withdrawn": f"{NOT_DELIVERED}, {ENDED_BY}, decline_reason = ''",
        },
    ),
    Moved(
        "prison_release",
        "Release from prison",
        may_move_prison_release,
        {
            "announced": f"prepared_at = null, released_at = null, {STILL_CURRENT}",
            "prepared": f"prepared_at = now(), released_at = null, {STILL_CURRENT}",
            "released": f"released_at = now(), {STILL_CURRENT}",
            "settled": f"released_at = now(), {ENDED_BY}",
            "cancelled": f"released_at = null, {ENDED_BY}",
        },
    ),
    Moved(
        "exit_report",
        "Exit report",
        may_move_exit_report,
        {
            "draft": f"discussed_at = null, discussed_by_id = null, {NOT_APPROVED}, {NOT_HANDED_OVER}",
            "discussed": f"discussed_at = now(), discussed_by_id = coalesce(discussed_by_id, {{who}}), {NOT_APPROVED},"
            f" {NOT_HANDED_OVER}",
            "approved": f"discussed_at = now(), approved_at = now(), approved_by_id = {{who}}, {NOT_HANDED_OVER}",
            "handed_over": "handed_over_at = now(), handed_over_by_id = {who}, handed_over_on = current_date,"
            " recipient_kind = 'person'",
        },
        {
            "approved": f"{APPROVED_BY_ANOTHER}, {NOT_HANDED_OVER}",
            "handed_over": f"{APPROVED_BY_ANOTHER}, handed_over_at = now(), handed_over_by_id = {{who}},"
            " handed_over_on = current_date, recipient_kind = 'person'",
        },
    ),
    Moved(
        "case_question",
        "Open question",
        may_end_question,
        {
            "answered": f"{ENDED}, ended_by_id = {{who}}, reliability = 'b', credibility = '2'",
            "dropped": f"{ENDED}, ended_by_id = {{who}}",
        },
    ),
    Moved(
        "release",
        "Release",
        may_end_release,
        {
            "prepared": "ended_at = null, ended_by_id = null",
            **dict.fromkeys(("released", "discarded"), f"{ENDED}, ended_by_id = {{who}}"),
        },
    ),
    Moved(
        "assessment",
        "Assessment",
        may_move_assessment,
        {
            "draft": f"{UNMADE}, disposition = 'open', second_person_for = '{{{{}}}}'",
            "completed": "confirmed_at = now(), confirmed_by_id = {who}",
        },
        {
            "completed": DECIDED,
            "superseded": DECIDED,
            "waiting": f"{DECIDED}, second_person_for = '{{{{x}}}}'",
        },
    ),
    Moved(
        "referral",
        "Referral",
        may_move_referral,
        {
            "accepted": "answered_at = now(), answered_by_id = {who}",
            "declined": f"answered_at = now(), answered_by_id = {{who}}, {ENDED}",
            **dict.fromkeys(("withdrawn", "expired", "returned", "completed"), ENDED),
        },
        {"offered": "offered_at = now(), offered_by_id = {who}, due_at = now()", "withdrawn": ENDED},
    ),
    Moved(
        "call",
        "Call",
        may_move_call,
        {
            "waiting": "claimed_by_id = null, claimed_at = null",
            **dict.fromkeys(
                ("connecting", "talking"), "claimed_by_id = {who}, claimed_at = now(), contact_id = '{contact}'"
            ),
            "ended": f"{ENDED}, ending = 'answered'",
        },
    ),
    Moved("leg", "Leg", may_move_leg, {"ended": ENDED}),
    Moved(
        "agent",
        "Agent",
        may_move_agent,
        {
            **dict.fromkeys(("off", "ready", "wrap_up", "break"), "call_id = null"),
            "on_call": "call_id = '{call}'",
        },
    ),
    Moved(
        "offer",
        "Offer of a call",
        may_move_offer,
        {"open": "ended_at = null", **dict.fromkeys(("accepted", "declined", "expired", "withdrawn"), ENDED)},
    ),
    Moved("command", "Command", telephone_alone),
    Moved("text_message", "Text message", telephone_alone),
]
sources = st.fixed_dictionaries(
    {one.thing: st.sampled_from(one.machine.states.values) for one in OBJECTS if one.thing != "referral"}
)


def test_each_machine_is_tried() -> None:
    assert {one.title for one in OBJECTS} == {machine.title for machine in all_machines()}


@pytest.mark.usefixtures("as_superuser")
@examples(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(plan=plans, states=sources, holder=st.integers(0, 3))
def test_python_and_sql_agree_about_each_step(
    organisations: list[Organisation], plan: Plan, states: dict[str, str], holder: int
) -> None:
    with transaction.atomic():
        world = build(plan, organisations)
        put_into(world, states, world.people[holder])
        wrong = [line for user in world.people for line in disagreements(user, world)]
        transaction.set_rollback(True)
    assert wrong == []


@pytest.fixture(scope="module", autouse=True)
def _say_how_many() -> Iterator[None]:
    yield
    print(f"\ntriples: {sum(COUNTED.values())}, admitted: {COUNTED['admitted']}")


#: What the trigger on the members keeps: who works on the case for which body.
NAMED_PEOPLE = (
    "delete from cases_bodyworker",
    "insert into cases_bodyworker (case_id, organisation_id, user_id) select m.team_id, m.organisation_id, person"
    " from teams_member m cross join lateral unnest(array[m.person_id, m.deputy_id]) named (person)"
    " where m.state = 'active' and person is not null",
)


def put_into(world: World, states: Mapping[str, str], holder: User) -> None:
    """Each object into its state, as superuser: neither policies nor the triggers of transitions are asked."""
    ask(f"update switchboard_call set contact_id = null where id = '{world.ended_call.pk}' returning 1")
    execute("set local session_replication_role = replica")  # no trigger at all
    for one in OBJECTS:
        thing: models.Model = getattr(world, one.thing)
        state = states.get(one.thing)
        if state in (None, str(thing.state)):  # type: ignore[attr-defined]
            continue
        sets = one.from_draft.get(state) or one.sets.get(state, "")
        if one.thing == "leg" and state != "ended":
            sets = "ended_at = null"
        is_alone = one.thing == "release" and state == "released" and world.release.prepared_by_id == holder.pk
        if one.thing == "closure":  # who proposed it never decides
            is_alone = world.closure.proposed_by_id == holder.pk
        second = next(person for person in world.people if person != holder)
        ask(update(one, world, state, sets, second if is_alone else holder))
        # What is encrypted was set to bytes that nobody can read.
        thing.refresh_from_db(
            fields=[one.name for one in thing._meta.concrete_fields if not isinstance(one, EncryptedField)]
        )
    for statement in NAMED_PEOPLE:
        execute(statement)
    execute("set local session_replication_role = origin")


def update(one: Moved, world: World, target: str, sets: str, who: User) -> str:
    thing: models.Model = getattr(world, one.thing)
    more = f", {sets.format(who=who.pk, contact=world.contact.pk, call=world.call.pk)}" if sets else ""
    return f"update {thing._meta.db_table} set state = '{target}'{more} {where(thing)} returning 1"


def where(thing: models.Model) -> str:
    pk = thing._meta.pk
    assert pk is not None
    return f"where {pk.column} = '{thing.pk}'"


def disagreements(user: User, world: World) -> Iterator[str]:
    ask("select set_config('app.actor', %s, true)", str(user.pk))
    with transaction.atomic():
        execute("set local role lotse_web")
        for one in OBJECTS:
            source = str(getattr(world, one.thing).state)
            for target in one.machine.states.values:
                if target == source:
                    continue
                who = {goal: who for start, goal, who in one.machine.arrows() if start == source}.get(target)
                in_python = who is not None and one.may(Step(user, world, who, target))
                in_sql = is_done(one, world, source, target, user)
                COUNTED["admitted" if in_sql else "refused"] += 1
                if in_python != in_sql:
                    yield f"{user.name}, {one.thing} {source} -> {target}: Python says {in_python}, SQL {in_sql}"
        execute("reset role")


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def is_done(one: Moved, world: World, source: str, target: str, user: User) -> bool:
    is_first = source == one.machine.states.values[0]
    sets = one.from_draft.get(target, one.sets.get(target, "")) if is_first else one.sets.get(target, "")

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(update(one, world, target, sets, user))
            done = cursor.fetchone() is not None
            transaction.set_rollback(True)
        return done
    except IntegrityError:
        return True
    except (ProgrammingError, InternalError):
        return False
