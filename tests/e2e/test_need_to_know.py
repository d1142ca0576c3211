"""A partner, a former partner, an administrator, a liaison and a funder try to see more than their role shows.

Each in a real browser, on the world of the access matrix, where every text has a canary. What counts is everything that
the browser received, not what is visible. The data protection officer sees the refusals, in a browser too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import chromium
import pytest
import referrals
from cluster import OwnDatabase
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from e2e.attempts import Attempts, user_of
from e2e.keyboard import Keyboard
from e2e.newcomer import fill, save
from e2e.person import Person
from e2e.received import Recorder, content_of
from e2e.world import Site
from past_policies import change
from people import PASSWORD, as_user
from playwright.sync_api import Browser, expect
from security.matrix.declared import Statuses
from security.matrix.records import make_world
from security.matrix.visits import canaries_in
from security.matrix.world import World
from telephone import TELEPHONY
from web import new_app_code

from foundation.accounts.actions import end_role
from foundation.accounts.models import Membership, PasswordHash, User

pytestmark = pytest.mark.xdist_group("browser")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: Tables that requests change which change nothing else: traces, sessions, failed attempts, heartbeats.
TRACES = r"^(journal_.*|accounts_session|accounts_user|axes_.*|mfa_.*)$"
BEFORE, AFTER = "partner_coordinator", "former_worker"


@dataclass
class Here:
    """The running platform on the world of the matrix."""

    site: Site
    world: World
    database: OwnDatabase
    browser: Browser
    place: Path
    statuses: Statuses = field(default_factory=Statuses.read)

    def enter(self, role: str) -> tuple[Attempts, Recorder]:
        """A browser of their own, signed in with password and app."""
        recorder = Recorder(self.place / f"{role}.har")
        page = recorder.open(self.browser)
        person = Person(page, Keyboard(page), self.site)
        self.sign_in(person, user_of(self.world, role))
        return Attempts(person, self.world, role, self.statuses), recorder

    def sign_in(self, person: Person, user: User) -> None:
        code = new_app_code(user)
        person.go("/accounts/login/")
        fill(person, login=user.email, password=PASSWORD)
        save(person, "Sign in")
        fill(person, code=code)
        save(person, "Sign in with the code")
        expect(person.page.locator(".user-menu .who")).to_be_visible()

    def rows(self) -> dict[str, str]:
        """A digest of each table's rows, without those that every request writes."""
        tables = [one for one in connection.introspection.table_names() if not re.match(TRACES, one)]
        digest = "select '{0}', md5(coalesce(string_agg(x::text, ',' order by x::text), '')) from {0} x"
        said = self.database.sql(" union all ".join(digest.format(one) for one in tables))
        return dict(line.split("|") for line in said.splitlines())


@pytest.fixture(scope="module")
def world(modules_database: OwnDatabase) -> World:
    """Made before Playwright's event loop runs in this thread, where Django would refuse to work."""
    chromium.program()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "TELEPHONY", dict(TELEPHONY))
        made = make_world()
    change(PasswordHash.objects.all(), encoded=PBKDF2PasswordHasher().encode(PASSWORD, "salt"))
    modules_database.sql("delete from journal_outbox")  # as if all of it had been delivered
    return made


@pytest.fixture(scope="module")
def here(
    world: World,
    modules_database: OwnDatabase,
    start_browser: Callable[[], Browser],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Here]:
    site = Site(modules_database.servers, database=modules_database.name, has_demo=False)
    try:
        site.start("web")
        site.start("relay")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the loop is Playwright's; nothing here is asynchronous
            yield Here(site, world, modules_database, start_browser(), tmp_path_factory.mktemp("received"))
    finally:
        for child in site.children.values():
            child.stop()


@pytest.fixture(scope="module")
def handler(here: Here) -> Attempts:
    """Hears the centre's live messages; what the others do not hear has been sent."""
    found, _recorder = here.enter("handler")
    found.listen()
    return found


@pytest.fixture(scope="module")
def officer(here: Here) -> Person:
    return here.enter("dpo")[0].person


def refusals(officer: Person, name: str) -> list[tuple[str, str]]:
    """What and about what, oldest first, as the audit page shows them of this person."""
    found: list[tuple[str, str]] = []
    officer.go("/audit/?show=looks")
    while True:
        for row in officer.page.locator("main tbody tr").all():
            _when, who, what, about = row.locator("td").all_inner_texts()
            if who == name and what.endswith(".denied"):
                found.append((what, about.strip()))
        older = officer.page.locator("main a[href*='before=']")
        if not older.count():
            return found[::-1]
        officer.go(f"/audit/{older.first.get_attribute('href')}")


def until(person: Person, condition: Callable[[], bool]) -> None:
    """The policy of the pages forbids what Playwright's own waiting needs."""
    for _ in range(200):
        if condition():
            return
        person.page.wait_for_timeout(50)
    pytest.fail("has not happened")


def work_goes_on(here: Here, handler: Attempts) -> str:
    """A new case is offered to the partner, while everybody listens; the key of the referral."""
    key = str(referrals.offered(here.world.people).pk)
    until(handler.person, lambda: any(key in text for text in handler.heard()))
    return key


def start_page(me: Attempts) -> None:
    """With its parts, so that all of it is recorded."""
    me.person.go("/")
    me.person.page.wait_for_load_state("networkidle")


def changed_forms(me: Attempts, here: Here) -> list[str]:
    """Forms of pages that the person may see, sent to records that are not theirs; the refused paths."""
    keys, language = here.world.keys, "form:has([name=language])"
    paths = [f"/cases/{keys['case']['closed']}/notes/new/", f"/contacts/{keys['contact']['draft']}/take/"]
    for path in paths:
        start_page(me)
        assert me.change_form(language, path, note_id="00000000-0000-4000-8000-000000000001", text="x") == 404
    start_page(me)
    foreign = f"/contacts/{keys['contact']['done']}/"
    assert me.change_form(language, "/language/", next=foreign, language="en") == 404
    return [*paths, foreign]


def leave_and_go_back(me: Attempts) -> None:
    """Back button, reload, and what is left in the browser."""
    page = me.person.page
    page.locator(".user-menu > summary").click()
    page.locator(".user-menu").get_by_role("button", name="Sign out").click()
    expect(page.locator("[name=login]")).to_be_visible()
    for step in (page.go_back, page.go_back, page.reload):
        step()
        assert canaries_in(page.content(), me.world) == set()
        expect(page.locator(".user-menu .who")).to_have_count(0)
    assert canaries_in(me.stored(), me.world) == set()


def seen(officer: Person, user: User, paths: list[str]) -> None:
    found = refusals(officer, user.name)
    expected = [match[0] if (match := UUID.search(path)) else "" for path in paths]
    assert [about for _what, about in found[: len(paths)]] == expected
    assert "more.denied" in {what for what, _about in found}


def received_nothing(me: Attempts, recorder: Recorder, since: datetime | None = None) -> int:
    """Closes the browser; the number of answers. Content that the role may see is not counted."""
    entries = recorder.answers()
    assert recorder.unread(entries) == []
    readers = {place: who for place, who in allowed(me).items() if me.role in who}
    leaks = {(url, what) for url, what in content_of(me.world, entries, since) if what.partition(" ")[0] not in readers}
    assert leaks == set()
    assert canaries_in(" ".join(recorder.frames), me.world) == set()
    return len(entries)


def allowed(me: Attempts) -> dict[str, frozenset[str]]:
    from security.matrix.checks import Checker

    return Checker(me.world, statuses=me.statuses).readers


@pytest.mark.parametrize("role", ["worker", "administrator", "liaison", "funder"])
def test_nothing_more_than_the_role_shows(role: str, here: Here, handler: Attempts, officer: Person) -> None:
    me, recorder = here.enter(role)
    before = here.rows()
    paths = [path for _name, path in me.type_addresses()] + changed_forms(me, here)
    start_page(me)
    me.listen()
    let_through = me.fetch_everything()
    assert let_through == {}
    assert {status for *_asked, status, _text in me.search()} <= {404}
    assert here.rows() == before
    offered = work_goes_on(here, handler)
    mine = {offered} if role == "worker" else set()
    until(me.person, lambda: all(any(key in text for text in me.heard()) for key in mine))
    heard = [json.loads(text) for text in me.heard()]
    assert heard[0] == {"ready": True}
    assert {message["changed"] for message in heard[1:]} == mine
    if role == "worker":
        me.person.go(f"/inbox/{here.world.keys['referral']['accepted']}/")
        assert canaries_in(me.person.page.content(), here.world), "there is something that could leak"
    leave_and_go_back(me)
    seen(officer, user_of(here.world, role), paths)
    assert received_nothing(me, recorder) > 200


def test_role_ends_under_an_open_tab(here: Here, handler: Attempts, officer: Person) -> None:
    me, recorder = here.enter(BEFORE)
    user, world = user_of(here.world, BEFORE), here.world
    accepted = f"/inbox/{world.keys['referral']['accepted']}/"
    me.person.go(accepted)
    assert canaries_in(me.person.page.content(), world), "there is something that could leak"
    me.listen()
    by, role = world.people.administrator, Membership.objects.get(user=user)
    as_user(by, end_role, by=by, membership=role)
    ended = datetime.now(UTC)
    me.role = AFTER
    until(me.person, lambda: bool(me.person.page.evaluate("window.ended === 4401")))
    work_goes_on(here, handler)
    assert [json.loads(text).get("ready") for text in me.heard()[:1]] == [True]
    me.person.page.locator("form[action$='/feedback/'] button[type=submit]").first.click()
    expect(me.person.page.locator("[name=login]")).to_be_visible()
    me.person.page.go_back()
    assert canaries_in(me.person.page.content(), world) == set()

    here.sign_in(me.person, user)
    answer = me.person.page.goto(here.site.address(accepted))
    assert answer
    assert answer.status == 404
    paths = [accepted, *(path for _name, path in me.type_addresses()), *changed_forms(me, here)]
    start_page(me)
    before = here.rows()
    assert me.fetch_everything() == {}
    assert here.rows() == before
    leave_and_go_back(me)
    seen(officer, user, paths)
    assert received_nothing(me, recorder, ended) > 200
