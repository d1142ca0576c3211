"""Test data for access rules: four people with any combination of roles, and one dossier with all kinds of records."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.utils import timezone

from casework.assessments.models import AssessmentContent, CaseAssessment
from casework.assessments.questionnaire import current
from casework.assessments.states import CaseAssessmentState
from casework.cases.models import Action, BodyWorker, Case, CaseContact, CaseQuestion, Note, Responsibility
from casework.closures.models import Closure, Opinion, Reopening
from casework.consultations.models import Consultation
from casework.plans.models import Agreement, Factor, Goal, GoalOutcome, PlannedAction
from casework.plans.models import Plan as CasePlan
from casework.plans.states import AgreementState, PlanState
from casework.releases.models import ExitReport, PrisonRelease, ReleaseStep
from casework.reviews.models import Review
from casework.teams.models import Member, OwnNote, SharedNote, Team
from casework.teams.states import MemberState
from casework.teams.vocabulary import Visibility
from foundation.accounts.models import (
    DirectoryLink,
    Membership,
    OneTimeLink,
    Organisation,
    PasswordHash,
    RoleProposal,
    StaffNotice,
    User,
)
from foundation.accounts.roles import Role
from foundation.privacy.models import DataKey
from foundation.retention.models import Request
from foundation.worklist.models import Absence, MailChoice, WorkItem, WorkMail
from handoff.referrals.models import CaseConflict, Disclosure, Message, Notice, Referral, Summary
from handoff.referrals.states import ENDED, ReferralState
from hotline.contacts.models import AccessRequest, Callback, Contact
from hotline.switchboard.models import (
    Agent,
    Block,
    Call,
    Command,
    Leg,
    Line,
    Offer,
    Voicemail,
    WebhookEvent,
)  # fmt: skip
from hotline.switchboard.states import AgentState
from hotline.texting.models import OptOut, TextMessage
from reporting.figures.models import Cell, Counted, Import, ImportedCount
from reporting.publishing.models import Paper, Release
from triage.models import Assessment, Waiver

NOW = timezone.now()
KINDS = ("centre", "centre", "partner", "partner")
CENTRE, OTHER_CENTRE, PARTNER, OTHER_PARTNER = range(4)
PEOPLE = 4
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Career:
    roles: list[tuple[tuple[int, Role], bool]]
    """Organisation and role, and whether it has ended."""
    is_active: bool


@dataclass(frozen=True)
class Plan:
    careers: list[Career]
    handler: int | None
    is_surfaced: bool
    grant: tuple[int, bool] | None
    """Who was granted access, and whether that still runs."""
    contact_person: int
    responsible: tuple[int, int | None]
    """An organisation, and the person of it if any."""
    referral_state: ReferralState


@dataclass(frozen=True)
class World:
    people: list[User]
    contact: Contact
    access_request: AccessRequest
    callback: Callback
    assessment: Assessment
    case: Case
    case_contact: CaseContact
    note: Note
    case_question: CaseQuestion
    action: Action
    work_item: WorkItem
    responsibility: Responsibility
    team: Team
    member: Member
    body_worker: BodyWorker
    own_note: OwnNote
    shared_note: SharedNote
    case_plan: CasePlan
    review: Review
    goal: Goal
    goal_outcome: GoalOutcome
    plan_factor: Factor
    planned_action: PlannedAction
    agreement: Agreement
    closure: Closure
    opinion: Opinion
    reopening: Reopening
    case_assessment: CaseAssessment
    assessment_content: AssessmentContent
    consultation: Consultation
    prison_release: PrisonRelease
    release_step: ReleaseStep
    exit_report: ExitReport
    referral: Referral
    summary: Summary
    disclosure: Disclosure
    message: Message
    case_conflict: CaseConflict
    role_proposal: RoleProposal
    one_time_link: OneTimeLink
    staff_notice: StaffNotice
    mail_choice: MailChoice
    work_mail: WorkMail
    factor: Authenticator
    notice: Notice
    call: Call
    ended_call: Call
    leg: Leg
    agent: Agent
    offer: Offer
    webhook: WebhookEvent
    voicemail: Voicemail
    text_message: TextMessage
    command: Command
    block: Block
    opt_out: OptOut
    cell: Cell
    counted: Counted
    past: Import
    imported_count: ImportedCount
    release: Release
    paper: Paper
    person_request: Request
    waiver: Waiver
    absence: Absence


def make_organisations() -> list[Organisation]:
    return [Organisation.objects.create(name=f"Some {kind}", kind=kind) for kind in KINDS]


def build(plan: Plan, organisations: list[Organisation]) -> World:
    """Past every policy, so as superuser."""
    people = [_person(number, career, organisations) for number, career in enumerate(plan.careers)]
    key = DataKey.generate()
    key.save(force_insert=True)
    centre = {"centre": organisations[CENTRE], "data_key": key}
    contact = Contact.objects.create(
        number=next(_numbers),
        handler=None if plan.handler is None else people[plan.handler],
        surfaced_at=NOW if plan.is_surfaced else None,
        country="DE",
        **centre,
    )
    assessment = Assessment.objects.create(contact=contact, created_by=people[0], checklist_version=1, **centre)
    case = _case(plan, people, organisations, assessment=assessment, **centre)
    referral = _referral(plan, organisations, people, case=case, **centre)
    part: dict[str, Any] = {"referral": referral, "data_key": key}
    member = _member(plan, people, organisations[PARTNER], case, key)
    action = _action(plan, people, contact=contact, assessment=assessment, case=case, **centre)
    return World(
        people=[User.objects.get(pk=user.pk) for user in people],
        contact=contact,
        access_request=_request(plan, people, contact),
        callback=Callback.objects.create(due_at=NOW, made_by=people[0], **centre),
        assessment=assessment,
        waiver=Waiver.objects.create(contact=contact, decided_by=people[0], **centre),
        absence=Absence.objects.create(
            user=people[0], organisation=organisations[CENTRE], starts_on=NOW.date(), made_by=people[1]
        ),
        person_request=Request.objects.create(
            kind="access",
            received_on=NOW.date(),
            due_on=NOW.date() + timedelta(days=28),
            made_by=people[0],
            **centre,
        ),
        case=case,
        case_contact=CaseContact.objects.get(case=case),
        action=action,
        work_item=WorkItem.objects.get(subject=action.pk),
        note=Note.objects.create(case=case, data_key=key, written_by=people[0]),
        case_question=CaseQuestion.objects.create(case=case, added_by=people[0], **centre),
        responsibility=Responsibility.objects.get(case=case),
        team=member.team,
        member=member,
        own_note=OwnNote.objects.create(member=member, data_key=key, written_by=people[0]),
        shared_note=_shared_note(plan, member, people),
        **_case_plan(plan, people, member),
        review=_review(plan, people, member),
        **_closing(people, member),
        **_case_assessment(plan, member, people),
        consultation=_consultation(plan, member, people),
        **_prison_release(member, people),
        body_worker=BodyWorker.objects.get(case=case, user=member.person),
        referral=referral,
        summary=Summary.objects.create(**part),
        disclosure=Disclosure.objects.create(decided_at=NOW, decided_by=people[0], **part),
        message=Message.objects.create(written_by=people[0], **part),
        case_conflict=CaseConflict.objects.create(
            case=case, organisation=organisations[PARTNER], data_key=key, reason="ties", noted_by=people[0]
        ),
        **_roles_and_links(people, contact.centre),
        notice=Notice.objects.create(event=next(_numbers), recipient=people[0], referral=referral, kind="test"),
        **(_telephone(people, contact) | _figures(people, contact.centre)),
    )


def _roles_and_links(people: list[User], centre: Organisation) -> dict[str, Any]:
    """A role for the first person, proposed by the second; and a link for the third."""
    until = timezone.now() + timedelta(days=1)
    return {
        "role_proposal": RoleProposal.objects.create(
            user=people[0],
            organisation=centre,
            role=Role.DPO,
            centre=centre,
            proposed_by=people[1],
            expires_at=until,
        ),
        "one_time_link": OneTimeLink.objects.create(
            user=people[2], purpose="password", centre=centre, made_by=people[1], expires_at=until
        ),
        "staff_notice": StaffNotice.objects.create(user=people[0], kind="role_waits"),
        "mail_choice": MailChoice.objects.create(user=people[0], daily=True, urgent=False),
        "work_mail": WorkMail.objects.create(user=people[0], kind="urgent", due_at=NOW),
        "factor": Authenticator.objects.create(user=people[0], type="webauthn", data={"name": "Laptop"}),
    }


def _action(plan: Plan, people: list[User], **details: Any) -> Action:
    """Of somebody who need not be responsible for the case."""
    person = people[(plan.contact_person + 1) % PEOPLE]
    organisation = details["centre"]
    return Action.objects.create(
        user=person, organisation=organisation, strand="social", steps_at=[NOW], due_at=NOW, added_by=person, **details
    )


def _member(plan: Plan, people: list[User], body: Organisation, case: Case, key: DataKey) -> Member:
    """In the team, with people who need not work at the body."""
    team = Team.objects.create(case=case, number=case.number, centre=case.centre, data_key=key)
    first = (plan.contact_person + 1) % PEOPLE
    return Member.objects.create(
        team=team, centre=case.centre, organisation=body, data_key=key, own_key=key, purpose="safety",
        hats=[*(["content"] if plan.is_surfaced else []), *(["risk"] if plan.contact_person % 2 else []), "works"],
        state=MemberState.ACTIVE, person=people[first], deputy=people[(first + 1) % PEOPLE], due_at=NOW,
        invited_by=people[0], answered_at=NOW, answered_by=people[first],
    )  # fmt: skip


def _case_plan(plan: Plan, people: list[User], member: Member) -> dict[str, Any]:
    """A draft or a proposal, to which the body has agreed or not."""
    key = {"data_key": member.data_key}
    state = PlanState.DRAFT if plan.handler is None else PlanState.PROPOSED
    case_plan = CasePlan.objects.create(
        team=member.team, centre=member.centre, organisation=member.centre, number=1, written_by=people[0], state=state,
        proposed_at=NOW, proposed_by=people[0], due_at=NOW, **key,
    )  # fmt: skip
    row = {"plan": case_plan, "position": 0, **key}
    goal = Goal.objects.create(goal_id=uuid.uuid4(), **row)
    answered = {"state": AgreementState.AGREED, "answered_at": NOW, "answered_by": people[0]}
    return {
        "case_plan": case_plan,
        "goal": goal,
        "goal_outcome": GoalOutcome.objects.create(
            team=member.team, goal_id=goal.goal_id, outcome="met", noted_by=people[0], **key
        ),
        "plan_factor": Factor.objects.create(kind="push", **row),
        "planned_action": PlannedAction.objects.create(
            organisation=member.organisation, strand="social", due_at=NOW, steps_at=[NOW], action_id=uuid.uuid4(), **row
        ),
        "agreement": Agreement.objects.create(
            plan=case_plan, team=member.team, centre=member.centre, organisation=member.organisation,
            user=member.person, asked_at=NOW,
            due_at=NOW, **(answered if plan.is_surfaced else {}), **key,
        ),
    }  # fmt: skip


def _review(plan: Plan, people: list[User], member: Member) -> Review:
    """Held by the centre or the body; the person need not work there."""
    return Review.objects.create(
        team=member.team, centre=member.centre, data_key=member.data_key, kind="plan", occasion="chosen",
        organisation=member.organisation if plan.is_surfaced else member.centre, user=people[plan.contact_person],
        due_at=NOW, made_by=people[0],
    )  # fmt: skip


def _closing(people: list[User], member: Member) -> dict[str, Any]:
    """Proposed at the centre; triggers ask the body, and say who decides."""
    of_team = {
        "team": member.team, "centre": member.centre, "data_key": member.data_key, "organisation": member.centre,
        "proposed_by": people[0], "due_at": NOW,
    }  # fmt: skip
    closure = Closure.objects.create(
        reason="other", without_assessment="none", family_knows=False, is_monitored=False, **of_team
    )
    closure.refresh_from_db()
    return {
        "closure": closure,
        "opinion": Opinion.objects.get(closure=closure, organisation=member.organisation),
        "reopening": Reopening.objects.create(cause="asked", **of_team),
    }


def _shared_note(plan: Plan, member: Member, people: list[User]) -> SharedNote:
    """With the whole team, or with the centre alone."""
    visibility = Visibility.TEAM if plan.is_surfaced else Visibility.MEMBERS
    return SharedNote.objects.create(
        team=member.team, member=member, organisation=member.organisation, data_key=member.data_key,
        visibility=visibility, with_centre=True, written_at=NOW, written_by=people[0], shared_by=people[0],
    )  # fmt: skip


def _case_assessment(plan: Plan, member: Member, people: list[User]) -> dict[str, Any]:
    """Of the centre or of the body, clinical or not, under way or delivered, with a reader who need not be on the case.

    The author need not work there.
    """
    is_delivered = plan.referral_state in ENDED
    template = current()["psychiatric" if plan.is_surfaced else "psychosocial"]
    done = {"delivered_at": NOW, "shares": "fact", "profession": "psychiatry"} if is_delivered else {}
    row = CaseAssessment.objects.create(
        team=member.team, centre=member.centre, data_key=member.data_key, author=people[plan.contact_person],
        organisation=member.organisation if plan.responsible[0] == PARTNER else member.centre,
        template=template.id, template_version=template.version, template_digest=template.digest,
        is_clinical=template.is_clinical, requested_by=people[0], due_at=NOW, begun_at=NOW,
        state=CaseAssessmentState.DELIVERED if is_delivered else CaseAssessmentState.UNDER_WAY, **done,
    )  # fmt: skip
    readers = [people[plan.responsible[1]].pk] if plan.responsible[1] is not None else []
    content = AssessmentContent.objects.create(assessment=row, data_key=member.data_key, readers=readers)
    return {"case_assessment": row, "assessment_content": content}


def _consultation(plan: Plan, member: Member, people: list[User]) -> Consultation:
    """Asked by the centre or the body, shared or not, of somebody who need not work at either."""
    is_of_centre = plan.responsible[0] != PARTNER
    return Consultation.objects.create(
        team=member.team, centre=member.centre, data_key=member.data_key, asked_by=people[plan.contact_person],
        asking_body=member.centre if is_of_centre else member.organisation,
        is_shared=is_of_centre or plan.is_surfaced,
        organisation=member.organisation if plan.is_surfaced else member.centre,
        consultant=people[(plan.contact_person + 2) % PEOPLE], asked_at=NOW - timedelta(days=2), due_at=NOW,
    )  # fmt: skip


def _prison_release(member: Member, people: list[User]) -> dict[str, Any]:
    """Of the body, whose people need not work there."""
    key = {"data_key": member.data_key, "organisation": member.organisation, "user": member.person}
    times = {"due_at": NOW, "steps_at": [NOW]}
    release = PrisonRelease.objects.create(
        team=member.team, centre=member.centre, release_date=NOW.date(), announced_by=people[0], **times, **key
    )
    step = ReleaseStep.objects.create(
        release=release, phase="on", days=0, strand="social", added_by=people[0], **times, **key
    )
    report = ExitReport.objects.create(
        team=member.team, centre=member.centre, data_key=member.data_key, written_by=people[0]
    )
    return {"prison_release": release, "release_step": step, "exit_report": report}


def _case(plan: Plan, people: list[User], organisations: list[Organisation], **details: Any) -> Case:
    place, person = plan.responsible
    return Case.objects.create(
        number=next(_numbers),
        contact_person=people[plan.contact_person],
        opened_by=people[0],
        responsible_organisation=organisations[place],
        responsible_user=None if person is None else people[person],
        **details,
    )


def _figures(people: list[User], centre: Organisation) -> dict[str, Any]:
    days = {"first": NOW.date(), "last": NOW.date()}
    cell = Cell.objects.create(centre=centre, measure="contacts", month=NOW.date(), key=str(next(_numbers)), number=1)
    past = Import.objects.create(centre=centre, digest=str(next(_numbers)), rows=1, made_by=people[0], **days)
    release = Release.objects.create(
        centre=centre, kind="month", state="released", small=10, base=10, content={}, digest="", prepared_by=people[0],
        ended_at=NOW, ended_by=people[1], first=NOW.date(), last=NOW.date() + timedelta(days=next(_numbers)),
    )  # fmt: skip
    return {
        "cell": cell,
        "counted": Counted.objects.create(cells=[cell.pk]),
        "past": past,
        "imported_count": ImportedCount.objects.create(source=past, cell=cell, number=1),
        "release": release,
        "paper": Paper.objects.create(release=release, language="en", body=b"x"),
    }


def _telephone(people: list[User], contact: Contact) -> dict[str, Any]:
    """A call that waits, one that has ended with somebody, and what belongs to them."""
    fixed: dict[str, Any] = {"centre": contact.centre, "data_key": contact.data_key}
    number = next(_numbers)
    line = Line.objects.create(number=f"+4930{number:07d}", centre=contact.centre, name="Line")
    call = Call.objects.create(line=line, sid=f"CA{number}", **fixed)
    owner = contact.handler or people[0]
    ended = {"state": "ended", "ending": "answered", "ended_at": NOW, "claimed_at": NOW, "claimed_by": owner}
    ended_call = Call.objects.create(line=line, sid=f"CB{number}", contact=contact, **ended, **fixed)
    agent = Agent.objects.create(user=people[0], state=AgentState.READY, **fixed)
    message = TextMessage.objects.create(
        line=line, contact=contact, channel="sms", is_from_caller=True, state="received", **fixed
    )
    return {
        "call": call,
        "ended_call": ended_call,
        "leg": Leg.objects.create(call=call, party="handler", user=owner, state="ended", ended_at=NOW, **fixed),
        "agent": agent,
        "offer": Offer.objects.create(call=call, agent=agent, centre=contact.centre, expires_at=NOW),
        "webhook": WebhookEvent.objects.create(kind="test", dedupe_key=str(number), data_key=contact.data_key),
        "voicemail": Voicemail.objects.create(call=ended_call, **fixed),
        "text_message": message,
        "command": Command.objects.create(centre=contact.centre, kind="dial", call=call),
        "block": Block.objects.create(
            centre=contact.centre, phone_index=b"x", contact=contact, until=NOW, made_by=people[0]
        ),
        "opt_out": OptOut.objects.create(centre=contact.centre, channel="sms", phone_index=b"x"),
    }


def _person(number: int, career: Career, organisations: list[Organisation]) -> User:
    made = User(email=f"{number}@example.org", name=f"Person {number}", is_active=career.is_active)
    (user,) = User.objects.bulk_create([made])
    PasswordHash.objects.create(user=user, encoded="!")
    DirectoryLink.objects.create(user=user, digest=str(user.pk))
    for (place, role), is_over in set(career.roles):
        ended = {"ended_at": NOW, "ended_by": user} if is_over else {}
        Membership.objects.create(user=user, organisation=organisations[place], role=role, **ended)
    return user


def _request(plan: Plan, people: list[User], contact: Contact) -> AccessRequest:
    """Granted, lapsed, or not decided."""
    who, still_runs = plan.grant or (0, False)
    until = NOW + timedelta(days=1 if still_runs else -1)
    decided = {"decided_at": NOW, "decided_by": people[who - 1], "granted_until": until} if plan.grant else {}
    return AccessRequest.objects.create(
        contact=contact, centre=contact.centre, data_key=contact.data_key, requested_by=people[who], **decided
    )


def _referral(plan: Plan, organisations: list[Organisation], people: list[User], **fixed: Any) -> Referral:
    return Referral.objects.create(
        number=next(_numbers),
        organisation=organisations[PARTNER],
        contact_person=people[plan.contact_person],
        created_by=people[0],
        state=plan.referral_state,
        offered_at=NOW,
        offered_by=people[0],
        due_at=NOW,
        ended_at=NOW if plan.referral_state in ENDED else None,
        **fixed,
    )
