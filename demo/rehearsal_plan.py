"""The plan of a case over HTTP: written, objected to, changed, agreed to; what it asks for is work, and is done."""

from __future__ import annotations

import uuid
from datetime import timedelta
from urllib.parse import urlsplit

from django.utils import timezone

from casework.cases.states import ActionState
from casework.plans.states import PlanState
from casework.plans.vocabulary import Outcome

from .browser import Browser, Form, form_of
from .rehearsal_context import Rehearsal, Wrong, expect, expect_texts, form_at, label_in, page, send

AIM = "Er geht wieder zur Schule. (Probe)"
GOAL = "Höchstens ein Fehltag in der Woche. (Probe)"
STEP = "Jeden Dienstag Gespräch mit ihm. (Probe)"
WHY_NOT = "Dienstags ist niemand da. (Probe)"
CHANGED = "Jeden Mittwoch Gespräch mit ihm. (Probe)"
DONE = "Vier Gespräche geführt. (Probe)"
EVIDENCE = "Seit zwei Wochen ohne Fehltag. (Probe)"


def write(r: Rehearsal) -> str:
    """The centre begins a plan with a goal, and an action of the partner, who sees nothing of the draft."""
    form = form_at(r.handler, f"{r.case_with_duties}plan/", "/plan/begin/")
    r.plan = f"/plans/{uuid.UUID(str(form.values['plan_id']))}/"
    send(r.handler, form)
    send(r.handler, _form_of(r.handler, f"{r.plan}edit/").with_({"aim": AIM}))
    send(r.handler, _form_of(r.handler, f"{r.plan}goals/add/").with_({"text": GOAL}))
    path = f"{r.plan}actions/add/"
    bodies = [one for one in page(r.handler, path).all("option") if "Bayern" in one.text]
    due = timezone.localtime(timezone.now() + timedelta(days=20)).strftime("%Y-%m-%dT%H:%M")
    values = {"text": STEP, "organisation": bodies[0].attributes["value"], "due_at": due}
    send(r.handler, _form_of(r.handler, path).with_(values))
    expect_texts(page(r.handler, r.plan), shown=[AIM, GOAL, STEP])
    _is_closed_to(r.partner, r.plan)
    return GOAL


def object_to(r: Rehearsal) -> str:
    """Proposed, it is on the partner's Today; the partner objects, and it is a draft of the centre again."""
    send(r.handler, form_at(r.handler, r.plan, "/propose/"))
    form = form_at(r.partner, _asked(r), "/object/")
    send(r.partner, form.with_({"reason": WHY_NOT}))
    expect_texts(page(r.handler, r.plan), shown=[WHY_NOT])
    _is_closed_to(r.partner, r.plan)
    return WHY_NOT


def agree(r: Rehearsal) -> str:
    """Changed and proposed again, the partner agrees, and it is in force."""
    links = [one for one in page(r.handler, r.plan).all("a") if one.text.strip() == STEP]
    expect(len(links) == 1, "the planned action in the draft", len(links))
    change = _form_of(r.handler, urlsplit(links[0].attributes["href"]).path)
    send(r.handler, change.with_({"text": CHANGED}))
    send(r.handler, form_at(r.handler, r.plan, "/propose/"))
    send(r.partner, form_at(r.partner, _asked(r), "/agree/"))
    node = page(r.partner, r.plan)
    label = label_in(node, PlanState.AGREED.label)
    expect_texts(node, shown=[label, AIM, CHANGED])
    return label


def carry_out(r: Rehearsal) -> str:
    """What the plan asks for is an action; done, the plan shows it, and what became of the goal."""
    links = [one for one in page(r.partner, r.plan).all("a") if one.text.strip() == CHANGED]
    expect(len(links) == 1, "the action in the plan", len(links))
    action = urlsplit(links[0].attributes["href"]).path
    send(r.partner, form_at(r.partner, action, "/done/").with_({"result": DONE}))
    outcomes = [one.attributes["href"] for one in page(r.handler, r.plan).all("a") if _is_outcome(one.attributes)]
    path = urlsplit(outcomes[0]).path
    send(r.handler, _form_of(r.handler, path).with_({"outcome": Outcome.MET.value, "evidence": EVIDENCE}))
    node = page(r.handler, r.plan)
    expect_texts(node, shown=[label_in(node, ActionState.DONE.label), label_in(node, Outcome.MET.label), EVIDENCE])
    return EVIDENCE


def _is_outcome(attributes: dict[str, str]) -> bool:
    return attributes.get("id", "").startswith("outcome-")


def _asked(r: Rehearsal) -> str:
    """The page of the answer, from the partner's Today."""
    links = [urlsplit(one.attributes["href"]).path for one in page(r.partner, "/today/").all("a", class_="row-link")]
    found = [path for path in links if path.startswith("/plans/agreements/")]
    own = [path for path in found if any(form.address.startswith(path) for form in _forms(r.partner, path, r.plan))]
    expect(len(own) == 1, "one answer of the partner to this plan", found)
    return own[0]


def _forms(browser: Browser, path: str, plan: str) -> list[Form]:
    """The forms of the page, if it is about this plan."""
    answer = browser.get(path)
    about = [one for one in answer.page.all("a") if urlsplit(one.attributes.get("href", "")).path == plan]
    return answer.forms("/agree/") if about else []


def _is_closed_to(browser: Browser, path: str) -> None:
    refused = browser.get(path)
    expect(refused.status == 404, f"404 for {path}", refused.status)


def _form_of(browser: Browser, path: str) -> Form:
    """The form of a page that is one form."""
    whole = page(browser, path)
    node = whole.by_id("plan-form")
    if node is None:
        raise Wrong("the form", f"{path} has none")
    return Form(path, form_of(node, whole).values)
