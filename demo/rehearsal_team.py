"""A body in the case team over HTTP: invited, accepts, gets an action, does it, leaves; it never reads the case."""

from __future__ import annotations

import uuid
from datetime import timedelta
from urllib.parse import urlsplit

from django.utils import timezone

from casework.cases.states import ActionState
from casework.teams.vocabulary import EndReason, Hat, Purpose

from .browser import Browser, Form, PageElement, form_of
from .rehearsal_context import Rehearsal, Wrong, expect, expect_texts, form_at, label_in, page, send

REASON = "Kennt die Familie. (Probe)"
TEXT = "Gespräch mit der Familie. (Probe)"
DONE = "Gespräch geführt. (Probe)"


def invite(r: Rehearsal) -> str:
    """The centre invites the partner; the partner has it on Today and sees no content before it accepts."""
    form = _form_of(r.handler, f"{r.case_with_duties}team/invite/", "invite-form")
    name, organisation = find_partner(page(r.handler, f"{r.case_with_duties}team/invite/"))
    r.member = f"/teams/members/{uuid.UUID(str(form.values['member_id']))}/"
    values = {"organisation": organisation, "hats": [Hat.WORKS.value], "purpose": Purpose.FAMILY.value}
    send(r.handler, form.with_({**values, "reason": REASON}))
    links = [urlsplit(link.attributes["href"]).path for link in page(r.partner, "/today/").all("a", class_="row-link")]
    expect(r.member in links, "the invitation on the partner's Today", links)
    expect_texts(page(r.partner, r.member), hidden=[REASON])
    return name


def accept(r: Rehearsal) -> str:
    """A person of the body accepts, and reads what the team shares, but not the case."""
    send(r.partner, form_at(r.partner, r.member, "/accept/"))
    page(r.partner, _team(r))
    expect_texts(page(r.partner, r.member), shown=[REASON])
    refused = r.partner.get(r.case_with_duties)
    expect(refused.status == 404, "404 for the partner's look at the case", refused.status)
    return "in the team; the case is closed to it"


def give_action(r: Rehearsal) -> str:
    """The centre adds an action for the body."""
    path = f"{r.case_with_duties}team/actions/add/"
    form = _form_of(r.handler, path, "body-action-form")
    due = timezone.localtime(timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    _name, organisation = find_partner(page(r.handler, path))
    r.action_of_body = f"/actions/{uuid.UUID(str(form.values['action_id']))}/"
    send(r.handler, form.with_({"organisation": organisation, "text": TEXT, "due_at": due}))
    expect_texts(page(r.partner, r.action_of_body), shown=[TEXT])
    return TEXT


def do_action(r: Rehearsal) -> str:
    """The body does it, and the centre reads what was done."""
    send(r.partner, form_at(r.partner, r.action_of_body, "/done/").with_({"result": DONE}))
    node = page(r.handler, r.action_of_body)
    expect_texts(node, shown=[label_in(node, ActionState.DONE.label), DONE])
    return DONE


def leave(r: Rehearsal) -> str:
    """The body leaves, and from then on reads nothing of the team."""
    send(r.partner, form_at(r.partner, r.member, "/leave/").with_({"reason": EndReason.WORK_DONE.value}))
    refused = r.partner.get(_team(r))
    expect(refused.status == 404, "404 for a former member", refused.status)
    return "left"


def _team(r: Rehearsal) -> str:
    return f"/teams/{r.case_with_duties.strip('/').split('/')[-1]}/"


def _form_of(browser: Browser, path: str, key: str) -> Form:
    """The form with this id, which sends to its own page."""
    whole = page(browser, path)
    node = whole.by_id(key)
    if node is None:
        raise Wrong(f"the form {key}", f"{path} has none")
    return Form(path, form_of(node, whole).values)


def find_partner(node: PageElement) -> tuple[str, str]:
    """Name and id of the partner in Bayern, of whom the partner's person is one."""
    found = [one for one in node.all("option") if "Bayern" in one.text]
    expect(len(found) == 1, "the partner among the bodies", [one.text for one in node.all("option")])
    return found[0].text, found[0].attributes["value"]
