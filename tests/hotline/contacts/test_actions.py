from __future__ import annotations

import pytest
from people import People, as_user, new_id

from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from hotline.contacts.actions import open_contact, save_contact
from hotline.contacts.callbacks import complete_contact
from hotline.contacts.models import Contact


def test_a_contact_is_opened_saved_and_completed(people: People) -> None:
    contact_id = new_id()
    as_user(people.handler, open_contact, by=people.handler, contact_id=contact_id)
    saved = as_user(
        people.handler,
        save_contact,
        by=people.handler,
        contact_id=contact_id,
        version=1,
        changes={"notes": "first words", "phone": "+49 30 123456", "caller_type_id": "parent"},
    )
    assert saved.version == 2
    as_user(people.handler, complete_contact, by=people.handler, contact_id=contact_id)
    with acting_as(people.handler, purpose="test"):
        contact = Contact.objects.get(pk=contact_id)
        assert (contact.state, contact.notes, contact.phone) == ("completed", "first words", "+49 30 123456")
        kinds = list(Event.objects.filter(subject=contact_id).order_by("id").values_list("kind", flat=True))
    assert kinds == ["contact.opened", "contact.saved", "contact.completed"]


def test_a_colleague_neither_sees_nor_saves_it(people: People) -> None:
    contact_id = new_id()
    as_user(people.handler, open_contact, by=people.handler, contact_id=contact_id)
    with acting_as(people.colleague, purpose="test"):
        assert list(Contact.objects.all()) == []
        with pytest.raises(NotAllowed):
            save_contact(by=people.colleague, contact_id=contact_id, version=1, changes={"notes": "mine"})
