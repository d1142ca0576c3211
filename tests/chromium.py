"""Where Chromium is for tests in a browser, and what happens where there is none."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from demo.screenshots import ARGUMENTS, browser_program


def program() -> str:
    """The path of Chromium. Without one the test is skipped, or fails where LOTSE_REQUIRE_BROWSER is 1."""
    found = browser_program()
    if found is None and os.environ.get("LOTSE_REQUIRE_BROWSER") == "1":
        pytest.fail("Chromium is missing, and LOTSE_REQUIRE_BROWSER=1 asks for it.")
    if found is None:
        pytest.skip("needs Chromium, which is not installed (Debian: apt-get install chromium)")
    return found


@pytest.fixture(scope="module")
def start_browser() -> Iterator[Callable[[], Browser]]:
    """Starts another Chromium. Only for a module: other tests of this process use Playwright too."""
    path = program()
    with sync_playwright() as playwright:
        started: list[Browser] = []

        def start() -> Browser:
            started.append(playwright.chromium.launch(executable_path=path, args=ARGUMENTS))
            return started[-1]

        yield start
        for browser in started:
            browser.close()


@pytest.fixture(scope="module")
def browser(start_browser: Callable[[], Browser]) -> Browser:
    """A running Chromium."""
    return start_browser()
