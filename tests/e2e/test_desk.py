"""The desk by keyboard: how many keys a contact takes, where the focus is, and that nothing lies on what has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from e2e.keyboard import Keyboard
from e2e.person import Person, expect_no_reload, expect_saved, in_a_month, listening, new_contact, sign_in
from e2e.test_axe import EVERYTHING, violations
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


#: Whether what has the focus is in sight and nothing lies on it; else what does.
COVERED = """() => {
  const focused = document.activeElement;
  const shown = focused.closest("label") ?? focused;
  const box = shown.getBoundingClientRect();
  const [x, y] = [box.left + Math.min(box.width / 2, 40), box.top + Math.min(box.height / 2, 18)];
  if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return `${focused.id} at ${Math.round(x)}, ${Math.round(y)}`;
  const there = document.elementFromPoint(x, y);
  const isFree = shown.contains(there) || there.contains(shown) && !there.matches(".form-foot, .top, .notice");
  return isFree ? "" : `${there.tagName}.${there.className} lies on ${focused.id}`;
}"""


def covered(page: Page) -> str:
    return str(page.evaluate(COVERED))


IDS_TWICE = """() => {
  const ids = [...document.querySelectorAll("[id]")].map(element => element.id);
  return ids.filter((id, place) => ids.indexOf(id) !== place);
}"""


def test_no_id_stands_twice_on_the_desk(person: Person) -> None:
    """A label or a list of errors leads to the first that has it."""
    new_contact(person)
    person.keys.press("Alt+r")
    expect(person.page.locator("#callback-form [name=phone]")).to_be_focused()
    assert person.page.evaluate(IDS_TWICE) == []


@pytest.mark.parametrize("size", SIZES)
def test_a_contact_begins_in_caller_in_sight(person: Person, size: tuple[int, int]) -> None:
    fits(person.page, size)
    new_contact(person)
    expect(person.page.locator("[name=caller_type]")).to_be_focused()
    assert covered(person.page) == ""


def test_so_does_one_that_is_called_back_and_one_that_is_gone_back_to(person: Person) -> None:
    address = new_contact(person)
    person.go("/desk/")
    person.page.locator(f'#open-contacts a[href="{address.removeprefix(person.site.url.rstrip("/"))}"]').press("Enter")
    expect(person.page.locator("[name=caller_type]")).to_be_focused()
    take_a_callback(person)
    expect(person.page.locator("[name=caller_type]")).to_be_focused()


@pytest.mark.parametrize("size", SIZES)
def test_planning_a_callback_opens_in_sight_and_closes_with_escape(person: Person, size: tuple[int, int]) -> None:
    page, keys = person.page, person.keys
    fits(page, size)
    new_contact(person)
    keys.press("Alt+r")
    expect(page.locator("#callback-form [name=phone]")).to_be_focused()
    assert covered(page) == ""
    keys.write("0911 98765")
    keys.press("Escape")
    expect(page.locator("#plan-callback")).to_be_focused()
    expect(page.locator("#callback-form")).to_be_hidden()
    keys.press("Enter")  # what was typed is there again
    expect(page.locator("#callback-form [name=phone]")).to_be_focused()
    expect(page.locator("#callback-form [name=phone]")).to_have_value("0911 98765")
    keys.tab_to("[data-close-opened]")
    assert covered(page) == ""
    keys.press("Enter")
    expect(page.locator("#plan-callback")).to_be_focused()


def test_what_is_wrong_with_a_callback_has_the_focus_and_what_is_planned_is_said(person: Person) -> None:
    page, keys = person.page, person.keys
    fits(page, LAPTOP)
    new_contact(person)
    keys.press("Alt+r")
    expect(page.locator("#callback-form [name=phone]")).to_be_focused()
    keys.write("0911 9876543")
    page.locator("#callback-form [name=due_at]").fill("2020-01-01T10:00")
    keys.press("Enter")
    expect(page.locator("#below-form [data-error-summary]")).to_be_focused()
    assert covered(page) == ""
    page.locator("#callback-form [name=due_at]").fill(in_a_month())
    keys.press("Enter")
    expect(page.locator("#below-form")).to_contain_text("The callback is planned for")
    expect(page.locator("#plan-callback")).to_be_focused()


def test_error_of_the_page_goes_with_the_next_save(person: Person) -> None:
    page, keys = person.page, person.keys
    new_contact(person)
    page.locator("[name=notes]").fill("a worry")
    page.locator("#contact-facts summary").click()
    page.locator("[name=started_at]").fill("2020-10-25T02:30")
    page.evaluate("document.getElementById('contact-form').noValidate = true")
    keys.press("Control+Enter")
    expect(page.locator("[data-error-summary]")).to_contain_text("Not completed yet")
    errors = page.locator("#contact-facts .errorlist:visible")
    expect(errors).to_have_count(1)
    expect(errors).to_contain_text("twice that night")
    page.locator("[name=started_at]").fill("2089-01-01T10:00")
    expect(errors).to_contain_text("too far ahead")
    expect(errors).to_have_count(1)
    page.locator("[name=started_at]").fill("2020-01-01T10:00")
    expect(errors).to_have_count(0)
    expect(page.locator("[name=started_at]")).not_to_have_attribute("aria-invalid", "true")


def take_a_callback(person: Person) -> None:
    """Plan one, and take it in hand on the desk."""
    page = person.page
    person.go("/callbacks/new/")
    page.locator("[name=phone]").fill("+493411234567")
    page.locator("[name=due_at]").fill(in_a_month())
    page.locator("#callback-form [type=submit]").click()
    expect(page.locator("#messages")).to_contain_text("planned")
    person.go("/desk/")
    person.keys.press("Alt+a")
    expect(page.locator("#nobody-answers")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_nobody_answers_opens_in_sight(person: Person, size: tuple[int, int]) -> None:
    page, keys = person.page, person.keys
    fits(page, size)
    take_a_callback(person)
    keys.press("Alt+b")
    expect(page.locator("#put-back-form [name=due_at]")).to_be_focused()
    assert covered(page) == ""
    keys.press("Escape")
    expect(page.locator("#nobody-answers")).to_be_focused()


def test_the_checklist_begins_where_the_form_ends(person: Person) -> None:
    page, keys = person.page, person.keys
    new_contact(person)
    expect(page.locator("#triage-panel")).to_be_visible()
    keys.press("Alt+0")
    expect(page.locator("[name=notes]")).to_be_focused()
    keys.press("Alt+j")
    assert page.evaluate("document.activeElement.matches('#triage fieldset input')")
    page.locator("#to-checklist").focus()
    keys.press("Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('#triage'))")


@pytest.mark.parametrize("size", [*SIZES, (1093, 614), (910, 512)])
def test_nothing_lies_on_the_field_that_has_the_focus(person: Person, size: tuple[int, int]) -> None:
    page, keys = person.page, person.keys
    new_contact(person)
    page.locator("[name=postal_code]").fill("90402")
    expect_saved(page)
    expect(page.locator("#partners-count")).to_contain_text("partner")
    fits(page, size)
    page.locator("[name=caller_type]").focus()
    for _step in range(60):
        assert covered(page) == ""
        if keys.has_focus("#to-checklist"):
            break
        keys.press("Tab")
    assert keys.has_focus("#to-checklist")
    while not keys.has_focus("[name=caller_type]"):
        keys.press("Shift+Tab")
        assert covered(page) == ""


@pytest.mark.parametrize("language", ["en", "fr", "de"])
@pytest.mark.parametrize("size", [DESKTOP, LAPTOP])
def test_the_head_is_one_line_and_the_form_has_the_room(person: Person, size: tuple[int, int], language: str) -> None:
    page = person.page
    fits(page, size)
    new_contact(person)
    speaks(page, language)
    page.reload()
    head, form = page.locator(".contact-head").bounding_box(), page.locator("#contact-form").bounding_box()
    assert head
    assert form
    assert head["height"] <= 40
    assert form["height"] > size[1] * 0.65
    speaks(page, "en")


def speaks(page: Page, language: str) -> None:
    page.locator(".user-menu > summary").click()
    page.locator(f".user-menu button[name=language][value={language}]").click()
    expect(page.locator("html")).to_have_attribute("lang", language)


def test_the_endings_are_a_menu_for_the_arrow_keys(person: Person) -> None:
    page, keys = person.page, person.keys
    new_contact(person)
    expect(page.locator("#end-silent")).to_be_hidden()
    keys.press("Alt+x", "ArrowDown", "ArrowDown")
    expect(page.locator("#end-wrong_number")).to_be_focused()
    assert violations(page, EVERYTHING) == []
    keys.press("ArrowUp", "ArrowUp")
    expect(page.locator("#end-press")).to_be_focused()
    keys.press("Escape")
    expect(page.locator("#end-contact")).to_be_focused()
    expect(page.locator("#end-silent")).to_be_hidden()


@pytest.mark.parametrize("size", SIZES)
def test_an_ending_by_one_key_is_undone_by_another(person: Person, size: tuple[int, int]) -> None:
    page, keys = person.page, person.keys
    fits(page, size)
    address = new_contact(person)
    keys.press("Alt+2")
    expect(page.locator("#endings")).to_contain_text("ends as “wrong number” in")
    expect(page.locator("#endings .timer")).to_have_text("8 s")
    undo = page.locator("#endings button").last.bounding_box()
    assert undo
    assert undo["y"] + undo["height"] < size[1]
    assert violations(page, EVERYTHING) == []
    person.go("/desk/")
    keys.press("Alt+z")
    page.wait_for_url(address)
    expect(page.locator("#endings .notice")).to_have_count(0)


def test_what_was_typed_a_moment_ago_makes_an_ending_ask(person: Person) -> None:
    """The key comes before the text is saved: it waits for it, asks, and nothing is lost."""
    page, keys = person.page, person.keys
    new_contact(person)
    keys.press("Alt+0")
    keys.write("Half a sentence")
    keys.press("Alt+1")
    expect(page.locator("#ending-question")).to_contain_text("End as “silent” anyway?")
    assert violations(page, EVERYTHING) == []
    keys.press("Escape")
    expect(page.locator("[name=caller_type]")).to_be_focused()
    expect(page.locator("[name=notes]")).to_have_value("Half a sentence")
    keys.press("Alt+0", "End")
    keys.write(" more")
    expect_saved(page)
    keys.press("Alt+1")
    expect(page.locator("#ending-question")).to_be_visible()
    keys.tab_to("#end-anyway")
    keys.press("Enter")
    expect(page.locator("#endings")).to_contain_text("ends as “silent” in")


def test_completing_an_empty_form_asks_what_it_was(person: Person) -> None:
    page, keys = person.page, person.keys
    new_contact(person)
    keys.press("Control+Enter")
    expect(page.locator("#ending-question")).to_contain_text("What was this contact?")
    assert violations(page, EVERYTHING) == []
    keys.press("Alt+3")
    expect(page.locator("#endings")).to_contain_text("ends as “test” in")


def test_a_notice_of_an_ending_comes_to_an_open_desk_and_leaves_the_rest(person: Person) -> None:
    new_contact(person)
    other = person.another_tab("/desk/")
    listening(other.page)
    person.page.bring_to_front()
    person.keys.press("Alt+3")
    expect(other.page.locator("#endings")).to_contain_text("ends as “test” in")
    expect_no_reload(other.page)
    other.page.close()


@pytest.mark.parametrize(("path", "field"), [("/callbacks/new/", "[name=phone]"), ("/callbacks/", "[name=due_at]")])
def test_a_page_with_one_form_begins_in_it(person: Person, path: str, field: str) -> None:
    take_a_callback(person)
    person.go(path)
    if path == "/callbacks/":
        person.page.locator("a[href$='/back/']").first.click()
    expect(person.page.locator(f"main {field}")).to_be_focused()


def test_a_line_that_opens_comes_into_sight(person: Person) -> None:
    fits(person.page, LAPTOP)
    new_contact(person)
    person.keys.press("Alt+0")
    person.keys.tab_to("#contact-facts > summary")
    person.keys.press("Enter")
    expect(person.page.locator("[name=started_at]")).to_be_in_viewport(ratio=1)


def test_what_stands_open_stays_open_when_it_is_fetched_again(person: Person) -> None:
    page = person.page
    new_contact(person)
    page.locator("[name=postal_code]").fill("90402")
    page.locator("#place-more > summary").click()
    expect(page.locator("#nearest-partners")).to_be_visible()
    page.locator("[name=postal_code]").fill("04109")
    expect(page.locator("#place-more > summary")).to_contain_text("Saxony")
    expect(page.locator("#place-more")).to_have_attribute("open", "")
