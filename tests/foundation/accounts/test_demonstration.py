"""A demonstration asks for no second factor; all other data do, also if an invented organisation is among them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from past_policies import change
from people import PASSWORD, as_user, make_organisation, make_user
from web import one_line

from demo.people import BIRDS
from foundation.accounts.actions import create_organisation
from foundation.accounts.demonstration import is_demonstration
from foundation.accounts.models import Organisation, OrganisationKind, User
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as

CLICK = "/accounts/demonstration/"
BANNER = "Everything here is fictional. Do not enter real data."


@dataclass(frozen=True)
class Demonstration:
    centre: Organisation
    handler: User
    administrator: User


@pytest.fixture
def demonstration(db: None) -> Demonstration:
    centre = make_organisation("Invented", OrganisationKind.CENTRE, is_demo=True)
    return Demonstration(centre, make_user((centre, Role.HANDLER)), make_user((centre, Role.ADMINISTRATOR)))


def real_organisation() -> Organisation:
    return make_organisation("Real", OrganisationKind.PARTNER)


def clicked(user: User) -> Client:
    client = Client(headers={"Accept": "text/html"})
    assert client.post(CLICK, {"email": user.email}).headers["Location"] == "/"
    return client


def is_in(client: Client) -> bool:
    return client.get("/desk/").status_code == 200


def test_one_click_signs_in_under_a_banner(demonstration: Demonstration) -> None:
    client = clicked(demonstration.handler)
    assert BANNER in one_line(client.get("/desk/"))


def test_sign_in_page_offers_everybody_of_the_demonstration(demonstration: Demonstration) -> None:
    page = Client().get("/accounts/login/").content.decode()
    assert re.findall(r'name="email" value="(.+?)"', page) == [bird.email for bird in BIRDS]
    assert BANNER in " ".join(page.split())


def test_password_signs_in_without_a_second_factor(demonstration: Demonstration) -> None:
    client = Client(headers={"Accept": "text/html"})
    client.post("/accounts/login/", {"login": demonstration.handler.email, "password": PASSWORD})
    assert is_in(client)


def test_another_click_changes_the_person(demonstration: Demonstration) -> None:
    client = clicked(demonstration.handler)
    client.post(CLICK, {"email": demonstration.administrator.email})
    assert client.get("/accounts/session/").json()["user"] == demonstration.administrator.pk


@pytest.mark.parametrize("email", ["", "nobody@example.org", "service"])
def test_click_on_nobody_is_404(demonstration: Demonstration, email: str) -> None:
    if email == "service":
        email = User.objects.get(service="relay").email
    assert Client().post(CLICK, {"email": email}).status_code == 404
    assert Client().get(CLICK).status_code == 405


def test_closed_account_cannot_be_clicked(demonstration: Demonstration) -> None:
    change(User.objects.filter(pk=demonstration.handler.pk), is_active=False)
    assert Client().post(CLICK, {"email": demonstration.handler.email}).status_code == 404


def test_real_organisation_beside_it_ends_the_demonstration_at_once(demonstration: Demonstration) -> None:
    client = clicked(demonstration.handler)
    real_organisation()
    assert client.get("/desk/").headers["Location"] == "/accounts/second-factor/"
    assert Client().post(CLICK, {"email": demonstration.handler.email}).status_code == 404
    page = one_line(Client().get("/accounts/login/"))
    assert BANNER not in page
    assert CLICK not in page


@pytest.mark.parametrize("is_empty", [True, False])
def test_without_a_mark_nothing_is_a_demonstration(db: None, is_empty: bool) -> None:
    user = make_user() if is_empty else make_user((real_organisation(), Role.PARTNER_WORKER))
    assert not is_demonstration()
    assert Client().post(CLICK, {"email": user.email}).status_code == 404
    client = Client(headers={"Accept": "text/html"})
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert client.get("/").headers["Location"] == "/accounts/second-factor/"


def test_organisation_added_in_a_demonstration_is_part_of_it(demonstration: Demonstration) -> None:
    as_user(
        demonstration.administrator,
        create_organisation,
        by=demonstration.administrator,
        name="Another",
        kind=OrganisationKind.PARTNER,
    )
    assert is_demonstration()
    assert is_in(clicked(demonstration.handler))


@pytest.mark.parametrize(
    "statement",
    [
        "update accounts_organisation set is_demo = true",
        "update accounts_organisation set is_demo = true where not is_demo",
        "insert into accounts_organisation (name, kind, country, time_zone, is_active, is_demo, version)"
        " values ('x', 'centre', 'DE', 'Europe/Berlin', true, true, 0)",
    ],
)
def test_database_does_not_take_the_mark_where_a_real_organisation_is(
    demonstration: Demonstration, statement: str
) -> None:
    """As the role of the web, in the name of setting up, which may mark others."""
    real_organisation()
    with acting_as(service_user(Service.SETUP), purpose="test"):
        with pytest.raises(DatabaseError, match="a real organisation is here"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement)
    assert not is_demonstration()
