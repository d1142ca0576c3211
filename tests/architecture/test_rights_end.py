"""People who lose their role or account can read nothing, whatever was granted or assigned to them before."""

from __future__ import annotations

import pytest
from django.http import Http404
from people import People, as_user, new_id

from foundation.accounts.actions import deactivate_user, end_role
from foundation.accounts.models import User
from foundation.privacy.context import acting_as
from hotline.contacts.access import decide_access, request_access
from hotline.contacts.actions import open_contact
from hotline.contacts.models import Contact
from hotline.contacts.permissions import contact_to_read


@pytest.fixture
def readers(people: People) -> list[User]:
    """Handler, coordinator, and a colleague who was granted access: all see the contact."""
    contact_id, request_id = new_id(), new_id()
    as_user(people.handler, open_contact, by=people.handler, contact_id=contact_id)
    as_user(
        people.colleague,
        request_access,
        by=people.colleague,
        request_id=request_id,
        contact_id=contact_id,
        reason="deputy",
    )
    as_user(people.coordinator, decide_access, by=people.coordinator, request_id=request_id, grant=True)
    readers = [people.handler, people.coordinator, people.colleague]
    assert [sees(user) for user in readers] == [(1, True)] * 3
    return readers


def sees(user: User) -> tuple[int, bool]:
    """How many contacts the database shows, and whether the page would open the one there is."""
    user = User.objects.get(pk=user.pk)
    with acting_as(user, purpose="test"):
        shown = list(Contact.objects.values_list("pk", flat=True))
        try:
            return len(shown), bool(shown) and contact_to_read(user, shown[0]) is not None
        except Http404:
            return len(shown), False


def test_rights_end_with_the_role(people: People, readers: list[User]) -> None:
    for user in readers:
        (membership,) = User.objects.get(pk=user.pk).active_memberships
        as_user(people.administrator, end_role, by=people.administrator, membership=membership)
    assert [sees(user) for user in readers] == [(0, False)] * 3


def test_rights_end_with_the_account(people: People, readers: list[User]) -> None:
    for user in readers:
        as_user(people.administrator, deactivate_user, by=people.administrator, user=user)
    assert [sees(user) for user in readers] == [(0, False)] * 3
