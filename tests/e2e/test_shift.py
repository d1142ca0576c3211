"""The coordinator's page and the counts of the top bar follow what others do, without a reload."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from background import BackgroundProvider
from e2e.person import Person, sign_in
from e2e.world import Site
from playwright.sync_api import Browser, Page, expect
from telephone import ACCOUNT, TOKEN

from demo.simulator import Caller, Number, Provider
from demo.telephone import MAIN

pytestmark = pytest.mark.xdist_group("browser")

PUSHED = 5_000  # ms


@pytest.fixture(scope="module")
def coordinator(browser: Browser, site: Site) -> Iterator[Person]:
    person = sign_in(browser, site, "crane")
    yield person
    person.page.context.close()


@pytest.fixture
def provider(site: Site) -> Iterator[BackgroundProvider]:
    at = f"{site.url}telephone"
    number = Number(f"{at}/voice/", status_callback=f"{at}/status/", message_url=f"{at}/message/")
    machine = Provider(ACCOUNT, TOKEN, {MAIN: number}, scale=4, calls_per_second=0)
    site.start("worker")
    try:
        with BackgroundProvider(machine, port=site.provider_port) as running:
            yield running
    finally:
        site.children["worker"].stop()


def count(page: Page) -> int:
    """Beside "Referrals"."""
    shown = page.locator("#count-handoff-board .count")
    return int(shown.inner_text()) if shown.count() else 0


def stays(page: Page) -> None:
    page.evaluate("document.body.dataset.stays = 'yes'")


def expect_stayed(page: Page) -> None:
    assert page.evaluate("document.body.dataset.stays") == "yes"


def test_a_coordinator_begins_with_their_work(coordinator: Person) -> None:
    coordinator.go("/")
    expect(coordinator.page).to_have_url(coordinator.site.address("/today/"))
    expect(coordinator.page.locator(".top-nav a").first).to_have_attribute("aria-current", "page")


def test_a_partner_declines_and_the_centre_is_asked_for_a_next_step(
    browser: Browser, site: Site, coordinator: Person
) -> None:
    """Also on a page that shows nothing else that is live."""
    coordinator.go("/network/partners/")
    page = coordinator.page
    before = count(page)
    stays(page)
    worker = sign_in(browser, site, "gull")
    worker.go("/inbox/")
    offers = int(worker.page.locator("#count-handoff-inbox .count").inner_text())
    worker.page.locator('[aria-labelledby="h-waiting"] .row-link').first.click()
    worker.page.locator("#decline").click()
    worker.page.locator("[name=decline-reason]").first.evaluate("""field => {
      if (field.tagName === "SELECT") field.value = "no_capacity"; else field.checked = true;
    }""")
    worker.page.get_by_role("button", name="Decline", exact=True).click()
    expect(worker.page.get_by_text("Declined. The centre has been told.")).to_be_visible()
    left = worker.page.locator("#count-handoff-inbox .count")
    expect(left).to_have_text(str(offers - 1)) if offers > 1 else expect(left).to_have_count(0)
    worker.page.context.close()
    expect(page.locator("#count-handoff-board .count")).to_have_text(str(before + 1), timeout=PUSHED)
    expect_stayed(page)
    coordinator.go("/referrals/")
    keep = page.get_by_role("button", name="Keep it at the centre").first
    keep.click()
    expect(page.get_by_text("stays with the centre")).to_be_visible()
    assert count(page) == before


def test_a_caller_who_waits_is_seen_at_once(coordinator: Person, provider: BackgroundProvider) -> None:
    coordinator.go("/shift/")
    page = coordinator.page
    stays(page)
    before = int(page.locator("#kpi-waiting").inner_text())
    caller = provider.begin(Caller(number="+493411234599", keys=("1",), talks=None), to=MAIN)
    expect(page.locator("#kpi-waiting")).to_have_text(str(before + 1), timeout=15_000)
    expect(page.locator("#shift-callers [data-waited]").first).to_be_visible()
    hung_up = page.locator("#shift-callers dd").last
    number = int(hung_up.inner_text().split()[0])
    caller.hang_up()
    expect(page.locator("#kpi-waiting")).to_have_text(str(before), timeout=15_000)
    expect(hung_up).to_contain_text(str(number + 1))
    expect_stayed(page)
    provider.settled()
