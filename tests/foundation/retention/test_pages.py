"""The page of erasures, for coordinators and data protection officers."""

from __future__ import annotations

from typing import Any

import pytest
from contacts import a_contact, browser
from django.test import Client
from django.urls import reverse
from erasing import decided
from people import People, new_id

from foundation.accounts.models import User
from foundation.privacy.context import acting_as
from foundation.retention.models import Erasure, Hold
from hotline.contacts.models import Contact

PAGE = "retention:erasures"


def reference_of(people: People, contact: Any) -> str:
    with acting_as(people.coordinator, purpose="test"):
        return Contact.objects.get(pk=contact).reference


def read(user: User) -> str:
    response = browser(user).get(reverse(PAGE))
    assert response.status_code == 200
    return response.content.decode()


def post(client: Client, name: str, *keys: Any, **values: Any) -> Any:
    return client.post(reverse(f"retention:{name}", args=keys), values)


def erasures() -> Any:
    return Erasure.objects.values_list("subject", "reason")


def test_an_officer_decides_by_reference_and_withdraws(people: People) -> None:
    contact = a_contact(people.handler, alias="Nachtigall", label="Nachtigall")
    reference, officer = reference_of(people, contact), browser(people.dpo)
    assert "Nothing is to be erased." in read(people.dpo)
    values = {"erase-id": str(new_id()), "erase-dossier": f" {reference.lower()} ", "erase-reason": "request"}
    for _twice in range(2):
        response = post(officer, "decide", **values, **{"erase-is_sure": "on"})
        assert (response.status_code, response["Location"]) == (302, reverse(PAGE))
    page = read(people.dpo)
    assert f">{reference}<" in page
    assert "Nachtigall" not in page
    with acting_as(people.dpo, purpose="test"):
        [erasure] = Erasure.objects.all()
    assert (erasure.subject, erasure.reason) == (contact, "request")
    for _twice in range(2):
        assert post(officer, "withdraw", erasure.pk).status_code == 302
    assert f">{reference}<" not in read(people.dpo)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"erase-is_sure": ""}, "required"),
        ({"erase-dossier": "C-999999"}, "no contact or case"),
        ({"erase-dossier": "nonsense"}, "no contact or case"),
        ({"erase-dossier": "C-" + "9" * 40}, "no contact or case"),
        ({"erase-dossier": str(new_id())}, "no contact or case"),
        ({"erase-dossier": ""}, "required"),
        ({"erase-reason": "due"}, "not one of the available choices"),
        ({"erase-reason": "restored"}, "not one of the available choices"),
        ({"erase-id": "nonsense"}, "valid UUID"),
    ],
)
def test_what_cannot_be_is_said_at_the_field(people: People, change: dict[str, str], said: str) -> None:
    reference = reference_of(people, a_contact(people.handler))
    values = {"erase-id": str(new_id()), "erase-dossier": reference, "erase-reason": "request", "erase-is_sure": "on"}
    response = post(browser(people.dpo), "decide", **{**values, **change})
    assert response.status_code == 422
    assert said in response.content.decode()
    with acting_as(people.dpo, purpose="test"):
        assert list(Erasure.objects.all()) == []


def test_a_contact_of_another_centre_is_as_unknown(people: People) -> None:
    foreign = a_contact(people.other_handler)
    with acting_as(people.other_coordinator, purpose="test"):
        reference = Contact.objects.get(pk=foreign).reference
    for given in (reference, str(foreign)):
        values = {"erase-id": str(new_id()), "erase-dossier": given, "erase-reason": "request", "erase-is_sure": "on"}
        response = post(browser(people.dpo), "decide", **values)
        assert (response.status_code, "no contact or case" in response.content.decode()) == (422, True)


def test_a_coordinator_keeps_something_and_ends_it(people: People) -> None:
    contact = a_contact(people.handler)
    reference, coordinator = reference_of(people, contact), browser(people.coordinator)
    decided(people, contact)
    for _twice in range(2):
        values = {"hold-id": str(new_id()), "hold-dossier": reference, "hold-reason": "court"}
        assert post(coordinator, "hold", **values).status_code == 302
    page = read(people.coordinator)
    assert "proceedings in court" in page
    assert "Erase for good" not in page
    with acting_as(people.coordinator, purpose="test"):
        [hold] = Hold.objects.all()
    for _twice in range(2):
        assert post(coordinator, "end_hold", hold.pk).status_code == 302
    assert "Nothing is kept." in read(people.dpo)


def test_nobody_else_sees_or_does_anything(people: People) -> None:
    contact = a_contact(people.handler)
    erasure = decided(people, contact)
    reference = reference_of(people, contact)
    erase = {"erase-id": str(new_id()), "erase-dossier": reference, "erase-reason": "request", "erase-is_sure": "on"}
    hold = {"hold-id": str(new_id()), "hold-dossier": reference, "hold-reason": "court"}
    others = {people.handler, people.worker, people.administrator, people.funder, people.liaison}
    for user in others | {people.coordinator, people.other_coordinator}:
        client = browser(user)
        may_read = user in (people.coordinator, people.other_coordinator)
        assert client.get(reverse(PAGE)).status_code == (200 if may_read else 404)
        assert post(client, "decide", **erase).status_code == 404
        assert post(client, "withdraw", erasure.pk).status_code == 404
        if user in others:
            assert post(client, "hold", **hold).status_code == 404
    assert post(browser(people.other_coordinator), "hold", **hold).status_code == 422
    assert f">{reference}<" not in read(people.other_coordinator)
    assert post(browser(people.dpo), "withdraw", new_id()).status_code == 404
    with acting_as(people.dpo, purpose="test"):
        assert Erasure.objects.waiting().count() == 1
        assert list(Hold.objects.all()) == []
