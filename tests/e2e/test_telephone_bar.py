"""A call that rings is seen, heard and answered on every page, at every size, and with a dialog open."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from background import BackgroundProvider
from e2e.person import Person
from e2e.test_axe import EVERYTHING, TOO_WIDE, violations
from e2e.world import Site
from playwright.sync_api import Page, expect
from telephone import ACCOUNT, TOKEN

from demo.simulator import Caller, Number, Phone, Provider
from demo.telephone import DESKS, MAIN

pytestmark = pytest.mark.xdist_group("browser")

#: Those of the design, the last one being 200 % zoom of 1440 x 900.
SIZES = {"1440x900": (1440, 900), "1366x768": (1366, 768), "360x740": (360, 740), "720x450": (720, 450)}
PAGES = ["/desk/", "/cases/", "/network/", "/contacts/", "/callbacks/", "/referrals/"]
#: Whether the element's middle is inside the window, and nothing lies over it.
IS_IN_SIGHT = """element => {
  const box = element.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const inside = box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
  return inside && element.contains(document.elementFromPoint(x, y));
}"""


@pytest.fixture(scope="module")
def telephones(site: Site) -> Iterator[BackgroundProvider]:
    at = f"{site.url}telephone"
    number = Number(f"{at}/voice/", status_callback=f"{at}/status/", message_url=f"{at}/message/")
    phones = {DESKS["heron"]: Phone(answers_after=1.0)}
    provider = Provider(ACCOUNT, TOKEN, {MAIN: number}, scale=4, phones=phones, calls_per_second=0)
    site.start("worker")
    try:
        with BackgroundProvider(provider, port=site.provider_port) as running:
            yield running
    finally:
        site.children["worker"].stop()


@pytest.fixture
def ringing(site: Site, handler: Person, telephones: BackgroundProvider) -> Iterator[Person]:
    """A handler who is ready, and a caller who waits for them."""
    handler.page.set_viewport_size({"width": 1440, "height": 900})
    handler.go("/cases/")
    if handler.page.locator("#be-ready").is_visible():
        handler.keys.press("Alt+g")
    expect(handler.page.locator("#agent-state")).to_have_text("ready")
    caller = telephones.begin(Caller(number="+493411234567", keys=("1",), talks=None), to=MAIN)
    expect(handler.page.locator("#accept")).to_be_visible()
    yield handler
    caller.hang_up()
    telephones.settled()
    expect(handler.page.locator("#accept")).to_have_count(0)


def in_sight(page: Page, selector: str) -> bool:
    """Within two seconds: after a change of size the page is laid out again first."""
    for _attempt in range(20):
        if page.locator(selector).evaluate(IS_IN_SIGHT):
            return True
        page.wait_for_timeout(100)
    return False


def test_it_comes_to_a_page_that_is_open(ringing: Person) -> None:
    """Without a reload: title, words and button."""
    assert ringing.page.title().startswith("☎ A call for you")
    expect(ringing.page.locator("#status")).to_contain_text("A call for you")


def test_answer_is_in_sight_on_every_page_at_every_size(ringing: Person) -> None:
    hidden = []
    for path in PAGES:
        for size, (width, height) in SIZES.items():
            ringing.page.set_viewport_size({"width": width, "height": height})
            ringing.go(path)
            ringing.page.mouse.wheel(0, 1200)  # whoever has scrolled down sees it too
            ringing.page.wait_for_timeout(50)
            if not in_sight(ringing.page, "#accept"):
                hidden.append((path, size))
            assert ringing.page.evaluate(TOO_WIDE) == []
    assert hidden == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out_while_it_rings(ringing: Person, scheme: str) -> None:
    ringing.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    assert violations(ringing.page, EVERYTHING) == []
    ringing.page.locator(".user-menu summary").click()
    assert violations(ringing.page, EVERYTHING) == []
    ringing.keys.press("Escape", "?")
    expect(ringing.page.locator("#shortcuts-dialog")).to_be_visible()
    assert violations(ringing.page, EVERYTHING) == []
    ringing.keys.press("Escape")


def test_a_dialog_does_not_keep_the_caller_waiting(ringing: Person) -> None:
    """Answered by key; then held, resumed and ended from any page, without going back to the desk."""
    page, keys = ringing.page, ringing.keys
    keys.press("?")
    expect(page.locator("#shortcuts-dialog")).to_be_visible()
    keys.press("Alt+Enter")
    page.wait_for_url(re.compile(r"/desk/[0-9a-f-]{36}/$"))
    expect(page.locator("#call-state")).to_have_text("in conversation")
    assert not page.title().startswith("☎")
    ringing.go("/network/")
    keys.press("Alt+h")
    expect(page.locator("#call-state")).to_have_text("on hold")
    keys.press("Alt+h")
    expect(page.locator("#call-state")).to_have_text("in conversation")
    keys.press("Alt+k")
    expect(page.locator("#consult-form [name=organisation]")).to_be_focused()
    assert violations(page, EVERYTHING) == []
    keys.press("Escape")
    expect(page.locator("#consult-form")).not_to_be_visible()
    expect(page.locator("#consult")).to_be_focused()
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        assert in_sight(page, "#hang-up")
    keys.press("Alt+e")
    expect(page.locator("#hang-up")).to_have_count(0)
    expect(page.locator("#agent-state")).to_have_text("wrap-up")


def test_what_is_typed_survives_answering(ringing: Person) -> None:
    """The desk opens in a tab of its own, since the form behind it does not save itself."""
    page = ringing.page
    ringing.go("/callbacks/new/")
    page.locator("[name=note]").fill("Ruft morgen wieder an. (Probe)")
    with page.context.expect_page() as opened:
        ringing.keys.press("Alt+Enter")
    expect(opened.value.locator("#call-state")).to_contain_text(re.compile("connected|conversation"))
    expect(page.locator("[name=note]")).to_have_value("Ruft morgen wieder an. (Probe)")
    opened.value.close()


SOUNDS = """() => {
  window.tones = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when); };
}"""


def test_it_sounds_until_it_is_muted(site: Site, handler: Person, telephones: BackgroundProvider) -> None:
    """The whole ringing is planned when the call comes: a page in the background keeps no time."""
    page = handler.page
    handler.go("/cases/")
    handler.keys.press("Alt+g")
    expect(page.locator("#agent-state")).to_have_text("ready")
    page.evaluate(SOUNDS)
    caller = telephones.begin(Caller(number="+493411234569", keys=("1",), talks=None), to=MAIN)
    expect(page.locator("#accept")).to_be_visible()
    assert page.evaluate("window.tones") == 14
    page.locator("#mute").click()
    expect(page.locator("#mute")).to_have_attribute("aria-pressed", "true")
    handler.go("/cases/")
    page.evaluate(SOUNDS)
    assert page.evaluate("window.tones") == 0
    page.locator("#mute").click()
    assert page.evaluate("window.tones") == 14
    caller.hang_up()
    telephones.settled()
