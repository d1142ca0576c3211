from __future__ import annotations

from typing import Any

import pytest
from case_rows import make_case
from contacts import browser
from django.test import Client
from people import People, as_user, new_id
from web import sign_in

from foundation.journal.actions import look
from foundation.journal.models import Look
from foundation.privacy.context import acting_as
from hotline.contacts.actions import open_contact, save_contact
from regions.loading import load_regions


def test_the_data_protection_officer_reads_the_trail_without_content(people: People, client: Client) -> None:
    contact_id = new_id()
    as_user(people.handler, open_contact, by=people.handler, contact_id=contact_id, details={"notes": "Kanarienvogel"})
    sign_in(client, people.dpo)
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
    sign_in(client, people.dpo)
    assert str(contact_id) not in client.get("/audit/").content.decode()


@pytest.mark.parametrize("role", ["handler", "coordinator", "worker", "administrator", "funder", "liaison"])
def test_audit_page_is_404_for_other_roles(people: People, client: Client, role: str) -> None:
    sign_in(client, getattr(people, role))
    assert client.get("/audit/").status_code == 404


def test_audit_page_with_invalid_subject_is_404_and_paging_is_complete(people: People, client: Client) -> None:
    contact_id = new_id()
    as_user(people.handler, open_contact, by=people.handler, contact_id=contact_id)
    for version in range(1, 60):
        who = people.handler if version % 2 else people.coordinator
        changes = {"label": f"title {version}"}
        as_user(who, save_contact, by=who, contact_id=contact_id, version=version, changes=changes)
    sign_in(client, people.dpo)
    assert client.get("/audit/", {"subject": "x"}).status_code == 404
    first = client.get("/audit/").context["page"]
    second = client.get("/audit/", {"before": first.older}).context["page"]
    assert (len(first.rows), len(second.rows), second.older) == (50, 10, None)
    again = client.get("/audit/", {"after": second.newer}).context["page"]
    assert [row.pk for row in again.rows] == [row.pk for row in first.rows]
    assert client.get("/audit/", {"before": "1"}).context["page"].rows == []


def shown(page: Any) -> list[tuple[Any, str]]:
    """Who looked and how, apart from looks at this page, which the officer sees too."""
    return [(row.actor, row.sentence) for row in page.context["page"].rows if row.what != "looks.read"]


def test_coordinators_and_officers_see_who_looked_at_a_case(people: People) -> None:
    load_regions(["DE"])
    case = make_case(people.handler, region_id="DE-BY", language="de")
    contact = case.assessment.contact_id
    browser(people.handler).get(f"/contacts/{contact}/")
    browser(people.handler).get(f"/cases/{case.pk}/")
    browser(people.worker).get(f"/cases/{case.pk}/")
    for user in (people.coordinator, people.dpo):
        page = browser(user).get(f"/audit/looks/{case.pk}/")
        assert shown(page) == [
            (people.worker, "Refused: Case read"),
            (people.handler, "Case read"),
        ]
        assert shown(browser(user).get(f"/audit/looks/{contact}/")) == [(people.handler, "Contact read")]
        assert people.worker.name in page.content.decode()
    own = browser(people.coordinator)
    for path in (f"/cases/{case.pk}/", f"/contacts/{contact}/"):
        assert f"/audit/looks/{path.split('/')[2]}/" in own.get(path).content.decode()
        assert "/audit/looks/" not in browser(people.handler).get(path).content.decode()
    with acting_as(people.coordinator, purpose="test"):
        assert not Look.objects.filter(what="looks.read", actor=people.dpo).exists()


@pytest.mark.parametrize("role", ["handler", "worker", "administrator", "funder", "liaison", "other_coordinator"])
def test_nobody_else_sees_who_looked(people: People, role: str) -> None:
    contact_id = new_id()
    as_user(people.handler, open_contact, by=people.handler, contact_id=contact_id)
    for subject in (contact_id, new_id()):
        for _ in range(2):  # an own refusal opens nothing
            assert browser(getattr(people, role)).get(f"/audit/looks/{subject}/").status_code == 404


def test_who_looked_is_shown_in_pages(people: People) -> None:
    contact_id = new_id()
    as_user(people.handler, open_contact, by=people.handler, contact_id=contact_id)
    with acting_as(people.handler, purpose="test"):
        for _ in range(60):
            look("contact.read", by=people.handler, subject=contact_id, centre=people.centre.pk)
    client = browser(people.coordinator)
    first = client.get(f"/audit/looks/{contact_id}/").context["page"]
    second = client.get(f"/audit/looks/{contact_id}/", {"before": first.older}).context["page"]
    assert (len(first.rows), second.older) == (50, None)
    assert client.get(f"/audit/looks/{contact_id}/", {"before": "x", "after": "²"}).status_code == 200


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("contact.read", "Contact read"),
        ("contact.read.denied", "Refused: Contact read"),
        ("release.downloaded pdf", "Figures downloaded pdf"),
        ("hotline:desk.denied", "Refused: hotline:desk"),
    ],
)
def test_a_look_is_said_in_words(what: str, said: str) -> None:
    assert Look(what=what).sentence == said
