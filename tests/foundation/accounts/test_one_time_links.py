"""Invitations and links for a new password: mailed to the person, seen by nobody else, and of use once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from past_policies import change
from people import PASSWORD, People, as_user, make_user
from web import browser

from config.logs import LineFormatter
from foundation.accounts.actions import choose_password, invite_user
from foundation.accounts.models import OneTimeLink, User
from foundation.accounts.one_time_links import path_of
from foundation.accounts.refusals import LinkIsDead
from foundation.accounts.tasks import LEASE, expire_open_ones, send_links
from foundation.journal.models import Event, Look
from foundation.privacy.context import acting_as


def url(name: str, *args: Any) -> str:
    return reverse(f"accounts:{name}", args=args)


def invite(people: People, email: str = "new@example.org") -> User:
    admin = people.administrator
    made: User = as_user(admin, invite_user, by=admin, email=email, name="New Person", language="en")
    return made


def links(people: People) -> list[OneTimeLink]:
    with acting_as(people.administrator, purpose="test"):
        return list(OneTimeLink.objects.order_by("made_at"))


def states(people: People) -> list[str]:
    return [link.state for link in links(people)]


def mailed() -> list[str]:
    """The paths in the e-mails that were sent."""
    send_links()
    return re.findall(r"http://127.0.0.1:8000(\S+)", "\n".join(str(one.body) for one in mail.outbox))


def choose(path: str, password: str = PASSWORD, again: str | None = None) -> Any:
    return Client().post(path, {"new_password1": password, "new_password2": password if again is None else again})


def test_no_page_event_look_or_task_shows_the_link(people: People, caplog: pytest.LogCaptureFixture) -> None:
    client = browser(people.administrator)
    made = invite(people)
    (path,) = mailed()
    token = path.split("/")[-2]
    assert token.partition(":")[2], "signed"
    pages = [client.get(address).text for address in (url("users"), url("user", made.pk), url("edit_user", made.pk))]
    with acting_as(people.dpo, purpose="test"):
        stored = [str(row) for row in [*Event.objects.values_list(), *Look.objects.values_list()]]
    assert [text for text in [*pages, *stored, caplog.text] if token in text] == []


def test_no_log_line_holds_a_link(people: People, caplog: pytest.LogCaptureFixture) -> None:
    """Django logs the path of each refused request."""
    invite(people)
    (path,) = mailed()
    choose(path, "short")
    browser(people.handler).get(path)
    lines = [LineFormatter().format(record) for record in caplog.records]
    assert len(lines) >= 2
    assert [line for line in lines if path.split("/")[-2] in line] == []
    assert any("/accounts/link/..." in line for line in lines)


@pytest.mark.parametrize(
    ("password", "again", "field"),
    [
        ("", "", "new_password1"),
        ("short", "short", "new_password2"),
        ("password1234", "password1234", "new_password2"),
        (PASSWORD, "another long password", "new_password2"),
        ("new@example.org", "new@example.org", "new_password2"),
    ],
)
def test_a_weak_password_is_told_and_the_link_stays(people: People, password: str, again: str, field: str) -> None:
    invite(people)
    (path,) = mailed()
    answer = choose(path, password, again)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert choose(path).status_code == 302


def test_opening_it_uses_nothing_up_and_using_it_twice_keeps_the_first_password(people: People) -> None:
    made = invite(people)
    (path,) = mailed()
    assert [Client().get(path).status_code for _time in range(3)] == [200] * 3
    assert choose(path).status_code == 302
    assert choose(path, "quite another password").status_code == 410
    assert User.objects.get(pk=made.pk).check_password(PASSWORD)
    assert states(people) == ["used"]
    with pytest.raises(LinkIsDead):
        as_user(made, choose_password, by=made, link=links(people)[0], password=PASSWORD)


def test_a_newer_link_ends_the_earlier_one(people: People) -> None:
    made = invite(people)
    (first,) = mailed()
    for _twice in range(2):
        browser(people.administrator).post(url("make_link", made.pk))
    assert states(people) == ["replaced", "open"], "the second repeat had nothing to do"
    _first, second = mailed()
    assert (choose(first).status_code, choose(second).status_code) == (410, 302)


def test_a_withdrawn_invitation_is_dead(people: People) -> None:
    made = invite(people)
    (path,) = mailed()
    for _twice in range(2):
        browser(people.administrator).post(url("deactivate", made.pk))
    assert (choose(path).status_code, states(people)) == (410, ["withdrawn"])
    browser(people.administrator).post(url("reactivate", made.pk))
    assert choose(path).status_code == 410


def test_it_expires(people: People) -> None:
    invite(people)
    (path,) = mailed()
    (link,) = links(people)
    assert timedelta(days=6, hours=23) < link.expires_at - timezone.now() <= timedelta(days=7)
    change(OneTimeLink.objects.filter(pk=link.pk), expires_at=timezone.now() - timedelta(seconds=1))
    assert choose(path).status_code == 410
    expire_open_ones()
    assert states(people) == ["expired"]


def test_a_link_for_a_new_password_holds_a_day(people: People) -> None:
    browser(people.administrator).post(url("make_link", people.handler.pk))
    (link,) = links(people)
    assert (link.purpose, link.expires_at - timezone.now() <= timedelta(days=1)) == ("password", True)


@pytest.mark.parametrize("token", ["x", "00000000-0000-0000-0000-000000000000:x", "%00", "x" * 3000, "ä:ö"])
def test_a_token_that_is_not_ours_is_dead(people: People, token: str) -> None:
    assert choose(f"/accounts/link/{token}/").status_code == 410


def test_a_signature_for_another_link_does_not_hold(people: People) -> None:
    invite(people)
    invite(people, "other@example.org")
    first, second = mailed()
    key = first.split("/")[-2].partition(":")[0]
    signature = second.split("/")[-2].partition(":")[2]
    assert choose(f"/accounts/link/{key}:{signature}/").status_code == 410


def test_whoever_is_signed_in_signs_out_first(people: People) -> None:
    invite(people)
    (path,) = mailed()
    client = browser(people.handler)
    for answer in (client.get(path), client.post(path, {"new_password1": PASSWORD, "new_password2": PASSWORD})):
        assert answer.status_code == 409
        assert people.handler.name in answer.text
    assert states(people) == ["open"]


def test_a_corrected_address_gets_a_new_link_and_the_wrong_one_is_dead(people: People) -> None:
    made = invite(people, "wrong@example.org")
    (wrong,) = mailed()
    values = {"name": made.name, "email": "right@example.org", "language": "en", "version": 0}
    assert browser(people.administrator).post(url("edit_user", made.pk), values).status_code == 302
    _wrong, right = mailed()
    assert [one.to for one in mail.outbox] == [["wrong@example.org"], ["right@example.org"]]
    assert (choose(wrong).status_code, choose(right).status_code) == (410, 302)


def test_a_mail_that_fails_is_tried_again_and_given_up_in_sight(
    people: People, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    made = invite(people)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    send_links()
    (link,) = links(people)
    assert (link.attempts, link.sent_at, link.claimed_until) == (1, None, None)
    assert link.due_at > timezone.now()
    change(OneTimeLink.objects.filter(pk=link.pk), attempts=27, due_at=timezone.now())
    send_links()
    assert links(people)[0].gave_up_at
    assert "could not be sent" in browser(people.administrator).get(url("user", made.pk)).text
    assert path_of(link).split("/")[-2] not in caplog.text
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    browser(people.administrator).post(url("make_link", made.pk))
    assert len(mailed()) == 1


def test_a_sender_that_died_is_followed_by_another_after_the_lease(people: People) -> None:
    invite(people)
    (link,) = links(people)
    change(OneTimeLink.objects.filter(pk=link.pk), attempts=1, claimed_until=timezone.now() + LEASE)
    assert mailed() == []
    change(OneTimeLink.objects.filter(pk=link.pk), claimed_until=timezone.now() - timedelta(seconds=1))
    assert len(mailed()) == 1
    assert len(mailed()) == 1, "sent once"


def test_a_link_that_ended_before_it_was_sent_is_not_sent(people: People) -> None:
    made = invite(people)
    browser(people.administrator).post(url("deactivate", made.pk))
    assert mailed() == []


def test_somebody_elses_password_is_not_chosen(people: People) -> None:
    invite(people)
    (link,) = links(people)
    other = make_user()
    with pytest.raises(LinkIsDead):
        as_user(other, choose_password, by=other, link=link, password=PASSWORD)
