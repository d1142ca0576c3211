"""Closing a case withdraws its drafts and offers, and prevents new ones."""

from __future__ import annotations

import pytest
from django.test import Client
from people import People, as_user
from referrals import accepted, draft, make_case, offered, seen_by
from web import sign_in

from casework.cases.models import Case
from casework.cases.vocabulary import CloseReason
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from handoff.referrals.partner_actions import accept_referral


def close(client: Client, people: People, case_id: object) -> int:
    sign_in(client, people.handler)
    return client.post(f"/cases/{case_id}/close/", {"reason": CloseReason.OTHER}).status_code


def test_closing_a_case_withdraws_offers_and_drafts(people: People, client: Client) -> None:
    case = make_case(people)
    waiting = offered(people, case)
    prepared = draft(people, case, people.other_partner)
    assert close(client, people, case.pk) == 302
    assert close(client, people, case.pk) == 302
    assert {seen_by(people.handler, referral.pk).state for referral in (waiting, prepared)} == {"withdrawn"}
    with acting_as(people.handler, purpose="test"):
        assert Case.objects.get(pk=case.pk).state == "closed"
    with pytest.raises(Stale):
        as_user(people.worker, accept_referral, by=people.worker, referral_id=waiting.pk)


def test_case_cannot_be_closed_while_a_partner_is_responsible(people: People, client: Client) -> None:
    referral = accepted(people)
    assert close(client, people, referral.case_id) == 409
    assert seen_by(people.handler, referral.pk).state == "accepted"


def test_closed_case_can_be_neither_drafted_nor_offered(people: People, client: Client) -> None:
    case = make_case(people)
    close(client, people, case.pk)
    with pytest.raises(Stale):
        draft(people, case)


def test_people_without_permission_cannot_close_the_case(people: People, client: Client) -> None:
    case = make_case(people)
    for person in (people.colleague, people.worker, people.other_coordinator, people.administrator):
        sign_in(client, person)
        assert client.post(f"/cases/{case.pk}/close/").status_code == 404
