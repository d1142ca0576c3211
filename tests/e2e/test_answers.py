"""Answers of the checklist travel together: few requests, nothing lost, and the focus stays where the person is."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from e2e.person import Person, new_contact
from e2e.test_triage_pane import GRAVE, Checklist, opened
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.xdist_group("browser")

ANSWERS_OF_A_FULL_TRIAGE = 18
A_SECOND = 3
FOCUSED = "document.activeElement.closest('[data-question]')?.id.slice(2)"


@pytest.fixture
def checklist(handler: Person) -> Checklist:
    handler.page.set_viewport_size({"width": 1440, "height": 900})
    new_contact(handler)
    return opened(handler)


def requests_of(page: Page) -> list[str]:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if is_answer(request.url) else None)
    return sent


def is_answer(address: str) -> bool:
    return address.endswith("/answer/")


def answered(page: Page) -> list[str]:
    """The questions that the server has an answer to."""
    page.reload()
    expect(page.locator("#triage-panel")).to_be_visible()
    named: list[str] = page.locator("#triage-panel [data-question]:has(input:checked)").evaluate_all(
        "all => all.map(one => one.id.slice(2))"
    )
    return named


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        page.wait_for_timeout(100)  # in which events arrive


def test_a_full_triage_at_three_answers_a_second_takes_at_most_six_requests(checklist: Checklist) -> None:
    page, keys = checklist.page, checklist.keys
    page.locator("#triage-rest-open").click()
    sent = requests_of(page)
    keys.press("Alt+j")
    began = time.monotonic()
    given = []
    for number in range(ANSWERS_OF_A_FULL_TRIAGE):
        page.wait_for_timeout(max(0, began + number / A_SECOND - time.monotonic()) * 1000)
        asked = page.evaluate(FOCUSED)
        keys.press(str(GRAVE.get(asked, 1)))
        if checklist.question(asked).locator("input[type=checkbox]").count():
            keys.press("Enter")
        given.append(asked)
    assert len(set(given)) == ANSWERS_OF_A_FULL_TRIAGE
    expect(checklist.progress()).to_contain_text(re.compile(r"\b1[67] of 17"))
    wait_until(page, lambda: sum(one.count("question=") for one in sent) == ANSWERS_OF_A_FULL_TRIAGE)
    assert len(sent) <= 6, [re.findall(r"question=(\w+)", one) for one in sent]
    page.wait_for_load_state("networkidle")
    assert set(answered(page)) == set(given)


def test_a_single_answer_is_followed_by_the_proposal_at_once(checklist: Checklist) -> None:
    page = checklist.page
    sent = requests_of(page)
    page.locator('[name="security_signal"][value="imminent"]').check()
    expect(page.locator("#triage-proposed")).to_contain_text("Proposed: Emergency")
    assert len(sent) == 1


def test_nothing_is_lost_when_the_page_closes_right_after_an_answer(checklist: Checklist, handler: Person) -> None:
    tab = handler.another_tab(checklist.page.url)
    opened(tab)
    tab.keys.press("Alt+j", "1", "2")
    tab.page.wait_for_timeout(310)  # these are under way, or have just arrived
    tab.keys.press("3", "4")
    tab.page.close(run_before_unload=True)
    expected = ["source_reliability", "information_credibility", "source_knowledge", "source_conflict"]
    wait_until(checklist.page, lambda: answered(checklist.page) == expected)


def test_nothing_is_lost_by_a_link_while_a_request_is_under_way(checklist: Checklist) -> None:
    page, keys = checklist.page, checklist.keys
    held: list[Route] = []
    page.route("**/answer/", lambda route: held.append(route), times=1)
    desk = page.url
    keys.press("Alt+j", "1")
    wait_until(page, lambda: bool(held))
    keys.press("2", "3")
    page.locator(".top-nav a[href='/cases/']").click()
    page.wait_for_url(re.compile(r"^(?!.*/desk/)"))
    page.goto(desk)
    wait_until(page, lambda: answered(page) == ["source_reliability", "information_credibility", "source_knowledge"])


def test_the_focus_stays_two_questions_further(checklist: Checklist) -> None:
    page, keys = checklist.page, checklist.keys
    held: list[Route] = []
    page.route("**/answer/", lambda route: held.append(route), times=1)
    keys.press("Alt+j", "1")
    wait_until(page, lambda: bool(held))
    keys.press("1", "1")
    held.pop().continue_()
    expect(checklist.progress()).to_contain_text("1 of 16")
    assert page.evaluate(FOCUSED) == "source_conflict"
    expect(checklist.progress()).to_contain_text("3 of 16")
    assert page.evaluate(FOCUSED) == "source_conflict"
    keys.press("1")
    expect(checklist.progress()).to_contain_text("4 of 16")


def test_the_focus_goes_on_from_a_question_that_is_taken_away(checklist: Checklist) -> None:
    page, keys = checklist.page, checklist.keys
    page.locator('[name="radicalisation"][value="yes"]').check()
    expect(checklist.question("phenomena")).to_be_visible()
    page.locator('[name="radicalisation"][value="yes"]').focus()
    keys.press("3")
    assert page.evaluate(FOCUSED) == "phenomena"
    expect(checklist.question("phenomena")).to_have_count(0)
    assert page.evaluate(FOCUSED) == "age_band"


def test_a_decision_waits_for_answers_that_did_not_arrive(checklist: Checklist) -> None:
    page, keys = checklist.page, checklist.keys
    keys.press("Alt+j", "1")
    expect(checklist.progress()).to_contain_text("1 of 16")
    keys.press("Alt+y")
    page.locator('#triage-finish-form [name=disposition][value="advice"]').check()
    page.locator("#triage-finish-form [name=reason]").fill("Nothing else. (Probe)")
    page.route("**/answer/", lambda route: route.fulfill(status=500))
    page.locator('[name="security_signal"][value="none"]').check()
    page.locator("#triage-complete").click()
    expect(checklist.question("security_signal")).to_have_class(re.compile("unsaved"))
    page.locator("#triage-complete").click()
    expect(page.locator("#triage-finish-form")).to_be_visible()
    page.unroute("**/answer/")
    expect(checklist.question("security_signal")).not_to_have_class(re.compile("unsaved"))
    expect(checklist.progress()).to_contain_text("2 of 16")
    page.locator("#triage-complete").click()
    expect(page.locator("#triage-not-asked")).to_be_visible()
