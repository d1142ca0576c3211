"""The main job in a real browser, by keyboard alone: from a contact with the centre to a partner's feedback."""

from __future__ import annotations

import pytest
from e2e.main_job import (
    accept_offer,
    answer_triage,
    complete_triage,
    prepare_offer,
    read_reasons,
    send_offer,
    write_contact,
)
from e2e.person import Person, expect_no_reload, listening, new_contact, sign_in
from e2e.world import Site
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.xdist_group("browser")

PUSHED = 3_000  # ms within which a change must be on an open page


def test_the_main_job_by_keyboard_alone(browser: Browser, site: Site, handler: Person) -> None:
    partner = sign_in(browser, site, "gull")
    partner.go("/inbox/")
    listening(partner.page)
    new_contact(handler)
    write_contact(handler)
    answer_triage(handler)
    read_reasons(handler)
    complete_triage(handler)
    referral = prepare_offer(handler)
    board = handler.another_tab("/referrals/")
    listening(board.page)
    handler.page.bring_to_front()
    send_offer(handler)
    expect(partner.page.locator(f"#open-{referral}")).to_be_visible(timeout=PUSHED)
    expect(partner.page.locator("#status")).to_contain_text("wait for your answer")
    expect_no_reload(partner.page)
    accept_offer(partner, referral)
    taken = board.page.locator(f"[aria-labelledby=h-taken] #referral-{referral}")
    expect(taken).to_contain_text("accepted", timeout=PUSHED)
    partner.keys.tab_to('button[value="first_contact"]')
    partner.keys.press("Enter")
    expect(partner.page.locator(".page-head .badge").first).to_have_text("in progress")
    expect(taken).to_contain_text("in progress", timeout=PUSHED)
    expect_no_reload(board.page)
    board.page.close()
    partner.page.context.close()
