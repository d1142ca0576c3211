"""Requests of many people through four connections, one in ten of which fails: no row is ever another person's.

They go to the WSGI application in four threads, each with a connection that is kept between requests, as in production.
`LOTSE_INTERLEAVED=10000` asks for more requests than the suite makes.
"""

from __future__ import annotations

import io
import os
import random
import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from assessments import make_contact
from cluster import OwnDatabase
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from people import as_user, current_actor_id, make_people, make_user
from web import sign_in

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from hotline.contacts.callbacks import complete_contact
from hotline.contacts.models import Contact

CONNECTIONS = 4
NUMBER = int(os.environ.get("LOTSE_INTERLEAVED", "300"))
#: Longer than what a random token of a page could be by chance.
SAID = re.compile(r"canary\d+of-a-contact")
#: How requests fail: in the view, in the database, by a time limit, by a connection that ends, or by what was sent.
FAILURES = ["error", "sql", "timeout", "killed", "constraint", "bad form", "too large"]
pytestmark = pytest.mark.xdist_group("interleaved")


@dataclass
class Person:
    user: User
    cookie: str
    own: str
    """The canary in the notes of the person's own contact; empty for who has none."""
    may_see: set[str]


@dataclass
class World:
    people: list[Person]
    contacts: list[Any]
    application: Any


@pytest.fixture
def world(own_database: OwnDatabase) -> Any:
    people = make_people()
    owners = [people.handler, people.colleague, *(make_user((people.centre, Role.HANDLER)) for _ in range(5))]
    owners += [people.other_handler]
    canaries = [f"canary{number}of-a-contact" for number in range(len(owners))]
    contacts = [_owned(user, canary) for user, canary in zip(owners, canaries, strict=True)]
    cast = [Person(user, _cookie(user), own, {own}) for user, own in zip(owners, canaries, strict=True)]
    cast.append(Person(people.coordinator, _cookie(people.coordinator), "", set(canaries[:-1])))
    cast += [Person(user, _cookie(user), "", set()) for user in (people.worker, people.administrator, people.dpo)]
    with override_settings(ROOT_URLCONF="security.failing_urls"):
        yield World(cast, contacts, get_wsgi_application())


def _owned(user: User, canary: str) -> Any:
    contact = make_contact(user, label=canary, alias=canary, notes=canary)
    as_user(user, complete_contact, by=user, contact_id=contact.pk)
    return contact.pk


def _cookie(user: User) -> str:
    client = Client()
    sign_in(client, user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _ask(world: World, person: Person, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
    """One request as a server makes it; returns the status and everything that was answered."""
    sent = RequestFactory().generic(method, path, "&".join(f"{k}={v}" for k, v in (form or {}).items()))
    token = "a" * 32
    environ = sent.environ | {
        "HTTP_COOKIE": f"{person.cookie}; {settings.CSRF_COOKIE_NAME}={token}",
        "HTTP_X_CSRFTOKEN": token,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "wsgi.errors": io.StringIO(),
    }
    said: list[Any] = []
    answer = world.application(environ, lambda status, headers: said.extend([status, headers]))
    try:
        body = b"".join(answer).decode()
    finally:
        answer.close()
    return int(said[0].split()[0]), f"{body}{said[1]}"


def _asked(chance: random.Random, contact: Any, *, fails: bool) -> tuple[str, str, dict[str, str]]:
    """A page at random, or a request that fails. Returns how it fails, and what is asked."""
    if fails:
        how = chance.choice(FAILURES)
        if how == "bad form":
            return how, reverse("hotline:autosave", args=[contact]), {"notes": "x", "version": "none"}
        if how == "too large":
            return how, reverse("hotline:search"), {"q": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}
        return how, reverse("fails", args=[how, contact]), {}
    page = chance.choice(
        ["hotline:contact", "hotline:contact", "hotline:desk_contact", "hotline:contacts", "hotline:desk"]
    )
    return "", reverse(page, args=[contact] if page.endswith("contact") else []), {}


def _visit(world: World, number: int) -> str:
    """Asks for something as somebody. Returns a sentence if anything of it is somebody else's."""
    chance = random.Random(number)
    person = chance.choice(world.people)
    mine = world.people.index(person)
    fails = chance.random() < 0.1
    keeps_to_own = mine < len(world.contacts) and (fails or chance.random() < 0.6)
    whose = mine if keeps_to_own else chance.randrange(len(world.contacts))
    how, path, form = _asked(chance, world.contacts[whose], fails=fails)
    status, text = _ask(world, person, "POST" if form else "GET", path, form)
    foreign = set(SAID.findall(text)) - person.may_see
    left = (None, 0)
    if connection.connection is not None and not connection.connection.closed:
        left = (current_actor_id(), Contact.objects.count())
    if foreign or left != (None, 0):
        return f"{number}: {how or path} shows {foreign} to {person.own or person.user.pk}; the connection keeps {left}"
    if status == 200 and path == reverse("hotline:contact", args=[world.contacts[whose]]) and not SAID.findall(text):
        return f"{number}: an empty page"
    return f"{how or 'page'} {status}"


def _run(world: World, number: int) -> Counter[str]:
    """All requests through four threads, each with a connection of its own; prints what came of them."""
    together = threading.Barrier(CONNECTIONS)
    with ThreadPoolExecutor(CONNECTIONS, initializer=together.wait) as pool:
        got = Counter(pool.map(lambda one: _visit(world, one), range(number)))
        list(pool.map(lambda _: connections.close_all(), range(CONNECTIONS * 4)))
    print(f"{number} requests through {CONNECTIONS} connections: {dict(sorted(got.items()))}")
    return got


def test_requests_through_four_connections_never_show_another_persons_rows(world: World) -> None:
    got = _run(world, NUMBER)
    assert [said for said in got if ": " in said] == []
    failed = {said.rpartition(" ")[0] for said in got if not said.startswith("page")}
    assert failed == set(FAILURES)
    assert sum(count for said, count in got.items() if said == "page 200") > NUMBER / 4


def test_an_actor_that_stays_on_the_connection_would_be_found(world: World) -> None:
    """The mistake of a setting of the session instead of the transaction."""
    owner = world.people[0]
    status, _text = _ask(world, owner, "GET", reverse("fails", args=["left", world.contacts[0]]))
    assert status == 200
    assert current_actor_id() == owner.user.pk
    assert "the connection keeps" in _visit(world, 1)
