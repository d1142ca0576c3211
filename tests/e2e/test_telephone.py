"""A simulated call, answered and handed over in a real browser by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from background import BackgroundProvider
from e2e.person import Person
from e2e.world import Site
from playwright.sync_api import expect
from telephone import ACCOUNT, TOKEN

from demo.network import PARTNERS
from demo.simulator import Caller, Number, Phone, Provider
from demo.telephone import DESKS, MAIN

pytestmark = pytest.mark.xdist_group("browser")

PUSHED = 5_000  # ms; a worker, a provider and a relay stand between the key and the screen
NOTES = "Der Vater fragt, wohin er sich wenden kann. (Probe)"
NAME = next(partner.name for partner in PARTNERS if partner.key == "DE-BY")
PARTNER = f"+493023126{[partner.key for partner in PARTNERS].index('DE-BY'):03d}"


@pytest.fixture
def telephones(site: Site) -> Iterator[BackgroundProvider]:
    """The provider, with a desk phone and a partner who pick up; and the worker that speaks to it."""
    at = f"{site.url}telephone"
    number = Number(f"{at}/voice/", status_callback=f"{at}/status/", message_url=f"{at}/message/")
    phones = {DESKS["heron"]: Phone(answers_after=1.0), PARTNER: Phone(answers_after=2.0, lingers=1.0)}
    provider = Provider(ACCOUNT, TOKEN, {MAIN: number}, scale=4, phones=phones, calls_per_second=0)
    site.start("worker")
    try:
        with BackgroundProvider(provider, port=site.provider_port) as running:
            yield running
    finally:
        site.children["worker"].stop()


def test_a_call_is_answered_and_handed_over_by_keyboard(
    site: Site, handler: Person, telephones: BackgroundProvider
) -> None:
    handler.go("/desk/")
    be_ready(handler)
    caller = telephones.begin(Caller(number="+493411234567", keys=("1",), talks=None), to=MAIN)
    reference = answer(handler)
    hand_over(handler)
    assert caller.status == "in-progress"  # the caller and the partner go on
    caller.hang_up()
    expect(handler.page.locator("#call-state")).to_contain_text("answered")
    complete(handler, reference)
    telephones.settled()
    assert telephones.provider.violations == []
    find(handler, reference)


def be_ready(handler: Person) -> None:
    expect(handler.page.locator("#be-ready")).to_be_visible()
    handler.keys.press("Alt+g")
    expect(handler.page.locator("#agent-state")).to_have_text("ready")


def answer(handler: Person) -> str:
    """Returns the reference of the contact that opens, its number filled in."""
    page, keys = handler.page, handler.keys
    expect(page.locator("#accept")).to_be_visible()
    keys.press("Alt+Enter")
    expect(page.locator("#call-state")).to_have_text("in conversation")
    expect(page.locator("[name=phone]")).to_have_value("+493411234567")
    keys.choose("[name=caller_type]", "Parent")
    keys.tab_to("[name=notes]")
    keys.write(NOTES)
    reference = re.search(r"C-\d+", page.locator("#h-contact").inner_text())
    assert reference
    return reference[0]


def hand_over(handler: Person) -> None:
    """Warm: the caller holds, the partner is rung and joins, then the handler leaves."""
    page, keys = handler.page, handler.keys
    keys.press("Alt+h")
    expect(page.locator("#call-state")).to_have_text("on hold", timeout=PUSHED)
    keys.press("Alt+k")
    expect(page.locator("#consult-form")).to_be_visible()
    keys.choose("#consult-form [name=organisation]", NAME)
    keys.tab_to("#ring-partner")
    keys.press("Enter")
    expect(page.locator("#partner-state")).to_contain_text("speaks with you; the caller is on hold")
    keys.press("Alt+w")
    expect(page.locator("#agent-state")).to_have_text("wrap-up")


def complete(handler: Person, reference: str) -> None:
    handler.keys.press("Control+Enter")
    expect(handler.page.locator("#messages")).to_contain_text(reference)
    be_ready(handler)
    handler.keys.press("Alt+u")
    expect(handler.page.locator("#agent-state")).to_have_text("on a break")


def find(handler: Person, reference: str) -> None:
    handler.go("/contacts/")
    handler.page.get_by_role("link", name=re.compile(reference)).click()
    expect(handler.page.locator("main")).to_contain_text(NOTES)
    expect(handler.page.locator("main")).to_contain_text("Parent")
