"""Sessions: who asks is read in one statement, and verified as Django does."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from past_policies import change
from people import People, make_user
from web import sign_in

from foundation.accounts.actions import end_role
from foundation.accounts.models import Session, User
from foundation.accounts.roles import Role
from foundation.accounts.sessions import SessionStore, stored_key, verified_user
from foundation.privacy.context import acting_as
from foundation.privacy.middleware import ActingAsMiddleware

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def signed_in(user: User) -> str:
    """The key of a new session."""
    client = Client()
    sign_in(client, user)
    return client.cookies["lotse_session"].value


def request_with(key: str | None) -> HttpRequest:
    request = RequestFactory().get("/")
    request.session = SessionStore(key)
    return request


def test_a_session_reads_its_user_with_roles_and_organisations_in_one_statement(people: People) -> None:
    user = make_user((people.centre, Role.HANDLER), (people.centre, Role.DPO))
    key = signed_in(user)
    with CaptureQueriesContext(connection) as asked:
        known = verified_user(request_with(key))
        roles = [(one.role, one.organisation.name, one.user) for one in known.active_memberships]
        assert (known, known.centre) == (user, people.centre)
    assert len(asked) == 1
    assert roles == [(role.value, people.centre.name, user) for role in (Role.HANDLER, Role.DPO)]
    assert [vars(one) for one in _plain(known)] == [vars(one) for one in _plain(User.objects.get(pk=user.pk))]


def _plain(user: User) -> list[User]:
    """The user without what was read along, to compare columns."""
    for name in ("active_memberships", "centre", "backend", "_state"):
        vars(user).pop(name, None)
    return [user]


def test_signed_in_request_that_asks_nothing_makes_two_statements(people: People) -> None:
    request = request_with(signed_in(people.handler))
    request.session["renewed_at"] = request.session["signed_in_at"] = 9_999_999_999
    request.session.save()
    request = request_with(request.session.session_key)

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.user.name)

    with CaptureQueriesContext(connection) as asked:
        request.user = verified_user(request)
        assert ActingAsMiddleware(view)(request).content.decode() == people.handler.name
    named = [one["sql"] for one in asked if not one["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]
    # The last one resets the actor only inside a test's own transaction.
    assert [sql.split("'")[0].strip().split()[0] for sql in named[:2]] == ["select", "select"]
    assert len(named) == 3
    assert "accounts_session" in named[0]
    assert "set_config" in named[1]


def test_user_without_roles_is_known(people: People) -> None:
    user = make_user()
    known = verified_user(request_with(signed_in(user)))
    assert (known, known.active_memberships, known.centre) == (user, [], None)


def test_ended_role_is_not_read(people: People) -> None:
    user = make_user((people.centre, Role.HANDLER), (people.centre, Role.DPO))
    with acting_as(people.administrator, purpose="test"):
        end_role(by=people.administrator, membership=user.active_memberships[0])
    known = verified_user(request_with(signed_in(user)))
    assert [one.role for one in known.active_memberships] == [Role.DPO]


@pytest.mark.parametrize("key", [None, "unknown"])
def test_without_a_session_nobody_is_known(people: People, key: str | None) -> None:
    assert isinstance(verified_user(request_with(key)), AnonymousUser)


def test_inactive_user_is_not_known(people: People) -> None:
    key = signed_in(people.handler)
    change(User.objects.filter(pk=people.handler.pk), is_active=False)
    assert isinstance(verified_user(request_with(key)), AnonymousUser)


def test_changed_password_ends_the_session(people: People) -> None:
    key = signed_in(people.handler)
    people.handler.set_password("quite another long password")
    people.handler.save()
    assert isinstance(verified_user(request_with(key)), AnonymousUser)
    assert not SessionStore(key).is_alive()


@pytest.mark.parametrize("changed", [{HASH_SESSION_KEY: ""}, {"_auth_user_backend": "no.such.Backend"}])
def test_session_that_fails_a_check_knows_nobody(people: People, changed: dict[str, str]) -> None:
    session = SessionStore(signed_in(people.handler))
    session.update(changed)
    session.save()
    assert isinstance(verified_user(request_with(session.session_key)), AnonymousUser)


def test_user_of_the_data_counts_and_not_the_column(people: People) -> None:
    key = signed_in(people.handler)
    Session.objects.update(user=people.coordinator)
    assert verified_user(request_with(key)) == people.handler
    assert SessionStore(key)[SESSION_KEY] == str(people.handler.pk)


def test_signing_out_leaves_no_session(people: People) -> None:
    client = Client()
    sign_in(client, people.handler)
    assert Session.objects.get().user == people.handler
    client.logout()
    assert Session.objects.count() == 0


def test_session_of_nobody_has_no_user(db: None) -> None:
    session = SessionStore()
    session["theme"] = "dark"
    session.save()
    assert Session.objects.get().user is None
    assert isinstance(verified_user(request_with(session.session_key)), AnonymousUser)


def test_the_table_does_not_have_the_key_of_the_cookie(people: People) -> None:
    key = signed_in(people.handler)
    stored = Session.objects.get()
    assert key not in (stored.pk, stored.session_data)
    assert SessionStore(key).is_alive()
    assert not SessionStore(stored.pk).is_alive()
    assert isinstance(verified_user(request_with(stored.pk)), AnonymousUser)


def test_the_content_of_a_session_cannot_be_copied_to_another(people: People) -> None:
    victim = Session.objects.get(pk=stored_key(signed_in(people.coordinator)))
    own = signed_in(people.handler)
    Session.objects.filter(pk=stored_key(own)).update(session_data=victim.session_data, user=people.coordinator)
    assert isinstance(verified_user(request_with(own)), AnonymousUser)


def test_asynchronous_code_reads_the_same_session(db: None) -> None:
    @async_to_sync
    async def used() -> list[object]:
        session = SessionStore()
        await session.aset("theme", "dark")
        await session.asave()
        key = session.session_key
        found = [await SessionStore(key).aget("theme"), await SessionStore().aexists(key)]
        await session.adelete(key)
        return [*found, await SessionStore(key).aget("theme")]

    assert used() == ["dark", True, None]


def test_a_new_key_leaves_no_earlier_session(people: People) -> None:
    first = signed_in(people.handler)
    session = SessionStore(first)
    session.cycle_key()
    assert session.session_key != first
    assert [SessionStore(first).is_alive(), SessionStore(session.session_key).is_alive()] == [False, True]
    assert verified_user(request_with(session.session_key)) == people.handler
