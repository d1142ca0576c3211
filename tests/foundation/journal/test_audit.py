from __future__ import annotations

import pytest
from django.test import Client
from people import People, as_user, new_id

from foundation.journal.models import Look
from foundation.privacy.context import acting_as
from hotline.contacts.actions import open_contact, save_contact


def test_the_data_protection_officer_reads_the_trail_without_content(people: People, client: Client) -> None:
    contact_id = new_id()
    as_user(people.handler, open_contact, by=people.handler, contact_id=contact_id, details={"notes": "Kanarienvogel"})
    client.force_login(people.dpo)
    page = client.get("/audit/").content.decode()
    assert "contact.opened" in page
    assert str(contact_id) in page
    assert "Kanarienvogel" not in page
    about = client.get("/audit/", {"show": "looks", "subject": str(contact_id)})
    assert about.status_code == 200
    with acting_as(people.dpo, purpose="test"):
        assert list(Look.objects.values_list("what", flat=True)) == ["audit.read", "audit.read"]


def test_only_the_own_centre_is_in_the_trail(people: People, client: Client) -> None:
    contact_id = new_id()
    as_user(people.other_handler, open_contact, by=people.other_handler, contact_id=contact_id)
    client.force_login(people.dpo)
    assert str(contact_id) not in client.get("/audit/").content.decode()


@pytest.mark.parametrize("role", ["handler", "coordinator", "worker", "administrator", "funder", "liaison"])
def test_audit_page_is_404_for_other_roles(people: People, client: Client, role: str) -> None:
    client.force_login(getattr(people, role))
    assert client.get("/audit/").status_code == 404


def test_audit_page_with_invalid_subject_is_404_and_paging_is_complete(people: People, client: Client) -> None:
    contact_id = new_id()
    as_user(people.handler, open_contact, by=people.handler, contact_id=contact_id)
    for version in range(1, 60):
        who = people.handler if version % 2 else people.coordinator
        changes = {"label": f"title {version}"}
        as_user(who, save_contact, by=who, contact_id=contact_id, version=version, changes=changes)
    client.force_login(people.dpo)
    assert client.get("/audit/", {"subject": "x"}).status_code == 404
    first = client.get("/audit/").context["page"]
    second = client.get("/audit/", {"before": first.older}).context["page"]
    assert (len(first.rows), len(second.rows), second.older) == (50, 10, None)
    again = client.get("/audit/", {"after": second.newer}).context["page"]
    assert [row.pk for row in again.rows] == [row.pk for row in first.rows]
    assert client.get("/audit/", {"before": "1"}).context["page"].rows == []
