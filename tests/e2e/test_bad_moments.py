"""What goes wrong in the middle of the work: browser or server die, two tabs disagree, a button is hit twice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from e2e.person import Person, expect_no_reload, expect_saved, listening, new_contact, sign_in
from e2e.world import Site
from playwright.sync_api import Browser, Error, Route, expect

pytestmark = pytest.mark.xdist_group("browser")

SAVE_STATE = "#contact-form [data-save-state]"


def test_a_draft_survives_the_crash_of_the_browser(start_browser: Callable[[], Browser], site: Site) -> None:
    person = sign_in(start_browser(), site, "plover")
    address = new_contact(person)
    person.keys.tab_to("[name=notes]")
    person.keys.write("Written before the crash.")
    expect_saved(person.page)
    with person.page.expect_event("crash"), suppress(Error):  # the address itself never answers
        person.page.goto("chrome://crash")
    again = sign_in(start_browser(), site, "plover")
    again.page.goto(address)
    expect(again.page.locator("[name=notes]")).to_have_value("Written before the crash.")
    expect(again.page.locator("#open-contacts")).to_contain_text("on the desk")


def test_a_draft_survives_the_crash_of_the_server(browser: Browser, site: Site, handler: Person) -> None:
    """What is typed while nobody answers stays in the page, which says so, and is saved by itself afterwards."""
    address = new_contact(handler)
    handler.keys.tab_to("[name=notes]")
    handler.keys.write("Before the crash. ")
    expect_saved(handler.page)
    site.kill("web")
    handler.keys.write("While the server is away.")
    expect(handler.page.locator(SAVE_STATE)).to_have_attribute("data-state", "failing")
    expect(handler.page.locator(SAVE_STATE)).to_contain_text("trying again")
    site.start("web")
    expect_saved(handler.page)
    other = handler.another_tab(address)
    expect(other.page.locator("[name=notes]")).to_have_value("Before the crash. While the server is away.")
    other.page.close()


def test_a_second_tab_with_an_outdated_contact_is_told_so(handler: Person) -> None:
    """It neither overwrites what the other tab saved nor loses what was typed in it."""
    address = new_contact(handler)
    second = handler.another_tab(address)
    handler.keys.tab_to("[name=municipality]")
    handler.keys.write("Musterstadt")
    expect_saved(handler.page)
    second.keys.tab_to("[name=notes]")
    second.keys.write("Typed in the second tab.")
    expect(second.page.locator(SAVE_STATE)).to_have_attribute("data-state", "conflict")
    expect(second.page.locator(SAVE_STATE)).to_contain_text("Open in a new tab")
    expect(second.page.locator("[name=notes]")).to_have_value("Typed in the second tab.")
    handler.page.reload()
    expect(handler.page.locator("[name=municipality]")).to_have_value("Musterstadt")
    expect(handler.page.locator("[name=notes]")).to_have_value("")
    second.page.evaluate("document.getElementById('contact-form').saver.savedEdits = Infinity")  # it may be closed
    second.page.close()


def test_a_second_tab_with_an_outdated_case_is_told_who_changed_it(handler: Person) -> None:
    handler.go("/cases/?show=mine")
    handler.keys.tab_to("a[id^=case-link]")
    handler.keys.press("Enter")
    expect(handler.page.locator("#h-case")).to_be_visible()
    second = handler.another_tab(handler.page.url)
    rename(handler, "Agreed title")
    expect(handler.page.locator("#h-case")).to_contain_text("Agreed title")
    rename(second, "Another title")
    expect(second.page.locator("h1")).to_have_text("Someone changed this meanwhile")
    expect(second.page.locator("main")).to_contain_text("Handler Heron")
    second.page.close()


def rename(person: Person, title: str) -> None:
    person.page.bring_to_front()
    person.keys.tab_to("details.step:has([name=label]) > summary")
    person.keys.press("Enter")
    person.keys.tab_to("[name=label]")
    person.keys.press("Control+a")
    person.keys.write(title)
    person.keys.press("Enter")


def test_an_offer_that_is_sent_twice_goes_out_once(browser: Browser, site: Site) -> None:
    coordinator = sign_in(browser, site, "curlew")
    coordinator.go("/referrals/")
    coordinator.keys.tab_to("[aria-labelledby=h-draft] .row-link")
    coordinator.keys.press("Enter")
    offer = coordinator.page.locator("form[action$='/offer/'] button[type=submit]")
    expect(offer).to_be_visible()
    referral = coordinator.page.url.rstrip("/").rsplit("/", 1)[-1]
    offer.dblclick()
    expect(coordinator.page.locator(".page-head .badge").first).to_have_text("offered")
    assert site.count("referral.offered", referral) == 1
    coordinator.page.context.close()


CHANGED = "document.body.dispatchEvent(new CustomEvent('changed:agent', {detail: {ids: []}}))"
OTHER_STATE = "form[aria-label='My state'] button[name=state]:not([value=ready])"


def test_what_is_being_sent_is_not_pushed_away(handler: Person) -> None:
    """A change that arrives between the key and the answer does not take the form away: it would never be sent."""
    page = handler.page
    handler.go("/desk/")
    chosen = page.locator(OTHER_STATE).first.get_attribute("value")
    held: list[Route] = []
    page.route("**/telephone/state/", times=1, handler=lambda route: held.append(route))
    with page.expect_request("**/telephone/state/"):
        page.locator(OTHER_STATE).first.click()
    form = page.locator("form[data-sent]").element_handle()
    with page.expect_response("**/telephone/bar/"):
        page.evaluate(CHANGED)
    page.wait_for_timeout(200)
    assert form.evaluate("form => form.isConnected")
    with page.expect_response("**/telephone/bar/"):  # what was put off is fetched when the answer is there
        held[0].continue_()
    expect(page.locator(f"button[name=state][value={chosen}]")).to_have_count(0)


def test_a_part_that_just_arrived_answers_at_once(handler: Person) -> None:
    """A key pressed right after a change is not lost, and does not load the whole page."""
    page = handler.page
    handler.go("/desk/")
    listening(page)
    chosen = page.locator(OTHER_STATE).first.get_attribute("value")
    page.evaluate(
        """button => document.body.addEventListener("htmx:afterSwap", () =>
             queueMicrotask(() => document.querySelector(button).click()), {once: true})""",
        OTHER_STATE,
    )
    page.evaluate(CHANGED)
    expect(page.locator(f"button[name=state][value={chosen}]")).to_have_count(0)
    expect_no_reload(page)
