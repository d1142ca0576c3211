"""The end of a case over HTTP: closed together, monitored, a warning sign, opened again."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from casework.cases.states import CaseState
from casework.cases.vocabulary import CloseReason
from casework.closures.states import ClosureState
from casework.reviews.vocabulary import OnTrack, ReviewKind

from .browser import Browser, Form, form_of
from .rehearsal_context import Rehearsal, Wrong, expect, expect_texts, form_at, label_in, page, send

REACHED = "Er geht wieder zur Schule. (Probe)"
SERVICES = "Die Schulsozialarbeit. (Probe)"
WITHOUT = "Am Anfang gab es keine. (Probe)"
SIGN = "Er trifft die Gruppe wieder. (Probe)"


def propose(r: Rehearsal) -> str:
    """With a body in the team the centre proposes; it cannot close alone."""
    expect(not r.handler.get(r.case_with_duties).forms("/close/"), "no form that closes the case alone", "there is one")
    form = _own_form(r.handler, f"{_team(r)}closing/propose/", "closing-form")
    r.closure = f"/closures/{uuid.UUID(str(form.values['closure_id']))}/"
    said = {"reached": REACHED, "services": SERVICES, "without_assessment": WITHOUT}
    send(r.handler, form.with_({**said, "reason": CloseReason.GOALS_MET.value}))
    expect_texts(page(r.partner, r.closure), shown=[REACHED, SERVICES])
    return REACHED


def answer(r: Rehearsal) -> str:
    """The body has it on Today and is for it; nobody decides before."""
    early = r.coordinator.get(r.closure)
    expect(not early.forms("/decide/"), "no decision before all have answered", "there is a form")
    links = [urlsplit(one.attributes["href"]).path for one in page(r.partner, "/today/").all("a", class_="row-link")]
    asked = [path for path in links if path.startswith("/closures/opinions/")]
    own = [path for path in asked if REACHED in page(r.partner, path).text]
    expect(len(own) == 1, "one answer of the partner", asked)
    send(r.partner, form_at(r.partner, own[0], "/answer/").with_({"is_for": "yes"}))
    return "for it"


def decide(r: Rehearsal) -> str:
    """Nobody in the team is accountable for the risk, so a coordinator decides who has not proposed it."""
    send(r.coordinator, form_at(r.coordinator, r.closure, "/decide/").with_({"agrees": "yes"}))
    node = page(r.handler, r.closure)
    label = label_in(node, ClosureState.AGREED.label)
    expect_texts(node, shown=[label])
    return label


def carry_out(r: Rehearsal) -> str:
    """The centre carries it out: the case is monitored, and four reviews are planned."""
    send(r.handler, form_at(r.handler, r.closure, "/carry-out/"))
    node = page(r.handler, r.case_with_duties)
    label = label_in(node, CaseState.MONITORED.label)
    expect_texts(node, shown=[label])
    expect(len(_monitoring(r)) == 4, "four reviews of the monitoring", len(_monitoring(r)))
    return label


def _monitoring(r: Rehearsal) -> list[str]:
    """The paths of the reviews of the monitoring that are to be held."""
    node = page(r.handler, f"{r.case_with_duties}reviews/")
    label = str(ReviewKind.MONITORING.label).capitalize()
    rows = [one for one in node.all("li") if one.attributes.get("id", "").startswith("review-")]
    found = [row for row in rows if label in row.text and "ended" not in row.attributes.get("class", "")]
    links = [row.all("a", class_="row-link")[0].attributes["href"] for row in found if row.all("time")]
    return [urlsplit(link).path for link in links]


def see_a_sign(r: Rehearsal) -> str:
    """The second review reports a warning sign, which proposes to open the case again."""
    path = _monitoring(r)[1]
    form = _own_form(r.handler, f"{path}hold/", "hold-form")
    answers = {"on_track": OnTrack.NO.value, "findings": SIGN, "has_warning_sign": "on"}
    send(r.handler, form.with_(answers))
    links = [urlsplit(one.attributes["href"]).path for one in page(r.handler, "/today/").all("a", class_="row-link")]
    asked = [one for one in links if one.startswith("/reopenings/") and SIGN in page(r.handler, one).text]
    expect(len(asked) == 1, "the proposal on Today", links)
    r.reopening = asked[0]
    return SIGN


def reopen(r: Rehearsal) -> str:
    """Opened again, nothing of the monitoring is planned any more, and the plan is there."""
    form = _own_form(r.handler, r.reopening, "reopening-form")
    send(r.handler, form.with_({"reopens": "yes"}))
    node = page(r.handler, r.case_with_duties)
    label = label_in(node, CaseState.OPEN.label)
    expect_texts(node, shown=[label])
    left = page(r.handler, f"{r.case_with_duties}plan/").by_id("to-plan")
    expect(left is not None, "the plan in force", left)
    return label


def _team(r: Rehearsal) -> str:
    return r.case_with_duties.replace("/cases/", "/teams/", 1)


def _own_form(browser: Browser, path: str, key: str) -> Form:
    whole = page(browser, path)
    node = whole.by_id(key)
    if node is None:
        raise Wrong("the form", f"{path} has none")
    form = form_of(node, whole)
    return Form(form.address or path, form.values)
