"""kill -9 at each step from a consultation to monitoring and back: each happens once, whatever died in between.

Each step is taken while PostgreSQL dies in the middle of its transaction, and while the web dies at its commit.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from chaos.killing import Battered
from chaos.test_casework import VICTIMS
from chaos.walk import begin, settle
from django.utils import timezone

from demo import rehearsal_duties, rehearsal_team
from demo.browser import Browser, Form, form_of
from demo.rehearsal_context import Rehearsal, form_at, page, send

pytestmark = pytest.mark.xdist_group("chaos")
PARTS = ("residual_risks", "strategies", "risk_of_return", "self_assessment", "behaviours", "help")


@dataclass
class Work:
    """What the steps are about, by kind: the id of the last one."""

    r: Rehearsal
    tree: Battered
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def case(self) -> str:
        return self.r.case_with_duties.strip("/").split("/")[-1]

    @property
    def team(self) -> str:
        return f"/teams/{self.case}/"


def own_form(browser: Browser, path: str, key: str) -> Form:
    """A form that is sent to its own page."""
    whole = page(browser, path)
    node = whole.by_id(key)
    assert node is not None, f"{path} has no {key}"
    form = form_of(node, whole)
    return Form(form.address or path, form.values)


def ask(w: Work) -> None:
    who = "SELECT m.organisation_id || '-' || m.user_id FROM accounts_membership m JOIN accounts_user u"
    partner = w.tree.value(f"{who} ON u.id = m.user_id WHERE u.email = '{w.r.partner_email}' AND m.ended_at IS NULL")
    form = own_form(w.r.handler, f"{w.team}consultations/new/", "ask-form")
    w.ids["consultation"] = str(form.values["consultation_id"])
    send(w.r.handler, form.with_({"consultant": str(partner), "question": "What helps with sleep?"}))


def answer_consultation(w: Work) -> None:
    form = form_at(w.r.partner, f"/consultations/{w.ids['consultation']}/", "/answer/")
    send(w.r.partner, form.with_({"answer": "Regular days."}))


def decline_consultation(w: Work) -> None:
    form = form_at(w.r.partner, f"/consultations/{w.ids['consultation']}/", "/decline/")
    send(w.r.partner, form.with_({"reason": "Not our field."}))


def withdraw_consultation(w: Work) -> None:
    send(w.r.handler, form_at(w.r.handler, f"/consultations/{w.ids['consultation']}/", "/withdraw/"))


def plan_review(w: Work) -> None:
    form = own_form(w.r.handler, f"{w.team}reviews/new/", "plan-form")
    w.ids["review"] = str(form.values["review_id"])
    send(w.r.handler, form)


def move_review(w: Work) -> None:
    form = form_at(w.r.handler, f"/reviews/{w.ids['review']}/", "/move/")
    w.ids["next"] = str(form.values["next_id"])
    send(w.r.handler, form.with_({"reason": "No time."}))


def hold_review(w: Work) -> None:
    w.ids["review"] = w.ids["next"]
    form = own_form(w.r.handler, f"/reviews/{w.ids['review']}/hold/", "hold-form")
    send(w.r.handler, form.with_({"on_track": "yes", "findings": "All is well.", "adjustment": "none"}))


def announce(w: Work) -> None:
    form = own_form(w.r.handler, f"{w.team}release/announce/", "release-form")
    w.ids["release"] = str(form.values["release_id"])
    day = timezone.localdate() + timedelta(days=40)
    send(w.r.handler, form.with_({"release_date": day.isoformat(), "establishment": "Prison"}))


def move_release(w: Work) -> None:
    form = form_at(w.r.handler, f"/prison-releases/{w.ids['release']}/", "/move/")
    day = timezone.localdate() + timedelta(days=50)
    send(w.r.handler, form.with_({"release_date": day.isoformat(), "reason": "The court says so."}))


def prepare(w: Work) -> None:
    send(w.r.handler, form_at(w.r.handler, f"/prison-releases/{w.ids['release']}/", "/prepared/"))


def cancel(w: Work) -> None:
    form = form_at(w.r.handler, f"/prison-releases/{w.ids['release']}/", "/cancel/")
    send(w.r.handler, form.with_({"reason": "He stays."}))


def begin_report(w: Work) -> None:
    form = form_at(w.r.handler, f"/cases/{w.case}/release/", "/exit-report/begin/")
    w.ids["report"] = str(form.values["report_id"])
    send(w.r.handler, form)


def discuss_report(w: Work) -> None:
    path = f"/exit-reports/{w.ids['report']}/"
    form = own_form(w.r.handler, f"{path}write/", "report-form")
    w.r.handler.post(form.address, {**form.values, **dict.fromkeys(PARTS, "What is to be said.")})
    send(w.r.handler, form_at(w.r.handler, path, "/discussed/"))


def approve_report(w: Work) -> None:
    send(w.r.coordinator, form_at(w.r.coordinator, f"/exit-reports/{w.ids['report']}/", "/approve/"))


def hand_over(w: Work) -> None:
    form = form_at(w.r.handler, f"/exit-reports/{w.ids['report']}/", "/hand-over/")
    send(w.r.handler, form.with_({"recipient_kind": "person"}))


def propose_closing(w: Work) -> None:
    form = own_form(w.r.handler, f"{w.team}closing/propose/", "closing-form")
    w.ids["closure"] = str(form.values["closure_id"])
    said = {"reached": "Much.", "without_assessment": "There was none.", "services": "The school."}
    send(w.r.handler, form.with_({**said, "reason": "goals_met"}))


def give_opinion(w: Work) -> None:
    asked = f"SELECT id FROM closures_opinion WHERE closure_id = '{w.ids['closure']}' AND state = 'waiting'"
    w.ids["opinion"] = w.ids.get("opinion") or str(w.tree.value(asked))
    form = form_at(w.r.partner, f"/closures/opinions/{w.ids['opinion']}/", "/answer/")
    send(w.r.partner, form.with_({"is_for": "yes"}))


def decide(w: Work) -> None:
    form = form_at(w.r.coordinator, f"/closures/{w.ids['closure']}/", "/decide/")
    send(w.r.coordinator, form.with_({"agrees": "yes"}))


def carry_out(w: Work) -> None:
    send(w.r.handler, form_at(w.r.handler, f"/closures/{w.ids['closure']}/", "/carry-out/"))


def propose_reopening(w: Work) -> None:
    form = own_form(w.r.partner, f"{w.team}reopening/propose/", "reopening-form")
    w.ids["reopening"] = str(form.values["reopening_id"])
    send(w.r.partner, form.with_({"cause": "warning_sign", "words": "He meets the group again."}))


def reopen(w: Work) -> None:
    form = own_form(w.r.handler, f"/reopenings/{w.ids['reopening']}/", "reopening-form")
    send(w.r.handler, form.with_({"reopens": "yes"}))


@dataclass(frozen=True)
class Step:
    """``of``: the kind of what it changes; ``event``: what it writes about that, once. ``items``: open work of it."""

    run: Callable[[Work], None]
    of: str
    event: str
    table: str
    state: str
    items: int = 0


CONSULTATION = "consultations_consultation"
STEPS = [
    Step(ask, "consultation", "consultation.asked", CONSULTATION, "asked", 1),
    Step(answer_consultation, "consultation", "consultation.answered", CONSULTATION, "answered"),
    Step(ask, "consultation", "consultation.asked", CONSULTATION, "asked", 1),
    Step(decline_consultation, "consultation", "consultation.declined", CONSULTATION, "declined"),
    Step(ask, "consultation", "consultation.asked", CONSULTATION, "asked", 1),
    Step(withdraw_consultation, "consultation", "consultation.withdrawn", CONSULTATION, "withdrawn"),
    Step(plan_review, "review", "review.planned", "reviews_review", "planned", 1),
    Step(move_review, "review", "review.moved", "reviews_review", "moved"),
    Step(hold_review, "review", "review.held", "reviews_review", "held"),
    Step(announce, "release", "prison_release.announced", "releases_prisonrelease", "announced", 1),
    Step(move_release, "release", "prison_release.moved", "releases_prisonrelease", "announced", 1),
    Step(prepare, "release", "prison_release.prepared", "releases_prisonrelease", "prepared", 1),
    Step(cancel, "release", "prison_release.cancelled", "releases_prisonrelease", "cancelled"),
    Step(begin_report, "report", "exit_report.begun", "releases_exitreport", "draft"),
    Step(discuss_report, "report", "exit_report.discussed", "releases_exitreport", "discussed", 1),
    Step(approve_report, "report", "exit_report.approved", "releases_exitreport", "approved"),
    Step(hand_over, "report", "exit_report.handed_over", "releases_exitreport", "handed_over"),
    Step(propose_closing, "closure", "closure.proposed", "closures_closure", "open"),
    Step(give_opinion, "closure", "closure.supported", "closures_closure", "open", 1),
    Step(decide, "closure", "closure.agreed", "closures_closure", "agreed", 1),
    Step(carry_out, "closure", "closure.carried_out", "closures_closure", "carried_out"),
    Step(propose_reopening, "reopening", "reopening.proposed", "closures_reopening", "proposed", 1),
    Step(reopen, "reopening", "reopening.accepted", "closures_reopening", "reopened"),
]
_runs: dict[str, Work] = {}


def at_work(victim: str, tree: Battered) -> Work:
    """A case whose duties are done, with a body in its team."""
    if victim not in _runs:
        r = begin(tree)
        for step in (rehearsal_duties.open_case_with_duties, rehearsal_duties.see_today, rehearsal_duties.do_duties):
            step(r)
        for step in (rehearsal_duties.propose_drop, rehearsal_duties.confirm_drop, rehearsal_duties.review):
            step(r)
        rehearsal_team.invite(r)
        rehearsal_team.accept(r)
        _runs[victim] = Work(r, tree)
    return _runs[victim]


@pytest.mark.parametrize("step", STEPS, ids=[step.run.__name__ for step in STEPS])
@pytest.mark.parametrize("victim", VICTIMS)
def test_kill_at(victim: str, step: Step, tree: Battered) -> None:
    w = at_work(victim, tree)
    with ThreadPoolExecutor(1) as pool:
        with tree.held(VICTIMS[victim]):
            taken = pool.submit(step.run, w)
            tree.wait_for_waiter("web", taken)
            tree.kill(victim)
        tree.start(victim)
        taken.result(60)
    settle(tree)
    subject = str(uuid.UUID(w.ids[step.of]))
    events = f"SELECT count(*) FROM journal_event WHERE subject = '{subject}' AND kind = '{step.event}'"
    assert tree.value(events) == 1
    assert tree.value(f"SELECT state FROM {step.table} WHERE id = '{subject}'") == step.state
    assert tree.value(f"SELECT count(*) FROM worklist_workitem WHERE subject = '{subject}'") == step.items
