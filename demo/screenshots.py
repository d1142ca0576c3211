"""All screens of the platform with the way to them, and screenshots of each.

Nobody knows the addresses of a server's cases beforehand: they are found by following links from the lists. The screens
are looked at with the demo's people; a screen that a person has no link to is left out, and said so.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from .people import DOMAIN, PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

#: The first that is installed. The headless one, a package of its own, takes a third less processor time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-gpu"]
PATIENCE = 20_000  # ms until a page or fragment counts as missing
SPOIL = "form => { form.elements.version.value = 999; form.elements.label.value = '…'; form.submit(); }"


@dataclass(frozen=True)
class Look:
    """A window and a colour scheme."""

    name: str
    width: int
    height: int
    scheme: str


LOOKS = {
    look.name: look
    for look in (Look("light", 1440, 900, "light"), Look("dark", 1440, 900, "dark"), Look("phone", 360, 740, "light"))
}


@dataclass(frozen=True)
class Screen:
    """``who``: a demo user's handle, or "" for a visitor.

    ``links``: CSS selectors of the links to follow from ``path``; ``opens``: what is pressed then; ``spoils``: a form
    that is sent as if the page were out of date.
    """

    name: str
    who: str
    path: str
    links: tuple[str, ...] = ()
    opens: str = ""
    spoils: str = ""


def _screens(who: str, *rows: tuple[str, ...]) -> list[Screen]:
    return [Screen(name, who, path, tuple(links)) for name, path, *links in rows]


ROW = ".row-link"
CASE = 'a[href^="/cases/"][id^="case-link"]'
TEAM_CASE = 'tr:has-text("mehrere Stellen") a[id^="case-link"]'  # the case of demo/team.py
DRAFT_CASE = 'tr:has-text("Plan im Entwurf") a[id^="case-link"]'
CLOSING_CASE = 'tr:has-text("Abschluss vorgeschlagen") a[id^="case-link"]'
MONITORED_CASE = 'tr:has-text("Warnzeichen") a[id^="case-link"]'
PLANNED_CASE = 'tr:has-text("Plan der Beratungsstelle") a[id^="case-link"]'
RELEASE_CASE = 'tr:has-text("Entlassung in drei Wochen") a[id^="case-link"]'
SETTLED_CASE = 'tr:has-text("Nach der Haft angekommen") a[id^="case-link"]'
RELEASE = f"#case-release {ROW}"
ASSESSMENT = 'a[href^="/assessments/"]'
CONSULTATION = 'a[href^="/consultations/"]'
DELIVERED = "#case-assessments li:has(.badge.ok) .row-link"
OF_CASE = 'main a[href^="/cases/"]:not([href="/cases/"])'
SCREENS = [
    *_screens(
        "", ("sign-in", "/accounts/login/"), ("password-reset", "/accounts/password/reset/"), ("not-found", "/nowhere/")
    ),
    Screen("language-menu", "", "/accounts/login/", opens=".user-menu > summary"),
    *_screens(
        "heron",
        ("today", "/today/"),
        ("absences", "/absences/"),
        ("desk", "/desk/"),
        ("desk-contact", "/desk/", f"#open-contacts {ROW}"),
        ("desk-messages", "/desk/", f"#open-contacts li:nth-child(2) {ROW}"),
        ("telephone-agent", "/telephone/agent/"),
        ("contacts", "/contacts/"),
        ("contact", "/contacts/?show=completed", ROW),
        ("search", "/search/"),
        ("callbacks", "/callbacks/"),
        ("callback-new", "/callbacks/new/"),
        ("cases", "/cases/"),
        ("case", "/cases/", CASE),
        ("case-work", "/cases/", CASE, "#timeline-work"),
        ("case-team", "/cases/?show=mine", TEAM_CASE),
        ("case-team-member", "/cases/?show=mine", TEAM_CASE, 'a[id^="member-link"]'),
        ("team-invite", "/cases/?show=mine", TEAM_CASE, "#invite-body"),
        ("closing", "/cases/?show=mine", CLOSING_CASE, 'a[id^="closure-"]'),
        ("closing-propose", "/cases/?show=mine", TEAM_CASE, "#propose-closing"),
        ("case-monitored", "/cases/?show=monitored", MONITORED_CASE),
        ("reopening", "/cases/?show=monitored", MONITORED_CASE, 'a[id^="reopening-"]'),
        ("plan", "/cases/?show=mine", TEAM_CASE, "#to-plan"),
        ("plan-proposed", "/cases/?show=mine", TEAM_CASE, "#to-next-plan"),
        ("plan-outcome", "/cases/?show=mine", TEAM_CASE, "#to-plan", 'a[id^="outcome-"]'),
        ("plan-draft", "/cases/?show=mine", DRAFT_CASE, "#to-next-plan"),
        ("plan-edit", "/cases/?show=mine", DRAFT_CASE, "#to-next-plan", "#edit-plan"),
        ("plan-add-goal", "/cases/?show=mine", DRAFT_CASE, "#to-next-plan", "#add-goal"),
        ("plan-change-goal", "/cases/?show=mine", DRAFT_CASE, "#to-next-plan", '[id^="goal-"] a'),
        ("plan-add-factor", "/cases/?show=mine", DRAFT_CASE, "#to-next-plan", "#add-factor"),
        ("plan-add-action", "/cases/?show=mine", DRAFT_CASE, "#to-next-plan", "#add-action"),
        ("plan-new-version", "/cases/?show=mine", PLANNED_CASE, "#to-plan", "#new-version"),
        ("review-held", "/cases/?show=mine", TEAM_CASE, "#case-reviews li:has(.badge.ok) .row-link"),
        ("review-proposed", "/cases/?show=mine", PLANNED_CASE, f"#case-reviews {ROW}"),
        ("review", "/cases/?show=mine", PLANNED_CASE, f"#case-reviews li:nth-child(2) {ROW}"),
        ("review-hold", "/cases/?show=mine", PLANNED_CASE, f"#case-reviews li:nth-child(2) {ROW}", "#hold-review"),
        ("review-plan", "/cases/?show=mine", TEAM_CASE, "#plan-review"),
        ("assessment", "/cases/?show=mine", TEAM_CASE, DELIVERED),
        ("assessment-earlier", "/cases/?show=mine", TEAM_CASE, DELIVERED, "#to-earlier"),
        ("assessment-open", "/cases/?show=mine", TEAM_CASE, f"#case-assessments {ROW}"),
        ("assessment-ask", "/cases/?show=mine", TEAM_CASE, "#ask-assessment"),
        ("consultation-late", "/cases/?show=mine", TEAM_CASE, f"#case-consultations li:has(.badge.ok) {CONSULTATION}"),
        ("consultation-waiting", "/cases/?show=mine", TEAM_CASE, f"#case-consultations {ROW}"),
        ("consultation-ask", "/cases/?show=mine", TEAM_CASE, "#ask-consultation"),
        ("release-from-prison", "/cases/?show=mine", RELEASE_CASE, RELEASE),
        ("release-change", "/cases/?show=mine", RELEASE_CASE, RELEASE, "#change-release"),
        ("release-add-step", "/cases/?show=mine", RELEASE_CASE, RELEASE, "#add-step"),
        ("exit-report", "/cases/?show=mine", SETTLED_CASE, 'a[href^="/exit-reports/"]'),
        ("release-settled", "/cases/?show=mine", SETTLED_CASE, RELEASE),
        ("release-announce", "/cases/?show=mine", PLANNED_CASE, "#announce-release"),
        ("team-add-action", "/cases/?show=mine", TEAM_CASE, "#action-for-body"),
        ("action-drop-proposed", "/cases/?show=mine", TEAM_CASE, ".duties li:has([data-due]):has(.note-text) a"),
        ("question-answered", "/cases/?show=mine", TEAM_CASE, ".answers a"),
        ("print-case", "/cases/?show=mine", TEAM_CASE, "#print-file"),
        ("case-contact", "/cases/", CASE, '[id^="contact-link"]'),
        ("ranking", "/cases/?show=mine", CASE, 'a[href$="/partners/"]'),
        ("conflict-in-case", "/cases/?show=mine", CASE, 'a[href$="/partners/"]', 'a[href*="/conflict/"]'),
        ("board", "/referrals/"),
        ("second-factor", "/accounts/2fa/"),
        ("account-password", "/accounts/password/change/"),
        ("account-address", "/accounts/address/"),
        ("account-mails", "/accounts/mails/"),
        ("account-sessions", "/accounts/sessions/"),
        ("sign-out", "/accounts/logout/"),
    ),
    Screen("my-menu", "heron", "/desk/", opens=".user-menu > summary"),
    Screen("endings-menu", "heron", "/desk/", (f"#open-contacts {ROW}",), opens="#end-contact"),
    Screen("callback-planning", "heron", "/desk/", (f"#open-contacts {ROW}",), opens="#plan-callback"),
    Screen("triage-finish", "heron", "/desk/", (f"#open-contacts {ROW}",), opens="#triage-finish-open"),
    Screen("triage-waive", "heron", "/today/", ('[id^="item-link"][href*="/triage/"]',), opens="#triage-waive-open"),
    Screen("case-add-action", "heron", "/cases/?show=mine", (TEAM_CASE,), opens=".step:has(#action-form) > summary"),
    Screen("action-drop", "crane", "/today/?show=colleagues", ('a[href^="/actions/"]',), opens=".step > summary"),
    Screen("release-move", "heron", "/cases/?show=mine", (RELEASE_CASE, RELEASE), opens="#move-release > summary"),
    Screen("changed-meanwhile", "heron", "/cases/?show=mine", (CASE,), spoils='form[action$="/rename/"]'),
    *_screens(
        "plover",
        ("assessment-under-way", "/today/", ASSESSMENT),
        ("assessment-write", "/today/", ASSESSMENT, "#to-write"),
    ),
    Screen("consultation-asked", "plover", "/today/", (CONSULTATION,)),
    Screen("assessment-deliver", "plover", "/today/", (ASSESSMENT, "#to-write"), opens="button[name=deliver]"),
    Screen("plan-answer", "teal", "/today/", ('a[href^="/plans/agreements/"]',)),
    Screen("plan-object", "teal", "/today/", ('a[href^="/plans/agreements/"]',), opens=".step > summary"),
    Screen("closing-opinion", "teal", "/today/", ('a[href^="/closures/opinions/"]',)),
    Screen("assessment-asked", "osprey", "/today/", (ASSESSMENT,)),
    *_screens(
        "crane",
        ("releases-calendar", "/cases/releases/"),
        ("today-coordinator", "/today/"),
        ("absences-coordinator", "/absences/"),
        ("today-colleagues", "/today/?show=colleagues"),
        ("action", "/today/?show=colleagues", 'a[href^="/actions/"]'),
        ("action-drop-to-decide", "/today/", ':nth-match(a[id^="take-link"][href^="/actions/"], 2)'),
        ("question", "/referrals/", '[aria-labelledby="h-waiting"] .row-link', OF_CASE, ".questions a"),
        ("desk-coordinator", "/desk/"),
        ("compose", "/referrals/", '[aria-labelledby="h-draft"] .row-link'),
        ("referral", "/referrals/", '[aria-labelledby="h-waiting"] .row-link'),
        ("referral-question", "/referrals/", '[aria-labelledby="h-question"] .row-link'),
        ("referral-ended", "/referrals/", '[aria-labelledby="h-ended"] .row-link'),
        ("confirmations", "/triage/confirmations/"),
        ("confirmation", "/triage/confirmations/", ROW),
        ("case-coordinator", "/cases/", CASE),
        ("who-looked", "/cases/", CASE, 'a[href^="/audit/looks/"]'),
        ("network", "/network/"),
        ("partners", "/network/partners/"),
        ("partner", "/network/partners/", 'main a[href^="/network/partners/"]:not([href*="?"])'),
        (
            "partner-profile",
            "/network/partners/",
            'main a[href^="/network/partners/"]:not([href*="?"])',
            'a[href$="/profile/"]',
        ),
        (
            "partner-coverage",
            "/network/partners/",
            'main a[href^="/network/partners/"]:not([href*="?"])',
            'a[href$="/coverage/"]',
        ),
        (
            "partner-hours",
            "/network/partners/",
            'main a[href^="/network/partners/"]:not([href*="?"])',
            'a[href$="/hours/"]',
        ),
        ("liaisons", "/network/liaisons/"),
        ("liaison-new", "/network/liaisons/new/"),
        ("figures", "/figures/"),
        ("shift", "/shift/"),
        ("shift-agent", "/shift/", f'[id^="agent-"] {ROW}'),
    ),
    *_screens(
        "curlew",
        ("releases", "/releases/"),
        ("release-prepared", "/releases/", f'[aria-labelledby="h-prepared"] {ROW}'),
        ("release", "/releases/", f'[aria-labelledby="h-released"] {ROW}'),
    ),
    *_screens(
        "swan",
        ("releases-funder", "/releases/"),
        ("release-funder", "/releases/", f'[aria-labelledby="h-released"] {ROW}'),
    ),
    *_screens(
        "gull",
        ("today-partner", "/today/"),
        ("inbox", "/inbox/"),
        ("inbox-offered", "/inbox/", '[aria-labelledby="h-waiting"] .row-link'),
        ("inbox-work", "/inbox/", '[aria-labelledby="h-taken"] .row-link'),
        ("inbox-ended", "/inbox/", '[aria-labelledby="h-ended"] .row-link'),
    ),
    *_screens(
        "stork",
        ("administration", "/administration/"),
        ("users", "/administration/users/"),
        ("user", "/administration/users/?q=heron", ROW),
        ("user-edit", "/administration/users/?q=heron", ROW, 'a[href$="/edit/"]'),
        ("user-new", "/administration/users/new/"),
        ("organisations", "/administration/organisations/"),
        ("organisation", "/administration/organisations/", ROW),
        ("organisation-edit", "/administration/organisations/", ROW, 'a[href$="/edit/"]'),
        ("organisation-new", "/administration/organisations/new/"),
        ("lines", "/administration/lines/"),
        ("line", "/administration/lines/", 'main th a[href^="/administration/lines/"]'),
        ("line-new", "/administration/lines/", 'a[href$="/lines/new/"]'),
        ("centre-hours", "/administration/", 'main a[href$="/hours/"]'),
        ("conflicts", "/administration/conflicts/"),
        ("conflict-new", "/administration/conflicts/new/"),
        ("undelivered", "/administration/undelivered/"),
        ("word-lists", "/admin/"),
    ),
    *_screens("owl", ("audit", "/audit/"), ("audit-looks", "/audit/?show=looks")),
    *_screens(
        "knot",
        ("release-of-body", "/today/", 'a[href^="/prison-releases/"]'),
        ("reopening-propose", "/teams/", '[aria-labelledby="h-teams"] li:nth-child(3) .row-link', "#propose-reopening"),
    ),
    *_screens(
        "osprey",
        ("today-body", "/today/"),
        ("teams", "/teams/"),
        ("team", "/teams/", ROW),
        ("team-action", "/teams/", ROW, f'[aria-labelledby="h-actions-own"] {ROW}'),
        ("team-share", "/teams/", ROW, 'a[id^="share-"]'),
        ("team-people", "/teams/", ROW, 'a[id^="own-"]'),
        ("team-plan", "/teams/", ROW, "#to-plan"),
    ),
    *_screens("puffin", ("today-empty", "/today/"), ("teams-empty", "/teams/"), ("absences-empty", "/absences/")),
    *_screens("eider", ("team-declined", "/teams/", ROW)),
    *_screens("avocet", ("invitation", "/teams/", f'[aria-labelledby="h-waiting"] {ROW}')),
]


class NoBrowser(Exception):
    """Playwright or Chromium is missing or failed; the text says what to do."""


def browser_program() -> str | None:
    """The path of the installed browser."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window. Raises NoBrowser."""
    try:
        from playwright.sync_api import Error as PlaywrightError
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise NoBrowser("Playwright is not installed; `./lotse test --collect-only` installs the tools.") from None
    program = browser_program()
    if program is None:
        raise NoBrowser("Chromium is not installed; on Debian and Ubuntu: apt-get install chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            yield browser
        except PlaywrightError as error:
            raise NoBrowser(f"The browser could not go on: {' '.join(str(error).split())[:300]}") from error
        finally:
            browser.close()


def handle_of(email: str) -> str:
    return email if "@" in email or not email else f"{email}@{DOMAIN}"


@dataclass
class Visitor:
    """One person's browser, which is signed in when it is first needed and remembers where the screens are."""

    browser: Browser
    base: str
    who: str
    password: str = PASSWORD
    addresses: dict[tuple[str, ...], str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.context: BrowserContext = self.browser.new_context(
            reduced_motion="reduce", locale="en-GB", timezone_id="Europe/Berlin"
        )
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        if self.who:
            self._sign_in()

    def _sign_in(self) -> None:
        page = self.page
        page.goto(urljoin(self.base, "/accounts/login/"))
        page.fill("[name=login]", handle_of(self.who))
        page.fill("[name=password]", self.password)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/accounts/login/" not in url)

    def speak(self, language: str) -> None:
        """Set the language: by cookie for visitors, else with the menu, which changes the profile."""
        if not self.who:
            self.context.add_cookies([{"name": "django_language", "value": language, "url": self.base}])
            return
        self.page.goto(self.base)
        button = self.page.locator(f"button[name=language][value={language}]").first
        with self.page.expect_navigation():
            button.evaluate("button => button.form.requestSubmit(button)")

    def dress(self, look: Look) -> None:
        self.page.emulate_media(color_scheme="dark" if look.scheme == "dark" else "light")
        self.page.set_viewport_size({"width": look.width, "height": look.height})

    def show(self, screen: Screen) -> bool:
        """Go there; False where no link leads there."""
        address = self.address(screen.path, *screen.links)
        if address is None:
            return False
        self._open(address)
        if screen.opens:
            self.page.locator(screen.opens).first.click()
        if screen.spoils:
            with self.page.expect_navigation():
                self.page.locator(screen.spoils).first.evaluate(SPOIL)
        self._settle()
        return True

    def address(self, path: str, *links: str) -> str | None:
        """Where the last of the links leads, found by following them from ``path``."""
        if not links:
            return path
        if (path, *links) not in self.addresses:
            before = self.address(path, *links[:-1])
            self.addresses[(path, *links)] = self._link(before, links[-1]) if before else None
        return self.addresses[(path, *links)]

    def _link(self, address: str, selector: str) -> str | None:
        self._open(address)
        found = self.page.locator(selector)
        return found.first.get_attribute("href") if found.count() else None

    def _open(self, address: str) -> None:
        self.page.goto(urljoin(self.base, address))
        self._settle()

    def _settle(self) -> None:
        """Wait until all fragments are fetched and the live connection is open."""
        self.page.locator(".htmx-request, [data-live-state][data-state=off]").first.wait_for(state="detached")


def take_pictures(
    visitors: Callable[[str], Visitor], screens: list[Screen], looks: list[Look], languages: list[str], place: Path
) -> Iterator[str]:
    """Write ``place``/NAME_LANGUAGE_LOOK.png for each; yields the name of each screen, with what was not found."""
    place.mkdir(parents=True, exist_ok=True)
    for screen in screens:
        visitor = visitors(screen.who)
        for language in languages:
            visitor.speak(language)
            visitor.dress(looks[0])
            if not visitor.show(screen):
                yield f"{screen.name}: no link leads there"
                break
            for look in looks:
                visitor.dress(look)
                visitor.page.screenshot(path=place / f"{screen.name}_{language}_{look.name}.png", full_page=True)
        else:
            yield screen.name
