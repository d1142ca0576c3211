"""A signed-in browser for tests, and the number of queries of a page."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.accounts.models import User
from foundation.privacy.context import acting_as

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def sign_in(client: Client, user: User) -> None:
    """Begin a session as it is after password and second factor: with the note that allauth leaves in it."""
    client.force_login(user, BACKEND)
    session: Any = client.session
    record_authentication(cast(HttpRequest, SimpleNamespace(session=session)), user, method="mfa", type="totp")
    session.save()


def new_app_code(user: User) -> str:
    """Give the person an app with codes, in place of an earlier one; the code that it shows now."""
    secret = totp.generate_totp_secret()
    with acting_as(user, purpose="test"):
        Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
        totp.TOTP.activate(user, secret)
    return app_code(secret)


def app_code(secret: str) -> str:
    """What an app with this secret shows now."""
    *_earlier, now, _next = totp.yield_hotp_counters_from_time()
    return str(totp.format_hotp_value(totp.hotp_value(secret, now)))


def sign_in_by_form(client: Client, user: User, password: str) -> Any:
    """Sign in with the two forms, as a person with an app does; the last answer, redirects followed."""
    code = new_app_code(user)
    answer = client.post("/accounts/login/", {"login": user.email, "password": password}, follow=True)
    if answer.request["PATH_INFO"] != reverse("mfa_authenticate"):
        return answer
    return client.post(answer.request["PATH_INFO"], {"code": code}, follow=True)


def browser(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def one_line(answer: Any) -> str:
    """The text of a response with white space collapsed, so that templates may wrap lines."""
    return " ".join(answer.content.decode().split())


def queries_of(do: Callable[[], Any]) -> int:
    """Number of queries without savepoints, whose number differs when an access was recorded before."""
    with CaptureQueriesContext(connection) as captured:
        do()
    return sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)
