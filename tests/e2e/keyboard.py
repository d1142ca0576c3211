"""A person at a keyboard: everything is done with keys; the page is only asked where the focus is."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

FOCUS = "selector => Boolean(document.activeElement?.matches(selector))"
#: How many steps along its own group of radio buttons the wanted one is away from the focused one.
STEPS_TO = """value => {
  const focused = document.activeElement;
  const group = [...document.getElementsByName(focused.name)];
  return group.findIndex(radio => radio.value === value) - group.indexOf(focused);
}"""


@dataclass
class Keyboard:
    page: Page

    def press(self, *keys: str) -> None:
        """Nobody is faster than the page: its scripts have run before a key is pressed."""
        self.page.wait_for_load_state("domcontentloaded")
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)

    def has_focus(self, selector: str) -> bool:
        return bool(self.page.evaluate(FOCUS, selector))

    def tab_to(self, selector: str, key: str = "Tab", most: int = 160) -> None:
        """Press Tab until the focus is on what the selector matches."""
        for _press in range(most):
            if self.has_focus(selector):
                return
            self.press(key)
        raise AssertionError(f"{most} presses of {key} do not lead to {selector}")

    def back_to(self, selector: str) -> None:
        self.tab_to(selector, "Shift+Tab")

    def choose(self, selector: str, label: str) -> None:
        """In a list: its first letters lead to an entry."""
        self.tab_to(selector)
        self.write(label)
        expect(self.focused.locator("option:checked")).to_have_text(label)

    def choose_radio(self, name: str, value: str) -> None:
        """With the arrow keys; Space where the wanted one has the focus already."""
        self.tab_to(f'input[name="{name}"]')
        steps: int = self.page.evaluate(STEPS_TO, value)
        keys = ["ArrowDown" if steps > 0 else "ArrowUp"] * abs(steps)
        self.press(*(keys or ["Space"]))
        expect(self.page.locator(f'input[name="{name}"][value="{value}"]')).to_be_checked()

    def tick(self, name: str, value: str) -> None:
        box = f'input[name="{name}"][value="{value}"]'
        self.tab_to(box)
        self.press("Space")
        expect(self.page.locator(box)).to_be_checked()

    @property
    def focused(self) -> Locator:
        return self.page.locator(":focus")
