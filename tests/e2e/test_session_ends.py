"""A session that ends under somebody's hands, in a real browser with its scripts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from e2e.person import Person, sign_in
from e2e.world import DATABASE, Site
from playwright.sync_api import Browser, Error, Page, expect

from demo.people import PASSWORD

pytestmark = pytest.mark.xdist_group("browser")
WORDS = "Die Mutter ruft am Montag wieder an.\nZweite Zeile."


@pytest.fixture(autouse=True)
def signed_in_anew(site: Site) -> None:
    """These tests end sessions; each begins with its own."""
    site.sessions.clear()


@pytest.fixture
def curlew(browser: Browser, site: Site) -> Iterator[Person]:
    person = sign_in(browser, site, "curlew")
    yield person
    person.page.context.close()


def end_sessions(site: Site) -> None:
    site.servers.postgres.sql("DELETE FROM accounts_session", database=DATABASE)


def sign_in_here(page: Page, handle: str) -> None:
    page.fill("[name=login]", f"{handle}@lotse.example")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")


def open_case(person: Person) -> Page:
    person.go("/cases/")
    person.page.locator("[id^=case-link]").first.click()
    expect(person.page.locator("#note-form")).to_be_visible()
    return person.page


@pytest.mark.parametrize("how", ["on the server", "in the browser"])
def test_note_is_back_in_its_form(curlew: Person, site: Site, how: str) -> None:
    page = open_case(curlew)
    page.fill("#note-form textarea", WORDS)
    if how == "on the server":
        end_sessions(site)
    else:
        page.context.clear_cookies()
    page.click("#note-form button[type=submit]")
    expect(page.get_by_role("heading", name="Sign in again")).to_be_visible()
    assert "Montag" not in page.content()
    sign_in_here(page, "curlew")
    expect(page.locator("#note-form textarea")).to_have_value(WORDS)
    expect(page.locator("#note-form textarea")).to_be_focused()
    expect(page.locator("#typed-text")).to_contain_text("Not sent yet")
    page.click("#note-form button[type=submit]")
    expect(page.locator("#case-notes")).to_contain_text("Zweite Zeile.")
    expect(page.locator("#typed-text")).to_have_count(0)


def test_somebody_else_sees_nothing_of_it(curlew: Person, site: Site) -> None:
    page = open_case(curlew)
    page.fill("#note-form textarea", WORDS)
    end_sessions(site)
    page.click("#note-form button[type=submit]")
    sign_in_here(page, "plover")
    expect(page.locator(".user-menu .who")).to_be_visible()
    assert "Montag" not in page.content()


def test_part_of_the_page_keeps_what_is_typed_and_goes_on_after_a_sign_in_in_another_tab(
    browser: Browser, site: Site
) -> None:
    person = sign_in(browser, site, "plover")
    page = person.page
    person.go("/desk/")
    page.keyboard.press("Alt+n")
    page.wait_for_url("**/desk/*-*/")
    page.fill("[name=notes]", "before")
    expect(page.locator("[data-save-text]")).to_contain_text("Saved")
    end_sessions(site)
    page.fill("[name=notes]", WORDS)
    expect(page.locator("#signed-out")).to_be_visible()
    expect(page.locator("[name=notes]")).to_have_value(WORDS)
    with page.context.expect_page() as opened:
        page.click("#signed-out a")
    tab = opened.value
    sign_in_here(tab, "plover")
    expect(tab.get_by_role("heading", name="You are signed in again")).to_be_visible()
    tab.close()
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("#signed-out")).to_be_hidden()
    expect(page.locator("[data-save-text]")).to_contain_text("Saved", timeout=20_000)
    page.reload()
    expect(page.locator("[name=notes]")).to_have_value(WORDS)
    page.context.close()


def test_page_of_one_person_is_left_when_somebody_else_has_signed_in(browser: Browser, site: Site) -> None:
    person = sign_in(browser, site, "plover")
    page = person.page
    person.go("/desk/")
    page.keyboard.press("Alt+n")
    page.wait_for_url("**/desk/*-*/")
    address = page.url
    page.fill("[name=notes]", "before")
    expect(page.locator("[data-save-text]")).to_contain_text("Saved")
    end_sessions(site)
    page.fill("[name=notes]", "not in another name")
    expect(page.locator("#signed-out")).to_be_visible()
    with page.context.expect_page() as opened:
        page.click("#signed-out a")
    sign_in_here(opened.value, "curlew")
    expect(opened.value.get_by_role("heading", name="You are signed in again")).to_be_visible()
    page.bring_to_front()
    with suppress(Error):  # it may be leaving already
        page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.wait_for_url(lambda url: url != address)
    assert "not in another name" not in page.content()
    reader = sign_in(browser, site, "plover")
    reader.page.goto(address)
    expect(reader.page.locator("[name=notes]")).to_have_value("before")
    reader.page.context.close()
    page.context.close()


@pytest.mark.parametrize("width", [360, 900, 1440])
def test_what_is_kept_stands_above_the_columns_of_the_desk(curlew: Person, width: int) -> None:
    page = curlew.page
    page.set_viewport_size({"width": width, "height": 800})
    curlew.go("/desk/")
    page.evaluate("document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach(field => (field.value = 'x'))")
    page.locator("form[action$='/desk/new/']").evaluate("form => form.submit()")
    expect(page.locator("#typed-text")).to_be_visible()
    notice, main = page.locator("#typed-text").bounding_box(), page.locator("main").bounding_box()
    assert notice
    assert main
    assert notice["width"] > 0.9 * main["width"] - 24
    columns = [page.locator(name).bounding_box() for name in (".desk-main", ".desk-queue", ".desk-side")]
    assert all(column and column["y"] >= notice["y"] + notice["height"] for column in columns)


def test_shortcuts_of_one_page_are_listed_once(browser: Browser, site: Site) -> None:
    person = sign_in(browser, site, "curlew")
    page = person.page
    person.go("/cases/")
    page.locator("[id^=case-link]").first.click()
    page.locator("a[data-shortcut='alt+p']").first.click()
    page.keyboard.press("?")
    lines = page.locator("[data-shortcut-list] > div").all_inner_texts()
    assert len(lines) == len(set(lines))
    page.context.close()
