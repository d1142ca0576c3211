"""The checklist as a pane of full height: nothing covers anything, the focus is where the work is, few steps follow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from e2e.keyboard import Keyboard
from e2e.person import Person, new_contact, sign_in
from e2e.test_axe import COLOURS, EVERYTHING, TOO_WIDE, violations
from e2e.world import Site
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.xdist_group("browser")

#: Question and the number of its answer: security, and five duties and more.
GRAVE = {
    "source_reliability": 2, "information_credibility": 2, "source_knowledge": 1, "source_conflict": 1,
    "security_signal": 4, "announced_violence": 1, "weapons": 1, "self_harm": 3, "radicalisation": 1, "age_band": 2,
    "child_welfare_risk": 4, "return_from_conflict_area": 1, "release_from_prison": 1, "support_wanted": 3,
    "consent_caller": 4, "safety_caller": 4, "phenomena": 1,
}  # fmt: skip
#: A mother worried about her grown-up son: a referral to a partner.
PLAIN = {
    **GRAVE,
    "security_signal": 1, "self_harm": 1, "age_band": 3, "child_welfare_risk": 1, "consent_caller": 1,
    "safety_caller": 1,
}  # fmt: skip
#: Sizes of the window; 720 x 450 is 1440 x 900 at 200 % zoom. The telephone bar is part of the page.
SIZES = [(1440, 900), (1366, 768), (360, 800), (720, 450)]
#: Whether all of an element is in the window and nothing else is drawn over it, tried at nine of its points.
UNCOVERED = """element => {
  const box = element.getBoundingClientRect();
  if (box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth || !box.height) return false;
  const between = (low, high) => [low + 2, (low + high) / 2, high - 2];
  return between(box.left, box.right).every(x => between(box.top, box.bottom).every(y => {
    const found = document.elementFromPoint(x, y);
    return found && (element.contains(found) || found.contains(element));
  }));
}"""


@dataclass
class Checklist:
    person: Person

    @property
    def page(self) -> Page:
        return self.person.page

    @property
    def keys(self) -> Keyboard:
        return self.person.keys

    def question(self, name: str) -> Locator:
        return self.page.locator(f"#q-{name}")

    def answer(self, answers: dict[str, int]) -> int:
        """Number after number, each at the question that has the focus by itself; returns how many keys it took."""
        keys = 1
        self.keys.press("Alt+j")
        for _question in answers:
            asked = self.page.evaluate("document.activeElement.closest('[data-question]').id.slice(2)")
            self.keys.press(str(answers[asked]))
            keys += 1
            if self.question(asked).locator("input[type=checkbox]").count():
                self.keys.press("Enter")
                keys += 1
            if asked == "radicalisation":
                expect(self.question("phenomena")).to_be_visible()  # asked once the answer is there
        expect(self.progress()).to_contain_text(re.compile(rf"\b{len(answers)} \w+ {len(answers)}\b"))
        return keys

    def progress(self) -> Locator:
        return self.page.locator("#triage-next")


def opened(person: Person) -> Checklist:
    """Once the panel and its script are there."""
    expect(person.page.locator("#triage-panel")).to_be_visible()
    expect(person.page.locator("body")).to_have_attribute("data-checklist", "on")
    return Checklist(person)


@pytest.fixture
def checklist(handler: Person) -> Checklist:
    """Of a new contact of the handler, in a window of the usual size."""
    handler.page.set_viewport_size({"width": 1440, "height": 900})
    new_contact(handler)
    return opened(handler)


@pytest.fixture(scope="module")
def german(browser: Browser, site: Site) -> Iterator[Person]:
    person = sign_in(browser, site, "tern", locale="de-DE")
    yield person
    person.page.context.close()


def expect_uncovered(*elements: Locator) -> None:
    for element in elements:
        expect(element).to_be_visible()
        assert element.evaluate(UNCOVERED), (element, element.page.viewport_size, element.bounding_box())


def test_reason_error_and_complete_are_never_covered(german: Person) -> None:
    """With more than five duties in German, at every size, with the reasons opened and closed."""
    german.page.set_viewport_size({"width": 1366, "height": 768})
    new_contact(german)
    opened(german).answer(GRAVE)
    page, keys = german.page, german.keys
    expect(page.locator("#triage-proposed")).to_contain_text("6 Pflichten")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        keys.press("Alt+y")
        first = page.locator('#triage-finish-form [name=disposition][value="security"]')
        expect(first).to_be_focused()
        expect_uncovered(first)
        page.locator('#triage-finish-form [name=urgency][value="standard"]').check()
        page.locator("#triage-complete").click()
        reason = page.locator("#triage-finish-form [name=reason]")
        expect(reason).to_be_focused()
        expect_uncovered(reason, page.locator("#triage-finish-form .errorlist"), page.locator("#triage-complete"))
        assert page.evaluate(TOO_WIDE) == []
        if width >= 1100:
            page.locator("#triage-why").click()
            expect(page.locator("#triage-because .triage-duties li").first).to_be_visible()
            page.locator("#triage-complete").scroll_into_view_if_needed()
            expect_uncovered(reason, page.locator("#triage-finish-form .errorlist"), page.locator("#triage-complete"))
            page.locator("#triage-why").click()


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_proposal_is_one_line_and_no_question_is_covered(checklist: Checklist, width: int, height: int) -> None:
    checklist.answer(GRAVE)
    page = checklist.page
    page.set_viewport_size({"width": width, "height": height})
    expect(page.locator("#triage-because")).not_to_have_attribute("open", "")
    box = page.locator("#triage-because").bounding_box()
    assert box
    assert box["height"] <= 64, "a line, which may break once"
    for name in ("source_reliability", "self_harm", "safety_caller"):
        answer = checklist.question(name).locator("input:checked")
        answer.scroll_into_view_if_needed()
        expect_uncovered(answer)


def test_at_most_twenty_answers_to_a_proposal_and_the_rest_is_folded(checklist: Checklist) -> None:
    page = checklist.page
    shown = page.locator("#triage-panel [data-question]:visible")
    assert shown.count() <= 20
    keys = checklist.answer(PLAIN)
    assert len(PLAIN) <= 20
    assert keys <= 22, "a key for each answer, one more where several are possible, and one to begin"
    expect(page.locator("#triage-proposed")).to_contain_text("Proposed: Referral to a partner")
    expect(checklist.progress()).to_contain_text("17 of 17")
    unanswered = page.locator("#triage-panel [data-question]:visible:not(:has(input:checked))")
    expect(unanswered).to_have_count(0)
    rest = page.locator("#triage-rest")
    expect(rest.locator("summary").first).to_contain_text("Not asked")
    checklist.keys.tab_to("#triage-rest-open", "Shift+Tab")
    checklist.keys.press("Enter")
    expect(rest.locator("[data-question]:visible")).not_to_have_count(0)
    checklist.keys.press("Alt+y")
    expect(page.locator('#triage-finish-form [name=disposition][value="referral"]')).to_be_focused()
    checklist.keys.press("Enter")
    listed = page.locator("#triage-not-asked")
    expect(listed).to_contain_text("26 questions")
    expect(page.locator("#h-triage")).to_be_focused()


def test_the_checklist_begins_where_the_form_ends(checklist: Checklist) -> None:
    keys, page = checklist.keys, checklist.page
    page.locator("#contact-form button[type=submit]").last.focus()
    presses = 0
    while not keys.has_focus("[data-question] input"):
        keys.press("Tab")
        presses += 1
        assert presses <= 4
    expect(checklist.question("source_reliability").locator("input:focus")).to_have_count(1)


def test_the_focus_stays_while_answers_come_back(checklist: Checklist) -> None:
    """By arrow keys and Tab, as in any form: each answer swaps the proposal, none takes the focus away."""
    keys, page = checklist.keys, checklist.page
    for name, answer in (("source_reliability", "b"), ("radicalisation", "possible"), ("age_band", "adult")):
        keys.choose_radio(name, answer)
        expect(page.locator(f'[name="{name}"][value="{answer}"]')).to_be_focused()
    expect(checklist.progress()).to_contain_text("3 of 17")
    expect(page.locator('[name="age_band"][value="adult"]')).to_be_focused()
    keys.tick("source_conflict", "none")
    keys.tick("source_conflict", "drug_dealing")
    expect(page.locator('[name="source_conflict"][value="none"]')).not_to_be_checked()
    page.reload()
    expect(page.locator('[name="source_conflict"][value="drug_dealing"]')).to_be_checked()


def test_an_answer_that_did_not_arrive_is_sent_again(checklist: Checklist) -> None:
    page = checklist.page
    failures = iter([500, None])
    page.route("**/answer/", lambda route: next_answer(route, next(failures, "through")))
    page.locator('[name="source_reliability"][value="b"]').check()
    expect(checklist.question("source_reliability")).to_have_class(re.compile("unsaved"))
    expect(checklist.progress()).to_contain_text("1 of 16")
    expect(checklist.question("source_reliability")).not_to_have_class(re.compile("unsaved"))
    page.unroute("**/answer/")


def next_answer(route: object, failure: object) -> None:
    if failure == 500:
        route.fulfill(status=500)  # type: ignore[attr-defined]
    elif failure is None:
        route.abort()  # type: ignore[attr-defined]
    else:
        route.continue_()  # type: ignore[attr-defined]


def test_another_proposal_renews_an_open_decision_and_keeps_the_reason(checklist: Checklist) -> None:
    checklist.answer(PLAIN)
    page = checklist.page
    checklist.keys.press("Alt+y")
    page.locator("#triage-finish-form [name=reason]").fill("They asked for it. (Probe)")
    page.locator('#q-security_signal [value="concrete"]').check()
    expect(page.locator('#triage-finish-form [name=disposition][value="security"]')).to_be_checked()
    expect(page.locator("#triage-finish-form [name=reason]")).to_have_value("They asked for it. (Probe)")
    expect(page.locator('#q-security_signal [value="concrete"]')).to_be_focused()


def test_begun_by_mistake_it_is_discarded_after_a_question(checklist: Checklist) -> None:
    page, keys = checklist.page, checklist.keys
    keys.press("Alt+j", "2")
    expect(checklist.progress()).to_contain_text("1 of 16")
    page.locator("#triage-discard-open").click()
    page.locator("#triage-discard-dialog [data-close-dialog]").click()
    expect(checklist.progress()).to_contain_text("1 of 16")
    page.locator("#triage-discard-open").click()
    assert violations(page, EVERYTHING) == []
    page.locator("#triage-discard-send").click()
    expect(page.locator("#triage-said")).to_contain_text("was discarded")
    expect(page.locator("#h-triage")).to_be_focused()
    expect(checklist.progress()).to_contain_text("0 of 16")
    keys.press("Alt+j", "1")
    expect(checklist.progress()).to_contain_text("1 of 16")


def open_everything(page: Page) -> None:
    closed = page.locator("#triage-panel details:not([open]) > summary")
    while closed.count():
        closed.first.click()


def prepare(checklist: Checklist) -> None:
    """A contact in Bavaria with a completed triage; the contact is still being written."""
    page = checklist.page
    page.locator("[name=alias]").fill("Frau Sommer")
    page.locator("[name=postal_code]").fill("90402")
    expect(page.locator("#contact-form [data-save-state]")).to_have_attribute("data-state", "saved")
    checklist.answer(PLAIN)
    checklist.keys.press("Alt+y")
    expect(page.locator('#triage-finish-form [name=disposition][value="referral"]')).to_be_focused()
    desk = page.url
    checklist.keys.press("Enter")
    expect(page.locator("#triage-offer-case")).to_be_visible()
    assert page.url == desk, "one stays with the caller"


def test_from_the_finished_triage_to_the_offer_sent_in_three_clicks(checklist: Checklist) -> None:
    prepare(checklist)
    page = checklist.page
    page.locator("#triage-offer-case").click()
    page.locator(".ranking .btn.primary").click()
    expect(page.locator("[name=text]")).not_to_have_value("")
    assert "Sommer" not in page.locator("[name=text]").input_value()
    page.locator(".form-foot .btn.primary").click()
    expect(page.locator(".page-head .badge").first).to_have_text("offered")


def test_from_the_finished_triage_to_the_offer_sent_by_three_keys(checklist: Checklist) -> None:
    prepare(checklist)
    page, keys = checklist.page, checklist.keys
    keys.press("Alt+f")
    page.wait_for_url(re.compile(r"/partners/$"))
    expect(page.locator(".ranking .btn.primary")).to_be_focused()
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/referrals/[0-9a-f-]{36}/$"))
    keys.press("Control+Enter")
    expect(page.locator(".page-head .badge").first).to_have_text("offered")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out_with_everything_open(checklist: Checklist, scheme: str) -> None:
    checklist.answer(GRAVE)
    page = checklist.page
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.locator("#triage-rest-open").click()
    checklist.keys.press("Alt+y")
    expect(page.locator("#triage-finish-form")).to_be_visible()
    page.locator('#triage-finish-form [name=urgency][value="standard"]').check()
    page.locator("#triage-complete").click()
    expect(page.locator("#triage-finish-form .errorlist")).to_be_visible()
    open_everything(page)
    assert violations(page, EVERYTHING if scheme == "light" else COLOURS) == []
    page.locator('#triage-finish-form [name=urgency][value="urgent"]').check()
    page.locator("#triage-complete").click()
    expect(page.locator("#triage-not-asked")).to_be_visible()
    open_everything(page)
    assert violations(page, EVERYTHING if scheme == "light" else COLOURS) == []
    page.emulate_media(color_scheme="light")
