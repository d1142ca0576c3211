"""Finding 9: the web login reads and overwrites all password hashes and inserts roles. By SQL, as lotse_web."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import pytest
from django.contrib.auth.hashers import make_password
from django.db import Error, connection, transaction
from people import PASSWORD, People, make_user

from foundation.accounts.models import User
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as

EVERYBODY = ["nobody", "handler", "coordinator", "administrator", "dpo", "funder", "worker", "relay", "public", "setup"]


def as_who(people: People, name: str) -> AbstractContextManager[None]:
    if name == "nobody":
        return nullcontext()
    if name in list(Service):
        return acting_as(service_user(Service(name)), purpose="test")
    return acting_as(getattr(people, name), purpose="test")


def changed(statement: str) -> int:
    """How many rows; 0 if it is refused."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            return int(cursor.rowcount)
    except Error:
        return 0


def hashes() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select user_id from accounts_passwordhash")
        return [pk for (pk,) in cursor.fetchall()]


@pytest.mark.parametrize("name", EVERYBODY)
def test_nobody_reads_or_writes_the_hash_of_somebody_else(people: People, name: str) -> None:
    mine = make_password("a password of my own")
    victim = people.colleague.pk
    with as_who(people, name):
        own = getattr(people, name).pk if hasattr(people, name) else None
        assert hashes() == ([own] if own else [])
        assert changed(f"update accounts_passwordhash set encoded = '{mine}' where user_id <> {own or 0}") == 0
        assert changed(f"update accounts_passwordhash set user_id = {victim}") == 0
        assert changed("delete from accounts_passwordhash") == 0
        if name not in ("setup", "sign_in"):
            new = f"insert into accounts_passwordhash values ({make_user().pk}, '{mine}', now())"
            assert changed(new) == 0
    assert User.objects.get(pk=victim).check_password(PASSWORD)


@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.parametrize(
    "values",
    [
        "email = 'mine@example.org'",
        "stamp = 'chosen'",
        "service = 'relay2'",
        "date_joined = now()",
        "last_login = now()",
        "is_active = not is_active, service = 'x'",
    ],
)
def test_nobody_changes_a_colleagues_account_past_the_rules(people: People, name: str, values: str) -> None:
    if name == "setup":
        values = "service = 'x'"
    with as_who(people, name):
        assert changed(f"update accounts_user set {values} where id = {people.colleague.pk}") == 0


@pytest.mark.parametrize("name", ["nobody", "handler", "coordinator", "dpo", "funder", "worker", "relay"])
@pytest.mark.parametrize(
    "statement",
    [
        "update accounts_user set is_active = false where id = {victim}",
        "update accounts_user set name = 'x' where id = {victim}",
        "update accounts_user set language = 'fr' where id = {victim}",
        "delete from accounts_user where id = {victim}",
        "update accounts_organisation set name = 'x'",
        "delete from accounts_organisation",
        "insert into accounts_organisation (name, kind, country, time_zone, is_active, is_demo, version)"
        " values ('x', 'centre', 'DE', 'UTC', true, true, 0)",
        "insert into accounts_membership (user_id, organisation_id, role, started_at, granted_by_id)"
        " values ({victim}, {centre}, 'funder', now(), {actor})",
        "update accounts_membership set ended_at = now(), ended_by_id = {actor}",
        "insert into accounts_user (email, name, language, is_active, service, date_joined, version, stamp, made_by_id)"
        " values ('x@example.org', 'x', 'en', true, '', now(), 0, '!', {actor})",
        'insert into account_emailaddress (user_id, email, verified, "primary")'
        " values ({victim}, 'mine@example.org', true, false)",
    ],
)
def test_only_administrators_write_users_roles_and_organisations(people: People, name: str, statement: str) -> None:
    actor = getattr(people, name, people.administrator).pk
    values = {"victim": people.colleague.pk, "centre": people.centre.pk, "actor": actor}
    with as_who(people, name):
        assert changed(statement.format(**values)) == 0
    if statement.startswith("update accounts_user"):
        with as_who(people, "administrator"):
            assert changed(statement.format(**values)) == 1


def test_an_administrator_sets_no_password_and_ends_nothing_in_anothers_name(people: People) -> None:
    with as_who(people, "administrator"):
        assert changed(f"update accounts_user set stamp = '!gone' where id = {people.handler.pk}") == 1
        assert changed(f"update accounts_user set stamp = 'chosen' where id = {people.handler.pk}") == 0
        assert changed(f"update accounts_membership set ended_at = now(), ended_by_id = {people.dpo.pk}") == 0
        assert changed(f"update accounts_user set email = 'mine@example.org' where id = {people.handler.pk}") == 0
        assert changed(f"update accounts_user set email = 'other@example.org' where id = {people.funder.pk}") == 1
        address = (
            'insert into account_emailaddress (user_id, email, verified, "primary")'
            f" values ({people.handler.pk}, 'mine@example.org', true, false)"
        )
        assert changed(address) == 0
        assert changed("update accounts_organisation set is_demo = true") == 0


def test_people_change_their_own_language_and_address_and_no_more(people: People) -> None:
    mine = people.handler.pk
    with as_who(people, "handler"):
        assert changed(f"update accounts_user set language = 'de' where id = {mine}") == 1
        for values in ("name = 'x'", "is_active = false", "service = 'relay2'", "id = 0"):
            assert changed(f"update accounts_user set {values} where id = {mine}") == 0
        assert (
            changed(
                'insert into account_emailaddress (user_id, email, verified, "primary")'
                f" values ({mine}, 'second@example.org', false, false)"
            )
            == 1
        )


def test_the_sign_in_changes_passwords_and_the_last_sign_in_only(people: People) -> None:
    with as_who(people, "sign_in"):
        assert len(hashes()) >= len(people.everybody)
        victim = f"where id = {people.handler.pk}"
        assert changed(f"update accounts_user set last_login = now(), stamp = 'new' {victim}") == 1
        for values in ("email = 'x@example.org'", "is_active = false", "name = 'x'", "language = 'fr'"):
            assert changed(f"update accounts_user set {values} {victim}") == 0
        assert changed("update accounts_user set stamp = 'new' where service = 'relay'") == 0


# --- links to a directory (ADR 40) -----------------------------------------------------------------------------------


def link(user: User, digest: str = "mine") -> str:
    return f"insert into accounts_directorylink (digest, user_id, linked_at) values ('{digest}', {user.pk}, now())"


@pytest.mark.parametrize("name", EVERYBODY)
def test_nobody_links_an_account_to_a_directory_but_the_sign_in(people: People, name: str) -> None:
    mine = getattr(people, name, people.handler)
    with as_who(people, name):
        assert changed(link(mine)) == changed(link(people.colleague)) == 0
    with as_who(people, "sign_in"):
        assert changed(link(people.colleague)) == 1
        assert changed(link(people.colleague, "second")) == changed(link(people.handler, "mine")) == 0
        assert changed(link(service_user(Service.RELAY), "service")) == 0
    with as_who(people, name):
        assert changed(f"update accounts_directorylink set user_id = {mine.pk}") == 0
        assert changed("update accounts_directorylink set digest = 'mine'") == 0
        ended = changed(f"delete from accounts_directorylink where user_id = {people.colleague.pk}")
        assert ended == (1 if name == "administrator" else 0)


def test_a_closed_account_is_not_linked_and_links_are_read_by_few(people: People) -> None:
    with as_who(people, "administrator"):
        assert changed(f"update accounts_user set is_active = false where id = {people.colleague.pk}") == 1
    with as_who(people, "sign_in"):
        assert changed(link(people.colleague)) == 0
        assert changed(link(people.handler)) == 1
        assert changed("delete from accounts_directorylink") == changed(
            "update accounts_directorylink set digest = 'x'"
        )
    readers = []
    for name in EVERYBODY:
        with as_who(people, name), connection.cursor() as cursor:
            cursor.execute("select count(*) from accounts_directorylink")
            readers += [name] * cursor.fetchone()[0]
    assert readers == ["handler", "administrator"]


def test_an_administrator_keeps_their_own_link(people: People) -> None:
    with as_who(people, "sign_in"):
        assert changed(link(people.administrator)) == 1
    with as_who(people, "administrator"):
        assert changed("delete from accounts_directorylink") == 0
