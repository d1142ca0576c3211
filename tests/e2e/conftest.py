from __future__ import annotations

from collections.abc import Iterator

import chromium
import pytest
from e2e.person import Person, sign_in
from e2e.world import Site
from playwright.sync_api import Browser

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
def handler(browser: Browser, site: Site) -> Iterator[Person]:
    person = sign_in(browser, site, "heron")
    yield person
    person.page.context.close()
