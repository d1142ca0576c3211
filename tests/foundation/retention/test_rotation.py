"""The master key changes while people write: no value is lost, and nothing forged is read.

LOTSE_ROTATION: how many values; 100000 takes some minutes.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from cluster import OwnDatabase
from contacts import a_contact
from django.core.management import CommandError, call_command
from erasing import REFUSED, carried_out, counted, decided, rows, tried
from people import People, as_user, make_people, new_id
from referrals import in_threads

from foundation.accounts.models import User
from foundation.accounts.services import Service, service_user
from foundation.accounts.typed_text import opened, sealed, typed_text
from foundation.journal.chain import first_break
from foundation.privacy.context import acting_as
from foundation.privacy.keys import WrongKey, keyring
from foundation.privacy.models import DataKey, opened_keys
from foundation.retention import rotation
from hotline.contacts.actions import open_contact
from hotline.contacts.models import Contact

VALUES = int(os.environ.get("LOTSE_ROTATION", "400"))
#: Sealed values of one contact.
FIELDS = ("alias", "phone", "notes", "advice")
SECRET = "a canary that nobody may hear"
WRITERS = 3


@pytest.fixture
def people(own_database: OwnDatabase) -> People:
    return make_people()


@pytest.fixture(autouse=True)
def own_keyring() -> Iterator[None]:
    yield
    keyring.cache_clear()
    opened_keys.clear()


def use(settings: Any, active: str, *names: str) -> None:
    """The key file has these master keys."""
    master = {"k1": settings.LOTSE_KEYS["master"].get("k1") or FIRST[0], "k2": bytes(range(32)), "k3": bytes(32)}
    FIRST[:] = [master["k1"]]
    settings.LOTSE_KEYS = {
        **settings.LOTSE_KEYS, "active": active, "master": {name: master[name] for name in names}
    }  # fmt: skip
    keyring.cache_clear()
    opened_keys.clear()


FIRST: list[bytes] = [b""]


def fill(people: People, count: int) -> None:
    """Contacts with four sealed values each, with fewer statements than the action needs."""
    caller, made = people.handler, 0
    while made < count:
        with acting_as(caller, purpose="test"):
            size = min(1000, count - made)
            keys = [DataKey.generate() for _each in range(size)]
            DataKey.objects.bulk_create(keys)
            contacts = [Contact(centre=people.centre, handler=caller, data_key=key, country="DE") for key in keys]
            for contact in contacts:
                for name in FIELDS:
                    setattr(contact, name, f"{name} of {contact.pk}")
            Contact.objects.bulk_create(contacts)
            made += size


def unreadable(reader: User) -> tuple[int, int]:
    """How many values there are, and how many of them are not what was written."""
    read = wrong = 0
    with acting_as(reader, purpose="test"):
        for contact in Contact.objects.select_related("data_key").iterator(chunk_size=2000):
            for name in FIELDS:
                read += 1
                try:
                    wrong += getattr(contact, name) not in (f"{name} of {contact.pk}", f"{name} again of {contact.pk}")
                except WrongKey:
                    wrong += 1
    return read, wrong


def test_no_value_is_lost_while_people_write(people: People, settings: Any) -> None:
    fill(people, VALUES // len(FIELDS))
    use(settings, "k2", "k1", "k2")
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            contact_id = uuid.uuid4()
            details = {name: f"{name} of {contact_id}" for name in FIELDS}
            as_user(people.handler, open_contact, by=people.handler, contact_id=contact_id, details=details)
            with acting_as(people.handler, purpose="test"):
                contact = Contact.objects.order_by("?").first() if VALUES < 1000 else Contact.objects.get(pk=contact_id)
                assert contact
                contact.notes = f"notes again of {contact.pk}"
                contact.save(update_fields=["notes"])

    def rotate() -> None:
        try:
            call_command("rotate_keys")
        finally:
            over.set()

    assert in_threads(rotate, *[write] * WRITERS) == []
    use(settings, "k2", "k2")
    read, wrong = unreadable(people.coordinator)
    assert read > VALUES // len(FIELDS) * len(FIELDS)
    print(f"{read} values, {wrong} unreadable")
    assert wrong == 0
    assert first_break() is None


def test_a_run_that_dies_is_taken_up_and_twice_is_harmless(
    people: People, settings: Any, own_database: OwnDatabase
) -> None:
    fill(people, 12)
    use(settings, "k2", "k1", "k2")
    retention = service_user(Service.RETENTION)
    with acting_as(retention, purpose="test"):
        assert rotation.rewrap_keys(by=retention, keys=rotation.to_rewrap(rotation.FIRST, 5)) == 5
    by_key = "select master_key, count(*) from privacy_datakey group by 1 order by 1"
    assert rows(own_database, by_key) == ["k1|7", "k2|5"]
    for _twice in range(2):
        call_command("rotate_keys")
        assert rows(own_database, by_key) == ["k2|12"]
    told = rows(own_database, "select data ->> 'keys' from journal_event where kind = 'keys.rewrapped'")
    assert sum(map(int, told)) == 12
    assert unreadable(people.coordinator) == (48, 0)


def test_a_key_that_is_erased_meanwhile_stays_erased(people: People, settings: Any, own_database: OwnDatabase) -> None:
    contact = a_contact(people.handler)
    counted()
    use(settings, "k2", "k1", "k2")
    retention = service_user(Service.RETENTION)
    with acting_as(retention, purpose="test"):
        keys = rotation.to_rewrap(rotation.FIRST, 5)
    carried_out(decided(people, contact))
    with acting_as(retention, purpose="test"):
        assert rotation.rewrap_keys(by=retention, keys=keys) == 0
    assert rows(own_database, "select wrapped is null from privacy_datakey") == ["t"]


def test_keys_that_nothing_opens_are_named_and_the_others_rewrapped(
    people: People, settings: Any, own_database: OwnDatabase
) -> None:
    fill(people, 3)
    use(settings, "k3", "k3", "k1")
    fill(people, 2)
    use(settings, "k2", "k1", "k2")
    with pytest.raises(CommandError, match="No master key of the key file opens 2 data keys"):
        call_command("rotate_keys")
    by_key = "select master_key, count(*) from privacy_datakey group by 1 order by 1"
    assert rows(own_database, by_key) == ["k2|3", "k3|2"]


def test_nobody_else_rewraps_or_lists_keys(people: People, own_database: OwnDatabase) -> None:
    fill(people, 1)
    key = rows(own_database, "select id from privacy_datakey")[0]
    listing = "select count(*) from ntk.keys_to_rewrap('other', '00000000-0000-0000-0000-000000000000', 9)"
    storing = f"select ntk.rewrap_keys('k9', array['{key}'::uuid], array['a'::bytea], array['b'::bytea])"
    for actor in (None, people.dpo, people.administrator, people.handler, service_user(Service.SHIFT)):
        for role in ("lotse_web", "lotse_worker", "lotse_stats"):
            assert tried(own_database, listing, actor=actor, role=role) in ("0", REFUSED)
            assert tried(own_database, storing, actor=actor, role=role) == REFUSED
    retention = service_user(Service.RETENTION)
    assert tried(own_database, listing, actor=retention, role="lotse_worker") == "1"
    assert tried(own_database, storing, actor=retention, role="lotse_worker") == "0"


def test_typed_text_outlives_a_change_of_the_master_key(settings: Any) -> None:
    typed = typed_text(owner=1, page="/", action="/", posted={"notes": [SECRET]})
    use(settings, "k1", "k1", "k2")
    by_a_process_with_the_old_file = sealed(typed)
    use(settings, "k2", "k1", "k2")
    found = opened(by_a_process_with_the_old_file, owner=1)
    assert found
    assert found.fields == {"notes": [SECRET]}
    assert opened(by_a_process_with_the_old_file, owner=2) is None


@pytest.mark.parametrize("name", FIELDS)
def test_swapped_cut_and_forged_ciphertexts_are_refused_with_the_field(
    people: People, own_database: OwnDatabase, name: str
) -> None:
    """As somebody who can write in the database: of each kind an error that names table, row and column, never text."""
    fill(people, 2)
    one, other = rows(own_database, "select id from hotline_contact order by id")
    its = f"(select {name} from hotline_contact where id = '{one}')"
    theirs = f"(select {name} from hotline_contact where id = '{other}')"
    length = int(rows(own_database, f"select octet_length({its})")[0])
    column = next(field for field in FIELDS if field != name)
    attacks = [
        theirs,
        f"substr({theirs}, 1, 17) || substr({its}, 18)",
        f"substr({its}, 1, 17) || substr({theirs}, 18)",
        f"(select {column} from hotline_contact where id = '{one}')",
        f"substr({its}, 1, 1) || decode('{new_id().hex}', 'hex') || substr({its}, 18)",
        "'\\x'::bytea",
        "convert_to('plain text', 'UTF8')",
        *(f"substr({its}, 1, {cut})" for cut in (1, 16, 17, 28, 29, 44, length - 1)),
        *(f"set_byte({its}, {at}, get_byte({its}, {at}) # 1)" for at in (0, 1, 16, 17, 28, 29, length - 1)),
    ]
    for attack in attacks:
        before = rows(own_database, f"select encode({name}, 'hex') from hotline_contact where id = '{one}'")[0]
        own_database.sql(f"update hotline_contact set {name} = {attack} where id = '{one}'")
        with acting_as(people.coordinator, purpose="test"):
            contact = Contact.objects.get(pk=one)
            with pytest.raises(WrongKey, match=f"^hotline_contact:{one}:{name}"):
                getattr(contact, name)
        own_database.sql(f"update hotline_contact set {name} = decode('{before}', 'hex') where id = '{one}'")
    assert unreadable(people.coordinator) == (8, 0)
