"""The main job over HTTP, against a running server: from a contact with the centre to a referral that was worked.

Needs no database: it knows the server only by its pages, as a browser does. Each step says what came of it, or raises
Wrong. Every post is sent twice; the second one must change nothing.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from handoff.referrals.states import ReferralState
from handoff.referrals.vocabulary import Outcome
from triage.vocabulary import Disposition

from . import rehearsal_closing, rehearsal_duties, rehearsal_plan, rehearsal_reviews, rehearsal_team
from .browser import PageElement
from .rehearsal_context import (
    Rehearsal,
    Wrong,
    expect,
    expect_state,
    expect_texts,
    form_at,
    give_answers,
    label_in,
    ok,
    page,
    region_of,
    save,
    send,
)

PUSH_PATIENCE = 2.0  # seconds within which a change must reach an open page

#: Country, postal code, town, and the region in which it lies.
PLACES = [
    ("FR", "93200", "Saint-Denis", "FR-93"),
    ("BE", "2000", "Antwerpen", "BE-VAN"),
    ("DE", "90402", "Nürnberg", "DE-BY"),
]
UNKNOWN_POSTAL_CODE = "00000"
ALIAS = "Anrufende Person R."
NOTES = "Die Mutter sorgt sich um den Sohn, seit er den Kontakt zu früheren Freunden abgebrochen hat. (Probe)"
SUMMARY = "Ein Elternteil bittet um Begleitung; der Jugendliche zieht sich zurück. Gespräch auf Deutsch. (Probe)"
AGREED = {"alias": ALIAS, "notes": NOTES}
QUESTION = "Gibt es eine gemeinsame Sprache für ein erstes Gespräch? (Probe)"
REPLY = "Ja, Deutsch. (Probe)"

#: A parent worried about a son of 18 to 20, who agrees; a reliable source, no danger: a referral to a partner.
ANSWERS: dict[str, list[str]] = {
    "source_reliability": ["b"],
    "information_credibility": ["2"],
    "source_conflict": ["none"],
    "security_signal": ["none"],
    "self_harm": ["no"],
    "radicalisation": ["yes"],
    "child_welfare_risk": ["no"],
    "support_for": ["relatives"],
    "support_wanted": ["local"],
    "consent_caller": ["given"],
    "consent_person": ["given"],
}


@dataclass(frozen=True)
class RehearsalStep:
    name: str
    run: Callable[[Rehearsal], str]


def ready(r: Rehearsal) -> str:
    answer = r.handler.get("/readyz")
    expect(answer.status == 200, "/readyz to say ready", answer.body)
    return ", ".join(name for name, part in answer.json.items() if name != "status" and part["ok"])


def sign_in(r: Rehearsal) -> str:
    """Handler, partner, coordinator and somebody of another partner."""
    people = {
        r.handler_email: r.handler,
        r.partner_email: r.partner,
        r.coordinator_email: r.coordinator,
        r.stranger_email: r.stranger,
    }
    for email, browser in people.items():
        form = form_at(browser, "/accounts/login/", "/accounts/login/")
        answer = browser.submit(form.with_({"login": email, "password": r.password}))
        expect("/accounts/" not in answer.path and answer.status == 200, f"{email} to be let in", answer.path)
    return f"{len(people)} people"


def open_contact(r: Rehearsal) -> str:
    form = form_at(r.handler, "/desk/", "/desk/new/").with_({"contact_id": str(r.contact)})
    answer = send(r.handler, form)
    expect(answer.path == r.desk, f"the new contact at {r.desk}", answer.path)
    open_ones = [node for node in answer.page.walk() if node.attributes.get("id") == f"open-{r.contact}"]
    expect(len(open_ones) <= 1, "the contact once among the open ones", f"{len(open_ones)} times")  # eight are shown
    r.version = int(str(answer.forms("/complete/")[0].values["version"]))
    return answer.page.all("h1")[0].text


def places(r: Rehearsal) -> str:
    """The region follows the postal code, in three countries."""
    found = []
    for country, postal_code, town, code in PLACES:
        save(r, {"country": country, "postal_code": postal_code, "municipality": town})
        found_code = region_of(r)
        expect(found_code == code, f"{country} {postal_code} to lie in {code}", f"it lies in {found_code or 'nowhere'}")
        found.append(f"{postal_code} {town} is {code}")
    return ", ".join(found)


def unknown_place(r: Rehearsal) -> str:
    """An unknown postal code is kept as typed, with a note."""
    answer = save(r, {"postal_code": UNKNOWN_POSTAL_CODE})
    notice = answer["notices"].get("postal_code")
    expect(region_of(r) == "", "no region for an unknown postal code", region_of(r))
    expect(notice is not None and not notice["error"], "a note at the postal code, not an error", answer["notices"])
    kept = form_at(r.handler, r.desk, "/complete/").values["postal_code"]
    expect(kept == UNKNOWN_POSTAL_CODE, f"{UNKNOWN_POSTAL_CODE} to be kept", kept)
    return str(notice["text"])


def landline(r: Rehearsal) -> str:
    """The prefix of a landline suggests a region; nothing is set by it."""
    save(r, {"phone": r.phone})
    offers = page(r.handler, f"{r.desk}region/").all("button", id="offer-DE-BY")
    expect(len(offers) == 1, f"{r.phone} to suggest DE-BY once", f"{len(offers)} suggestions")
    return offers[0].text


def write_contact(r: Rehearsal) -> str:
    """The rest of the conversation."""
    country, postal_code, town, _code = PLACES[-1]
    place = {"country": country, "postal_code": postal_code, "municipality": town}
    person = {"caller_type": "parent", "relation": "child", "age_band": "18_20", "sex": "male", "language": "de"}
    words = {"phenomenon": "religious", "topics": ["contacts"], "alias": ALIAS, "notes": NOTES, "phone": r.phone}
    save(r, {**place, **person, **words})
    values = form_at(r.handler, r.desk, "/complete/").values
    kept = {name: values[name] for name in ("caller_type", "alias", "notes", "phone", "postal_code")}
    wanted = {"caller_type": "parent", "alias": ALIAS, "notes": NOTES, "phone": r.phone, "postal_code": postal_code}
    expect(kept == wanted, wanted, kept)
    return f"version {r.version}"


def recognise(r: Rehearsal) -> str:
    """Another contact with the same number shows this one as possibly earlier; nothing is merged."""
    other = uuid.uuid4()
    r.handler.submit(form_at(r.handler, "/desk/", "/desk/new/").with_({"contact_id": str(other)}))
    form = form_at(r.handler, f"/desk/{other}/", "/complete/").with_({"phone": r.phone})
    ok(r.handler.post(f"/desk/{other}/save/", form.values, Accept="application/json"))
    node = page(r.handler, f"/desk/{other}/earlier/")
    expect(node.by_id(f"earlier-{r.contact}") is not None, "the first contact to be shown", node.text or "nothing is")
    form = form_at(r.handler, f"/desk/{other}/", "/complete/").with_({"kind": "test"})
    ok(r.handler.submit(form))
    return "shown, not merged"


def complete_contact(r: Rehearsal) -> str:
    form = form_at(r.handler, r.desk, "/complete/")
    send(r.handler, form)
    node = page(r.handler, f"/contacts/{r.contact}/")
    return node.all("h1")[0].text


def answer_triage(r: Rehearsal) -> str:
    """One answer after the other; the proposal comes with each, and names the answers that led there."""
    before = page(r.handler, r.desk)
    return expect_proposal(before, give_answers(r, r.contact, ANSWERS))


def expect_proposal(whole: PageElement, node: PageElement) -> str:
    proposed = node.by_id("triage-proposed")
    because = node.by_id("triage-because")
    wanted = label_in(whole, Disposition.REFERRAL.label)
    expect(proposed is not None and wanted in proposed.text, f"the proposal {wanted!r}", proposed and proposed.text)
    named = {link.attributes["href"] for link in because.all("a")} if because else set()
    expect("#q-support_wanted" in named, "the reasons to name the wish for local support", named)
    assert proposed is not None
    return f"{proposed.text} ({len(named)} answers named)"


def complete_triage(r: Rehearsal) -> str:
    """As proposed; the case opens with it."""
    form = form_at(r.handler, f"{r.triage}finish/", "/triage/complete/")
    answer = send(r.handler, form)
    expect(answer.path.startswith("/cases/"), "the case that follows", answer.path)
    r.case_path = urlsplit(answer.path).path
    return answer.page.all("title")[0].text


def rank(r: Rehearsal) -> str:
    """The partner of the place comes first, with reasons."""
    node = page(r.handler, f"{r.case_path}partners/")
    rows = [row for row in (node.all("ol", class_="rows") or [node])[0].all("li") if row.all("form")]
    expect(bool(rows), "partners to be ranked", node.text)
    name = rows[0].all("a")[0].text
    reasons = [item.text for item in rows[0].all("ul", class_="reasons")]
    expect("Bayern" in name and bool(reasons and reasons[0]), "the partner in Bayern first, with reasons", rows[0].text)
    return f"{name}: {reasons[0]}"


def draft(r: Rehearsal) -> str:
    """The first of the ranking."""
    form = form_at(r.handler, f"{r.case_path}partners/?service=relatives", "/partners/draft/")
    answer = send(r.handler, form.with_({"referral_id": str(r.referral)}))
    expect(answer.path == r.outgoing, f"the draft at {r.outgoing}", answer.path)
    expect_state(answer.page, ReferralState.DRAFT)
    return answer.page.all("h1")[0].text


def listen(r: Rehearsal) -> str:
    """The partner's page listens before the offer is sent."""
    parts = urlsplit(r.base)
    address = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}/ws/live/"
    headers = {"Cookie": r.partner.cookies}
    origin: Any = f"{parts.scheme}://{parts.netloc}"
    try:
        opening = connect(address, additional_headers=headers, origin=origin, proxy=None, open_timeout=10)
        r.socket = r.to_close.enter_context(opening)
        said = json.loads(r.socket.recv(timeout=10))
    except (OSError, WebSocketException) as error:
        raise Wrong("an open socket", error) from None
    expect(said == {"ready": True}, {"ready": True}, said)
    return address


def refuse_unnamed_offer(r: Rehearsal) -> str:
    """A summary that names the caller, and fields without a legal basis, are refused with everything kept."""
    form = form_at(r.handler, r.outgoing, "/offer/")
    answer = r.handler.submit(form.with_({"text": f"{SUMMARY} {ALIAS}", "fields_agreed": list(AGREED)}))
    expect(answer.status == 422, "status 422", answer.status)
    kept = answer.forms("/offer/")[0].values
    expect(ALIAS in str(kept["text"]) and kept["fields_agreed"] == list(AGREED), "everything typed kept", kept)
    return "refused, everything typed is kept"


def offer(r: Rehearsal) -> str:
    form = form_at(r.handler, r.outgoing, "/offer/")
    agreed = {"text": SUMMARY, "fields_agreed": list(AGREED), "legal_basis": "consent"}
    answer = send(r.handler, form.with_(agreed))
    expect_state(answer.page, ReferralState.OFFERED)
    return answer.page.by_id("waits-for").text  # type: ignore[union-attr]


def hear(r: Rehearsal) -> str:
    """The offer reaches the partner's open page by itself."""
    if r.socket is None:
        raise Wrong("an open socket", "there is none")
    with r.to_close:
        while True:
            try:
                said = json.loads(r.socket.recv(timeout=PUSH_PATIENCE))
            except TimeoutError:
                raise Wrong(f"a push within {PUSH_PATIENCE:.0f} s", "nothing came") from None
            if said.get("changed") == str(r.referral):
                return str(said)


def read_offer(r: Rehearsal) -> str:
    """In the inbox: the summary, and nothing that identifies anybody."""
    inbox = page(r.partner, "/inbox/")
    expect(inbox.by_id(f"open-{r.referral}") is not None, "the offer in the inbox", "it is not there")
    node = page(r.partner, r.incoming)
    expect_state(node, ReferralState.OFFERED)
    expect_texts(node, shown=[SUMMARY], hidden=[ALIAS, NOTES, r.phone])
    return "summary shown; no name, no number, no notes"


def keep_out(r: Rehearsal) -> str:
    """For everybody else the referral's URL is 404."""
    for who, browser, path in [
        ("another partner", r.stranger, r.incoming),
        ("another partner", r.stranger, r.case_path),
        ("the partner", r.partner, r.case_path),
        ("the partner", r.partner, f"/contacts/{r.contact}/"),
    ]:
        status = browser.get(path).status
        expect(status == 404, f"404 for {who} at {path}", status)
    return "404 for another partner, and for the partner's look at the case"


def ask(r: Rehearsal) -> str:
    form = form_at(r.partner, r.incoming, "/ask/")
    answer = send(r.partner, form.with_({"question-text": QUESTION}))
    expect_state(answer.page, ReferralState.QUESTION)
    return QUESTION


def reply(r: Rehearsal) -> str:
    node = page(r.handler, r.outgoing)
    expect_state(node, ReferralState.QUESTION)
    expect_texts(node, shown=[QUESTION])
    form = form_at(r.handler, r.outgoing, "/answer/")
    answer = send(r.handler, form.with_({"answer-text": REPLY}))
    expect_state(answer.page, ReferralState.OFFERED)
    return REPLY


def accept(r: Rehearsal) -> str:
    """Exactly the agreed fields open."""
    answer = send(r.partner, form_at(r.partner, r.incoming, "/accept/"))
    expect_state(answer.page, ReferralState.ACCEPTED)
    section = next(s for s in answer.page.all("section") if s.attributes.get("aria-labelledby") == "h-agreed")
    values = [value.text for value in section.all("dd")]
    expect(values == list(AGREED.values()), "exactly the agreed fields", values)
    expect_texts(answer.page, shown=[SUMMARY], hidden=[r.phone])
    return f"{len(values)} agreed fields shown"


def feedback(r: Rehearsal) -> str:
    form = form_at(r.partner, r.incoming, "/feedback/")
    answer = send(r.partner, form.with_({"feedback-feedback": "first_contact"}))
    expect_state(answer.page, ReferralState.IN_PROGRESS)
    return "first contact made"


def follow(r: Rehearsal) -> str:
    """The handler sees how it stands."""
    node = page(r.handler, r.outgoing)
    expect_state(node, ReferralState.IN_PROGRESS)
    board = page(r.handler, "/referrals/")
    expect(board.by_id(f"referral-{r.referral}") is not None, "the referral on the board", "it is not there")
    return node.by_id("waits-for").text  # type: ignore[union-attr]


def complete_referral(r: Rehearsal) -> str:
    """Complete the referral; the partner no longer sees its content."""
    form = form_at(r.partner, r.incoming, "/complete/")
    answer = send(r.partner, form.with_({"complete-outcome": Outcome.STABILISED.value}))
    expect_state(answer.page, ReferralState.COMPLETED)
    expect_texts(page(r.partner, r.incoming), hidden=[SUMMARY, ALIAS, NOTES, r.phone, QUESTION])
    return "content gone"


def end(r: Rehearsal) -> str:
    """The handler sees the outcome; the case is the centre's again."""
    node = page(r.handler, r.outgoing)
    expect_state(node, ReferralState.COMPLETED)
    expect_texts(node, shown=[label_in(node, Outcome.STABILISED.label)])
    return node.by_id("waits-for").text  # type: ignore[union-attr]


def read_figures(r: Rehearsal) -> tuple[int, int]:
    """How many counselling contacts and completed referrals the coordinator's page counts."""
    node = page(r.coordinator, "/figures/")
    totals = [value.text for value in (node.all("dl", class_="kpi")[1:] or [PageElement("dl", {})])[0].all("dd")]
    wanted = label_in(node, ReferralState.COMPLETED.label).casefold()
    sections = node.all("section", **{"aria-labelledby": "h-states"})
    rows = [row for section in sections for row in section.all("tr") if row.all("th") and row.all("td")]
    completed = [row.all("td")[0].text for row in rows if row.all("th")[0].text.casefold() == wanted]
    return int((totals or ["0"])[0]), int((completed or ["0"])[0])


def note_figures(r: Rehearsal) -> str:
    r.figures = read_figures(r)
    return "{} contacts, {} referrals completed".format(*r.figures)


def see_waiting(r: Rehearsal) -> str:
    """The coordinator sees for whom the referral waits."""
    row = page(r.coordinator, "/figures/").by_id(f"waiting-{r.referral}")
    expect(row is not None, "the referral among those that wait", "it is not there")
    return row.all("td")[0].text if row else ""


def figures_moved(r: Rehearsal) -> str:
    wanted = (r.figures[0] + 1, r.figures[1] + 1)
    found = read_figures(r)
    expect(found == wanted, f"the figures to be {wanted}", f"they are {found}")
    row = page(r.coordinator, "/figures/").by_id(f"waiting-{r.referral}")
    expect(row is None, "the referral to wait for nobody", "it still does")
    return "{} contacts, {} referrals completed".format(*found)


STEPS = [
    RehearsalStep("ready", ready),
    RehearsalStep("sign in", sign_in),
    RehearsalStep("figures before", note_figures),
    RehearsalStep("open a contact", open_contact),
    RehearsalStep("postal codes", places),
    RehearsalStep("unknown postal code", unknown_place),
    RehearsalStep("landline prefix", landline),
    RehearsalStep("write the contact", write_contact),
    RehearsalStep("earlier contact", recognise),
    RehearsalStep("complete the contact", complete_contact),
    RehearsalStep("triage answers", answer_triage),
    RehearsalStep("triage completed, case", complete_triage),
    RehearsalStep("ranking", rank),
    RehearsalStep("draft", draft),
    RehearsalStep("partner's page listens", listen),
    RehearsalStep("a name in the summary", refuse_unnamed_offer),
    RehearsalStep("offer", offer),
    RehearsalStep("push", hear),
    RehearsalStep("waiting for whom", see_waiting),
    RehearsalStep("partner reads the offer", read_offer),
    RehearsalStep("need to know", keep_out),
    RehearsalStep("question", ask),
    RehearsalStep("answer", reply),
    RehearsalStep("accept", accept),
    RehearsalStep("feedback", feedback),
    RehearsalStep("handler follows", follow),
    RehearsalStep("complete the referral", complete_referral),
    RehearsalStep("how it ended", end),
    RehearsalStep("figures after", figures_moved),
    RehearsalStep("no triage needed", rehearsal_duties.waive_triage),
    RehearsalStep("a case with duties", rehearsal_duties.open_case_with_duties),
    RehearsalStep("duties on Today", rehearsal_duties.see_today),
    RehearsalStep("closing with open duties", rehearsal_duties.keep_open),
    RehearsalStep("question asked", rehearsal_duties.ask),
    RehearsalStep("question answered", rehearsal_duties.answer),
    RehearsalStep("duties done", rehearsal_duties.do_duties),
    RehearsalStep("drop proposed", rehearsal_duties.propose_drop),
    RehearsalStep("drop confirmed", rehearsal_duties.confirm_drop),
    RehearsalStep("coordinator's duty", rehearsal_duties.review),
    RehearsalStep("body invited", rehearsal_team.invite),
    RehearsalStep("body accepts", rehearsal_team.accept),
    RehearsalStep("action of the body", rehearsal_team.give_action),
    RehearsalStep("body does it", rehearsal_team.do_action),
    RehearsalStep("plan written", rehearsal_plan.write),
    RehearsalStep("body objects", rehearsal_plan.object_to),
    RehearsalStep("plan agreed", rehearsal_plan.agree),
    RehearsalStep("plan carried out", rehearsal_plan.carry_out),
    RehearsalStep("review moved", rehearsal_reviews.move),
    RehearsalStep("review held", rehearsal_reviews.hold),
    RehearsalStep("closing proposed", rehearsal_closing.propose),
    RehearsalStep("body answers", rehearsal_closing.answer),
    RehearsalStep("closing agreed", rehearsal_closing.decide),
    RehearsalStep("monitoring begins", rehearsal_closing.carry_out),
    RehearsalStep("warning sign", rehearsal_closing.see_a_sign),
    RehearsalStep("case opened again", rehearsal_closing.reopen),
    RehearsalStep("body leaves", rehearsal_team.leave),
    RehearsalStep("case closed", rehearsal_duties.close),
]
