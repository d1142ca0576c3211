"""Somebody who works with the platform in a browser of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from e2e.keyboard import Keyboard
from e2e.world import Site
from playwright.sync_api import Browser, Page, ViewportSize, expect

from demo.people import PASSWORD


@dataclass
class Person:
    """Somebody at a browser of their own."""

    page: Page
    keys: Keyboard
    site: Site

    def go(self, path: str) -> None:
        """As by the address bar."""
        self.page.goto(self.site.address(path))

    def another_tab(self, path: str) -> Person:
        page = self.page.context.new_page()
        person = Person(page, Keyboard(page), self.site)
        person.go(path)
        return person


def sign_in(browser: Browser, site: Site, handle: str, locale: str = "en-GB") -> Person:
    """By keyboard at first; later tests go on with the session, while it lasts."""
    size: ViewportSize = {"width": 1440, "height": 900}
    page = browser.new_context(locale=locale, viewport=size, storage_state=site.sessions.get(handle)).new_page()
    page.set_default_timeout(15_000)
    person = Person(page, Keyboard(page), site)
    person.go("/")
    if not page.locator(".user-menu .who").is_visible():
        by_keyboard(person, handle)
        site.sessions[handle] = page.context.storage_state()
    speak(page, locale.partition("-")[0])
    return person


def by_keyboard(person: Person, handle: str) -> None:
    person.keys.tab_to("[name=login]")
    person.keys.write(f"{handle}@lotse.example")
    person.keys.tab_to("[name=password]")
    person.keys.write(PASSWORD)
    person.keys.press("Enter")
    expect(person.page.locator(".user-menu .who")).to_be_visible()


def speak(page: Page, language: str) -> None:
    """By the menu, which changes the profile: once somebody has signed in, the browser's language is asked no more."""
    if page.locator("html").get_attribute("lang") == language:
        return
    with page.expect_navigation():
        page.locator(f"button[name=language][value={language}]").first.evaluate("one => one.form.requestSubmit(one)")
    expect(page.locator("html")).to_have_attribute("lang", language)


def new_contact(person: Person) -> str:
    """Alt+N on the desk; returns the address of the contact."""
    person.go("/desk/")
    person.keys.press("Alt+n")
    person.page.wait_for_url(re.compile(r"/desk/[0-9a-f-]{36}/$"))
    return person.page.url


# A page that tries again waits a little longer each time; a busy machine takes its time too.
expect.set_options(timeout=20_000)


def expect_saved(page: Page) -> None:
    expect(page.locator("#contact-form [data-save-state]")).to_have_attribute("data-state", "saved")


def listening(page: Page) -> None:
    """Until the live parts are connected, marked so that a reload would be noticed."""
    expect(page.locator("[data-live-state]").first).to_have_attribute("data-state", "on")
    page.evaluate("document.body.dataset.marked = 'yes'")


def expect_no_reload(page: Page) -> None:
    assert page.evaluate("document.body.dataset.marked") == "yes"


def in_a_month() -> str:
    """As a browser's field for date and time takes it; a callback lies at most a year ahead."""
    return f"{datetime.now() + timedelta(days=30):%Y-%m-%dT10:00}"  # noqa: DTZ005
