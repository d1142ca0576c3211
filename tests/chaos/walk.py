"""Referrals on their way, and what must be in the database after each step: everything once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chaos.killing import Battered, wait_until

from demo.rehearsal import STEPS, RehearsalStep
from demo.rehearsal_context import Rehearsal
from handoff.referrals.notices import LEASE

BY_NAME = {step.name: step for step in STEPS}

#: The events that each step writes, in this order and once.
EVENTS = {
    "open a contact": ["contact.opened"],
    "write the contact": ["contact.saved"],
    "complete the contact": ["contact.completed"],
    "triage answers": ["assessment.started", "assessment.edited"],
    "triage completed, case": ["assessment.completed", "case.opened"],
    "draft": ["referral.drafted"],
    "offer": ["referral.offered"],
    "question": ["referral.question_asked"],
    "answer": ["referral.question_answered"],
    "accept": ["referral.accepted"],
    "feedback": ["referral.feedback"],
    "complete the referral": ["referral.completed"],
}
NAMES = list(EVENTS)
#: How many people each event is told by e-mail: the partner has a worker and a coordinator.
TOLD = {
    "referral.offered": 2,
    "referral.question_asked": 1,
    "referral.question_answered": 2,
    "referral.accepted": 1,
    "referral.feedback": 1,
    "referral.completed": 1,
}
STATES = ["", "", "", "", "", "draft", "offered", "question", "offered", "accepted", "in_progress", "completed"]

FOUND = """
SELECT json_build_object(
    'events', (SELECT json_agg(kind ORDER BY id) FROM journal_event WHERE subject IN (
        SELECT '{contact}'::uuid UNION SELECT id FROM triage_assessment WHERE contact_id = '{contact}'
        UNION SELECT case_id FROM cases_casecontact WHERE contact_id = '{contact}' UNION SELECT '{referral}'::uuid)),
    'contact', (SELECT json_agg(json_build_array(state, postal_code)) FROM hotline_contact WHERE id = '{contact}'),
    'assessments', (SELECT json_agg(state) FROM triage_assessment WHERE contact_id = '{contact}'),
    'cases', (SELECT count(*) FROM cases_casecontact WHERE contact_id = '{contact}'),
    'responsible', (SELECT json_agg(o.kind) FROM cases_responsibility r JOIN accounts_organisation o
        ON o.id = r.organisation_id JOIN cases_casecontact c ON c.case_id = r.case_id
        WHERE c.contact_id = '{contact}' AND r.until IS NULL),
    'referrals', (SELECT json_agg(r.state) FROM handoff_referral r JOIN cases_casecontact c ON c.case_id = r.case_id
        WHERE c.contact_id = '{contact}'),
    'disclosures', (SELECT count(*) FROM handoff_disclosure WHERE referral_id = '{referral}'),
    'messages', (SELECT count(*) FROM handoff_message WHERE referral_id = '{referral}'),
    'notices', (SELECT count(*) FROM handoff_notice WHERE referral_id = '{referral}'))
"""


@dataclass
class Walk:
    """One referral on its way. ``done``: how many of the steps were acknowledged."""

    rehearsal: Rehearsal
    done: int = 0

    @property
    def next(self) -> RehearsalStep:
        return BY_NAME[NAMES[self.done]]

    def take_step(self) -> str:
        said = self.next.run(self.rehearsal)
        self.done += 1
        return said

    def go_on_to(self, number: int) -> None:
        """Without anything being killed."""
        while self.done < number:
            self.take_step()

    def found(self, tree: Battered) -> dict[str, Any]:
        query = FOUND.format(contact=self.rehearsal.contact, referral=self.rehearsal.referral)
        found: dict[str, Any] = tree.value(query)
        return found

    def expected(self) -> dict[str, Any]:
        events = [kind for name in NAMES[: self.done] for kind in EVENTS[name]]
        after = {name: self.done > number for number, name in enumerate(NAMES)}
        state = STATES[self.done - 1]
        return {
            "events": events,
            "contact": [["completed" if after["complete the contact"] else "draft", self._postal_code(after)]],
            "assessments": self._assessments(after),
            "cases": int(after["triage completed, case"]),
            "responsible": self._responsible(after),
            "referrals": [state] if state else None,
            "disclosures": int(after["offer"]),
            "messages": sum(after[name] for name in ("question", "answer", "feedback", "complete the referral")),
            "notices": sum(TOLD.get(kind, 0) for kind in events),
        }

    def _postal_code(self, after: dict[str, bool]) -> str:
        return "90402" if after["write the contact"] else ""

    def _assessments(self, after: dict[str, bool]) -> list[str] | None:
        if not after["triage answers"]:
            return None
        return ["completed" if after["triage completed, case"] else "draft"]

    def _responsible(self, after: dict[str, bool]) -> list[str] | None:
        if not after["triage completed, case"]:
            return None
        return ["partner" if after["accept"] and not after["complete the referral"] else "centre"]


def begin(tree: Battered) -> Rehearsal:
    """A new walk with the browsers of the tree, which are signed in once."""
    rehearsal = Rehearsal(tree.url, patience=30)
    if not tree.browsers:
        BY_NAME["sign in"].run(rehearsal)
        tree.browsers.extend([rehearsal.handler, rehearsal.partner, rehearsal.coordinator])
    rehearsal.handler, rehearsal.partner, rehearsal.coordinator = tree.browsers
    return rehearsal


def settle(tree: Battered) -> None:
    """Everything that was written is delivered: no event waits in the outbox, no notice is unsent, the chain is whole.

    What a dead worker had claimed waits for the end of its lease, which is cut short here.
    """
    wait_until(lambda: tree.value("SELECT count(*) FROM journal_outbox") == 0, "the outbox to be empty")
    tree.rows(
        f"UPDATE handoff_notice SET claimed_until = now()"
        f" WHERE sent_at IS NULL AND claimed_until < '{(tree.last_kill + LEASE).isoformat()}'"
    )
    unsent = "SELECT count(*) FROM handoff_notice WHERE sent_at IS NULL"
    wait_until(lambda: tree.value(unsent) == 0, "the notices to be sent")
    assert tree.value("SELECT ntk.chain_break()") is None
