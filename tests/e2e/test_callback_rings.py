"""*Call* on a callback rings, in a real browser by keyboard alone: the desk's telephone, then the other one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from background import BackgroundProvider
from e2e.person import Person, in_a_month
from e2e.world import Site
from playwright.sync_api import Page, expect
from telephone import ACCOUNT, TOKEN

from demo.simulator import Number, Phone, Provider
from demo.telephone import DESKS, MAIN

pytestmark = pytest.mark.xdist_group("browser")

RINGS_OUT = 60_000  # ms; 40 s at fourfold speed, on a busy machine
ANSWERS, BUSY, SILENT = "+493411234561", "+493411234562", "+493411234563"


@dataclass
class Telephones:
    background: BackgroundProvider

    def rung(self, number: str) -> int:
        """How often this number was rung."""
        calls = self.background.provider.account.calls.values()
        return sum(call.to == number for call in calls)


@pytest.fixture
def telephones(site: Site) -> Iterator[Telephones]:
    at = f"{site.url}telephone"
    number = Number(f"{at}/voice/", status_callback=f"{at}/status/", message_url=f"{at}/message/")
    phones = {
        DESKS["heron"]: Phone(answers_after=1.0),
        ANSWERS: Phone(answers_after=3.0, keys=(), talks=None),
        BUSY: Phone(busy=True),
        SILENT: Phone(answers_after=None),
    }
    provider = Provider(ACCOUNT, TOKEN, {MAIN: number}, scale=4, phones=phones, calls_per_second=0)
    site.start("worker")
    try:
        with BackgroundProvider(provider, port=site.provider_port) as running:
            yield Telephones(running)
    finally:
        site.children["worker"].stop()


def call_back(handler: Person, number: str) -> None:
    """Plan a callback, and press *Call* at it."""
    page, keys = handler.page, handler.keys
    handler.go("/callbacks/")
    before = listed(page)
    handler.go("/callbacks/new/")
    keys.tab_to("[name=phone]")
    keys.write(number)
    keys.press("Enter")
    page.wait_for_url("**/callbacks/")
    (new,) = listed(page) - before
    keys.tab_to(f"#{new} button.primary")
    keys.press("Enter")
    expect(page.locator("#callback-number")).to_be_visible()


def listed(page: Page) -> set[str]:
    return {row.get_attribute("id") or "" for row in page.locator("main li[id^=callback-]").all()}


def test_call_rings_and_the_two_talk(site: Site, handler: Person, telephones: Telephones) -> None:
    page, keys = handler.page, handler.keys
    call_back(handler, ANSWERS)
    expect(page.locator("#callback-number")).to_contain_text("+49 341 1234561")
    expect(page.locator("#call-state")).to_have_text("in conversation")
    expect(page.locator("#call-back-state")).to_contain_text("Leave no message")
    keys.press("Alt+h")
    expect(page.locator("#call-state")).to_have_text("on hold")
    keys.press("Alt+h")
    expect(page.locator("#call-state")).to_have_text("in conversation")
    keys.press("Alt+e")
    expect(page.locator("#agent-state")).to_have_text("wrap-up")
    keys.choose("[name=caller_type]", "Parent")
    keys.press("Control+Enter")
    expect(page.locator("#messages")).to_contain_text("is completed")
    telephones.background.settled()
    assert telephones.background.provider.violations == []
    assert telephones.rung(ANSWERS) == 1


@pytest.mark.parametrize(("number", "words"), [(BUSY, "The line is busy"), (SILENT, "Nobody answers")])
def test_who_is_not_reached_is_put_back_at_once(
    site: Site, handler: Person, telephones: Telephones, number: str, words: str
) -> None:
    page, keys = handler.page, handler.keys
    call_back(handler, number)
    expect(page.locator("#call-back-state")).to_contain_text(words, timeout=RINGS_OUT)
    expect(page.locator("#put-back-form h2")).to_be_in_viewport()
    expect(page.locator("#agent-state")).to_have_text("wrap-up")
    page.locator("#put-back-form [name=due_at]").fill(in_a_month())
    keys.tab_to("#put-back-form button[type=submit]")
    keys.press("Enter")
    expect(page.locator("#messages")).to_contain_text("waits again")
    telephones.background.settled()
    assert telephones.background.provider.violations == []
    assert telephones.rung(number) == 1


def test_call_again_from_the_contact(site: Site, handler: Person, telephones: Telephones) -> None:
    """The desk's own telephone was not picked up; the second time it is."""
    page, keys = handler.page, handler.keys
    telephones.background.provider.switch.phones[DESKS["heron"]] = Phone(busy=True)  # type: ignore[index]
    call_back(handler, ANSWERS)
    expect(page.locator("#call-back-state")).to_contain_text("Your own telephone was not picked up")
    assert telephones.rung(ANSWERS) == 0
    telephones.background.provider.switch.phones[DESKS["heron"]] = Phone(answers_after=1.0)  # type: ignore[index]
    keys.tab_to("#call-again")
    keys.press("Enter")
    expect(page.locator("#call-state")).to_have_text("in conversation")
    keys.press("Alt+e")
    expect(page.locator("#agent-state")).to_have_text("wrap-up")
    keys.choose("[name=caller_type]", "Parent")
    keys.press("Control+Enter")
    expect(page.locator("#messages")).to_contain_text("is completed")
    telephones.background.settled()
    assert telephones.rung(ANSWERS) == 1
