"""Sign-in through a directory in a real browser: the pages' policy lets it go there, and it comes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import chromium
import pytest
from axe_playwright_python.sync_playwright import Axe
from directory_server import CLIENT, PASSWORD, SECRET, Directory
from e2e.newcomer import fill, save, set_up, set_up_app, somebody
from e2e.person import Person
from e2e.world import Site
from playwright.sync_api import Browser, expect

from supervisor.embedded import Embedded

pytestmark = pytest.mark.xdist_group("browser")


@dataclass
class WithDirectory(Site):
    directory: Directory = field(default_factory=lambda: Directory(Path()))

    def _environment(self, role: str) -> dict[str, str]:
        ours = {
            "LOTSE_OIDC_ISSUER": self.directory.issuer,
            "LOTSE_OIDC_CLIENT_ID": CLIENT,
            "LOTSE_OIDC_CLIENT_SECRET": SECRET,
            "LOTSE_OIDC_NAME": "Example Directory",
            "LOTSE_OIDC_DOMAINS": "lotse.example",
        }
        return {**super()._environment(role), **ours}


@pytest.fixture(scope="module")
def site(servers: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WithDirectory]:
    chromium.program()
    directory = Directory(tmp_path_factory.mktemp("directory"))
    found = WithDirectory(servers, database="lotse_e2e_directory", has_demo=False, directory=directory)
    try:
        directory.begin(found.address("accounts/directory/back/"))
        directory.add("ada", "ada@lotse.example")
        found.begin()
        yield found
    finally:
        directory.stop()
        found.end()


def sign_out(person: Person) -> None:
    person.page.locator(".user-menu > summary").click()
    person.page.locator(".user-menu").get_by_role("button", name="Sign out").click()


def confirm_there(person: Person, site: WithDirectory) -> None:
    """What the directory's own page does: sign in, grant, go on."""
    person.page.wait_for_url(f"{site.directory.url}**")
    ask = person.page.context.request
    known = ask.post(f"{site.directory.url}api/auth/", data={"username": "ada", "password": PASSWORD})
    granted = ask.put(f"{site.directory.url}api/auth/grant/{CLIENT}", data={"scope": "openid"})
    assert (known.status, granted.status) == (200, 200)


def test_button_leads_to_the_directory_and_back_to_the_page(browser: Browser, site: WithDirectory) -> None:
    person = somebody(browser, site)
    sent: list[str] = []
    person.page.on("request", lambda request: sent.append(request.url) if "/api/oidc/auth?" in request.url else None)
    set_up(person)
    codes = set_up_app(person)
    sign_out(person)
    person.go("/administration/users/")
    expect(person.page.get_by_role("button", name="Sign in with Example Directory")).to_be_visible()
    found = Axe().run(person.page)
    assert found.violations_count == 0, found.generate_report()

    person.page.get_by_role("button", name="Sign in with Example Directory").press("Enter")
    confirm_there(person, site)
    person.page.goto(f"{sent[-1]}&g_continue")
    fill(person, code=codes[0])
    save(person, "Sign in with the code")
    expect(person.page.locator("#messages")).to_contain_text("You have signed in with a recovery code.")
    assert site.servers.postgres.sql("select count(*) from accounts_directorylink", database=site.database) == "1"

    sign_out(person)
    site.directory.stop()
    person.go("/accounts/login/")
    save(person, "Sign in with Example Directory")
    expect(person.page.locator("main")).to_contain_text("does not answer at the moment")
    found = Axe().run(person.page)
    assert found.violations_count == 0, found.generate_report()
    person.page.context.close()
