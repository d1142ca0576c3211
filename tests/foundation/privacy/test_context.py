from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from cluster import OwnDatabase
from django.db import DatabaseError, OperationalError, connection, connections, transaction
from django.db.transaction import TransactionManagementError
from people import People, as_user, current_actor_id, make_people, new_id

from foundation.accounts.models import User
from foundation.privacy.context import acting_as
from hotline.contacts.actions import open_contact
from hotline.contacts.models import Contact

END = "select pg_terminate_backend({}, 5000)"


def contact_of(user: User) -> uuid.UUID:
    contact_id = new_id()
    as_user(user, open_contact, by=user, contact_id=contact_id)
    return contact_id


def seen() -> list[uuid.UUID]:
    return list(Contact.objects.values_list("pk", flat=True))


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_without_a_context_there_are_no_rows(people: People) -> None:
    contact_id = contact_of(people.handler)
    assert seen() == []
    with acting_as(people.handler, purpose="test"):
        assert seen() == [contact_id]
    assert seen() == []


def test_the_actor_may_be_given_as_a_key(people: People) -> None:
    with acting_as(people.handler.pk, purpose="test"):
        assert current_actor_id() == people.handler.pk


def test_a_nested_context_is_refused(people: People) -> None:
    with acting_as(people.handler, purpose="test"):
        with pytest.raises(RuntimeError), acting_as(people.coordinator, purpose="test"):
            pass
        assert current_actor_id() == people.handler.pk


def test_a_context_inside_a_transaction_is_refused(own_database: OwnDatabase) -> None:
    people = make_people()
    with transaction.atomic(), pytest.raises(RuntimeError), acting_as(people.handler, purpose="test"):
        pass


@pytest.mark.parametrize("actor", [User(), 0])
def test_an_actor_that_is_not_stored_is_refused(actor: User | int, db: None) -> None:
    with pytest.raises(ValueError, match="stored actor"), acting_as(actor, purpose="test"):
        pass


def test_the_actor_goes_with_an_inner_savepoint_that_fails(people: People) -> None:
    with acting_as(people.handler, purpose="test"):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            _ = 1 / 0
        assert current_actor_id() == people.handler.pk
    assert current_actor_id() is None


def test_actor_is_reset_after_the_block_even_on_errors(own_database: OwnDatabase) -> None:
    people = make_people()
    same_connection = backend()
    with acting_as(people.handler, purpose="test"):
        pass
    assert current_actor_id() is None
    with acting_as(people.handler, purpose="test"):
        transaction.set_rollback(True)
    assert current_actor_id() is None
    with pytest.raises(ZeroDivisionError), acting_as(people.handler, purpose="test"):
        _ = 1 / 0
    assert current_actor_id() is None
    with pytest.raises(DatabaseError), acting_as(people.handler, purpose="test"), connection.cursor() as cursor:
        cursor.execute("select 1 / 0")
    assert current_actor_id() is None
    assert backend() == same_connection


def test_another_person_on_the_same_connection_sees_nothing_of_the_first(own_database: OwnDatabase) -> None:
    people = make_people()
    contact_id = contact_of(people.handler)
    same_connection = backend()
    with acting_as(people.handler, purpose="test"):
        assert seen() == [contact_id]
    with acting_as(people.other_handler, purpose="test"):
        assert seen() == []
    assert seen() == []
    assert backend() == same_connection


def test_threads_that_reuse_connections_never_mix_persons(own_database: OwnDatabase) -> None:
    people = make_people()
    owners = [people.handler, people.colleague, people.other_handler]
    contacts = {user.pk: [contact_of(user)] for user in owners}
    together = threading.Barrier(4)

    def visit(number: int) -> bool:
        if number < together.parties:
            together.wait(timeout=10)
        if number % 4 == 3:
            return seen() == []
        user = owners[number % 4]
        with acting_as(user, purpose="test"):
            return seen() == contacts[user.pk]

    with ThreadPoolExecutor(together.parties) as pool:
        right = list(pool.map(visit, range(80)))
        list(pool.map(lambda _: connections.close_all(), range(together.parties)))
    assert right == [True] * 80


def test_caught_database_error_makes_the_block_raise(own_database: OwnDatabase) -> None:
    people = make_people()
    with pytest.raises(TransactionManagementError), acting_as(people.handler, purpose="test"):
        open_contact(by=people.handler, contact_id=new_id())
        try:
            with connection.cursor() as cursor:
                cursor.execute("select 1 / 0")
        except DatabaseError:
            pass
    with acting_as(people.handler, purpose="test"):
        assert seen() == []


def test_a_server_that_goes_while_somebody_begins_to_act_is_an_error_like_any_other(own_database: OwnDatabase) -> None:
    """Webhooks and tasks try again after an OperationalError, and the relay waits."""
    people = make_people()
    gone = backend()
    with connection.execute_wrapper(lambda run, *rest: (own_database.sql(END.format(gone)), run(*rest))[1]):
        with pytest.raises(OperationalError), acting_as(people.handler, purpose="test"):
            pass  # pragma: no cover  the context does not begin
    connection.close()
    with acting_as(people.handler, purpose="test"):
        assert current_actor_id() == people.handler.pk
