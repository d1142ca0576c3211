"""The page's scripts in a real browser: input is not lost, live fragments are refreshed, shortcuts work."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

pytestmark = pytest.mark.xdist_group("scripts")  # one browser for all of them


@dataclass
class Server:
    """Answers the autosave. `mood` decides how."""

    mood: str = "well"
    version: int = 0
    notes: str = ""
    bodies: list[str] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)

    def __call__(self, route: Route) -> None:
        sent = parse_qs(route.request.post_data or "")
        self.bodies.append(route.request.post_data or "")
        getattr(self, f"_{self.mood}")(route, sent)

    def _well(self, route: Route, sent: dict[str, list[str]]) -> None:
        self.version += 1
        self.notes = sent.get("notes", [""])[0]
        self.versions.append(sent["version"][0])
        route.fulfill(json={"version": self.version, "saved_text": "Saved 14:22"})

    def _down(self, route: Route, sent: dict[str, list[str]]) -> None:
        route.abort()

    def _broken(self, route: Route, sent: dict[str, list[str]]) -> None:
        route.fulfill(status=500, body="")

    def _signed_out(self, route: Route, sent: dict[str, list[str]]) -> None:
        route.fulfill(status=302, headers={"location": "/accounts/login/"})

    def _overtaken(self, route: Route, sent: dict[str, list[str]]) -> None:
        route.fulfill(status=409, json={"message": "Changed at another desk."})


@pytest.fixture
def server(page: Page, gallery: str) -> Server:
    """The desk is open, and its autosave talks to this server."""
    server = Server()
    page.route("**/ui/gallery/save/", server)
    page.goto(f"{gallery}desk/")
    return server


def state(page: Page, text: str) -> None:
    expect(page.locator("[data-save-text]")).to_have_text(text)


def test_typing_is_saved_while_it_goes_on(page: Page, server: Server) -> None:
    page.get_by_label("Notes").press_sequentially("the caller speaks slowly and for a long time", delay=40)
    assert server.version >= 1
    state(page, "Saved 14:22")
    assert server.notes == "the caller speaks slowly and for a long time"
    assert server.versions == [str(version) for version in range(server.version)]
    assert len(set(server.bodies)) == len(server.bodies)


SLOW_TO_READ = """const json = Response.prototype.json;
Response.prototype.json = async function () {
  await new Promise(done => setTimeout(done, 400));
  return json.call(this);
}
"""


def test_nothing_is_sent_while_an_answer_is_still_being_read(page: Page, gallery: str) -> None:
    """A keystroke in that moment sent the same again, and the first answer took away what the second one needed."""
    server = Server()
    page.add_init_script(SLOW_TO_READ)
    page.route("**/ui/gallery/save/", server)
    page.goto(f"{gallery}desk/")
    page.get_by_label("Notes").press_sequentially("the caller speaks slowly and for a long time", delay=40)
    state(page, "Saved 14:22")
    assert server.notes == "the caller speaks slowly and for a long time"
    assert server.versions == [str(version) for version in range(server.version)]
    assert len(set(server.bodies)) == len(server.bodies) > 1


@pytest.mark.parametrize("mood", ["down", "broken", "signed_out"])
def test_text_survives_a_failing_server(page: Page, server: Server, mood: str) -> None:
    server.mood = mood
    page.get_by_label("Notes").fill("said only once")
    expect(page.locator("[data-save-text]")).to_contain_text("Not saved")
    page.get_by_label("Notes").press_sequentially(", and more")
    server.mood = "well"
    state(page, "Saved 14:22")
    assert server.notes == "said only once, and more"


def test_a_repeat_carries_the_same_body(page: Page, server: Server) -> None:
    server.mood = "down"
    page.get_by_label("Notes").fill("x")
    state(page, "Not saved yet – trying again")
    page.wait_for_timeout(1500)
    assert len(server.bodies) > 1
    assert len(set(server.bodies)) == 1


def test_a_conflict_stops_and_keeps_the_text(page: Page, server: Server) -> None:
    server.mood = "overtaken"
    page.get_by_label("Notes").fill("mine")
    state(page, "Changed at another desk.")
    page.get_by_label("Notes").press_sequentially(" and still mine")
    page.wait_for_timeout(1200)
    assert len(server.bodies) == 1
    assert page.get_by_label("Notes").input_value() == "mine and still mine"


def test_finishing_waits_until_all_is_saved(page: Page, server: Server) -> None:
    server.mood = "down"
    page.get_by_label("Notes").fill("important")
    state(page, "Not saved yet – trying again")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.is_navigation_request() else None)
    page.get_by_role("button", name="Finish").click()
    page.wait_for_timeout(300)
    assert sent == []
    with page.expect_navigation():
        server.mood = "well"
    assert server.notes == "important"


def test_leaving_with_unsaved_text_asks(page: Page, server: Server) -> None:
    server.mood = "down"
    page.get_by_label("Notes").press_sequentially("x")
    asked: list[str] = []
    page.once("dialog", lambda dialog: asked.append(dialog.type))
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto("about:blank")
    assert asked == ["beforeunload"]


PART = """<div id="part" hx-get="/part" hx-trigger="changed:call from:body" hx-sync="this:queue last"
    hx-swap="outerHTML"
 data-announce="{count} waiting"><button id="inside" type="button">Answer</button></div>"""


@pytest.fixture
def sockets(page: Page, gallery: str) -> list[WebSocketRoute]:
    """The desk with one live part; the sockets that the page has opened so far."""
    opened: list[WebSocketRoute] = []

    def accept(socket: WebSocketRoute) -> None:
        opened.append(socket)
        socket.send(json.dumps({"ready": True}))

    page.route_web_socket("**/ws/live/", accept)
    page.route("**/ui/gallery/desk/", _with_live_part)
    page.goto(f"{gallery}desk/")
    expect(page.locator("[data-live-text]")).to_have_text("live")
    return opened


def _with_live_part(route: Route) -> None:
    response = route.fetch()
    body = response.text().replace("<body ", "<body data-live ").replace("<ul ", PART.format(count=0) + "<ul ", 1)
    route.fulfill(response=response, body=body)


@pytest.fixture
def fetches(page: Page) -> Callable[[], int]:
    count = 0

    def answer(route: Route) -> None:
        nonlocal count
        count += 1
        route.fulfill(content_type="text/html", body=PART.format(count=count))

    page.route("**/part", answer)
    return lambda: count


def test_many_changes_at_once_are_one_fetch_and_keep_the_focus(
    page: Page, sockets: list[WebSocketRoute], fetches: Callable[[], int]
) -> None:
    page.locator("#inside").focus()
    for number in range(5):
        sockets[0].send(json.dumps({"changed": str(number), "kind": "call.waiting"}))
    sockets[0].send(json.dumps({"changed": "9", "kind": "referral.offered"}))
    expect(page.locator("#status")).to_have_text("1 waiting")
    expect(page.locator("#inside")).to_be_focused()
    assert fetches() == 1


def test_a_socket_that_comes_back_refetches_once(
    page: Page, sockets: list[WebSocketRoute], fetches: Callable[[], int]
) -> None:
    sockets[0].close()
    expect(page.locator("[data-live-text]")).to_have_text("reconnecting …")
    expect(page.locator("#status")).to_have_text("1 waiting")
    expect(page.locator("[data-live-text]")).to_have_text("live")
    assert fetches() == 1


def test_single_keys_can_be_switched_off(page: Page, gallery: str) -> None:
    page.goto(f"{gallery}desk/")
    dialog = page.locator("#shortcuts-dialog")
    page.keyboard.press("?")
    expect(dialog).to_contain_text("Finish and pass on")
    page.locator("[data-single-keys]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()


def test_a_key_typed_into_a_field_stays_there(page: Page, gallery: str) -> None:
    page.goto(f"{gallery}desk/")
    page.get_by_label("Notes").press_sequentially("why?")
    expect(page.locator("#shortcuts-dialog")).to_be_hidden()
    expect(page.get_by_label("Notes")).to_have_value("why?")


def test_the_chosen_scheme_stays(page: Page, gallery: str) -> None:
    page.goto(f"{gallery}desk/")
    page.get_by_text("Language and display").click()
    page.get_by_role("button", name="Dark").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_form_is_sent_once(page: Page, gallery: str) -> None:
    page.goto(gallery)
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.route("**/ui/gallery/", lambda route: None if route.request.method == "POST" else route.continue_())
    page.get_by_label("The caller agrees").first.check()
    page.evaluate("const b = document.querySelector('form.form [type=submit]'); b.click(); b.click();")
    page.wait_for_timeout(300)
    assert len(posts) == 1


# --- a wait that becomes long -----------------------------------------------------------------------------------


def waited(page: Page) -> tuple[str, list[str]]:
    """The state of the example, and the words that it shows."""
    element = page.locator("#waited-example")
    signs = [sign.inner_text() for sign in element.locator("[data-level]").all() if sign.is_visible()]
    return element.get_attribute("data-state") or "", signs


def test_a_wait_becomes_long_and_then_too_long_in_words_and_is_said_once(page: Page, gallery: str) -> None:
    page.clock.install()
    page.goto(gallery)
    row = page.locator("#wait")
    calm = row.evaluate("row => getComputedStyle(row).backgroundColor")
    assert waited(page) == ("", [])
    page.clock.run_for(25_000)
    assert waited(page) == ("warn", ["waits long"])
    expect(page.locator("#status")).to_be_empty()
    page.clock.run_for(180_000)
    assert waited(page) == ("alarm", ["waits too long"])
    assert row.evaluate("row => getComputedStyle(row).backgroundColor") != calm
    expect(page.locator("#status")).to_have_text("Somebody has been waiting for more than 5 minutes.")
    page.clock.run_for(20_000)
    expect(page.locator("#status")).to_be_empty()
    page.evaluate(SWAPPED)
    page.clock.run_for(3_000)
    assert waited(page) == ("alarm", ["waits too long"])
    expect(page.locator("#status")).to_be_empty()


#: The same element comes anew with its part of the page, as the server makes it.
SWAPPED = """() => {
  const old = document.querySelector("#waited-example");
  const fresh = old.cloneNode(true);
  fresh.removeAttribute("data-state");
  fresh.className = "waited";
  fresh.querySelectorAll("[data-level]").forEach((sign) => { sign.hidden = true; });
  old.replaceWith(fresh);
}"""


def test_the_pulse_of_an_alarm_ends_within_five_seconds(page: Page, gallery: str) -> None:
    page.emulate_media(reduced_motion="no-preference")
    page.clock.install()
    page.goto(gallery)
    page.clock.run_for(205_000)
    style = "one => { const s = getComputedStyle(one); return [s.animationName, parseFloat(s.animationDuration)]; }"
    times = "one => Number(getComputedStyle(one).animationIterationCount)"
    example = page.locator("#waited-example")
    name, seconds = example.evaluate(style)
    assert name == "pulse"
    assert 0 < seconds * example.evaluate(times) <= 5
    page.emulate_media(reduced_motion="reduce")
    assert example.evaluate(style)[0] == "none"


def test_on_the_next_page_the_same_wait_is_not_said_again(page: Page, gallery: str) -> None:
    page.clock.install()
    page.goto(gallery)
    page.clock.run_for(205_000)
    expect(page.locator("#status")).to_have_text("Somebody has been waiting for more than 5 minutes.")
    page.goto(f"{gallery}desk/")
    page.goto(gallery)
    page.clock.run_for(205_000)
    assert waited(page)[0] == "alarm"
    expect(page.locator("#status")).to_be_empty()
