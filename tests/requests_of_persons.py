"""Requests of persons about their own data, in the states that tests need."""

from __future__ import annotations

from typing import Any

from contacts import browser
from django.urls import reverse
from django.utils import timezone
from people import People, as_user, new_id

from foundation.accounts.models import User
from foundation.retention import request_actions as actions
from foundation.retention.models import Request, RequestDossier


def received(people: People, kind: str = "access", by: User | None = None, **values: Any) -> Request:
    officer = by or people.dpo
    given = {
        "request_id": new_id(), "centre": people.centre, "kind": kind, "received_on": timezone.localdate(),
        "name": "Amsel", "address": "amsel@example.org", "wish": "Everything since May", **values,
    }  # fmt: skip
    made: Request = as_user(officer, actions.receive_request, by=officer, **given)
    return made


def checked(people: People, kind: str = "access") -> Request:
    request = received(people, kind)
    as_user(people.dpo, actions.identify, by=people.dpo, request_id=request.pk, proof="document")
    return request


def chosen(people: People, request: Request, subject: Any) -> RequestDossier:
    officer = people.dpo
    made: RequestDossier = as_user(
        officer, actions.choose_dossier, by=officer, dossier_id=new_id(), request_id=request.pk, subject=subject
    )
    return made


def opened(people: People, request: Request, subject: Any) -> RequestDossier:
    made = chosen(people, request, subject)
    as_user(people.coordinator, actions.agree, by=people.coordinator, dossier_id=made.pk)
    return made


def content_page(people: People, row: RequestDossier) -> str:
    return reverse("retention:content", args=[row.pk])


def places(people: People, row: RequestDossier) -> list[str]:
    page = browser(people.dpo).get(content_page(people, row)).content.decode()
    return [part.split('"')[0] for part in page.split('<select id="id-')[1:]]


def decide(people: People, row: RequestDossier, **left_out: str) -> None:
    values = dict.fromkeys(places(people, row), "given")
    for name, reason in left_out.items():
        values |= {place: reason for place in values if place.endswith(f":{name}")}
    assert browser(people.dpo).post(reverse("retention:decide_items", args=[row.pk]), values).status_code == 302
