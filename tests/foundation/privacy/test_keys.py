from __future__ import annotations

import uuid

import pytest
from cluster import OwnDatabase
from contacts import a_contact
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from people import People, as_user, make_people, new_id
from referrals import offered, ready

from foundation.accounts.models import User
from foundation.privacy.context import acting_as
from foundation.privacy.keys import WrongKey, seal, unseal
from foundation.privacy.models import CACHE_SIZE, DataKey, opened_keys
from hotline.contacts.actions import open_contact
from hotline.contacts.models import Contact

keys = st.binary(min_size=32, max_size=32)


@given(key=keys, other=keys, plain=st.binary(), context=st.text(), elsewhere=st.text())
def test_a_sealed_value_opens_with_its_key_in_its_place_only(
    key: bytes, other: bytes, plain: bytes, context: str, elsewhere: str
) -> None:
    sealed = seal(key, plain, context)
    assert unseal(key, sealed, context) == plain
    for wrong_key, wrong_place in [(other, context), (key, elsewhere)]:
        if (wrong_key, wrong_place) != (key, context):
            with pytest.raises(WrongKey):
                unseal(wrong_key, sealed, wrong_place)


@given(crafted=st.binary(max_size=40))
def test_decrypting_unencrypted_bytes_is_refused(crafted: bytes) -> None:
    with pytest.raises(WrongKey):
        unseal(bytes(32), crafted, "here")


@pytest.mark.parametrize(("has_key", "is_erased"), [(True, True), (False, False)])
def test_a_data_key_is_either_there_or_erased(people: People, has_key: bool, is_erased: bool) -> None:
    key = DataKey(master_key="k1", wrapped=b"x" if has_key else None, erased_at=timezone.now() if is_erased else None)
    with acting_as(people.handler, purpose="test"):
        with pytest.raises(IntegrityError, match="data_key_present_or_erased"), transaction.atomic():
            key.save()


def test_the_application_cannot_change_a_data_key(people: People) -> None:
    contact = a_contact(people.coordinator)
    with acting_as(people.coordinator, purpose="test"):
        key = Contact.objects.select_related("data_key").get(pk=contact).data_key
        for statement in ("update privacy_datakey set master_key = 'k2'", "delete from privacy_datakey"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(f"{statement} where id = %s", [key.pk])
        assert DataKey.objects.get(pk=key.pk).master_key == key.master_key


def test_with_its_key_erased_a_dossier_cannot_be_read_within_a_minute(own_database: OwnDatabase) -> None:
    people, contact_id = make_people(), new_id()
    as_user(people.handler, open_contact, by=people.handler, contact_id=contact_id, details={"notes": "a canary"})
    own_database.sql("update privacy_datakey set wrapped = null, erased_at = now()")
    opened_keys.clear()  # what the minute does
    with acting_as(people.handler, purpose="test"):
        contact = Contact.objects.get(pk=contact_id)
        with pytest.raises(WrongKey):
            _ = contact.notes
        contact.label = "still there"
        contact.save(update_fields=["label"])
        assert Contact.objects.get(pk=contact_id).label == "still there"


def keys_seen_by(user: User) -> set[uuid.UUID]:
    return set(as_user(user, lambda: list(DataKey.objects.values_list("pk", flat=True))))


def test_only_the_keys_of_dossiers_that_the_actor_may_read_are_seen(db: None) -> None:
    people = ready()
    own, colleagues = (a_contact(user) for user in (people.handler, people.colleague))
    offered_case = offered(people)
    key_of = dict(as_user(people.coordinator, lambda: list(Contact.objects.values_list("pk", "data_key"))))
    assert key_of[own] in keys_seen_by(people.handler)
    assert key_of[colleagues] not in keys_seen_by(people.handler)
    assert keys_seen_by(people.coordinator) >= set(key_of.values())
    assert keys_seen_by(people.worker) == {offered_case.data_key_id}
    for user in (people.other_coordinator, people.other_worker, people.administrator, people.funder, people.liaison):
        assert keys_seen_by(user) == set()
    assert list(DataKey.objects.all()) == []


def test_repr_of_keys_shows_nothing(people: People) -> None:
    contact_id = a_contact(people.handler)
    with acting_as(people.handler, purpose="test"), connection.cursor() as cursor:
        key = Contact.objects.select_related("data_key").get(pk=contact_id).data_key
        cursor.execute("select wrapped from privacy_datakey where id = %s", [key.pk])
        assert key.unwrap() not in bytes(cursor.fetchone()[0])
        assert str(key) == str(key.pk)


def test_a_new_key_is_usable_although_many_others_were_opened(people: People) -> None:
    """The process forgets some keys when it knows many; not the one whose first row is being written."""
    with acting_as(people.handler, purpose="test"):
        for _each in range(2 * CACHE_SIZE):
            contact = Contact(centre=people.centre, handler=people.handler, data_key=DataKey.generate(), country="DE")
            DataKey.generate()  # as another thread does
            contact.notes = "a canary"
            assert Contact._meta.get_field("notes").pre_save(contact, add=True)
        assert len(opened_keys) <= CACHE_SIZE
