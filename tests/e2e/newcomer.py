"""Somebody new on a platform without a demo: the first administrator, and everybody's second factor."""

from __future__ import annotations

import re

from e2e.keyboard import Keyboard
from e2e.person import Person
from e2e.world import Site
from playwright.sync_api import Browser, expect
from web import app_code

PASSWORD = "four words for tests"


def somebody(browser: Browser, site: Site) -> Person:
    page = browser.new_context(locale="en-GB", viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(15_000)
    return Person(page, Keyboard(page), site)


def fill(person: Person, **values: str) -> None:
    """Fields by name: texts, lists and radio buttons."""
    for name, value in values.items():
        found = person.page.locator(f"main [name={name}]").first
        kind = found.evaluate("field => field.type")
        if kind == "select-one":
            found.select_option(label=value)
        elif kind == "radio":
            person.page.locator(f"main [name={name}][value={value}]").check()
        else:
            found.fill(value)


def save(person: Person, button: str = "Save") -> None:
    person.page.locator("main").get_by_role("button", name=button, exact=True).click()


def set_up(person: Person) -> None:
    """The first administrator, with the code that whoever started the platform has read."""
    said = person.site.run("manage.py", "first_run_code")
    code = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}", said)
    assert code
    person.go("/")
    person.page.get_by_role("link", name="Set up with the code").click()
    fill(person, code="AAAA-BBBB-CCCC", name="Ada Example", email="ada@lotse.example", language="en")
    fill(person, password=PASSWORD, centre="Example Centre", country="Germany")
    save(person, "Set up and sign in")
    expect(person.page.locator("main")).to_contain_text("This is not the code")
    expect(person.page.locator("[name=centre]")).to_have_value("Example Centre")
    fill(person, code=code[0])
    save(person, "Set up and sign in")
    expect(person.page.locator("h1")).to_have_text("One more step: a second factor")


def set_up_app(person: Person) -> list[str]:
    """An app with codes, and the recovery codes; then on to the page that the person wanted."""
    person.page.get_by_role("link", name="Set up an app").click()
    secret = person.page.locator("main code").inner_text()
    fill(person, code=app_code(secret))
    save(person, "Add the app")
    return keep_codes(person)


def keep_codes(person: Person) -> list[str]:
    expect(person.page.locator("h1")).to_have_text("Recovery codes")
    codes = person.page.locator(".recovery-codes code").all_inner_texts()
    person.page.get_by_role("link", name="I have kept them. Go on").click()
    return codes
