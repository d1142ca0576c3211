"""What waits for somebody is on Today of those who may do it, and goes when it is done: callbacks and approvals."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from assessments import SECURITY, complete, filled
from case_rows import make_case
from contacts import a_contact, url
from django.urls import reverse
from django.utils import timezone
from people import People, as_user, make_user, new_id
from requests_of_persons import checked, chosen
from web import browser

from foundation.accounts.models import User
from foundation.accounts.role_proposals import confirm_role, decline_role, propose_role, withdraw_role
from foundation.accounts.roles import Role
from foundation.accounts.vocabulary import DeclineReason
from foundation.privacy.context import acting_as
from foundation.retention import request_actions
from foundation.worklist.models import WorkItem
from hotline.contacts.access import decide_access, request_access
from hotline.contacts.callbacks import claim_callback, end_callback, put_callback_back, schedule_callback
from triage import actions as triage
from triage.vocabulary import Disposition, Duty, Urgency

pytestmark = pytest.mark.django_db
FEWER = triage.Choice(Disposition.CENTRAL_CASE, Urgency.URGENT, frozenset({Duty.COORDINATOR_REVIEW}), "Not so bad.")


def page(user: User) -> str:
    answer = browser(user).get(reverse("worklist:today"))
    assert answer.status_code == 200
    return answer.content.decode()  # type: ignore[no-any-return]


def items(reader: User, kind: str) -> list[WorkItem]:
    with acting_as(reader, purpose="test"):
        return list(WorkItem.objects.filter(kind=kind))


def item(reader: User, kind: str) -> WorkItem:
    (found,) = items(reader, kind)
    return found


def check_approval(people: People, kind: str, words: str, link: str, asked_by: User | None = None) -> WorkItem:
    """Coordinators see it on Today, but not who asked for it; nobody else may read it."""
    found = item(people.coordinator, kind)
    assert timezone.now() < found.due_at <= timezone.now() + timedelta(days=3)
    shown = page(people.coordinator)
    assert words in shown
    assert f'href="{link}"' in shown
    for other in (people.handler, people.colleague, people.other_coordinator, people.worker):
        assert items(other, kind) == []
    assert asked_by is None or words not in page(asked_by)
    return found


def call_back(people: People, **values: Any) -> uuid.UUID:
    key = new_id()
    details = {"phone": "+4930123456", "due_at": timezone.now() + timedelta(hours=1), **values}
    as_user(people.handler, schedule_callback, by=people.handler, callback_id=key, **details)
    return key


def test_callback_is_the_shifts_then_whose_it_is_and_goes_when_it_is_done(people: People) -> None:
    key = call_back(people, is_urgent=True)
    for somebody in (people.handler, people.colleague, people.coordinator):
        assert f'href="{url("callbacks")}#callback-{key}"' in page(somebody)
    assert [items(who, "callback") for who in (people.other_handler, people.worker)] == [[], []]
    as_user(people.colleague, claim_callback, by=people.colleague, callback_id=key, contact_id=new_id())
    found = item(people.colleague, "callback")
    assert (found.user_id, found.is_urgent) == (people.colleague.pk, True)
    assert "Call back" not in page(people.handler)
    later = timezone.now() + timedelta(days=1)
    as_user(people.colleague, put_callback_back, by=people.colleague, callback_id=key, due_at=later)
    assert (item(people.handler, "callback").user_id, item(people.handler, "callback").due_at) == (None, later)
    for _twice in range(2):
        as_user(people.handler, end_callback, by=people.handler, callback_id=key, reached=False)
    assert items(people.handler, "callback") == []


def test_callback_of_a_contact_has_its_reference_and_no_number(people: People) -> None:
    contact = make_case(people.handler, SECURITY).assessment.contact
    call_back(people, contact=contact)
    found = item(people.handler, "callback")
    assert (found.reference, "4930" in page(people.handler)) == (contact.reference, False)


def test_triage_that_needs_a_second_person_waits_for_coordinators(people: People) -> None:
    waiting = complete(people.handler, filled(people, SECURITY), FEWER)
    words, link = "Confirm a triage as the second person", reverse("triage:confirmation", args=[waiting.pk])
    assert check_approval(people, "confirmation", words, link).is_urgent
    sent_back = {"assessment_id": waiting.pk, "version": waiting.version, "note": "Look again."}
    as_user(people.coordinator, triage.send_back, by=people.coordinator, **sent_back)
    assert items(people.coordinator, "confirmation") == []


def test_access_request_waits_for_coordinators_until_it_is_decided(people: People) -> None:
    applicant = make_user((people.centre, Role.COORDINATOR))
    contact, key = a_contact(people.colleague), new_id()
    asked = {"request_id": key, "contact_id": contact, "reason": "The family calls again."}
    for _twice in range(2):
        as_user(applicant, request_access, by=applicant, **asked)
    check_approval(people, "access", "Decide on access to a contact", f"{url('desk')}#access-{key}", applicant)
    assert f'id="access-{key}"' in browser(people.coordinator).get(url("desk")).content.decode()
    as_user(people.coordinator, decide_access, by=people.coordinator, request_id=key, grant=False)
    assert items(people.coordinator, "access") == []


@pytest.mark.parametrize("end", ["agree", "take_out", "refuse"])
def test_dossier_of_a_copy_waits_for_coordinators_until_somebody_decides(people: People, end: str) -> None:
    request = checked(people)
    row = chosen(people, request, make_case(people.handler, SECURITY).assessment.contact_id)
    link = f"{reverse('retention:agreements')}#dossier-{row.pk}"
    check_approval(people, "agreement", "Open a dossier for a copy, or not", link)
    assert f'id="dossier-{row.pk}"' in browser(people.coordinator).get(reverse("retention:agreements")).content.decode()
    if end == "refuse":
        as_user(people.dpo, request_actions.withdraw_request, by=people.dpo, request_id=request.pk)
    else:
        action = {"agree": request_actions.agree, "take_out": request_actions.take_out}[end]
        as_user(people.coordinator, action, by=people.coordinator, dossier_id=row.pk)
    assert items(people.coordinator, "agreement") == []


def test_dossier_of_another_request_needs_nobodys_agreement(people: People) -> None:
    chosen(people, checked(people, "erasure"), make_case(people.handler, SECURITY).assessment.contact_id)
    assert items(people.coordinator, "agreement") == []


def test_proposed_role_is_the_coordinators_to_confirm_but_not_of_who_gets_it(people: People) -> None:
    propose = {"user": people.handler, "organisation": people.centre, "role": Role.COORDINATOR}
    proposal = as_user(people.administrator, propose_role, by=people.administrator, **propose)
    link = f"{reverse('accounts:role_proposals')}#role-{proposal.subject}"
    check_approval(people, "role", "Confirm a role", link)
    assert (
        f'id="role-{proposal.subject}"'
        in browser(people.coordinator).get(reverse("accounts:role_proposals")).content.decode()
    )
    confirm = {"proposal": proposal, "email": people.handler.email}
    for _twice in range(2):
        as_user(people.coordinator, confirm_role, by=people.coordinator, **confirm)
    assert items(people.coordinator, "role") == []


def test_declined_and_withdrawn_roles_are_on_no_list(people: People) -> None:
    for end in ("declined", "withdrawn"):
        user = make_user((people.centre, Role.HANDLER))
        propose = {"user": user, "organisation": people.centre, "role": Role.COORDINATOR}
        proposal = as_user(people.administrator, propose_role, by=people.administrator, **propose)
        assert len(items(people.coordinator, "role")) == 1
        if end == "declined":
            reason = DeclineReason.values[0]
            as_user(people.coordinator, decline_role, by=people.coordinator, proposal=proposal, reason=reason)
        else:
            as_user(people.administrator, withdraw_role, by=people.administrator, proposal=proposal)
        assert items(people.coordinator, "role") == []
