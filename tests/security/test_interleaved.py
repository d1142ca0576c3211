"""Requests of many people through four connections, one in ten of which fails: no row is ever another person's.

`LOTSE_INTERLEAVED=10000` asks for more requests than the suite makes.
"""

from __future__ import annotations

import os
import random
import re
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from assessments import make_contact
from cluster import OwnDatabase
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from people import as_user, current_actor_id, make_people, make_user

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from hotline.contacts import contact_views
from hotline.contacts.callbacks import complete_contact
from hotline.contacts.models import Contact

CONNECTIONS = 4
NUMBER = int(os.environ.get("LOTSE_INTERLEAVED", "200"))
SAID = re.compile(r"zq\d+x")


def owned(user: User, number: int) -> uuid.UUID:
    contact = make_contact(user, label=f"zq{number}x", alias=f"zq{number}x", notes=f"zq{number}x")
    as_user(user, complete_contact, by=user, contact_id=contact.pk)
    return contact.pk


def test_requests_through_four_connections_never_show_another_persons_rows(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = make_people()
    owners = [people.handler, people.colleague, people.other_handler]
    owners += [make_user((people.centre, Role.HANDLER)) for _ in range(5)]
    contacts = [owned(user, number) for number, user in enumerate(owners)]
    cookies = [_cookies(user) for user in owners]
    failing = threading.local()
    monkeypatch.setattr(contact_views, "render", _fails_for(failing, contact_views.render))

    def visit(number: int) -> str:
        chance = random.Random(number)
        who = chance.randrange(len(owners))
        whose = who if chance.random() < 0.6 else chance.randrange(len(owners))
        failing.how = chance.choice(["error", "sql"]) if chance.random() < 0.1 else ""
        client = Client(raise_request_exception=False)
        client.cookies.load(cookies[who])
        answer = client.get(reverse("hotline:contact", args=[contacts[whose]]))
        said = set(SAID.findall(answer.content.decode()))
        left = (current_actor_id(), Contact.objects.count())
        if said - {f"zq{who}x"} or left != (None, 0):
            return f"{number}: {said} for {who}, left {left}"
        if answer.status_code == 200 and not said:
            return f"{number}: an empty page"
        return str(answer.status_code)

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        got = list(pool.map(visit, range(NUMBER)))
        list(pool.map(lambda _: connections.close_all(), range(CONNECTIONS)))
    counts = {one: got.count(one) for one in set(got)}
    print(f"{NUMBER} requests through {CONNECTIONS} connections: {counts}")
    assert set(counts) == {"200", "404", "500"}


def _cookies(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies.output(header="", sep=";")


def _fails_for(failing: threading.local, render: Any) -> Any:
    """Fails after the page was made: in Python, or with an error of the database."""

    def rendered(*args: Any, **values: Any) -> Any:
        answer = render(*args, **values)
        if failing.how == "sql":
            with connection.cursor() as cursor:
                cursor.execute("select 1 / 0")
        if failing.how:
            raise RuntimeError("fails on purpose")
        return answer

    return rendered
