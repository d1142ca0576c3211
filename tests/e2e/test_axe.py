"""Each screen is held against WCAG 2.2 A and AA, in light and dark, and must fit a phone of 360 px."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from e2e.world import Site
from playwright.sync_api import Browser, Page, expect

from demo.screenshots import LOOKS, SCREENS, TEAM_CASE, Screen, Visitor

pytestmark = pytest.mark.xdist_group("axe")

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}  # all that another colour scheme can change
TARGETS = {"runOnly": {"type": "rule", "values": ["target-size"]}}  # all that another width can change
RUN = """async options => {
  const found = await axe.run(document, {resultTypes: ["violations"], ...options});
  return found.violations.map(one => `${one.id}: ${one.nodes.map(node => `${node.target} ${node.html}`).join(" | ")}`);
}"""
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];
  const wide = [...document.body.querySelectorAll("*")].filter(one => one.getBoundingClientRect().right > width + 1);
  return wide.map(one => `${one.tagName.toLowerCase()}#${one.id}.${one.className}`);
}"""


@pytest.fixture(scope="module")
def visitor(browser: Browser, site: Site) -> Callable[[str], Visitor]:
    """A demo user's browser, signed in once."""
    return cache(lambda who: Visitor(browser, site.url, who))


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe finds, each with the elements that it is about."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN, options)
    return found


def problems_of(found: Visitor) -> dict[str, list[str]]:
    """In each look, of the page as it stands; empty where all is well."""
    found.dress(LOOKS["light"])
    problems = {"light": violations(found.page, EVERYTHING)}
    found.dress(LOOKS["dark"])
    problems["dark"] = violations(found.page, COLOURS)
    found.dress(LOOKS["phone"])
    problems["phone"] = violations(found.page, TARGETS) + found.page.evaluate(TOO_WIDE)
    return {look: found for look, found in problems.items() if found}


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_nobody_is_kept_out(visitor: Callable[[str], Visitor], screen: Screen) -> None:
    found = visitor(screen.who)
    found.dress(LOOKS["light"])
    assert found.show(screen), "no link leads there"
    assert problems_of(found) == {}


def send_wrong(page: Page, form: str, **values: str) -> None:
    """Past the browser's own checks, which say nothing in our words."""
    for name, value in values.items():
        page.locator(f"{form} [name={name}]").fill(value)
    page.locator(form).evaluate("form => form.submit()")


def edit_exception(page: Page, base: str) -> None:
    page.goto(f"{base}administration/")
    page.locator("main a[href$='/hours/']").click()
    if not page.locator("#exceptions").count():
        page.fill("[name=label]", "House cleaning")
        page.fill("[name=starts_on]", f"{date.today() + timedelta(days=200)}")  # noqa: DTZ011
        page.locator("form[action$='/exceptions/'] button[type=submit]").click()
    page.locator("#exceptions a").first.click()
    expect(page.locator("h1")).to_contain_text("Closing days and exceptions")


def wrong_exception(page: Page, base: str) -> None:
    edit_exception(page, base)
    send_wrong(page, "main form", starts_on="", hours="in the evening")


def wrong_hours(page: Page, base: str) -> None:
    page.goto(f"{base}administration/")
    page.locator("main a[href$='/hours/']").click()
    send_wrong(page, "main form:has([name=day_0])", day_0="25:99", day_1="9-12, 11-13")


def new_desk_contact(page: Page, base: str) -> None:
    page.goto(f"{base}desk/")
    page.locator("form[action$='/desk/new/'] button[type=submit]").click()
    expect(page.locator("#contact-form")).to_be_visible()


def wrong_moment(page: Page, base: str) -> None:
    new_desk_contact(page, base)
    page.locator("#contact-facts summary").click()
    page.locator("[name=started_at]").fill("2020-10-25T02:30")
    page.locator("#contact-form").evaluate("form => form.submit()")


def code_of_two_regions(page: Page, base: str) -> None:
    new_desk_contact(page, base)
    page.fill("[name=postal_code]", "22145")
    expect(page.locator("#region-question")).to_be_visible()


def asked_about_names(page: Page, base: str) -> None:
    page.goto(f"{base}referrals/")
    page.locator('[aria-labelledby="h-draft"] .row-link').first.click()
    page.locator("[name=fields_agreed]").first.check()
    place = page.locator("#agreed_place_preview").inner_text().split()[-1]
    send_wrong(page, "form[action$='/offer/']", text=f"Called from {place}, 030 9018201, a@b.de.")


def wrong_agent(page: Page, base: str) -> None:
    page.goto(f"{base}telephone/agent/")
    send_wrong(page, "main form:has([name=phone])", phone="030 9018201 ext. 5")


def wrong_callback(page: Page, base: str) -> None:
    page.goto(f"{base}callbacks/new/")
    send_wrong(page, "#callback-form", phone="12", due_at="2020-01-01T10:00")


def declined_without_reason(page: Page, base: str) -> None:
    page.goto(f"{base}inbox/")
    page.locator('[aria-labelledby="h-waiting"] .row-link').first.click()
    send_wrong(page, "form[action$='/decline/']")


def shared_with_nobody(page: Page, base: str) -> None:
    page.goto(f"{base}teams/")
    page.locator(".row-link").first.click()
    page.locator('a[id^="share-"]').first.click()
    page.locator("[name=visibility][value=members]").check()
    send_wrong(page, "#share-form")


def invited_without_reason(page: Page, base: str) -> None:
    page.goto(f"{base}cases/?show=mine")
    page.locator(TEAM_CASE).first.click()
    page.locator("#invite-body").click()
    send_wrong(page, "#invite-form")


def dropped_without_reason(page: Page, base: str) -> None:
    page.goto(f"{base}today/?show=colleagues")
    page.locator('a[href^="/actions/"]').first.click()
    send_wrong(page, "form[action$='/drop/']")


def absent_in_the_past(page: Page, base: str) -> None:
    page.goto(f"{base}absences/")
    send_wrong(page, "main form:has([name=starts_on])", starts_on="2020-01-01")


def wrong_user(page: Page, base: str) -> None:
    page.goto(f"{base}administration/users/new/")
    send_wrong(page, "main form", email="nobody")


def wrong_conflict(page: Page, base: str) -> None:
    page.goto(f"{base}administration/conflicts/new/")
    send_wrong(page, "main form")


def kept_on_the_desk(page: Page, base: str) -> None:
    page.goto(f"{base}desk/")
    page.evaluate("document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach(field => (field.value = 'x'))")
    send_wrong(page, "form[action$='/desk/new/']")


def wrong_password(page: Page, base: str) -> None:
    page.goto(f"{base}accounts/login/")
    send_wrong(page, "main form:has([name=password])", login="nobody@lotse.example", password="wrong")


STATES: dict[Callable[[Page, str], None], tuple[str, str]] = {
    edit_exception: ("stork", "main form"),
    wrong_exception: ("stork", "[data-error-summary]"),
    wrong_hours: ("stork", "[data-error-summary]"),
    wrong_user: ("stork", "[data-error-summary]"),
    wrong_conflict: ("stork", "[data-error-summary]"),
    wrong_moment: ("heron", "[data-error-summary]"),
    code_of_two_regions: ("heron", "#region-question"),
    wrong_agent: ("heron", "[data-error-summary]"),
    wrong_callback: ("heron", "[data-error-summary]"),
    kept_on_the_desk: ("heron", "#typed-text"),
    asked_about_names: ("crane", "[data-error-summary]"),
    declined_without_reason: ("gull", "[data-error-summary]"),
    shared_with_nobody: ("osprey", "[data-error-summary]"),
    invited_without_reason: ("heron", "[data-error-summary]"),
    dropped_without_reason: ("crane", "[data-error-summary]"),
    absent_in_the_past: ("heron", "[data-error-summary]"),
    wrong_password: ("", "[data-error-summary]"),
}


@pytest.mark.parametrize("bring", STATES, ids=lambda bring: bring.__name__)
def test_nobody_is_kept_out_after_a_mistake(
    visitor: Callable[[str], Visitor], site: Site, bring: Callable[[Page, str], None]
) -> None:
    who, sign = STATES[bring]
    found = visitor(who)
    found.dress(LOOKS["light"])
    bring(found.page, site.url)
    expect(found.page.locator(sign).first).to_be_visible()
    assert problems_of(found) == {}
