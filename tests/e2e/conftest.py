from __future__ import annotations

from collections.abc import Callable, Iterator

import chromium
import pytest
from e2e.person import Person, sign_in
from e2e.world import Site
from playwright.sync_api import Browser, sync_playwright

from supervisor.embedded import Embedded


@pytest.fixture(scope="session")
def site(servers: Embedded) -> Iterator[Site]:
    """The running platform, once for all tests of this process."""
    chromium.program()
    found = Site(servers)
    try:
        found.begin()
        yield found
    finally:
        found.end()


@pytest.fixture(scope="module")
def start_browser() -> Iterator[Callable[[], Browser]]:
    """Starts another Chromium. Only for a module: other tests of this process use Playwright too."""
    program = chromium.program()
    with sync_playwright() as playwright:
        started: list[Browser] = []

        def start() -> Browser:
            started.append(playwright.chromium.launch(executable_path=program, args=chromium.ARGUMENTS))
            return started[-1]

        yield start
        for browser in started:
            browser.close()


@pytest.fixture(scope="module")
def browser(start_browser: Callable[[], Browser]) -> Browser:
    """A running Chromium."""
    return start_browser()


@pytest.fixture(scope="module")
def handler(browser: Browser, site: Site) -> Iterator[Person]:
    person = sign_in(browser, site, "heron")
    yield person
    person.page.context.close()
