"""Today is the first page, follows what others do without a reload, and is one key away, as the desk is."""

from __future__ import annotations

import re

import pytest
from e2e.person import Person, expect_no_reload, in_a_month, listening, sign_in
from e2e.world import Site
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.xdist_group("browser")

PUSHED = 5_000  # ms


def test_handler_goes_from_today_to_the_desk_and_back_by_one_key(handler: Person) -> None:
    handler.go("/")
    page = handler.page
    expect(page).to_have_url(handler.site.address("/today/"))
    expect(page.locator(".top-nav a").first).to_have_attribute("aria-current", "page")
    handler.keys.press("Alt+d")
    expect(page).to_have_url(handler.site.address("/desk/"))
    handler.keys.press("Alt+m")
    expect(page).to_have_url(handler.site.address("/today/"))


def test_callback_that_a_colleague_plans_and_takes_back_is_on_today_at_once(
    browser: Browser, site: Site, handler: Person
) -> None:
    handler.go("/today/")
    page = handler.page
    listening(page)
    rows = page.locator("#today li")
    before = rows.count()
    colleague = sign_in(browser, site, "tern")
    colleague.go("/callbacks/new/")
    colleague.page.locator("[name=phone]").fill("+49 30 5550123")
    colleague.page.locator("[name=due_at]").fill(in_a_month())
    colleague.page.locator("main form button[type=submit]").first.click()
    expect(colleague.page).to_have_url(re.compile("/callbacks/$"))
    expect(rows).to_have_count(before + 1, timeout=PUSHED)
    link = page.locator('#today a[href*="/callbacks/#callback-"]').last
    row = (link.get_attribute("href") or "").partition("#")[2]
    colleague.page.locator(f"#{row} form[action$='/end/'] button").first.click()
    expect(rows).to_have_count(before, timeout=PUSHED)
    expect_no_reload(page)
    colleague.page.context.close()
