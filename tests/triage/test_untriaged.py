"""A completed counselling contact stays on the worklist until its triage is decided or somebody says it needs none."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from assessments import REFERRAL, SECURITY, complete, fill, start
from contacts import a_contact, browser, contact_as
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone
from past_policies import change
from people import People, as_user

from casework.cases.actions import complete_triage
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed, Refused
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.worklist.models import WorkItem
from foundation.worklist.tasks import run_steps
from hotline.contacts.actions import save_contact
from hotline.contacts.callbacks import complete_contact
from hotline.contacts.vocabulary import Kind
from triage import actions, work_actions
from triage.models import Waiver
from triage.vocabulary import WaiverReason

pytestmark = pytest.mark.django_db


def completed(by: User, kind: Kind = Kind.COUNSELLING) -> uuid.UUID:
    contact = a_contact(by)
    as_user(by, complete_contact, by=by, contact_id=contact, kind=kind)
    return contact


def listed(reader: User, contact: uuid.UUID) -> WorkItem | None:
    with acting_as(reader, purpose="test"):
        return WorkItem.objects.filter(kind="triage", subject=contact).first()


def found(reader: User, contact: uuid.UUID) -> WorkItem:
    item = listed(reader, contact)
    assert item is not None
    return item


def waive(by: User, contact: uuid.UUID, reason: WaiverReason = WaiverReason.GENERAL, words: str = "") -> Waiver:
    waiver: Waiver = as_user(by, work_actions.waive_triage, by=by, contact_id=contact, reason=reason, words=words)
    return waiver


def make_due(contact: uuid.UUID) -> None:
    change(WorkItem.objects.filter(subject=contact), next_at=timezone.now() - timedelta(seconds=1))


def kinds_of_events(people: People, contact: uuid.UUID) -> list[str]:
    with acting_as(people.coordinator, purpose="test"):
        return list(Event.objects.filter(subject=contact).order_by("pk").values_list("kind", flat=True))


def test_it_is_on_its_handlers_today_once_the_contact_is_completed(people: People) -> None:
    contact = a_contact(people.handler)
    assert listed(people.coordinator, contact) is None
    as_user(people.handler, complete_contact, by=people.handler, contact_id=contact, kind=Kind.COUNSELLING)
    item = found(people.handler, contact)
    assert (item.user_id, item.detail, item.is_urgent) == (people.handler.pk, "none", False)
    assert timezone.now() + timedelta(minutes=115) < item.due_at < timezone.now() + timedelta(minutes=125)
    assert reverse("triage:panel", args=[contact]) in browser(people.handler).get("/today/").content.decode()
    assert listed(people.colleague, contact) is None


@pytest.mark.parametrize("kind", [Kind.SILENT, Kind.PRESS, Kind.TEST])
def test_what_is_no_counselling_needs_none(people: People, kind: Kind) -> None:
    assert listed(people.handler, completed(people.handler, kind)) is None


@pytest.mark.parametrize("kind", [Kind.SILENT, Kind.PRANK])
def test_a_draft_with_a_protected_duty_is_work_whatever_the_contact_was(people: People, kind: Kind) -> None:
    contact, quiet = a_contact(people.handler), a_contact(people.handler)
    draft = fill(people.handler, start(people.handler, contact_as(people.handler, contact)), SECURITY)
    fill(people.handler, start(people.handler, contact_as(people.handler, quiet)), REFERRAL)
    for one in (contact, quiet):
        as_user(people.handler, complete_contact, by=people.handler, contact_id=one, kind=kind)
    assert listed(people.coordinator, quiet) is None
    item = found(people.coordinator, contact)
    assert (item.user_id, item.detail, item.is_urgent) == (people.handler.pk, "draft", True)
    for who in (people.colleague, people.other_coordinator):
        assert listed(who, contact) is None
    make_due(contact)
    run_steps()
    assert found(people.colleague, contact).user_id is None, "it is the shift's"
    asked = {"assessment_id": draft.pk, "version": draft.version, "reason": "A trick call, as the caller said."}
    as_user(people.coordinator, actions.discard, by=people.coordinator, **asked)
    assert listed(people.coordinator, contact) is None


@pytest.mark.parametrize("answers", [REFERRAL, SECURITY])
@pytest.mark.parametrize("when", ["before", "after"])
def test_it_goes_with_the_decision_whenever_the_contact_was_completed(
    people: People, answers: dict[str, str | list[str]], when: str
) -> None:
    contact = a_contact(people.handler) if when == "before" else completed(people.handler)
    draft = fill(people.handler, start(people.handler, contact_as(people.handler, contact)), answers)
    if when == "after":
        item = found(people.handler, contact)
        assert (item.detail, item.is_urgent) == ("draft", answers is SECURITY)
        assert item.due_at - timezone.now() < timedelta(minutes=31 if answers is SECURITY else 121)
    complete(people.handler, draft)
    as_user(people.handler, complete_contact, by=people.handler, contact_id=contact, kind=Kind.COUNSELLING)
    assert listed(people.coordinator, contact) is None


def test_nobody_does_it_then_the_shift_has_it_and_who_decides_takes_it(people: People) -> None:
    contact = completed(people.handler)
    make_due(contact)
    run_steps()
    run_steps()
    item = found(people.colleague, contact)
    assert (item.user_id, item.is_escalated) == (None, False)
    make_due(contact)
    run_steps()
    assert found(people.coordinator, contact).is_escalated
    assert "Nobody did it in time" in browser(people.coordinator).get("/today/").content.decode()
    draft = fill(people.colleague, start(people.colleague, contact_as(people.colleague, contact)), REFERRAL)
    complete(people.colleague, draft)
    assert listed(people.coordinator, contact) is None
    now = contact_as(people.colleague, contact)
    assert (now.handler_id, now.surfaced_at) == (people.colleague.pk, None)
    written = kinds_of_events(people, contact)
    assert [written.count(kind) for kind in ("triage.to_shift", "triage.escalated", "contact.taken")] == [1, 1, 1]


def test_coordinator_who_decides_for_who_is_away_is_responsible_for_the_case(people: People) -> None:
    contact = completed(people.handler)
    make_due(contact)
    run_steps()
    draft = fill(people.coordinator, start(people.coordinator, contact_as(people.coordinator, contact)), SECURITY)
    seen = {"assessment_id": draft.pk, "contact_id": contact, "version": draft.version}
    outcome = as_user(people.coordinator, complete_triage, by=people.coordinator, **seen)
    assert outcome.case.contact_person_id == people.coordinator.pk


def test_a_draft_left_behind_is_still_work_and_a_discarded_one_too(people: People) -> None:
    contact = completed(people.handler)
    draft = start(people.handler, contact_as(people.handler, contact))
    assert found(people.handler, contact).detail == "draft"
    as_user(people.handler, actions.discard, by=people.handler, assessment_id=draft.pk, version=draft.version)
    assert found(people.handler, contact).detail == "none"


def test_waived_with_a_reason_twice_and_again_once_a_triage_is_begun(people: People) -> None:
    contact = completed(people.handler)
    first = waive(people.handler, contact, WaiverReason.OTHER, "Asked for our opening hours.")
    assert waive(people.handler, contact, WaiverReason.OTHER, "Asked for our opening hours.").pk == first.pk
    assert listed(people.coordinator, contact) is None
    assert kinds_of_events(people, contact).count("triage.waived") == 1
    with pytest.raises(Stale):
        waive(people.coordinator, contact, WaiverReason.GENERAL)
    shown = browser(people.handler).get(reverse("triage:panel", args=[contact])).content.decode()
    assert "Asked for our opening hours." in shown
    draft = start(people.handler, contact_as(people.handler, contact))
    assert found(people.handler, contact).detail == "draft"
    as_user(people.handler, actions.discard, by=people.handler, assessment_id=draft.pk, version=draft.version)
    assert listed(people.coordinator, contact) is None


def test_a_triage_is_not_waived_away(people: People) -> None:
    """Neither a draft, which may hold a duty, nor a decided one; a tab that is older is told."""
    contact = completed(people.handler)
    draft = fill(people.handler, start(people.handler, contact_as(people.handler, contact)), SECURITY)
    for _decided in range(2):
        with pytest.raises(Stale):
            waive(people.handler, contact)
        complete(people.handler, draft)
    address = reverse("triage:waive", args=[contact])
    assert browser(people.handler).post(address, {"reason": "general"}).status_code == 409


def test_who_may_not_and_what_is_absurd(people: People) -> None:
    contact = completed(people.handler)
    for stranger in (people.colleague, people.other_coordinator, people.worker):
        with pytest.raises((NotAllowed, Refused)):
            waive(stranger, contact)
        assert browser(stranger).post(reverse("triage:waive", args=[contact]), {"reason": "general"}).status_code == 404
    client = browser(people.handler)
    address = reverse("triage:waive", args=[contact])
    absurd: list[dict[str, Any]] = [
        {}, {"reason": "nothing"}, {"reason": "other", "words": "  "}, {"reason": "general", "words": "x" * 1001},
    ]  # fmt: skip
    for data in absurd:
        assert client.post(address, data).status_code == 422
    assert listed(people.handler, contact) is not None
    assert client.post(address, {"reason": "general"}).status_code == 200
    assert listed(people.handler, contact) is None


def test_the_database_refuses_it_in_anothers_name_and_changes(people: People) -> None:
    contact = completed(people.handler)
    waiver = waive(people.handler, contact)
    with acting_as(people.handler, purpose="test"):
        for change in (Waiver.objects.filter(pk=waiver.pk).delete, lambda: Waiver.objects.update(reason="known")):
            with pytest.raises(ProgrammingError), transaction.atomic():
                change()
    other = contact_as(people.handler, completed(people.handler))
    with acting_as(people.handler, purpose="test"), pytest.raises(ProgrammingError), transaction.atomic():
        named = {"contact": other, "centre_id": other.centre_id, "data_key_id": other.data_key_id}
        Waiver(**named, reason="general", decided_by=people.colleague).save(force_insert=True)


def test_corrected_kind_lists_it_or_not(people: People) -> None:
    contact = completed(people.handler, Kind.TEST)
    for kind, is_listed in ((Kind.COUNSELLING, True), (Kind.TEST, False)):
        version = contact_as(people.handler, contact).version
        as_user(
            people.handler, save_contact, by=people.handler, contact_id=contact, version=version, changes={"kind": kind}
        )
        assert (listed(people.handler, contact) is not None) is is_listed
