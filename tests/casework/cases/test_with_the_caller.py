"""Completing the triage while the call runs: the handler stays with the caller."""

from __future__ import annotations

from typing import Any

import pytest
from answering import connected, line, provider
from assessments import REFERRAL, fill, start
from people import People, as_user
from telephone import go_on_duty, talking, waiting
from web import browser

from hotline.contacts.callbacks import complete_contact
from hotline.contacts.models import Contact
from hotline.switchboard.models import Line

__all__ = ["connected", "line", "provider"]

HTMX = {"HX-Request": "true"}


@pytest.mark.django_db
def test_completing_triage_during_the_call_stays_on_the_page_of_a_completed_contact(
    people: People, connected: None, line: Line
) -> None:
    handler = people.handler
    phone = waiting()
    go_on_duty(handler)
    talking(handler, phone)
    contact = as_user(handler, Contact.objects.get, pk=phone.call.contact_id)
    draft = fill(handler, start(handler, contact), REFERRAL)
    as_user(handler, complete_contact, by=handler, contact_id=contact.pk)
    proposal = draft.proposal()
    values: dict[str, Any] = {
        "version": draft.version,
        "disposition": proposal.disposition,
        "urgency": proposal.urgency,
        "duties": sorted(proposal.duties),
        "reason": "",
    }
    address = f"/contacts/{contact.pk}/triage/complete/"
    stayed = browser(handler).post(address, values, headers=HTMX)
    assert (stayed.status_code, "HX-Redirect" in stayed.headers) == (200, False)
    assert b'id="triage-offer-case"' in stayed.content
    phone.hang_up()
    assert browser(handler).post(address, values, headers=HTMX).headers["HX-Redirect"].startswith("/cases/")
