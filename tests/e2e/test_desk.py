"""The desk by keyboard: how many keys a contact takes, where the focus is, and that nothing lies on what has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from e2e.keyboard import Keyboard
from e2e.person import Person, expect_no_reload, expect_saved, listening, new_contact, sign_in
from e2e.world import Site
from playwright.sync_api import Browser, Page, expect


pytestmark = pytest.mark.xdist_group("browser")

MOST_KEYS = 140
NOTES = "Die Mutter sorgt sich um den Sohn. (Probe)"
DESKTOP, LAPTOP, PHONE, ZOOMED = (1440, 900), (1366, 768), (360, 800), (720, 450)
SIZES = [DESKTOP, LAPTOP, PHONE, ZOOMED]


@dataclass
class Counting(Keyboard):
    """Counts what is pressed; a key with Alt or Ctrl is one press, a text one for each character."""

    pressed: int = 0

    def press(self, *keys: str) -> None:
        self.pressed += len(keys)
        super().press(*keys)

    def write(self, text: str) -> None:
        self.pressed += len(text)
        super().write(text)

    def pick(self, selector: str, letters: str, label: str) -> None:
        """In a list: its first letters."""
        self.tab_to(selector)
        self.write(letters)
        expect(self.focused.locator("option:checked")).to_have_text(label)


@pytest.fixture
def person(browser: Browser, site: Site) -> Iterator[Person]:
    someone = sign_in(browser, site, "plover")
    yield someone
    someone.page.context.close()


def fits(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def test_a_realistic_contact_takes_few_keys(person: Person) -> None:
    person.go("/desk/")
    keys = Counting(person.page)
    keys.press("Alt+n")
    expect(person.page.locator("[name=caller_type]")).to_be_focused()
    keys.pick("[name=caller_type]", "Par", "Parent")
    keys.pick("[name=language]", "Ger", "German")
    keys.tab_to("[name=alias]")
    keys.write("Anrufende Person K.")
    keys.tab_to("[name=phone]")
    keys.write("0911 9876543")
    keys.tab_to("[name=postal_code]")
    keys.write("90402")
    keys.press("Alt+9")
    keys.pick("[name=relation]", "Son", "Son or daughter")
    keys.pick("[name=age_band]", "18", "18 to 20")
    keys.pick("[name=phenomenon]", "Rel", "Religiously motivated")
    keys.tab_to("[name=topics]")
    for letters, topic in (("new", "contacts"), ("onl", "online")):
        keys.write(letters)
        keys.press("Space")
        expect(person.page.locator(f'[name=topics][value="{topic}"]')).to_be_checked()
    keys.press("Alt+0")
    keys.write(NOTES)
    keys.press("Control+Enter")
    expect(person.page.locator("#messages")).to_contain_text("is completed: counselling")
    assert keys.pressed <= MOST_KEYS, keys.pressed
    print(f"\n{keys.pressed} keys")
