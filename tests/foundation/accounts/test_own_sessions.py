"""Each person sees where they are signed in, and ends their own sessions elsewhere."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from past_policies import change
from people import PASSWORD, People, as_user
from web import browser, one_line, sign_in

from foundation.accounts.devices import Browser, System, device_of
from foundation.accounts.events import SESSIONS_ENDED, USER_PASSWORD_CHANGED
from foundation.accounts.models import Session, User
from foundation.accounts.session_actions import end_session, own_sessions
from foundation.accounts.sessions import stored_key
from foundation.journal.models import Event
from foundation.privacy.event_kinds import EventKind

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0"  # noqa: E501
PAGE = reverse("accounts:sessions")
END = reverse("accounts:end_session")
END_ELSEWHERE = reverse("accounts:end_sessions_elsewhere")
NEW_PASSWORD = "quite another long password"


def signed_in(user: User, user_agent: str = FIREFOX) -> Client:
    """A browser that has opened a page already."""
    client = Client(headers={"User-Agent": user_agent, "Accept": "text/html"})
    sign_in(client, user)
    assert client.get(PAGE).status_code == 200
    return client


def key_of(client: Client) -> str:
    return stored_key(client.cookies["lotse_session"].value)


def is_in(client: Client) -> bool:
    return bool(client.get(PAGE).status_code == 200)


def events(people: People, kind: EventKind) -> list[dict[str, object]]:
    found: list[dict[str, object]] = as_user(
        people.dpo, lambda: [one.data for one in Event.objects.filter(kind=kind.code)]
    )
    return found


@pytest.mark.parametrize(
    ("said", "browser_", "system"),
    [
        (FIREFOX, Browser.FIREFOX, System.LINUX),
        (EDGE, Browser.EDGE, System.WINDOWS),
        (EDGE.partition(" Edg")[0], Browser.CHROME, System.WINDOWS),
        ("Mozilla/5.0 (Linux; Android 10; K) Chrome/142.0 Mobile Safari/537.36", Browser.CHROME, System.ANDROID),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari/604.1", Browser.SAFARI, System.IPHONE),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1.15", Browser.SAFARI, System.MAC),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/142.0 Safari/537.36", Browser.CHROME, System.CHROMEOS),
        ("", Browser.OTHER, System.OTHER),
        ("<script>\0" * 9999, Browser.OTHER, System.OTHER),
    ],
)
def test_browser_and_system_are_named(said: str, browser_: Browser, system: System) -> None:
    assert device_of(said) == (browser_, system)


def test_page_shows_own_sessions_and_nobody_elses(people: People) -> None:
    here, _there, _colleagues = signed_in(people.handler), signed_in(people.handler, EDGE), signed_in(people.colleague)
    page = one_line(here.get(PAGE))
    assert page.count("signed in <time") == 2
    assert page.index("Firefox on Linux") < page.index("here</span>") < page.index("Edge on Windows")
    assert re.findall(r'name="session" value="(\w+)"', page) == [key_of(_there)]
    assert "142" not in page
    assert "127.0.0.1" not in page


@pytest.mark.parametrize("user_agent", ["", "<script>alert(1)</script>", "x" * 5000, "Firefox/\0"])
def test_absurd_browser_is_another_one(people: People, user_agent: str) -> None:
    client = signed_in(people.handler, user_agent)
    assert " on an unknown system" in one_line(client.get(PAGE))
    assert Session.objects.get().system == System.OTHER


def test_nothing_else_is_kept_of_the_browser(people: People) -> None:
    signed_in(people.handler, EDGE)
    stored = Session.objects.get()
    data = str(vars(stored)) + str(stored.get_decoded() if hasattr(stored, "get_decoded") else "")
    assert (stored.browser, stored.system) == (Browser.EDGE, System.WINDOWS)
    assert "Mozilla" not in data
    assert "127.0.0.1" not in data


def test_stolen_cookie_shows_the_other_browser(people: People) -> None:
    """The browser is noted whenever the session is written."""
    own, thief = signed_in(people.handler), Client(headers={"User-Agent": EDGE})
    thief.cookies["lotse_session"] = own.cookies["lotse_session"].value
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert is_in(thief)
    assert Session.objects.get().browser == Browser.EDGE


def test_session_says_when_it_began_and_coarsely_when_it_was_used(people: People) -> None:
    began = timezone.now()
    here = signed_in(people.handler)
    signed_in(people.handler, EDGE)
    for minutes, words in [
        (1, "used in the last five minutes"),
        (11, "used in the last quarter of an hour"),
        (25, "not used for a quarter of an hour"),
    ]:
        with time_machine.travel(began + timedelta(minutes=minutes), tick=False):
            assert words in one_line(here.get(PAGE))
    assert abs(Session.objects.get(pk=key_of(here)).began_at - began) < timedelta(minutes=1)


def test_sessions_that_cannot_be_used_any_more_are_not_shown(people: People) -> None:
    old, idle, _other = signed_in(people.handler), signed_in(people.handler), signed_in(people.colleague)
    now = timezone.now()
    change(Session.objects.filter(pk=key_of(old)), began_at=now - timedelta(hours=13))
    change(Session.objects.filter(pk=key_of(idle)), expire_date=now - timedelta(minutes=1))
    assert not own_sessions(people.handler).exists()


def test_ended_session_is_out_at_once_and_the_others_stay(people: People) -> None:
    here, there, third = (signed_in(people.handler) for _each in range(3))
    answer = here.post(END, {"session": key_of(there)}, follow=True)
    assert "That session has ended." in one_line(answer)
    assert [is_in(here), is_in(there), is_in(third)] == [True, False, True]
    assert events(people, SESSIONS_ENDED) == [{"user": people.handler.pk, "number": 1, "others": False}]


def test_end_twice_is_one_event(people: People) -> None:
    here, there = signed_in(people.handler), signed_in(people.handler)
    which = key_of(there)
    here.post(END, {"session": which})
    assert "had ended already" in one_line(here.post(END, {"session": which}, follow=True))
    assert len(events(people, SESSIONS_ENDED)) == 1


def test_somebody_elses_session_is_not_ended_and_the_answer_is_the_same(people: People) -> None:
    here, others = signed_in(people.administrator), signed_in(people.handler)
    for which in (key_of(others), "0" * 40, "", "x" * 5000, "\0", "ÿ" * 40):
        assert "had ended already" in one_line(here.post(END, {"session": which}, follow=True))
    assert is_in(others)
    assert events(people, SESSIONS_ENDED) == []


def test_session_in_use_is_not_ended_here(people: People) -> None:
    here = signed_in(people.handler)
    here.post(END, {"session": key_of(here)})
    here.post(END, {})
    assert is_in(here)


def test_all_others_end_and_a_repeat_says_that_there_are_none(people: People) -> None:
    here, *there = (signed_in(people.handler) for _each in range(3))
    colleague = signed_in(people.colleague)
    assert "2 sessions have ended." in one_line(here.post(END_ELSEWHERE, follow=True))
    assert [is_in(one) for one in (here, *there, colleague)] == [True, False, False, True]
    assert "You are signed in nowhere else." in one_line(here.post(END_ELSEWHERE, follow=True))
    assert events(people, SESSIONS_ENDED) == [{"user": people.handler.pk, "number": 2, "others": True}]


def test_stale_page_of_an_ended_session_ends_nothing(people: People) -> None:
    here, there = signed_in(people.handler), signed_in(people.handler)
    here.post(END, {"session": key_of(there)})
    assert there.post(END, {"session": key_of(here)}).status_code in (302, 401)
    assert there.post(END_ELSEWHERE).status_code in (302, 401)
    assert is_in(here)


def test_nobody_without_a_session_ends_one(people: People) -> None:
    there = signed_in(people.handler)
    assert Client().post(END, {"session": key_of(there)}).status_code == 302
    assert is_in(there)


def test_action_takes_the_persons_own_only(people: People) -> None:
    there = key_of(signed_in(people.handler))
    assert not as_user(people.colleague, end_session, by=people.colleague, which=there, session_key="x")
    assert as_user(people.handler, end_session, by=people.handler, which=there, session_key="x")


def test_account_menu_and_tabs_lead_there(people: People) -> None:
    page = one_line(browser(people.funder).get("/accounts/password/change/"))
    assert page.count(f'href="{PAGE}"') == 2


# --- a changed password ----------------------------------------------------------------------------------------------


def test_changed_password_ends_the_other_sessions_and_is_an_event(people: People) -> None:
    """Before, they ended with their next request only, and nobody saw the change."""
    here, there = signed_in(people.handler), signed_in(people.handler)
    form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert here.post("/accounts/password/change/", form).status_code == 302
    assert set(Session.objects.values_list("pk", flat=True)) == {key_of(here)}
    assert [is_in(here), is_in(there)] == [True, False]
    assert events(people, USER_PASSWORD_CHANGED) == [{"user": people.handler.pk}]


def test_wrong_password_changes_nothing(people: People) -> None:
    here, there = signed_in(people.handler), signed_in(people.handler)
    form = {"oldpassword": "wrong", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    here.post("/accounts/password/change/", form)
    assert is_in(there)
    assert events(people, USER_PASSWORD_CHANGED) == []


def test_password_chosen_by_mail_ends_all_sessions_and_is_an_event(people: People) -> None:
    there, elsewhere = signed_in(people.handler), Client()
    elsewhere.post("/accounts/password/reset/", {"email": people.handler.email})
    (path,) = re.findall(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)
    page = elsewhere.get(path)
    form = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert elsewhere.post(page.headers["Location"], form).status_code == 302
    assert not is_in(there)
    assert events(people, USER_PASSWORD_CHANGED) == [{"user": people.handler.pk}]
