"""The world of the access matrix: people in every role, and records in every state with a canary in each field."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import referrals
import teams
from assessments import SECURITY, complete, fill, make_contact, start
from calling_back import planned
from case_assessments import asked, delivered, saved
from case_rows import make_case as small_case
from consultations import answered, consulted
from django.apps import apps
from django.db import connection, connections, models, transaction
from django.utils import timezone
from past_policies import change
from people import People, as_user, make_user, new_id
from prison_releases import announced, approved_report, cancelled, with_step, without_report, written
from releases import count, prepare
from security.matrix.closure_records import add_closures
from security.matrix.plan_records import add_plans
from security.matrix.review_records import add_reviews
from security.matrix.world import World
from telephone import LINE, by_telephone, go_on_duty, make_line, talking, tell, waiting
from whole_world import keep_sound

from casework.assessments.vocabulary import Shares
from casework.cases.actions import add_note
from casework.cases.models import Case, CaseContact
from casework.cases.question_actions import ask_question
from casework.cases.work_actions import add_action
from casework.teams.actions import decline
from casework.teams.note_actions import share_note, write_note
from casework.teams.vocabulary import EndReason, Visibility
from casework.teams.work_actions import add_action_for
from foundation.accounts.models import Membership, User
from foundation.accounts.role_proposals import propose_role
from foundation.accounts.roles import Role
from foundation.privacy.fields import EncryptedBytesField, EncryptedField, EncryptedJSONField
from foundation.retention import request_actions
from foundation.retention.actions import decide_erasure, set_hold
from foundation.retention.models import ErasureReason, HoldReason
from foundation.worklist.absence_actions import enter_absence
from handoff.referrals import partner_actions
from handoff.referrals.centre_actions import close_case, note_conflict, withdraw_referral
from handoff.referrals.models import Referral
from handoff.referrals.vocabulary import DeclineReason, Feedback, Outcome
from hotline.contacts.access import decide_access, request_access
from hotline.contacts.actions import assign_contact
from hotline.contacts.callbacks import claim_callback, complete_contact, end_callback
from hotline.contacts.models import AccessRequest, Contact
from hotline.switchboard.blocked_numbers import block_caller
from hotline.switchboard.models import Block, Call, Line
from hotline.texting.models import TextMessage
from regions.models import CalendarException, Conflict, IntakePause, Liaison
from regions.vocabulary import ConflictReason, PauseReason
from reporting.publishing.actions import release_figures, show_publicly
from triage.actions import Choice
from triage.actions import note as save_note
from triage.vocabulary import Disposition, Urgency, WaiverReason
from triage.work_actions import waive_triage

#: Content in clear beside the sealed fields. Codes and postal codes have no room for a canary.
CLEAR = {
    "hotline_contact": ["label", "municipality"],
    "cases_case": ["label"],
}
#: Codes that pages look up in word lists.
CODES = {"handoff_summary.facts", "texting_textmessage.details", "switchboard_webhookevent.parameters"}
PHONES = {"phone", "from_raw"}


def make_world() -> World:
    people = referrals.ready()
    world = World(people, _cast(people))
    make_line(people.centre)
    _contacts(world)
    _cases(world)
    _teams(world)
    add_plans(world)
    add_closures(world)
    _assessments(world)
    _consultations(world)
    _prison_releases(world)
    add_reviews(world)
    _referrals(world)
    _callbacks(world)
    _telephone(world)
    _releases(world)
    _network(world)
    _erasures(world)
    _requests(world)
    _proposals(world)
    _end_roles(world)
    plant(world)
    return world


def _cast(people: People) -> dict[str, User | None]:
    made: dict[str, User | None] = {name: value for name, value in vars(people).items() if isinstance(value, User)}
    made["partner_coordinator"] = make_user((people.partner, Role.PARTNER_COORDINATOR))
    made["other_partner_coordinator"] = make_user((people.other_partner, Role.PARTNER_COORDINATOR))
    made["other_dpo"] = make_user((people.other_centre, Role.DPO))
    made["other_funder"] = make_user((people.other_centre, Role.FUNDER))
    made["former_handler"] = make_user((people.centre, Role.HANDLER))
    made["former_coordinator"] = make_user((people.centre, Role.COORDINATOR))
    made["former_worker"] = make_user((people.partner, Role.PARTNER_WORKER))
    made["no_role"] = make_user()
    made["anonymous"] = None
    return made


def _user(world: World, name: str) -> User:
    found = world.cast[name]
    assert found is not None
    return found


def _contacts(world: World) -> None:
    people = world.people
    handler, colleague, coordinator = people.handler, people.colleague, people.coordinator
    owners = {
        "draft": handler,
        "done": handler,
        "asked": colleague,
        "granted": colleague,
        "granted_to_officer": colleague,
        "expired": colleague,
        "handed_on": handler,
        "surfaced": colleague,
        "former": _user(world, "former_handler"),
        "elsewhere": people.other_handler,
    }
    for number, (name, owner) in enumerate(owners.items()):
        phone = f"+4934155500{number:02d}"
        details = {"alias": "a", "notes": "n", "advice": "b", "label": "l", "phone": phone, "municipality": "m"}
        contact = make_contact(owner, **details)
        world.add("contact", name, contact.pk)
        if name not in ("draft", "surfaced"):
            as_user(owner, complete_contact, by=owner, contact_id=contact.pk)
    handed_on = {"contact_id": world.keys["contact"]["handed_on"], "to": colleague}
    as_user(coordinator, assign_contact, by=coordinator, **handed_on)
    waived = {"reason": WaiverReason.OTHER, "words": "words", "contact_id": world.keys["contact"]["handed_on"]}
    as_user(colleague, waive_triage, by=colleague, **waived)
    _ask(world, "asked", handler, grant=False)
    _ask(world, "granted", handler)
    _ask(world, "granted_to_officer", people.dpo)
    expired = _ask(world, "expired", handler)
    change(AccessRequest.objects.filter(pk=expired), granted_until=timezone.now())
    change(Contact.objects.filter(pk=world.keys["contact"]["surfaced"]), surfaced_at=timezone.now())
    nobody = {"MessageSid": f"SM{uuid.uuid4().hex}", "From": "+493411110001", "To": LINE, "Body": "text"}
    tell("/telephone/message/", {**nobody, "NumMedia": "0"})
    contact = as_user(coordinator, lambda: Contact.objects.filter(channel="sms").latest("number"))
    world.add("contact", "nobodys", contact.pk)
    sent = as_user(coordinator, lambda: TextMessage.objects.get(contact=contact))
    world.add("message", "received", sent.pk)


def _ask(world: World, name: str, by: User, *, grant: bool = True) -> uuid.UUID:
    """Ask for access to the contact of this name."""
    coordinator = world.people.coordinator
    values = {"contact_id": world.keys["contact"][name], "request_id": new_id(), "reason": "a reason"}
    request: AccessRequest = as_user(by, request_access, by=by, **values)
    world.add("request", name, request.pk)
    if grant:
        as_user(coordinator, decide_access, by=coordinator, request_id=request.pk, grant=True)
    return request.pk


def _cases(world: World) -> None:
    people = world.people
    details = {"region_id": "DE-BY", "language": "de", "alias": "a", "notes": "n", "label": "l"}
    draft = start(people.handler, _contact(world, "draft"))
    note = {"assessment_id": draft.pk, "about": "self_harm", "text": "gap", "version": draft.version}
    as_user(people.handler, save_note, by=people.handler, **note)
    world.add("assessment", "draft", draft.pk)
    contact = make_contact(people.colleague, **details)
    world.add("contact", "waiting", contact.pk)
    dropped = Choice(Disposition.ADVICE, Urgency.STANDARD, frozenset(), "a reason")
    waits = complete(people.colleague, fill(people.colleague, start(people.colleague, contact), SECURITY), dropped)
    world.add("assessment", "waiting", waits.pk)
    former = _user(world, "former_handler")
    owners = {
        "open": people.handler,
        "closed": people.handler,
        "colleagues": people.colleague,
        "granted": people.colleague,
    }
    owners["former"] = former
    for name, owner in {**owners, "elsewhere": people.other_handler}.items():
        case = small_case(owner, **details)
        as_user(owner, add_note, by=owner, case_id=case.pk, note_id=new_id(), text="note")
        _add_case(world, name, case)
        if name == "closed":
            as_user(owner, close_case, by=owner, case_id=case.pk, reason="goals_met")
        if name == "granted":
            world.add("contact", "of_granted_case", world.keys["case_contact"][name])
            _ask(world, "of_granted_case", people.handler)
    for name, (of_case, to) in {
        "open": ("open", people.handler),
        "colleagues": ("colleagues", people.colleague),
        "free": ("colleagues", None),
        "elsewhere": ("elsewhere", people.other_handler),
    }.items():
        _add_action(world, name, of_case, owners.get(of_case, people.other_handler), to)
    for name, owner in {**owners, "elsewhere": people.other_handler}.items():
        if name in ("open", "colleagues", "elsewhere"):
            _add_question(world, name, owner)
    conflict = {"conflict_id": new_id(), "organisation": people.other_partner, "reason": "ties", "text": "uncle"}
    as_user(people.handler, note_conflict, by=people.handler, case_id=world.keys["case"]["open"], **conflict)
    world.add("conflict", "open", conflict["conflict_id"])


def _contact(world: World, name: str) -> Contact:
    key = world.keys["contact"][name]
    found: Contact = as_user(world.people.coordinator, lambda: Contact.objects.get(pk=key))
    return found


def _add_action(world: World, name: str, of_case: str, by: User, to: User | None) -> None:
    values = {"case_id": world.keys["case"][of_case], "action_id": new_id(), "text": "to do", "strand": "social"}
    values |= {"due_at": timezone.now() + timedelta(days=1), "to": to}
    as_user(by, add_action, by=by, **values)
    world.add("action", name, values["action_id"])


def _teams(world: World) -> None:
    people = world.people
    of_open, of_colleague = (_case(world, name) for name in ("open", "colleagues"))
    for case in ("open", "colleagues"):
        world.add("team", case, world.keys["case"][case])
    invited = teams.invited(people.handler, of_open, people.partner)
    in_team = teams.accepted(teams.invited(people.handler, of_open, people.body), people.liaison)
    declined = teams.invited(people.colleague, of_colleague, people.other_partner)
    no = {"member_id": declined.pk, "version": declined.version, "reason": EndReason.NO_CAPACITY}
    as_user(people.other_worker, decline, by=people.other_worker, **no)
    left = teams.accepted(teams.invited(people.colleague, of_colleague, people.partner), people.worker)
    teams.left(left, people.worker, EndReason.NO_CAPACITY)
    due = timezone.now() + timedelta(days=1)
    values = {"action_id": new_id(), "organisation": people.body, "text": "to do", "strand": "social", "due_at": due}
    as_user(people.handler, add_action_for, by=people.handler, case_id=of_open.pk, **values)
    world.add("action", "of_body", values["action_id"])
    note = {"member_id": in_team.pk, "note_id": new_id(), "text": "ours"}
    as_user(people.liaison, write_note, by=people.liaison, **note)
    world.add("own_note", "in_team", note["note_id"])
    for name, visibility in {"for_team": Visibility.TEAM, "for_centre": Visibility.MEMBERS}.items():
        shared = {"note_id": note["note_id"], "shared_id": new_id(), "visibility": visibility, "with_centre": True}
        as_user(people.liaison, share_note, by=people.liaison, **shared)
        world.add("shared_note", name, shared["shared_id"])
    for name, member in {"invited": invited, "in_team": in_team, "declined": declined, "left": left}.items():
        world.add("member", name, member.pk)


def _assessments(world: World) -> None:
    """Of the liaison's body, on the handler's case."""
    people = world.people
    of_open, handler, liaison = _case(world, "open"), people.handler, people.liaison
    waiting, done = (asked(handler, of_open, liaison, people.body) for _number in range(2))
    draft = asked(liaison, of_open, liaison, people.body)
    clinical = asked(handler, of_open, liaison, people.body, template="psychiatric")
    saved(draft, liaison)
    delivered(done, liaison, Shares.CONCLUSION)
    delivered(clinical, liaison, Shares.FACT, readers=[handler.pk])
    for name, one in {"asked": waiting, "draft": draft, "delivered": done, "clinical": clinical}.items():
        world.add("case_assessment", name, one.pk)


def _consultations(world: World) -> None:
    """On the handler's case."""
    people, of_open = world.people, _case(world, "open")
    waiting, done = (
        consulted(people.handler, of_open, people.centre, people.worker, people.partner) for _number in range(2)
    )
    of_body = consulted(people.liaison, of_open, people.body, people.colleague, people.centre)
    for name, one in {"asked": waiting, "answered": answered(done, people.worker), "of_body": of_body}.items():
        world.add("consultation", name, one.pk)


def _prison_releases(world: World) -> None:
    """The liaison's body is responsible for those of the handler's case."""
    people = world.people
    of_open = _case(world, "open")
    body = {"organisation": people.body, "user": people.liaison}
    over = cancelled(people.handler, announced(people.handler, of_open, **body))
    current = announced(people.handler, of_open, **body)
    shared = with_step(people.handler, current, **body)
    world.names.setdefault(shared.pk, "prison_release.current")
    colleagues = announced(people.colleague, _case(world, "colleagues"))
    without_report(people.handler, current)
    without_report(people.colleague, colleagues)  # both cases can be closed
    for name, one in {"current": current, "cancelled": over, "colleagues": colleagues}.items():
        world.add("prison_release", name, one.pk)
    draft = written(people.handler, of_open)
    approved = approved_report(people.colleague, people.coordinator, _case(world, "colleagues"))
    for name, report in {"draft": draft, "approved": approved}.items():
        world.add("exit_report", name, report.pk)


def _case(world: World, name: str) -> Case:
    key = world.keys["case"][name]
    found: Case = as_user(world.people.coordinator, lambda: Case.objects.get(pk=key))
    return found


def _add_question(world: World, of_case: str, by: User) -> None:
    values = {"case_id": world.keys["case"][of_case], "question_id": new_id(), "text": "who else knows?"}
    as_user(by, ask_question, by=by, **values)
    world.add("question", of_case, values["question_id"])


def _add_case(world: World, name: str, case: Case) -> None:
    world.add("case", name, case.pk)
    world.add("reference", name, case.reference)
    _name_parts(world, f"case.{name}", case)


Step = tuple[Callable[..., Any], dict[str, Any]]
ASK: Step = (partner_actions.ask_question, {"text": "who?"})
ACCEPT: Step = (partner_actions.accept_referral, {})
BEGIN: Step = (partner_actions.give_feedback, {"feedback": Feedback.FIRST_CONTACT})
DECLINE: Step = (partner_actions.decline_referral, {"reason": DeclineReason.LANGUAGE, "text": "no"})
RETURN: Step = (partner_actions.return_referral, {"text": "too far"})
COMPLETE: Step = (partner_actions.complete_referral, {"outcome": Outcome.STABILISED, "text": "well"})
WITH_KEY = {partner_actions.ask_question, partner_actions.give_feedback}
STEPS: dict[str, list[Step]] = {
    "draft": [],
    "offered": [],
    "question": [ASK],
    "accepted": [ASK, ACCEPT],
    "in_progress": [ASK, ACCEPT, BEGIN],
    "declined": [ASK, DECLINE],
    "withdrawn": [ASK, (withdraw_referral, {})],
    "returned": [ASK, ACCEPT, BEGIN, RETURN],
    "completed": [ASK, ACCEPT, BEGIN, COMPLETE],
}


def _referrals(world: World) -> None:
    people = world.people
    for state in STEPS:
        referral = _reached(people, state, _user(world, "former_worker") if state == "accepted" else people.worker)
        world.add("referral", state, referral.pk)
        world.names[referral.case_id] = f"referral.{state}"
        case = as_user(people.handler, lambda made=referral: Case.objects.get(pk=made.case_id))
        _name_parts(world, f"referral.{state}", case)
        if state == "accepted":
            world.add("case", "with_partner", case.pk)
            world.add("reference", "with_partner", case.reference)
            world.add("case_contact", "with_partner", world.keys["case_contact"][state])


def _name_parts(world: World, name: str, case: Case) -> None:
    """What belongs to the case, as its opener sees it."""
    contacts = as_user(case.opened_by, lambda: list(CaseContact.objects.filter(case=case).values_list("pk", flat=True)))
    for key in [case.assessment_id, *contacts]:
        world.names[key] = name
    world.add("case_contact", name.partition(".")[2], contacts[0])


def _reached(people: People, state: str, worker: User) -> Referral:
    """A referral in this state, with one disclosed field and a message of the partner."""
    referral = referrals.draft(people, referrals.make_case(people))
    if state == "draft":
        return referral
    referral = referrals.offer(people, referral, fields=["phone"], legal_basis="consent")
    for step, values in STEPS[state]:
        by = people.handler if step is withdraw_referral else worker
        key = {"message_id": new_id()} if step in WITH_KEY else {}
        as_user(by, step, by=by, referral_id=referral.pk, **values, **key)
    return referral


def _callbacks(world: World) -> None:
    people = world.people
    for number, name in enumerate(["open", "claimed", "done"]):
        callback = planned(people, f"+4934144400{number:02d}", note="please")
        world.add("callback", name, callback.pk)
        if name != "open":
            key = new_id()
            claim = {"callback_id": callback.pk, "contact_id": key}
            as_user(people.colleague, claim_callback, by=people.colleague, **claim)
            world.names[key] = f"callback.{name}"
            world.keys["contact"] |= {"called_back": key} if name == "claimed" else {}
        if name == "done":
            values = {"callback_id": callback.pk, "reached": True}
            as_user(people.colleague, end_callback, by=people.colleague, **values)


def _telephone(world: World) -> None:
    people = world.people

    def add(name: str, call: Call) -> None:
        world.add("call", name, call.pk)

    for name in ("voicemail", "colleagues_voicemail"):
        spoke = waiting(f"+4934133300{len(world.keys.get('call', {})):02d}")
        spoke.leave_queue("leave")
        spoke.record()
        by_telephone(keep_sound, call=spoke.call)
        spoke.hang_up()
        add(name, spoke.call)
        if spoke.call.callback_id:
            world.add("callback", name, spoke.call.callback_id)
    claimed = {"claimed_by": people.colleague, "claimed_at": timezone.now()}
    key = world.keys["call"]["colleagues_voicemail"]
    change(Call.objects.filter(pk=key), **claimed)  # no step leads there: a claimed call is answered or waits again
    agent = go_on_duty(people.colleague, phone="+493416660001")
    world.add("agent", "colleagues", agent.pk)
    ended = waiting("+493417770001")
    desk = talking(people.colleague, ended)
    as_user(people.colleague, block_caller, by=people.colleague, call_id=ended.call.pk)
    ended.hang_up()
    desk.hang_up()
    add("ended", ended.call)
    world.names[ended.call.contact_id] = "call.ended"
    world.add("leg", "ended", desk.leg.pk)
    queued = waiting("+493412220001")
    add("queued", queued.call)
    block = by_telephone(lambda: Block.objects.get())
    world.add("block", "standing", block.pk)


def _releases(world: World) -> None:
    people = world.people
    second = make_user((people.centre, Role.COORDINATOR))
    count()
    for number, name in enumerate(["prepared", "released", "public"]):
        release = prepare(people.coordinator, people, f"2026-0{number + 1}")
        world.add("release", name, release.pk)
        if name != "prepared":
            as_user(second, release_figures, by=second, release_id=release.pk)
        if name == "public":
            as_user(second, show_publicly, by=second, release_id=release.pk, is_public=True)


def _network(world: World) -> None:
    people = world.people
    for name in ("centre", "other_centre", "partner", "other_partner", "body"):
        world.add("organisation", name, getattr(people, name).pk)
    world.add("user", "handler", people.handler.pk)
    world.add("membership", "handler", people.handler.active_memberships[0].pk)
    today = timezone.localdate()
    pause = IntakePause.objects.create(
        organisation=people.partner, starts_on=today, ends_on=today, reason=PauseReason.values[0]
    )
    world.add("pause", "partner", pause.pk)
    liaison = Liaison.objects.create(sector="prison", region_id="DE-BE", post="Example prison")
    world.add("liaison", "one", liaison.pk)
    closed = CalendarException.objects.create(
        organisation=people.centre, label="Holiday", starts_on=today, ends_on=today, every_year=False
    )
    world.add("exception", "centre", closed.pk)
    noted = {"reason": ConflictReason.values[0], "starts_on": today, "noted_by": people.administrator}
    interest = Conflict.objects.create(organisation=people.partner, caller_type="parent", **noted)
    world.add("interest", "one", interest.pk)
    entered = {"organisation": people.centre, "person": people.handler, "starts_on": today, "ends_on": None}
    away = as_user(people.handler, enter_absence, by=people.handler, absence_id=new_id(), deputy=None, **entered)
    world.add("absence", "handler", away.pk)
    world.add("line", "centre", as_user(people.administrator, lambda: Line.objects.get().pk))


def _erasures(world: World) -> None:
    people, contact = world.people, world.keys["contact"]["done"]
    decision: dict[str, Any] = {"by": people.dpo, "subject": contact}
    erasure = as_user(people.dpo, decide_erasure, erasure_id=new_id(), reason=ErasureReason.REQUEST, **decision)
    world.add("erasure", "waiting", erasure.pk)
    hold = as_user(people.dpo, set_hold, hold_id=new_id(), reason=HoldReason.COURT, **decision)
    world.add("hold", "running", hold.pk)


def _requests(world: World) -> None:
    """Of persons about their own data. The opened dossier is one that the officer may read anyway."""
    people, officer, contacts = world.people, world.people.dpo, world.keys["contact"]
    kinds = {"received": "objection", "identified": "access", "answered": "access", "erasing": "erasure"}
    made = {}
    for name, kind in kinds.items():
        made[name] = as_user(
            officer, request_actions.receive_request, by=officer, request_id=new_id(), centre=people.centre, kind=kind,
            received_on=timezone.localdate(), name="a name", address="an address", wish="a wish",
        ).pk  # fmt: skip
        if name != "received":
            as_user(officer, request_actions.identify, by=officer, request_id=made[name], proof="document")
        world.add("subject_request", name, made[name])
    chosen = {"chosen": ("identified", "waiting"), "opened": ("identified", "granted_to_officer")}
    chosen["to_erase"] = ("erasing", "waiting")
    for name, (request, contact) in chosen.items():
        row = as_user(
            officer, request_actions.choose_dossier, by=officer, dossier_id=new_id(), request_id=made[request],
            subject=contacts[contact],
        )  # fmt: skip
        world.add("subject_dossier", name, row.pk)
        if name == "opened":
            as_user(people.coordinator, request_actions.agree, by=people.coordinator, dossier_id=row.pk)
    end = {"by": officer, "request_id": made["answered"], "legal_basis": "gdpr", "decision": "a decision"}
    as_user(officer, request_actions.grant, **end)


def _proposals(world: World) -> None:
    """Of the administrator: for a newcomer, for a coordinator who then could confirm it, and in another centre."""
    people, by = world.people, world.people.administrator
    wanted = {
        "newcomers": (make_user(), people.centre, Role.HANDLER),
        "coordinators": (people.coordinator, people.centre, Role.DPO),
        "elsewhere": (make_user(), people.other_centre, Role.HANDLER),
    }
    for name, (user, place, role) in wanted.items():
        proposal = as_user(by, propose_role, by=by, user=user, organisation=place, role=role)
        world.add("proposal", name, proposal.pk)


def _end_roles(world: World) -> None:
    former = [world.cast[name] for name in ("former_handler", "former_coordinator", "former_worker")]
    for membership in Membership.objects.filter(user__in=former):
        change(Membership.objects.filter(pk=membership.pk), ended_at=timezone.now(), ended_by=membership.user)


# --- canaries --------------------------------------------------------------------------------------------------------


@contextmanager
def as_superuser() -> Iterator[None]:
    """Past all policies and triggers."""
    default = connections["default"]
    user = default.settings_dict["USER"]
    default.close()
    default.settings_dict["USER"] = "postgres"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local session_replication_role = replica")
            yield
    finally:
        default.close()
        default.settings_dict["USER"] = user


def content_fields() -> Iterator[tuple[type[models.Model], list[models.Field[Any, Any]]]]:
    """Sealed fields of all models, and those of ``CLEAR``."""
    for model in apps.get_models():
        clear = CLEAR.get(model._meta.db_table, [])
        fields = [one for one in model._meta.get_fields() if isinstance(one, models.Field)]
        found = [one for one in fields if isinstance(one, EncryptedField) or one.name in clear]
        wanted = [one for one in found if f"{model._meta.db_table}.{one.name}" not in CODES]
        if wanted:
            yield model, wanted


def plant(world: World) -> None:
    """Replace the content of every row by canaries, each of which is the only one of its kind."""
    numbers = itertools.count(1)
    with as_superuser():
        for model, fields in content_fields():
            for row in model._default_manager.all():
                changed = []
                for one in fields:
                    before = getattr(row, one.name)
                    if before in (None, "", b"", {}):
                        continue
                    canary = _canary(one, next(numbers))
                    world.canaries[canary] = (f"{model._meta.db_table}@{_record_of(world, row)}", one.name)
                    setattr(row, one.name, _value(one, canary, before))
                    changed.append(one.name)
                if changed:
                    row.save(update_fields=changed)


def _canary(one: models.Field[Any, Any], number: int) -> str:
    return f"+49341{8000000 + number}" if one.name in PHONES else f"zq{number:05d}x"


def _value(one: models.Field[Any, Any], canary: str, before: Any) -> Any:
    if isinstance(one, EncryptedBytesField):
        return b"RIFF " + canary.encode()
    if isinstance(one, EncryptedJSONField):
        return dict.fromkeys(before, canary)
    return canary


#: What a row belongs to, the nearest first.
OWNERS = ["pk", "callback_id", "call_id", "referral_id", "assessment_id", "contact_id", "case_id"]


def _record_of(world: World, row: models.Model) -> str:
    keys = [getattr(row, name, None) for name in OWNERS]
    return next((world.names[key] for key in keys if key in world.names), "other")
