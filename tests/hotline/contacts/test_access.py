from __future__ import annotations

import uuid

import pytest
from contacts import a_contact, browser, url
from django.contrib.messages import get_messages
from people import People, as_user

from foundation.privacy.actions import new_data_key
from hotline.contacts.models import AccessRequest

pytestmark = pytest.mark.django_db


def asked(people: People, contact: uuid.UUID) -> AccessRequest:
    posted = {"request_id": str(uuid.uuid4()), "reason": "The family calls again."}
    for _ in range(2):
        assert browser(people.handler).post(url("ask_access", contact), posted).status_code == 302
    found: AccessRequest = as_user(people.handler, AccessRequest.objects.get)
    return found


def test_granted_request_allows_reading_but_not_writing(people: People) -> None:
    contact = a_contact(people.colleague, notes="what was agreed")
    client = browser(people.handler)
    assert client.get(url("contact", contact)).status_code == 404
    assert client.get(url("ask_access", contact)).status_code == 200
    request = asked(people, contact)
    desk = browser(people.coordinator).get(url("desk")).content.decode()
    assert "The family calls again." in desk
    for _ in range(2):
        answer = browser(people.coordinator).post(url("decide_access", request.pk), {"decision": "grant"})
        assert answer.status_code == 302
    page = client.get(url("contact", contact)).content.decode()
    assert "what was agreed" in page
    assert url("contact", contact) in client.get(url("contacts")).content.decode()
    assert "Contact opened" in page
    assert url("desk_contact", contact) not in page
    assert client.get(url("desk_contact", contact)).headers["Location"] == url("contact", contact)
    assert client.post(url("autosave", contact), {"version": 1, "notes": "x"}).status_code == 404


def test_refused_request_allows_no_reading(people: People) -> None:
    contact = a_contact(people.colleague)
    request = asked(people, contact)
    client = browser(people.coordinator)
    assert client.post(url("decide_access", request.pk), {"decision": "perhaps"}).status_code == 400
    client.post(url("decide_access", request.pk), {"decision": "refuse"})
    assert browser(people.handler).get(url("contact", contact)).status_code == 404
    assert "The family calls again." not in client.get(url("desk")).content.decode()


def test_request_without_a_reason_is_refused(people: People) -> None:
    contact = a_contact(people.colleague)
    posted = {"request_id": str(uuid.uuid4()), "reason": " "}
    assert browser(people.handler).post(url("ask_access", contact), posted).status_code == 422


def test_only_another_coordinator_of_the_centre_decides(people: People) -> None:
    request = asked(people, a_contact(people.colleague))
    for user in (people.handler, people.colleague, people.other_coordinator, people.dpo, people.administrator):
        answers = [
            browser(user).post(url("decide_access", key), {"decision": "grant"}).status_code
            for key in (request.pk, uuid.uuid4())
        ]
        assert answers == [404, 404]


def test_request_does_not_tell_whether_the_contact_exists(people: People) -> None:
    """The same answer for a colleague's contact, one of another centre, and none; a request only for the first."""
    colleagues, foreign = a_contact(people.colleague), a_contact(people.other_handler)
    answers = []
    for contact in (colleagues, foreign, uuid.uuid4()):
        posted = {"request_id": str(uuid.uuid4()), "reason": "curious"}
        answer = browser(people.handler).post(url("ask_access", contact), posted)
        said = [str(message) for message in get_messages(answer.wsgi_request)]
        answers.append((answer.status_code, answer.headers["Location"], said))
    assert answers == [(302, url("home"), ["Your request is with the coordinators."])] * 3
    assert [request.contact_id for request in as_user(people.handler, lambda: list(AccessRequest.objects.all()))] == [
        colleagues
    ]


def test_roles_that_a_grant_cannot_help_are_refused_alike(people: People) -> None:
    contact = a_contact(people.colleague)
    for name in ("administrator", "funder", "worker", "liaison"):
        client = browser(getattr(people, name))
        for key in (contact, uuid.uuid4()):
            posted = {"request_id": str(uuid.uuid4()), "reason": "curious"}
            assert client.get(url("ask_access", key)).status_code == 404
            assert client.post(url("ask_access", key), posted).status_code == 404
    assert as_user(people.coordinator, AccessRequest.objects.count) == 0


def test_database_refuses_a_request_for_another_centre(people: People) -> None:
    from django.db import ProgrammingError, transaction

    foreign = a_contact(people.other_handler)

    def insert() -> None:
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            AccessRequest.objects.create(
                contact_id=foreign,
                centre=people.centre,
                requested_by=people.handler,
                data_key=new_data_key(),
                reason="x",
            )

    as_user(people.handler, insert)
