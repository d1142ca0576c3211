"""The counts in the top bar: only items that wait for this person."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from assessments import SECURITY, complete, filled
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string
from past_policies import change
from people import People, as_user, make_user, new_id
from referrals import draft, make_case, offer, ready
from web import browser, queries_of

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.ui import navigation
from handoff.referrals.partner_actions import ask_question, decline_referral
from handoff.referrals.vocabulary import DeclineReason
from reporting.publishing.actions import discard_release, release_figures
from reporting.publishing.models import Release
from triage import actions as triage
from triage.vocabulary import Disposition, Urgency

ADVICE = triage.Choice(Disposition.ADVICE, Urgency.STANDARD, frozenset(), "The caller wants nothing else.")


@pytest.fixture
def people(db: None) -> People:
    return ready()


@pytest.fixture
def second(people: People) -> User:
    return make_user((people.centre, Role.COORDINATOR))


def counts(user: User, page: str = "/network/") -> dict[str, str]:
    """Key of an entry to the text of its count, of those that show one."""
    html = browser(user).get(page).content.decode()
    found = re.findall(r'<span id="count-([\w-]+)"[^>]*>(.*?)</span>\s*(?:</a>|$|(?=<span id="count))', html, re.DOTALL)
    texts = {key: " ".join(re.sub(r"<[^>]+>", " ", text).split()) for key, text in found}
    return {key: text for key, text in texts.items() if text}


def refreshed(user: User) -> str:
    return browser(user).get(reverse("ui:nav_counts")).content.decode()


def decision(people: People, by: User) -> Any:
    return complete(by, filled(people, SECURITY) if by == people.handler else filled_by(people, by), ADVICE)


def filled_by(people: People, user: User) -> Any:
    from assessments import fill, make_contact, start

    return fill(user, start(user, make_contact(user)), SECURITY)


def release(people: People, by: User, month: int = 3) -> Release:
    made = Release(centre=people.centre, kind="month", first=date(2026, month, 1), last=date(2026, month, 28))
    made.small, made.base, made.content, made.digest = 10, 10, {}, "0" * 64
    made.prepared_by, made.prepared_at = by, datetime(2026, 4, 2, tzinfo=UTC)
    as_user(by, lambda: made.save(force_insert=True))
    return made


def offered(people: People) -> Any:
    return offer(people, draft(people, make_case(people)))


def declined(people: People) -> Any:
    referral = offered(people)
    said = {"by": people.worker, "referral_id": referral.pk, "reason": DeclineReason.SAFETY}
    return as_user(people.worker, decline_referral, **said)


def test_every_count_function_works_for_every_user(people: People) -> None:
    known = {item.url_name for item in navigation.ITEMS}
    assert {name for name in settings.PAGE_COUNTS if ":" in name} <= known
    for path in settings.PAGE_COUNTS.values():
        for user in people.everybody:
            assert as_user(user, lambda user=user, path=path: import_string(path)(user).count()) == 0


def test_no_count_is_shown_if_nothing_waits(people: People) -> None:
    for user in (people.handler, people.coordinator, people.worker):
        assert counts(user) == {}
    assert 'class="count"' not in refreshed(people.coordinator)


def test_decisions_wait_for_another_coordinator(people: People, second: User) -> None:
    decision(people, people.handler)
    decision(people, people.coordinator)
    assert counts(people.coordinator) == {"triage-confirmations": "1 1 waiting"}
    assert counts(second) == {"triage-confirmations": "2 2 waiting"}
    assert counts(people.handler) == counts(people.other_coordinator) == {}


def test_releases_wait_for_the_second_person(people: People, second: User) -> None:
    made = release(people, people.coordinator)
    assert (counts(people.coordinator), counts(second)) == ({}, {"publishing-releases": "1 1 waiting"})
    assert counts(people.funder, "/releases/") == counts(people.other_coordinator) == {}
    as_user(second, release_figures, by=second, release_id=made.pk)
    assert counts(second) == {}
    other = release(people, people.coordinator, month=4)
    as_user(second, discard_release, by=second, release_id=other.pk)
    assert counts(second) == {}


def test_offers_wait_for_the_partner_and_questions_do_not(people: People) -> None:
    referral = offered(people)
    offered(people)
    assert counts(people.worker) == {"handoff-inbox": "2 2 waiting"}
    assert counts(people.other_worker) == counts(people.handler) == {}
    asked = {"by": people.worker, "referral_id": referral.pk, "message_id": new_id(), "text": "who?"}
    as_user(people.worker, ask_question, **asked)
    assert counts(people.worker) == {"handoff-inbox": "1 1 waiting"}


def test_referrals_wait_for_whoever_may_decide(people: People) -> None:
    declined(people)
    assert counts(people.handler) == counts(people.coordinator) == {"handoff-board": "1 1 waiting"}
    assert counts(people.colleague) == counts(people.worker) == {}


def test_the_counts_are_fetched_again_each_into_its_place(people: People) -> None:
    declined(people)
    fresh = " ".join(refreshed(people.coordinator).split())
    places = ["handoff-board", "triage-confirmations", "publishing-releases"]
    assert [key for key in places if f'id="count-{key}" hx-swap-oob="true"' in fresh] == places
    assert "1 waiting" in fresh
    assert "<nav" not in fresh
    page = browser(people.coordinator).get("/network/").content.decode()
    assert f'hx-get="{reverse("ui:nav_counts")}"' in page
    assert "changed:referral from:body" in page


def test_whoever_is_not_signed_in_gets_no_counts(people: People, client: Any) -> None:
    answer = client.get(reverse("ui:nav_counts"))
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, reverse("account_login"))
    assert browser(people.handler).post(reverse("ui:nav_counts")).status_code == 405


@pytest.mark.parametrize(
    ("language", "words"), [("de", ["1 wartet", "2 warten"]), ("fr", ["1 en attente", "2 en attente"])]
)
def test_the_count_is_told_in_the_reader_s_language(people: People, language: str, words: list[str]) -> None:
    for expected in words:
        offered(people)
        with translation.override(language):
            change(User.objects.filter(pk=people.worker.pk), language=language)
            client = browser(people.worker)
            assert expected in client.get(reverse("ui:nav_counts")).content.decode()


MAKERS: dict[str, Callable[[People], Any]] = {
    "coordinator": lambda people: (decision(people, people.handler), declined(people)),
    "handler": declined,
    "worker": offered,
}


@pytest.mark.parametrize("who", MAKERS)
def test_three_that_wait_cost_as_many_queries_as_one(people: People, who: str) -> None:
    user = getattr(people, who)
    MAKERS[who](people)
    client = browser(user)
    client.get("/network/")
    with_one = queries_of(lambda: client.get("/network/"))
    MAKERS[who](people)
    MAKERS[who](people)
    assert queries_of(lambda: client.get("/network/")) == with_one


def test_fragment_makes_no_count_queries(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fragments are fetched many times a minute."""
    client = browser(people.coordinator)
    client.get("/shift/team/")
    with_counts = queries_of(lambda: client.get("/shift/team/"))
    monkeypatch.setattr(settings, "PAGE_COUNTS", {})
    assert queries_of(lambda: client.get("/shift/team/")) == with_counts
