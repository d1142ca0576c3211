"""What is posted to each URL: forms that are complete, so that an answer depends on the person and not on the form.

Others are posted empty; their views ask who it is before they look at the form.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from security.matrix.world import World

from casework.teams.vocabulary import EndReason
from foundation.accounts.vocabulary import DeclineReason as RoleDecline
from handoff.referrals.vocabulary import DeclineReason, Feedback, Outcome
from regions.vocabulary import ConflictReason, Service

Form = Callable[[World], dict[str, str]]


def tomorrow() -> str:
    return (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")


def in_a_month() -> str:
    return (timezone.localdate() + timedelta(days=30)).isoformat()


def new() -> str:
    return str(uuid.uuid4())


def row(world: World, kind: str) -> dict[str, str]:
    """The row of the draft, as its form has it."""
    return {"row_id": str(world.keys[kind]["draft"]), "version": "1"}


def planned(world: World) -> dict[str, str]:
    return {
        "text": "to do",
        "organisation": str(world.people.centre.pk),
        "strand": "social",
        "due_at": tomorrow(),
    }


def held_by_body(world: World) -> dict[str, str]:
    holder = f"{world.people.body.pk}-{world.people.liaison.pk}"
    return {"due_at": tomorrow(), "holder": holder, "next_due_at": tomorrow(), "next_holder": holder}


FORMS: dict[str, Form] = {
    "hotline:ask_access": lambda world: {"request_id": new(), "reason": "a reason"},
    "hotline:decide_access": lambda world: {"decision": "grant"},
    "hotline:assign": lambda world: {"to": str(world.people.colleague.pk)},
    "hotline:end_callback": lambda world: {"outcome": "cancelled"},
    "hotline:put_back": lambda world: {"due_at": tomorrow()},
    "hotline:plan_callback": lambda world: {"callback_id": new(), "phone": "+4934155577001", "due_at": tomorrow()},
    "hotline:plan_for_contact": lambda world: {"callback_id": new(), "phone": "+4934155577001", "due_at": tomorrow()},
    "switchboard:choose": lambda world: {"state": "off"},
    "switchboard:hold": lambda world: {"on": "1"},
    "switchboard:put_back": lambda world: {"due_at": tomorrow()},
    "switchboard:consult": lambda world: {"leg_id": new(), "phone": "+4934155577002"},
    "switchboard:call_again": lambda world: {"call": new()},
    "texting:reply": lambda world: {"message_id": new(), "text": "a reply"},
    "triage:answer": lambda world: {"question": "self_harm", "self_harm": "unknown", "version": "0"},
    "triage:note": lambda world: {"about": "self_harm", "text": "a gap", "version": "0"},
    "cases:add_note": lambda world: {"note_id": new(), "text": "a note"},
    "cases:rename": lambda world: {"version": "1", "label": "a title"},
    "cases:reopen": lambda world: {"cause": "asked"},
    "handoff:close_case": lambda world: {"reason": "goals_met"},
    "cases:add_action": lambda world: {
        "action_id": new(),
        "text": "to do",
        "strand": "social",
        "to": "",
        "due_at": tomorrow(),
    },
    "cases:ask_question": lambda world: {"question_id": new(), "text": "who else knows?"},
    "cases:answer_question": lambda world: {
        "version": "1",
        "answer": "an aunt",
        "source": "the mother",
        "reliability": "b",
        "credibility": "2",
    },
    "cases:drop_question": lambda world: {"version": "1", "reason": "no need"},
    "cases:finish_action": lambda world: {"version": "1", "result": "done"},
    "cases:drop_action": lambda world: {"version": "1", "reason": "not_needed", "result": "no"},
    "cases:move_due": lambda world: {"version": "1", "due_at": tomorrow()},
    **{
        f"cases:{step}": lambda world: {"version": "1"}
        for step in ("take_action", "begin_action", "confirm_drop", "refuse_drop", "give_action")
    },
    **{f"assessments:{step}": lambda world: {"version": "1"} for step in ("begin", "withdraw")},
    "assessments:write": lambda world: {"version": "2"},
    "assessments:decline": lambda world: {"version": "1", "reason": EndReason.OTHER},
    "consultations:answer": lambda world: {"version": "1", "answer": "go on"},
    "consultations:decline": lambda world: {"version": "1", "reason": "no time"},
    "consultations:withdraw": lambda world: {"version": "1"},
    "teams:accept": lambda world: {"version": "1"},
    "teams:decline": lambda world: {"version": "1", "reason": EndReason.OTHER},
    "teams:withdraw": lambda world: {"version": "1"},
    "teams:name_people": lambda world: {"version": "2", "person": str(world.people.liaison.pk)},
    "teams:write_note": lambda world: {"note_id": new(), "text": "a note"},
    "teams:share_note": lambda world: {"shared_id": new(), "visibility": "team"},
    "teams:leave": lambda world: {"version": "2", "reason": EndReason.WORK_DONE},
    "teams:end": lambda world: {"version": "2", "reason": EndReason.NOT_NEEDED},
    "reviews:plan": lambda world: {"review_id": new(), "kind": "plan", **held_by_body(world)},
    "reviews:accept": lambda world: {"version": "1", **held_by_body(world)},
    "reviews:hold": lambda world: {
        "version": "1",
        "on_track": "yes",
        "findings": "fine",
        "adjustment": "none",
        "next_id": new(),
        **held_by_body(world),
    },
    "reviews:move": lambda world: {"version": "1", "next_id": new(), "reason": "no time", **held_by_body(world)},
    "reviews:drop": lambda world: {"version": "1", "reason": "not needed"},
    "closures:propose": lambda world: {
        "closure_id": new(),
        "reason": "moved",
        "reached": "he found work",
        "without_assessment": "there was none",
        "services": "the youth centre",
    },
    "closures:decide": lambda world: {"version": "1", "agrees": "yes"},
    "closures:withdraw": lambda world: {"version": "1", "reason": "too early"},
    "closures:answer": lambda world: {"version": "1", "is_for": "yes"},
    "closures:propose_reopening": lambda world: {"reopening_id": new(), "cause": "asked", "words": "he called"},
    "closures:answer_reopening": lambda world: {"version": "1", "reopens": "no", "answer": "not yet"},
    "handoff:carry_out_closure": lambda world: {"version": "1"},
    "plans:begin": lambda world: {"plan_id": new()},
    "plans:new_version": lambda world: {"plan_id": new(), "cause": "he moved"},
    "plans:edit": lambda world: {"version": "4", "aim": "a quiet life"},
    **{f"plans:{step}": lambda world: {"version": "4"} for step in ("propose", "take_back", "discard")},
    "plans:add_goal": lambda world: {"row_id": new(), "version": "0", "text": "a goal"},
    "plans:add_factor": lambda world: {"row_id": new(), "version": "0", "kind": "push", "text": "a factor"},
    "plans:add_action": lambda world: {"row_id": new(), "version": "0", **planned(world)},
    "plans:change_goal": lambda world: {**row(world, "goal"), "text": "a goal"},
    "plans:change_factor": lambda world: {**row(world, "factor"), "kind": "push", "text": "a factor"},
    "plans:change_action": lambda world: {**row(world, "planned"), **planned(world)},
    "plans:outcome": lambda world: {"outcome_id": new(), "outcome": "met", "evidence": "a contract"},
    "plans:agree": lambda world: {"version": "1"},
    "plans:object_to": lambda world: {"version": "1", "reason": "too early"},
    "releases:announce": lambda world: {"release_id": new(), "release_date": in_a_month(), "establishment": "a prison"},
    "releases:change": lambda world: {"version": "2", "establishment": "a prison"},
    "releases:move_date": lambda world: {"version": "2", "release_date": in_a_month(), "reason": "the court"},
    "releases:add_step": lambda world: {"step_id": new(), "phase": "on", "strand": "social", "text": "meet him"},
    "releases:without_report": lambda world: {"version": "2", "reason": "he went abroad"},
    "releases:begin_report": lambda world: {"report_id": new()},
    "releases:write_report": lambda world: {"version": "2", "help": "call us"},
    "releases:hand_over": lambda world: {
        "version": "4",
        "recipient_kind": "person",
        "handed_over_on": timezone.localdate().isoformat(),
    },
    **{f"releases:{step}": lambda world: {"version": "2"} for step in ("discussed", "approve_report")},
    "releases:reopen_report": lambda world: {"version": "4"},
    "releases:cancel": lambda world: {"version": "2", "reason": "he stays"},
    **{f"releases:{step}": lambda world: {"version": "2"} for step in ("prepared", "released", "settled")},
    "handoff:print_case": lambda world: {"purpose": "conference"},
    "handoff:draft": lambda world: {"organisation": str(world.people.partner.pk), "service": Service.values[0]},
    "handoff:note_conflict": lambda world: {"conflict_id": new(), "reason": ConflictReason.values[0], "text": "ties"},
    "handoff:answer": lambda world: {"answer-message_id": new(), "answer-text": "we do not know yet"},
    "handoff:decline": lambda world: {"decline-reason": DeclineReason.LANGUAGE, "decline-text": ""},
    "handoff:ask": lambda world: {"question-message_id": new(), "question-text": "since when?"},
    "handoff:feedback": lambda world: {"feedback-message_id": new(), "feedback-feedback": Feedback.IN_COUNSELLING},
    "handoff:complete": lambda world: {"complete-outcome": Outcome.STABILISED, "complete-text": "well"},
    "handoff:give_back": lambda world: {"return-text": "too far"},
    "accounts:decline_role": lambda world: {"reason": RoleDecline.values[0]},
    "retention:erase_dossier": lambda world: {"id": new()},
    "publishing:prepare": lambda world: {"period": f"{timezone.localdate():%Y-%m}"},  # has not ended
}
