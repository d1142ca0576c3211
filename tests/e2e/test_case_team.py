"""Five people of five bodies, each in a browser of their own, carry the actions of one case to their end by keyboard.

Each sees the team's actions and carries their own; none of them sees the centre's file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from e2e.person import Person, sign_in
from e2e.world import Site
from playwright.sync_api import Browser, expect

from demo.plan import ACTIONS as PLANNED
from demo.team import ACTIONS, BODIES
from demo.team_case import DETAILS

pytestmark = pytest.mark.xdist_group("browser")
#: Some of the people are in other teams, too.
CASE = f"SELECT id FROM cases_case WHERE label = '{DETAILS['label']}'"
OWN = '[aria-labelledby="h-actions-own"]'
OPEN = f"{OWN} li:not(.ended) .row-link"
#: What of the case is the centre's alone.
OF_THE_CENTRE = [DETAILS["label"], DETAILS["notes"], DETAILS["alias"]]


@pytest.fixture(scope="module")
def workers(browser: Browser, site: Site) -> Iterator[dict[str, Person]]:
    """By body, its named person on the page of the team."""
    people = {body.organisation: sign_in(browser, site, body.handle) for body in BODIES}
    case = site.servers.postgres.sql(CASE, database=site.database)
    for person in people.values():
        person.go("/teams/")
        person.keys.tab_to(f'[aria-labelledby="h-teams"] .row-link[href*="{case}"]')
        person.keys.press("Enter")
        expect(person.page.locator("#h-members")).to_be_visible()
    yield people
    for person in people.values():
        person.page.context.close()


@pytest.fixture(scope="module")
def coordinator(browser: Browser, site: Site) -> Iterator[Person]:
    person = sign_in(browser, site, "crane")
    yield person
    person.page.context.close()


def texts_of(body: str) -> list[str]:
    """What the team agreed on, and what the plan in force asks of the body."""
    agreed = [text for key, text, _hours, _ending in ACTIONS if key == body]
    return agreed + [text for key, text, *_rest in PLANNED if key == body]


def shown(person: Person) -> str:
    return person.page.locator("main").inner_text()


def test_five_people_of_five_bodies_carry_their_actions_to_the_end(
    workers: dict[str, Person], coordinator: Person
) -> None:
    case = re.search(r"[0-9a-f-]{36}", workers["school"].page.url)
    assert case is not None
    keep_the_proposed_one(workers["school"], coordinator)
    for body, person in workers.items():
        person.go(f"/teams/{case[0]}/")
        assert all(text in shown(person) for _key, text, _hours, _ending in ACTIONS)
        own = person.page.locator(f"{OWN} .row-link").all_inner_texts()
        assert sorted(own) == sorted(texts_of(body))
        while person.page.locator(OPEN).count():
            finish_first(person, body)
            person.go(f"/teams/{case[0]}/")
        assert not [text for text in OF_THE_CENTRE if text in person.page.content()]
        person.go(f"/cases/{case[0]}/")
        assert not [text for text in OF_THE_CENTRE if text in person.page.content()]
        expect(person.page.locator("#h-timeline")).to_have_count(0)
    coordinator.go(f"/cases/{case[0]}/")
    done = coordinator.page.locator("main").inner_text()
    assert all(f"Done by {body}." in done for body in workers)


def keep_the_proposed_one(person: Person, coordinator: Person) -> None:
    """The school proposes to drop an action; the coordinator says that it is to be done."""
    text = next(text for key, text, _hours, ending in ACTIONS if ending == "proposed")
    path = person.page.locator(f"{OWN} .row-link").filter(has_text=text).get_attribute("href")
    assert path is not None
    coordinator.go(path)
    coordinator.keys.tab_to('form[action$="/drop/refuse/"] button')
    coordinator.keys.press("Enter")
    expect(coordinator.page.locator('form[action$="/done/"]')).to_be_visible()


def finish_first(person: Person, body: str) -> None:
    """By keyboard, from the page of the team."""
    person.keys.tab_to(OPEN)
    person.keys.press("Enter")
    person.page.wait_for_url(re.compile(r"/actions/"))
    person.keys.tab_to("[name=result]")
    person.keys.write(f"Done by {body}.")
    person.keys.press("Tab", "Enter")
    expect(person.page.locator('form[action$="/done/"]')).to_have_count(0)
