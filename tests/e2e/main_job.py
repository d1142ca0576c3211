"""The steps of the main job in a real browser, by keyboard alone."""

from __future__ import annotations

import re

from e2e.person import Person, expect_saved
from playwright.sync_api import expect

ALIAS = "Anrufende Person K."
NOTES = "Die Mutter sorgt sich um den Sohn. (Probe)"
SUMMARY = "Ein Elternteil bittet um Begleitung. (Probe)"
#: Question, answer, and whether several answers may be given.
ANSWERS = [
    ("source_reliability", "b", False),
    ("information_credibility", "2", False),
    ("source_conflict", "none", True),
    ("security_signal", "none", False),
    ("self_harm", "no", False),
    ("radicalisation", "yes", False),
    ("child_welfare_risk", "no", False),
    ("support_wanted", "local", False),
    ("consent_caller", "given", False),
    ("support_for", "relatives", True),
    ("consent_person", "given", False),
]


def write_contact(person: Person) -> None:
    keys = person.keys
    keys.choose("[name=caller_type]", "Parent")
    if person.page.locator("select[name=language]").input_value() != "de":  # a call brings the one of the menu
        keys.choose("[name=language]", "German")
    keys.tab_to("[name=alias]")
    keys.write(ALIAS)
    keys.tab_to("[name=postal_code]")
    keys.write("90402")
    expect(person.page.locator("#place")).to_contain_text("Bavaria")
    keys.choose("[name=relation]", "Son or daughter")
    keys.choose("[name=age_band]", "18 to 20")
    keys.choose("[name=phenomenon]", "Religiously motivated")
    keys.tab_to("[name=notes]")
    keys.write(NOTES)
    expect_saved(person.page)


def answer_triage(person: Person) -> None:
    """One after the other; what a proposal does not need is unfolded first. The proposal follows the answers."""
    keys, page = person.keys, person.page
    expect(page.locator("#triage-proposed")).to_contain_text("No proposal yet.")
    for question, answer, takes_many in ANSWERS:
        if question == "support_for":
            keys.tab_to("#triage-rest-open")
            keys.press("Enter")
        keys.tick(question, answer) if takes_many else keys.choose_radio(question, answer)
    expect(page.locator("#triage-proposed")).to_contain_text("Proposed: Referral to a partner")


def read_reasons(person: Person) -> None:
    """The proposal names the answers that led there; the reasons are opened by keyboard too."""
    person.keys.back_to("#triage-why")
    person.keys.press("Enter")
    expect(person.page.locator('#triage-because a[href="#q-support_wanted"]').first).to_be_visible()


def complete_triage(person: Person) -> None:
    """The decision begins at its first field; who is with the caller stays there."""
    keys, page = person.keys, person.page
    desk = page.url
    keys.press("Alt+y")
    expect(page.locator('#triage-finish-form [name=disposition][value="referral"]')).to_be_focused()
    keys.press("Enter")
    expect(page.locator("#triage-offer-case")).to_be_visible()
    assert page.url == desk


def prepare_offer(person: Person) -> str:
    """To the draft for the best partner, who is preselected; returns the referral's id."""
    keys, page = person.keys, person.page
    keys.press("Alt+f")
    page.wait_for_url(re.compile(r"/partners/$"))
    expect(page.locator('nav a[href="?service=relatives"]')).to_have_attribute("aria-current", "true")
    expect(page.locator(".ranking > li").first).to_contain_text("Bayern")
    expect(page.locator("button[id^=prepare-]").first).to_be_focused()
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/referrals/[0-9a-f-]{36}/$"))
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def send_offer(person: Person) -> None:
    keys, page = person.keys, person.page
    keys.tab_to("[name=text]")
    keys.press("Control+a")
    keys.write(SUMMARY)
    keys.tick("fields_agreed", "alias")
    keys.tick("fields_agreed", "notes")
    keys.choose("[name=legal_basis]", "Consent of the persons concerned")
    keys.press("Control+Enter")
    expect(page.locator(".page-head .badge").first).to_have_text("offered")


def accept_offer(partner: Person, referral: str) -> None:
    """What was agreed is seen after acceptance, and nothing else."""
    keys, page = partner.keys, partner.page
    keys.tab_to(f"#open-{referral}")
    keys.press("Enter")
    expect(page.locator("main")).to_contain_text(SUMMARY)
    expect(page.locator("main")).not_to_contain_text(ALIAS)
    keys.press("Alt+a")
    expect(page.locator(".page-head .badge").first).to_have_text("accepted")
    expect(page.locator("[aria-labelledby=h-agreed] dd")).to_have_text([ALIAS, NOTES])
