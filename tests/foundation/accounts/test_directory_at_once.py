"""First sign-ins through the directory in several browsers at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cluster import OwnDatabase
from past_policies import change
from people import as_user, make_people
from referrals import in_threads

from foundation.accounts.directory import Identity
from foundation.accounts.directory_actions import Reason, Refused, person_of
from foundation.accounts.models import DirectoryLink, User
from foundation.accounts.services import Service, service_user
from foundation.journal.models import Event

ISSUER = "https://login.example.org"


def known_as(subject: str) -> Identity:
    return Identity(ISSUER, subject, "ada@example.org", is_verified=True, methods=frozenset())


def test_they_make_one_link(own_database: OwnDatabase, settings: Any) -> None:
    settings.DIRECTORY = {"issuer": ISSUER, "domains": ["example.org"]}
    people, service = make_people(), service_user(Service.SIGN_IN)
    change(User.objects.filter(pk=people.handler.pk), email="ada@example.org")
    attempt: Callable[[str], Any] = lambda one: as_user(service, person_of, by=service, identity=known_as(one))  # noqa: E731
    assert in_threads(*[lambda: attempt("first")] * 4) == []
    (refused,) = in_threads(lambda: attempt("second"))
    assert isinstance(refused, Refused)
    assert refused.reason == Reason.OTHER_ACCOUNT
    by = people.administrator
    assert as_user(by, DirectoryLink.objects.count) == 1
    assert as_user(people.dpo, Event.objects.filter(kind="user.directory_linked").count) == 1
