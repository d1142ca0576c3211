"""Encrypted fields, through the table that has most of them: contacts."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import connection, models, transaction
from django.db.models import F
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from people import People, new_id

from foundation.privacy.actions import new_data_key
from foundation.privacy.context import acting_as
from foundation.privacy.fields import EncryptedJSONField, EncryptedTextField, Sealed
from foundation.privacy.keys import WrongKey, keyring
from foundation.privacy.models import opened_keys
from hotline.contacts.actions import open_contact
from hotline.contacts.models import Callback, Contact

SECRET = "a canary that nobody may hear"
with_database = examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def contact(people: People, request: pytest.FixtureRequest) -> Any:
    """A contact with notes, inside the context of its handler."""
    opened_keys.clear()
    with acting_as(people.handler, purpose="test"):
        yield open_contact(by=people.handler, contact_id=new_id(), details={"notes": SECRET, "alias": "Canary"})
    opened_keys.clear()


def raw(contact: Contact, column: str = "notes") -> bytes | None:
    with connection.cursor() as cursor:
        cursor.execute(f"select {column} from hotline_contact where id = %s", [contact.pk])
        value = cursor.fetchone()[0]
    return None if value is None else bytes(value)


def again(contact: Contact) -> Contact:
    return Contact.objects.get(pk=contact.pk)


def move(source: str, to: Contact, column: str) -> None:
    """Copy a ciphertext in the database, as an attacker with access to it could."""
    with connection.cursor() as cursor:
        cursor.execute(f"update hotline_contact set {column} = ({source}) where id = %s", [to.pk])


@with_database
@given(text=st.text())
def test_any_encrypted_text_is_read_back_unchanged(contact: Contact, text: str) -> None:
    contact.notes = text
    contact.save(update_fields=["notes"])
    assert contact.notes == text
    assert again(contact).notes == text
    assert (raw(contact) is None) == (text == "")


class Paper(models.Model):
    """Stands in no database: a row to seal JSON for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    data_key_id = models.UUIDField()
    facts = EncryptedJSONField()

    class Meta:
        app_label = "privacy"
        apps = Apps()

    def __str__(self) -> str:
        return "paper"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@with_database
@given(facts=st.dictionaries(st.text(), JSON, max_size=6))
def test_any_encrypted_json_is_read_back_unchanged(contact: Contact, facts: dict[str, Any]) -> None:
    field = Paper._meta.get_field("facts")
    assert isinstance(field, EncryptedJSONField)
    paper = Paper(data_key_id=contact.data_key_id, facts=facts)
    sealed = field.pre_save(paper, add=True)
    stored = Paper(id=paper.pk, data_key_id=contact.data_key_id, facts=field.from_db_value(sealed, None, None))
    assert stored.facts == facts
    assert (sealed is None) == (facts == {})


def test_the_column_holds_no_plain_text(contact: Contact) -> None:
    stored = raw(contact)
    assert stored is not None
    assert SECRET.encode() not in stored
    assert not any(SECRET.encode()[at : at + 4] in stored for at in range(len(SECRET) - 4))


def test_the_same_text_is_sealed_differently_each_time(contact: Contact) -> None:
    first = raw(contact)
    contact.save(update_fields=["notes"])
    assert raw(contact) != first


def test_a_value_that_nobody_opened_is_saved_as_it_is(contact: Contact) -> None:
    first = raw(contact)
    again(contact).save(update_fields=["notes"])
    assert raw(contact) == first


def test_a_row_whose_key_came_as_text_can_be_read(contact: Contact) -> None:
    spelt = str(new_id()).upper().replace("-", "")
    other = Contact(pk=spelt, centre_id=contact.centre_id, handler_id=contact.handler_id, country="DE")
    other.data_key = contact.data_key
    other.notes = SECRET
    other.save(force_insert=True)
    assert Contact.objects.get(pk=uuid.UUID(spelt)).notes == SECRET


@pytest.mark.parametrize("column", ["alias", "phone", "advice"])
def test_a_ciphertext_in_another_column_does_not_open(contact: Contact, column: str) -> None:
    move("notes", contact, column)
    with pytest.raises(WrongKey):
        getattr(again(contact), column)


def test_a_ciphertext_in_another_row_does_not_open(contact: Contact, people: People) -> None:
    other = open_contact(by=people.handler, contact_id=new_id(), details={"notes": "other"})
    move(f"select notes from hotline_contact where id = '{contact.pk}'", other, "notes")
    with pytest.raises(WrongKey):
        _ = again(other).notes


def test_a_ciphertext_in_another_table_does_not_open(contact: Contact) -> None:
    sealed = Contact.objects.values_list("notes", flat=True).get(pk=contact.pk)
    field = Callback._meta.get_field("note")
    assert isinstance(field, EncryptedTextField)
    with pytest.raises(WrongKey):
        field.unseal(Callback(pk=contact.pk, data_key_id=contact.data_key_id), sealed)


@pytest.mark.parametrize(
    "crafted",
    [b"", b"\x01", b"\x02" + bytes(60), b"\x01" + bytes(15), b"\x01" + bytes(16), b"\x01" + bytes(80)],
)
def test_crafted_bytes_are_refused(contact: Contact, crafted: bytes) -> None:
    move(f"select decode('{crafted.hex()}', 'hex')", contact, "notes")
    with pytest.raises(WrongKey):
        _ = again(contact).notes


def test_each_changed_byte_is_noticed(contact: Contact) -> None:
    sealed = raw(contact)
    assert sealed is not None
    field = Contact._meta.get_field("notes")
    assert isinstance(field, EncryptedTextField)
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(WrongKey):
            field.unseal(contact, Sealed(changed))


def test_a_wrong_master_key_is_an_error(contact: Contact, settings: Any) -> None:
    settings.LOTSE_KEYS = {**settings.LOTSE_KEYS, "master": {"k1": bytes(32)}}
    _with_new_keyring()
    with pytest.raises(WrongKey):
        _ = again(contact).notes
    settings.LOTSE_KEYS = {**settings.LOTSE_KEYS, "master": {"k2": bytes(32)}, "active": "k2"}
    _with_new_keyring()
    with pytest.raises(WrongKey):
        _ = again(contact).notes


@pytest.fixture(autouse=True)
def _own_keyring() -> Any:
    yield
    keyring.cache_clear()


def _with_new_keyring() -> None:
    keyring.cache_clear()
    opened_keys.clear()


def test_an_old_master_key_opens_until_all_is_wrapped_anew(contact: Contact, settings: Any) -> None:
    master = {**settings.LOTSE_KEYS["master"], "k2": bytes(range(32))}
    settings.LOTSE_KEYS = {**settings.LOTSE_KEYS, "master": master, "active": "k2"}
    _with_new_keyring()
    assert again(contact).notes == SECRET
    assert new_data_key().master_key == "k2"


def test_a_data_key_that_is_not_there_is_an_error(contact: Contact) -> None:
    field = Contact._meta.get_field("notes")
    assert isinstance(field, EncryptedTextField)
    with pytest.raises(WrongKey):
        field.seal(Contact(pk=contact.pk, data_key_id=new_id()), SECRET)
    with pytest.raises(WrongKey, match="no data key yet"):
        field.seal(Contact(pk=contact.pk), SECRET)


@pytest.mark.parametrize(
    "lookup", ["notes", "notes__exact", "notes__contains", "notes__icontains", "notes__in", "notes__length"]
)
def test_encrypted_field_cannot_be_searched(contact: Contact, lookup: str) -> None:
    with pytest.raises(TypeError, match="notes is encrypted"):
        list(Contact.objects.filter(**{lookup: [SECRET] if lookup.endswith("in") else SECRET}))


def test_whether_there_is_text_can_be_asked(contact: Contact, people: People) -> None:
    open_contact(by=people.handler, contact_id=new_id())
    assert list(Contact.objects.filter(notes__isnull=False)) == [contact]


def test_encrypted_field_cannot_be_written_without_its_row(contact: Contact) -> None:
    with pytest.raises(TypeError, match="notes is encrypted"), transaction.atomic():
        Contact.objects.update(notes="x")
    contact.notes = "y"
    with pytest.raises(TypeError, match="notes is encrypted"), transaction.atomic():
        Contact.objects.bulk_update([contact], ["notes"])
    assert again(contact).notes == SECRET


def test_what_update_copies_from_another_column_does_not_open(contact: Contact) -> None:
    Contact.objects.update(advice=F("notes"))
    with pytest.raises(WrongKey):
        _ = again(contact).advice


def test_a_list_of_values_shows_nothing(contact: Contact) -> None:
    (row,) = Contact.objects.values("notes", "alias")
    shown = f"{row} {row['notes']} {row['notes']!r} %s" % row["notes"]
    assert {type(value) for value in row.values()} == {Sealed}
    assert SECRET not in shown
    assert shown.count("<sealed>") == 5
    with pytest.raises(TypeError):
        json.dumps(row)


def test_bulk_create_encrypts(contact: Contact) -> None:
    made = [
        Contact(
            centre_id=contact.centre_id,
            handler_id=contact.handler_id,
            data_key=contact.data_key,
            country="DE",
            notes=f"{SECRET} {number}",
        )
        for number in range(3)
    ]
    Contact.objects.bulk_create(made)
    assert [again(one).notes for one in made] == [f"{SECRET} {number}" for number in range(3)]
    assert SECRET.encode() not in (raw(made[0]) or b"")


def test_deferred_fields_open_when_asked(contact: Contact) -> None:
    assert Contact.objects.defer("notes").get().notes == SECRET
    assert Contact.objects.only("number").get().notes == SECRET


def test_saving_a_deferred_field_by_name_keeps_it(contact: Contact) -> None:
    Contact.objects.defer("notes").get().save(update_fields=["notes"])
    assert again(contact).notes == SECRET
    Contact.objects.only("number").get().save(update_fields=["label"])
    assert again(contact).notes == SECRET


def test_refresh_reads_what_is_stored(contact: Contact) -> None:
    contact.notes = "not saved"
    contact.refresh_from_db()
    assert contact.notes == SECRET
    contact.notes = "not saved"
    contact.refresh_from_db(fields=["notes"])
    assert contact.notes == SECRET


def test_encrypted_field_of_a_joined_row_is_decrypted(contact: Contact) -> None:
    assert Contact.objects.select_related("handler", "data_key").get().alias == "Canary"
