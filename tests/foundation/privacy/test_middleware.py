from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from contacts import browser
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from people import People, current_actor_id, new_id

from foundation.accounts.models import User
from foundation.accounts.sessions import SessionStore
from foundation.privacy.context import acting_as
from foundation.privacy.middleware import ActingAsMiddleware
from hotline.contacts.actions import open_contact
from hotline.contacts.models import Contact


def ask(user: User | AnonymousUser, view: Callable[[HttpRequest], HttpResponse], **session: object) -> HttpResponse:
    request = RequestFactory().get("/")
    request.user = user
    request.session = SessionStore()
    request.session.update(session)
    return ActingAsMiddleware(view)(request)


def actor(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(current_actor_id()))


def test_a_request_acts_as_its_person_and_is_not_kept_by_browsers(people: People) -> None:
    answer = ask(people.handler, actor)
    assert (answer.content, answer["Cache-Control"]) == (str(people.handler.pk).encode(), "no-store")
    assert current_actor_id() is None


def test_an_anonymous_request_has_no_actor(db: None) -> None:
    assert ask(AnonymousUser(), actor).content == b"None"


@pytest.mark.parametrize(("status", "kept"), [(200, 1), (302, 1), (404, 1), (422, 1), (500, 0), (503, 0)])
def test_only_a_failure_of_the_server_undoes_what_was_written(people: People, status: int, kept: int) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        open_contact(by=people.handler, contact_id=new_id())
        return HttpResponse(status=status)

    ask(people.handler, view)
    with acting_as(people.handler, purpose="test"):
        assert Contact.objects.count() == kept


def test_a_session_ends_at_its_greatest_age(people: People) -> None:
    young, old = int(time.time()) - 12 * 3600 + 60, int(time.time()) - 12 * 3600 - 60
    assert ask(people.handler, actor, signed_in_at=young).content == str(people.handler.pk).encode()
    assert ask(people.handler, actor, signed_in_at=old).content == b"None"


def test_the_age_counts_from_the_first_request(people: People) -> None:
    seen: list[int] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request.session["signed_in_at"])
        return HttpResponse()

    ask(people.handler, view)
    ask(people.handler, view, signed_in_at=int(time.time()) - 100)
    assert seen[0] - seen[1] in (100, 101)


def test_a_session_in_use_is_renewed_once_a_minute_and_ends_half_an_hour_after(
    people: People,
) -> None:
    client, began = browser(people.handler), timezone.now()
    for minutes, writes in [(0, 1), (0.5, 0), (1.1, 1), (29, 1), (58, 1)]:
        with time_machine.travel(began + timedelta(minutes=minutes)), CaptureQueriesContext(connection) as asked:
            assert client.get("/desk/").status_code == 200
            assert sum('UPDATE "accounts_session"' in one["sql"] for one in asked.captured_queries) == writes
    with time_machine.travel(began + timedelta(minutes=58 + 31)):
        assert client.get("/desk/").status_code == 302
