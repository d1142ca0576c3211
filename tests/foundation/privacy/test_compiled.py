from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from cluster import OwnDatabase
from django.db import connections
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError
from people import People, as_user, make_people, new_id

from foundation.privacy.compiled import Given, compiled
from foundation.privacy.context import acting_as
from hotline.contacts.actions import open_contact
from hotline.contacts.models import Contact, ContactQuerySet


def build(contact: Given, handler: Given) -> ContactQuerySet:
    rows = Contact.objects.to_write().filter(pk=contact, handler=handler)
    return rows.select_related("caller_type", "region").defer("notes")


locked = compiled(build)


@compiled
def of_handler(handler: Given) -> QuerySet[Contact]:
    return Contact.objects.filter(handler=handler).order_by("number")[:2]


def test_compiled_query_reads_what_the_queryset_reads(people: People) -> None:
    contact = as_user(people.handler, open_contact, by=people.handler, contact_id=new_id())
    with acting_as(people.handler, purpose="test"):
        expected = build(contact.pk, people.handler.pk).get()  # type: ignore[arg-type]
        found = locked.one(contact.pk, people.handler.pk)
    assert found == expected
    assert found is not None
    assert found.get_deferred_fields() == expected.get_deferred_fields() == {"notes"}
    assert (found.is_called_back, found.caller_type) == (False, expected.caller_type)
    names = {field.attname for field in Contact._meta.concrete_fields} - {"notes"}
    assert {name: found.__dict__[name] for name in names} == {name: expected.__dict__[name] for name in names}
    assert (found._state.db, found._state.adding) == ("default", False)


def test_each_call_has_its_own_arguments(people: People) -> None:
    first = [as_user(people.handler, open_contact, by=people.handler, contact_id=new_id()).pk for _number in range(3)]
    other = as_user(people.coordinator, open_contact, by=people.coordinator, contact_id=new_id()).pk
    with acting_as(people.coordinator, purpose="test"):
        assert [one.pk for one in of_handler(people.handler.pk)] == first[:2]
        assert [one.pk for one in of_handler(people.coordinator.pk)] == [other]
        assert of_handler(0) == []
        assert locked.one(other, people.handler.pk) is None


def test_wrong_number_of_arguments_is_refused(people: People) -> None:
    with pytest.raises(ValueError, match="shorter"):
        of_handler()


def test_rows_are_locked_only_in_a_transaction(own_database: OwnDatabase) -> None:
    with pytest.raises(TransactionManagementError):
        locked(new_id(), 1)


def test_threads_use_their_own_connections(own_database: OwnDatabase) -> None:
    people = make_people()
    contact = as_user(people.handler, open_contact, by=people.handler, contact_id=new_id())

    def read(_number: int) -> bool:
        try:
            with acting_as(people.handler, purpose="test"):
                return locked.one(contact.pk, people.handler.pk) == contact
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(read, range(12)))
