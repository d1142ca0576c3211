"""From an empty installation to an accepted offer, with browsers alone: nothing is set up in any other way."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta

import chromium
import pytest
from background import BackgroundProvider
from django.utils import timezone
from e2e.main_job import accept_offer, answer_triage, complete_triage, prepare_offer, send_offer, write_contact
from e2e.newcomer import PASSWORD, fill, save, set_up, set_up_app, somebody
from e2e.person import Person
from e2e.world import Site
from playwright.sync_api import Browser, expect
from telephone import ACCOUNT, TOKEN

from demo.simulator import Caller, Number, Phone, Provider
from supervisor.embedded import Embedded

pytestmark = pytest.mark.xdist_group("browser")

LINE, DESKS = "+493023125050", {"Ida": "+493023125951", "Otto": "+493023125952"}
CALLER = "+493411234567"


@pytest.fixture(scope="module")
def empty(servers: Embedded) -> Iterator[Site]:
    """A platform in which nobody has an account, with the regions that every installation has."""
    chromium.program()
    site = Site(servers, database="lotse_e2e_empty", has_demo=False)
    try:
        site.begin()
        site.run("manage.py", "load_regions")
        site.run("manage.py", "load_postal_codes")
        yield site
    finally:
        site.end()


@pytest.fixture
def telephones(empty: Site) -> Iterator[BackgroundProvider]:
    """The provider, with the handlers' telephones, and the worker that speaks to it."""
    at = f"{empty.url}telephone"
    number = Number(f"{at}/voice/", status_callback=f"{at}/status/", message_url=f"{at}/message/")
    phones = {phone: Phone(answers_after=1.0) for phone in DESKS.values()}
    provider = Provider(ACCOUNT, TOKEN, {LINE: number}, scale=4, phones=phones, calls_per_second=0)
    empty.start("worker")
    try:
        with BackgroundProvider(provider, port=empty.provider_port) as running:
            yield running
    finally:
        empty.children["worker"].stop()


def steps_missing(person: Person) -> list[str]:
    person.go("/administration/")
    return person.page.locator(".setup .missing strong").all_inner_texts()


def enter_hours(person: Person) -> None:
    """Open at any time of the test, with a closing day far from it."""
    person.go("/administration/")
    person.page.get_by_role("link", name="Opening hours").click()
    fill(person, **{f"day_{day}": "00:00-24:00" for day in range(7)})
    save(person, "Save the hours")
    expect(person.page.locator("#messages")).to_contain_text("Saved")
    day = (timezone.localdate() + timedelta(days=200)).isoformat()
    fill(person, label="House cleaning", starts_on=day, ends_on=day)
    save(person, "Add")
    expect(person.page.locator("#exceptions")).to_contain_text("House cleaning")


def add_line(person: Person) -> None:
    person.go("/administration/")
    person.page.get_by_role("link", name="Add a line").click()
    fill(person, name="Advice line", number="030 23125050", language_1="German", language_2="French")
    save(person, "Show what callers hear")
    expect(person.page.locator("main")).to_contain_text("Für Deutsch drücken Sie die 1.")
    save(person)
    expect(person.page.locator("#messages")).to_contain_text("The line is in the list now")


def mailed_link(site: Site, email: str) -> str:
    """The link in the e-mail to this address, which the worker writes into a file."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for file in (site.servers.data.root / "mail").glob("*.log"):
            for message in file.read_text(encoding="utf-8").split("-" * 79):
                found = re.search(r"http://\S+/accounts/link/\S+", message)
                if found and f"To: {email}" in message:
                    return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no e-mail to {email}")


def add_user(
    administrator: Person, browser: Browser, name: str, role: str, organisation: str, second: Person | None = None
) -> Person:
    """Invited with a role, which a second person confirms; returns the new person, signed in with a password."""
    administrator.go("/administration/users/new/")
    email = f"{name.lower()}@lotse.example"
    fill(administrator, name=f"{name} Example", email=email, language="en")
    group = administrator.page.locator(f'optgroup[label="{organisation}"] option', has_text=role).first
    administrator.page.locator("[name=role]").select_option(group.get_attribute("value"))
    save(administrator, "Send the invitation")
    expect(administrator.page.locator("#messages")).to_contain_text("is invited by e-mail")
    person = somebody(browser, administrator.site)
    person.page.goto(mailed_link(administrator.site, email))
    fill(person, new_password1=PASSWORD, new_password2=PASSWORD)
    save(person, "Save the password")
    if second:
        confirm(second, f"{name} Example", role)
    fill(person, login=email, password=PASSWORD)
    save(person, "Sign in")
    set_up_app(person)
    expect(person.page.locator(".user-menu .who")).to_be_visible()
    return person


def confirm(second: Person, name: str, role: str) -> None:
    """The second person finds it in the top bar and confirms it."""
    second.go("/")
    second.page.get_by_role("link", name="Roles").click()
    expect(second.page.locator("main")).to_contain_text(f"{name}: {role}")
    card = second.page.locator("main li", has_text=f"{name}: {role}")
    card.get_by_role("button", name=re.compile("^Confirm")).click()
    expect(second.page.locator("#messages")).to_contain_text(f"{name} has the role of {role} now")


def add_partner(person: Person) -> None:
    person.go("/administration/organisations/new/?kind=partner")
    fill(person, name="Beratung Bayern (Probe)", kind="partner", country="Germany")
    save(person)
    partner = person.page.url
    person.page.get_by_role("link", name="What they offer").click()
    for field, value in (("services", "relatives"), ("phenomena", "religious"), ("languages", "de")):
        person.page.locator(f"[name={field}][value={value}]").check()
    fill(person, capacity="3")
    save(person)
    person.page.goto(partner)
    person.page.get_by_role("link", name="Where they work").click()
    person.page.locator('main input[value="DE-BY"]').check()
    save(person)
    expect(person.page.locator("#messages")).to_contain_text("Saved")


def sit_down(person: Person, phone: str) -> None:
    person.go("/telephone/agent/")
    fill(person, phone=phone)
    person.page.locator("[name=languages][value=de]").check()
    save(person)
    person.go("/desk/")
    person.keys.press("Alt+g")
    expect(person.page.locator("#agent-state")).to_have_text("ready")


def answer(handler: Person, telephones: BackgroundProvider) -> None:
    """A simulated call, in German, is answered; its contact opens with the caller's number."""
    caller = telephones.begin(Caller(number=CALLER, keys=("1",), talks=None), to=LINE)
    expect(handler.page.locator("#accept")).to_be_visible()
    handler.keys.press("Alt+Enter")
    expect(handler.page.locator("#call-state")).to_have_text("in conversation")
    expect(handler.page.locator("[name=phone]")).to_have_value(re.compile("3411234567|341 1234567"))
    caller.hang_up()
    expect(handler.page.locator("#call-state")).to_contain_text("answered")


def test_from_nothing_to_an_accepted_offer(browser: Browser, empty: Site, telephones: BackgroundProvider) -> None:
    administrator = somebody(browser, empty)
    set_up(administrator)
    set_up_app(administrator)
    assert len(steps_missing(administrator)) >= 4
    enter_hours(administrator)
    add_line(administrator)
    administrator.go("/administration/")
    administrator.page.get_by_role("link", name="Invite the data protection officer").click()
    expect(administrator.page.locator("[name=role] option:checked")).to_have_text("Data protection officer")
    second = add_user(administrator, browser, "Dora", "Data protection officer", "Example Centre")
    assert "A second person who confirms roles" not in steps_missing(administrator)
    handler = add_user(administrator, browser, "Ida", "Call handler", "Example Centre", second)
    add_user(administrator, browser, "Otto", "Coordinator", "Example Centre", second)
    add_partner(administrator)
    partner = add_user(administrator, browser, "Paula", "Partner worker", "Beratung Bayern (Probe)", second)
    assert steps_missing(administrator) == []
    sit_down(handler, DESKS["Ida"])
    answer(handler, telephones)
    write_contact(handler)
    answer_triage(handler)
    complete_triage(handler)
    referral = prepare_offer(handler)
    send_offer(handler)
    partner.go("/inbox/")
    accept_offer(partner, referral)
    telephones.settled()
    assert telephones.provider.violations == []
    for person in (administrator, second, handler, partner):
        person.page.context.close()
