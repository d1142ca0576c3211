"""The duties of a triage over HTTP: listed on Today, done, dropped by two people, and the case closed."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from casework.cases.states import ActionState, CaseState
from casework.cases.vocabulary import CloseReason
from triage.vocabulary import Duty, WaiverReason

from .browser import PageElement
from .rehearsal_context import Rehearsal, expect, expect_texts, form_at, give_answers, label_in, ok, page, send

#: A plan for violence was named, and the person is a minor whose welfare is at risk.
ANSWERS: dict[str, list[str]] = {
    "source_reliability": ["b"],
    "information_credibility": ["2"],
    "source_conflict": ["none"],
    "security_signal": ["concrete"],
    "self_harm": ["no"],
    "radicalisation": ["yes"],
    "age_band": ["14_17"],
    "child_welfare_risk": ["serious"],
}
PROTECTED = [Duty.SECURITY_INFORMATION, Duty.CHILD_PROTECTION]
DONE = "Telefonisch erledigt. (Probe)"
QUESTION = "Wer war beim Treffen dabei? (Probe)"
ANSWER = "Zwei Mitschüler. (Probe)"
DROPPED = "Die Stelle weiss es bereits. (Probe)"


def open_case_with_duties(r: Rehearsal) -> str:
    """Another contact, whose triage asks for more than a referral."""
    contact = uuid.uuid4()
    r.handler.submit(form_at(r.handler, "/desk/", "/desk/new/").with_({"contact_id": str(contact)}))
    give_answers(r, contact, ANSWERS)
    answer = send(r.handler, form_at(r.handler, f"/triage/contacts/{contact}/finish/", "/triage/complete/"))
    expect(answer.path.startswith("/cases/"), "the case that follows", answer.path)
    r.case_with_duties = urlsplit(answer.path).path
    labels = [label_in(answer.page, duty.label) for duty in PROTECTED]
    expect_texts(answer.page, shown=labels)
    return ", ".join(labels)


def see_today(r: Rehearsal) -> str:
    """Each duty of the handler is on their Today, with a link to its page."""
    node = page(r.handler, "/today/")
    links = _of_case(r, node)
    for duty in PROTECTED:
        label = label_in(node, duty.label)
        expect(any(label in link.text for link in links), f"{label!r} on Today", [link.text for link in links])
    r.duties = [urlsplit(link.attributes["href"]).path for link in links]
    return f"{len(links)} of this case"


def _of_case(r: Rehearsal, today: PageElement) -> list[PageElement]:
    reference = page(r.handler, r.case_with_duties).all("title")[0].text.split()[0]
    return [link for link in today.all("a", class_="row-link") if link.text.endswith(reference)]


def keep_open(r: Rehearsal) -> str:
    """With open protected duties the page names them instead of closing, and a post from an old page is refused."""
    answer = ok(r.handler.get(r.case_with_duties))
    labels = [label_in(answer.page, duty.label) for duty in PROTECTED]
    named = answer.page.by_id("duties-in-the-way")
    expect(named is not None and all(label in named.text for label in labels), labels, named and named.text)
    expect(not answer.forms("/close/"), "no form that closes the case", "there is one")
    token = answer.forms("/notes/new/")[0].values["csrfmiddlewaretoken"]
    refused = r.handler.post(f"{r.case_with_duties}close/", {"csrfmiddlewaretoken": token})
    expect(refused.status == 422, "status 422", refused.status)
    expect_texts(refused.page, shown=labels)
    return "not closed, the duties are named"


def do_duties(r: Rehearsal) -> str:
    """All but one are done, each with a line what was done."""
    done = r.duties[:-1]
    for path in done:
        send(r.handler, form_at(r.handler, path, "/done/").with_({"result": DONE}))
        node = page(r.handler, path)
        expect_texts(node, shown=[label_in(node, ActionState.DONE.label), DONE])
    return f"{len(done)} done"


def ask(r: Rehearsal) -> str:
    """What is not known stands in the case as a question."""
    form = form_at(r.handler, r.case_with_duties, "/questions/ask/")
    r.question = f"/questions/{uuid.UUID(str(form.values['question_id']))}/"
    send(r.handler, form.with_({"text": QUESTION}))
    expect_texts(page(r.handler, r.question), shown=[QUESTION])
    return QUESTION


def answer(r: Rehearsal) -> str:
    """Answered with a source and a grading."""
    form = form_at(r.handler, r.question, "/answer/")
    graded = {"reliability": "b", "credibility": "2"}
    send(r.handler, form.with_({"answer": ANSWER, "source": "Schule. (Probe)", **graded}))
    expect_texts(page(r.handler, r.question), shown=[ANSWER, "B2"])
    return f"{ANSWER} B2"


def waive_triage(r: Rehearsal) -> str:
    """A completed contact is on Today until somebody says that it needs no triage."""
    contact = uuid.uuid4()
    r.handler.submit(form_at(r.handler, "/desk/", "/desk/new/").with_({"contact_id": str(contact)}))
    form = form_at(r.handler, f"/desk/{contact}/", f"/desk/{contact}/complete/")
    send(r.handler, form.with_({"caller_type": "school"}))
    panel = f"/triage/contacts/{contact}/"
    links = [urlsplit(link.attributes["href"]).path for link in page(r.handler, "/today/").all("a", class_="row-link")]
    expect(panel in links, "the contact on Today", links)
    send(r.handler, form_at(r.handler, panel, "/waive/").with_({"reason": WaiverReason.GENERAL.value}))
    links = [urlsplit(link.attributes["href"]).path for link in page(r.handler, "/today/").all("a", class_="row-link")]
    expect(panel not in links, "the contact no longer on Today", links)
    return label_in(page(r.handler, panel), WaiverReason.GENERAL.label)


def propose_drop(r: Rehearsal) -> str:
    """A protected duty is not dropped by one person."""
    dropped = r.duties[-1]
    send(r.handler, form_at(r.handler, dropped, "/drop/").with_({"reason": "mistaken", "result": DROPPED}))
    answer = ok(r.handler.get(dropped))
    label = label_in(answer.page, ActionState.DROP_PROPOSED.label)
    expect_texts(answer.page, shown=[label, DROPPED])
    expect(not answer.forms("/drop/confirm/"), "no decision for who proposed it", "the page has the form")
    return label


def confirm_drop(r: Rehearsal) -> str:
    """The coordinator as the second person."""
    dropped = r.duties[-1]
    send(r.coordinator, form_at(r.coordinator, dropped, "/drop/confirm/"))
    node = page(r.handler, dropped)
    expect_texts(node, shown=[label_in(node, ActionState.DROPPED.label)])
    return label_in(node, ActionState.DROPPED.label)


def review(r: Rehearsal) -> str:
    """What only a coordinator may do is on the coordinator's Today."""
    links = _of_case(r, page(r.coordinator, "/today/"))
    expect(len(links) == 1, "one duty of the coordinator", [link.text for link in links])
    path = urlsplit(links[0].attributes["href"]).path
    send(r.coordinator, form_at(r.coordinator, path, "/done/").with_({"result": DONE}))
    return links[0].text


def close(r: Rehearsal) -> str:
    """Now the case is closed, and nothing of it is on Today."""
    send(r.handler, form_at(r.handler, r.case_with_duties, "/close/").with_({"reason": CloseReason.GOALS_MET}))
    node = page(r.handler, r.case_with_duties)
    label = label_in(node, CaseState.CLOSED.label)
    expect_texts(node, shown=[label])
    left = [link.text for link in _of_case(r, page(r.handler, "/today/"))]
    expect(left == [], "nothing of the case on Today", left)
    return label
