"""A newcomer sets up a passkey, loses it, and comes back with a recovery code (Chromium's virtual authenticator)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chromium
import pytest
from axe_playwright_python.sync_playwright import Axe
from e2e.newcomer import PASSWORD, fill, keep_codes, save, set_up, somebody
from e2e.person import Person
from e2e.world import Site
from playwright.sync_api import Browser, expect

from supervisor.embedded import Embedded

pytestmark = pytest.mark.xdist_group("browser")

EMAIL = "ada@lotse.example"


class Localhost(Site):
    """Browsers make passkeys for a name only, not for 127.0.0.1."""

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/"


@pytest.fixture(scope="module")
def empty(servers: Embedded) -> Iterator[Site]:
    chromium.program()
    site = Localhost(servers, database="lotse_e2e_factor", has_demo=False)
    try:
        site.begin()
        yield site
    finally:
        site.end()


@dataclass
class Device:
    """What asks for the fingerprint, in a person's browser."""

    session: Any
    id: str

    @classmethod
    def plug_into(cls, person: Person) -> Device:
        session = person.page.context.new_cdp_session(person.page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }  # fmt: skip
        return cls(session, session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"])

    def lose(self) -> None:
        self.session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.id})


def no_barrier(person: Person) -> None:
    found = Axe().run(person.page)
    assert found.violations_count == 0, found.generate_report()


def sign_out(person: Person) -> None:
    person.page.locator(".user-menu > summary").click()
    person.page.locator(".user-menu").get_by_role("button", name="Sign out").click()
    expect(person.page.locator("[name=login]")).to_be_visible()


def give_password(person: Person) -> None:
    person.go("/accounts/login/")
    fill(person, login=EMAIL, password=PASSWORD)
    save(person, "Sign in")
    expect(person.page.locator("h1")).to_have_text("Your second factor")


def test_newcomer_loses_the_passkey_and_comes_back(browser: Browser, empty: Site, tmp_path: Path) -> None:
    person = somebody(browser, empty)
    laptop = Device.plug_into(person)
    set_up(person)
    no_barrier(person)
    person.go("/administration/users/")
    expect(person.page.locator("h1")).to_have_text("One more step: a second factor")

    person.page.get_by_role("link", name="Set up a passkey").click()
    no_barrier(person)
    fill(person, name="Laptop at the office")
    save(person, "Set up the passkey")
    expect(person.page.locator("h1")).to_have_text("Recovery codes")
    no_barrier(person)
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="Save as a file").click()
    download.value.save_as(tmp_path / "codes.txt")
    codes = keep_codes(person)
    assert (tmp_path / "codes.txt").read_text().split() == codes
    assert len(set(codes)) == 10
    expect(person.page.locator("h1")).to_have_text("Users")

    sign_out(person)
    give_password(person)
    no_barrier(person)
    save(person, "Use the passkey")
    expect(person.page.locator("h1")).to_have_text("Network")

    sign_out(person)
    laptop.lose()
    give_password(person)
    fill(person, code=codes[4])
    save(person, "Sign in with the code")
    expect(person.page.locator("#messages")).to_contain_text("You have signed in with a recovery code.")
    no_barrier(person)

    Device.plug_into(person)
    person.page.get_by_role("link", name="Add a passkey").click()
    fill(person, name="New laptop")
    save(person, "Set up the passkey")
    expect(person.page.locator("#messages")).to_contain_text("The passkey was added.")
    person.page.get_by_role("link", name="Remove Laptop at the office").click()
    save(person, "Remove the passkey")
    expect(person.page.locator("main")).to_contain_text("New laptop")
    expect(person.page.locator("main")).not_to_contain_text("Laptop at the office")

    sign_out(person)
    give_password(person)
    fill(person, code=codes[4])
    save(person, "Sign in with the code")
    expect(person.page.locator("main")).to_contain_text("Not signed in.")
    save(person, "Use the passkey")
    expect(person.page.locator("h1")).to_have_text("Network")
    person.page.context.close()


def test_closing_the_browsers_question_is_said_in_words(browser: Browser, empty: Site) -> None:
    """As somebody without a device that could make a passkey."""
    person = somebody(browser, empty)
    give_password(person)
    person.page.evaluate(
        "() => { navigator.credentials.get = () => Promise.reject(new DOMException('x', 'NotAllowedError')); }"
    )
    save(person, "Use the passkey")
    expect(person.page.locator("#passkey-problem")).to_contain_text("the question of your browser was closed")
    person.page.context.close()
