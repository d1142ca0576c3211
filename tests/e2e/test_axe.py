"""Each screen is held against WCAG 2.2 A and AA, in light and dark, and must fit a phone of 360 px."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from e2e.world import Site
from playwright.sync_api import Browser, Page

from demo.screenshots import LOOKS, SCREENS, Screen, Visitor

pytestmark = pytest.mark.xdist_group("browser")

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}  # all that another colour scheme can change
TARGETS = {"runOnly": {"type": "rule", "values": ["target-size"]}}  # all that another width can change
RUN = """async options => {
  const found = await axe.run(document, {resultTypes: ["violations"], ...options});
  return found.violations.map(one => `${one.id}: ${one.nodes.map(node => `${node.target} ${node.html}`).join(" | ")}`);
}"""
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];
  const wide = [...document.body.querySelectorAll("*")].filter(one => one.getBoundingClientRect().right > width + 1);
  return wide.map(one => `${one.tagName.toLowerCase()}#${one.id}.${one.className}`);
}"""


@pytest.fixture(scope="module")
def visitor(browser: Browser, site: Site) -> Callable[[str], Visitor]:
    """A demo user's browser, signed in once."""
    return cache(lambda who: Visitor(browser, site.url, who))


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe finds, each with the elements that it is about."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN, options)
    return found


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_nobody_is_kept_out(visitor: Callable[[str], Visitor], screen: Screen) -> None:
    found = visitor(screen.who)
    found.dress(LOOKS["light"])
    assert found.show(screen), "no link leads there"
    problems = {"light": violations(found.page, EVERYTHING)}
    found.dress(LOOKS["dark"])
    problems["dark"] = violations(found.page, COLOURS)
    found.dress(LOOKS["phone"])
    problems["phone"] = violations(found.page, TARGETS) + found.page.evaluate(TOO_WIDE)
    assert {look: found for look, found in problems.items() if found} == {}
