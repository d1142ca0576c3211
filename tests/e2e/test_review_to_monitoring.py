"""The team of a case reviews, changes its plan, closes jointly and watches; a release from prison to its exit report.

By keyboard, each person in a browser of their own. What takes days is moved into the past in the database; the sweep
then does what it does every minute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from e2e.person import Person, sign_in
from e2e.world import Site
from playwright.sync_api import Browser, expect

from demo.team import WRITERS

pytestmark = pytest.mark.xdist_group("browser")
SWEEP = "import django; django.setup(); from foundation.worklist.tasks import run_steps; run_steps()"
TEAM_CASE = 'tr:has-text("mehrere Stellen") a[id^="case-link"]'
CENTRE_CASE = 'tr:has-text("Plan der Beratungsstelle") a[id^="case-link"]'
HANDLES = ("heron", "crane", *WRITERS.values())
PARTS = ("residual_risks", "strategies", "risk_of_return", "self_assessment", "behaviours", "help")


@pytest.fixture(scope="module")
def people(browser: Browser, site: Site) -> Iterator[dict[str, Person]]:
    found = {handle: sign_in(browser, site, handle) for handle in dict.fromkeys(HANDLES)}
    yield found
    for person in found.values():
        person.page.context.close()


@pytest.fixture(scope="module")
def case(people: dict[str, Person]) -> str:
    return _id_of(people["heron"], TEAM_CASE)


def _id_of(person: Person, link: str) -> str:
    person.go("/cases/?show=mine")
    found = re.search(r"[0-9a-f-]{36}", person.page.locator(link).get_attribute("href") or "")
    assert found is not None
    return found[0]


def in_the_past(site: Site, table: str, condition: str) -> None:
    """What is due was due a week ago, and the sweep has seen it."""
    statement = f"UPDATE {table} SET due_at = now() - interval '7 days' WHERE {condition}"
    site.servers.postgres.sql(statement, database=site.database)
    site.run("-c", SWEEP)


def newest(site: Site, table: str, case: str) -> str:
    """The id of what the team proposed last; the demo has others."""
    statement = f"SELECT id FROM {table} WHERE team_id = '{case}' ORDER BY proposed_at DESC LIMIT 1"
    return site.servers.postgres.sql(statement, database=site.database)


def open_work(person: Person, path: str) -> None:
    """From Today, by keyboard."""
    person.go("/today/")
    person.keys.tab_to(f'a[href*="{path}"]')
    person.keys.press("Enter")
    person.page.wait_for_url(re.compile(path))


def fill(person: Person, name: str, text: str) -> None:
    person.keys.tab_to(f"[name={name}]")
    person.keys.write(text)


def send(person: Person, form: str) -> None:
    """The form's own button, by keyboard; the page that follows has another form, or none."""
    before = person.page.url
    press(person, f"{form} button[type=submit]")
    assert not person.page.locator("[data-error-summary]").count(), f"refused on {before}"


def press(person: Person, button: str) -> None:
    """By keyboard, until the page that follows is there."""
    person.keys.tab_to(button)
    with person.page.expect_navigation():
        person.keys.press("Enter")


def main_of(person: Person) -> str:
    return person.page.locator("main").inner_text()


def test_a_missed_review_is_held_late_and_everybody_in_the_team_reads_it(
    people: dict[str, Person], site: Site, case: str
) -> None:
    in_the_past(site, "reviews_review", f"team_id = '{case}' AND state = 'planned' AND occasion = 'chosen'")
    coordinator, holder = people["crane"], people[WRITERS["youth"]]
    coordinator.go("/today/")
    assert coordinator.page.locator('a[href*="/reviews/"]').count(), "nobody did it in time"
    open_work(holder, "/reviews/")
    holder.keys.tab_to("#hold-review")
    holder.keys.press("Enter")
    holder.page.wait_for_url(re.compile("/hold/"))
    holder.keys.choose_radio("on_track", "partly")
    fill(holder, "findings", "He asked for an apprenticeship himself.")
    fill(holder, "side_effects", "His sister is talked about at school.")
    holder.keys.choose_radio("adjustment", "plan")
    send(holder, "#hold-form")
    assert "late" in main_of(holder)
    reader = people[WRITERS["school"]]
    reader.go(holder.page.url)
    assert "His sister is talked about at school." in main_of(reader)
    reader.go(f"/teams/{case}/")
    expect(reader.page.locator("#team-reviews .badge.ok")).to_have_count(2)  # the demo has an earlier one


def test_the_plan_changes_when_the_last_body_agrees(people: dict[str, Person], case: str) -> None:
    school = people[WRITERS["school"]]
    open_work(school, "/plans/agreements/")
    press(school, "#agree")
    school.go(f"/teams/{case}/")
    expect(school.page.locator("#case-plan")).not_to_contain_text("Loading")
    school.go(school.page.locator("#to-plan").get_attribute("href") or "")
    expect(school.page.locator(".page-head .badge.ok")).to_be_visible()
    weak = school.page.locator('[aria-labelledby="h-warnings"] li')
    for number in range(weak.count()):
        assert len(weak.nth(number).inner_text().splitlines()) > 1, "each says why it stands there"


def test_the_case_is_closed_together_with_one_body_against_and_one_silent(
    people: dict[str, Person], site: Site, case: str
) -> None:
    handler = people["heron"]
    handler.go(f"/cases/{case}/")
    handler.keys.tab_to("#propose-closing")
    handler.keys.press("Enter")
    handler.page.wait_for_url(re.compile("/closing|/closures"))
    handler.keys.choose_radio("reason", "goals_met")
    fill(handler, "reached", "He goes to school again.")
    fill(handler, "without_assessment", "There was none at the beginning.")
    fill(handler, "services", "The school's social work.")
    send(handler, "#closing-form")
    for body in ("youth", "DE-BY", "body"):
        _say(people[WRITERS[body]], "yes", "")
    _say(people[WRITERS["school"]], "no", "He has missed two weeks.")
    in_the_past(site, "closures_opinion", "state = 'waiting'")
    decider = people[WRITERS["body"]]
    closure = f"/closures/{newest(site, 'closures_closure', case)}/"
    open_work(decider, closure)
    decider.keys.choose_radio("agrees", "yes")
    fill(decider, "decision", "The school goes on looking after him.")
    send(decider, "#decide-form")
    open_work(handler, closure)
    press(handler, "#carry-out")
    handler.go(f"/cases/{case}/")
    assert "monitored" in handler.page.locator(".page-head, #h-case, main").first.inner_text()
    assert "He has missed two weeks." not in handler.page.locator("title").inner_text()


def _say(person: Person, answer: str, why: str) -> None:
    open_work(person, "/closures/opinions/")
    person.keys.choose_radio("is_for", answer)
    if why:
        fill(person, "reason", why)
    send(person, "#opinion-form")


def test_a_warning_sign_in_the_second_quarter_opens_it_again(people: dict[str, Person], site: Site, case: str) -> None:
    watcher, handler = people[WRITERS["youth"]], people["heron"]
    statement = (
        "SELECT id FROM reviews_review WHERE kind = 'monitoring' AND state = 'planned'"
        f" AND team_id = '{case}' ORDER BY due_at OFFSET 1 LIMIT 1"
    )
    second = site.servers.postgres.sql(statement, database=site.database)
    watcher.go(f"/teams/{case}/")
    watcher.keys.tab_to(f'a[href*="{second}"]')
    watcher.keys.press("Enter")
    watcher.page.wait_for_url(re.compile(f"/reviews/{second}/"))
    watcher.keys.tab_to("#hold-review")
    watcher.keys.press("Enter")
    watcher.page.wait_for_url(re.compile("/hold/"))
    watcher.keys.choose_radio("on_track", "no")
    fill(watcher, "findings", "He meets the group again.")
    watcher.keys.tab_to("[name=has_warning_sign]")
    watcher.keys.press("Space")
    send(watcher, "#hold-form")
    open_work(handler, f"/reopenings/{newest(site, 'closures_reopening', case)}/")
    assert "He meets the group again." in main_of(handler)
    handler.keys.choose_radio("reopens", "yes")
    send(handler, "#reopening-form")
    handler.go(f"/cases/{case}/")
    expect(handler.page.locator("#propose-closing")).to_be_visible()
    expect(handler.page.locator("#case-plan #to-plan")).to_be_visible()
    left = f"SELECT count(*) FROM reviews_review WHERE kind = 'monitoring' AND state = 'planned' AND team_id = '{case}'"
    assert site.servers.postgres.sql(left, database=site.database) == "0"


def test_a_release_from_prison_from_its_announcement_to_the_exit_report(people: dict[str, Person]) -> None:
    handler, coordinator = people["heron"], people["crane"]
    case = _id_of(handler, CENTRE_CASE)
    handler.go(f"/cases/{case}/")
    handler.keys.tab_to("#announce-release")
    handler.keys.press("Enter")
    handler.page.wait_for_url(re.compile("release"))
    day = handler.page.evaluate("new Date().toISOString().slice(0, 10)")
    handler.keys.tab_to("[name=release_date]")
    handler.keys.focused.fill(day)  # the order in which one types it is that of the browser's language
    fill(handler, "establishment", "Prison of the town")
    send(handler, "#release-form")
    for step in ("#mark-prepared", "#mark-released", "#mark-settled"):
        press(handler, step)
        expect(handler.page.locator(step)).to_have_count(0)
    handler.go(f"/cases/{case}/")
    handler.keys.tab_to("#begin-report")
    handler.keys.press("Enter")
    handler.page.wait_for_url(re.compile("/exit-reports/"))
    if handler.page.locator("#write-report").count():
        handler.keys.tab_to("#write-report")
        handler.keys.press("Enter")
        handler.page.wait_for_url(re.compile("/write/"))
    for part in PARTS:
        fill(handler, part, f"What is to be said of {part}.")
    send(handler, "#report-form")
    press(handler, "#mark-discussed")
    open_work(coordinator, "/exit-reports/")
    press(coordinator, "#approve-report")
    handler.page.reload()
    handler.keys.tab_to("#hand-over summary")
    handler.keys.press("Enter")
    handler.keys.choose_radio("recipient_kind", "person")
    send(handler, "#hand-over")
    handler.keys.tab_to("#print-report")
    with handler.page.expect_download() as download:
        handler.keys.press("Enter")
    assert download.value.suggested_filename.endswith(".pdf")
