"""Events never change, so their data contain nothing that identifies people or says what they are suspected of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import referrals
from cluster import OwnDatabase
from django.db import DataError, transaction
from events_left import Watch
from past_policies import change
from people import People, as_user
from telephone import TELEPHONY, make_line
from whole_world import make_dossier

from foundation.accounts.models import User
from foundation.journal.models import Event
from foundation.journal.registry import all_kinds
from foundation.privacy.event_kinds import WITH_DOSSIER
from hotline.contacts.actions import save_contact
from hotline.contacts.callbacks import complete_contact
from hotline.contacts.editing import EDITABLE
from hotline.contacts.models import CallerType, Contact

TOLD: dict[str, Any] = {
    "phone": "+4934155598765",
    "alias": "Amsel",
    "postal_code": "04109",
    "age_band": "14_17",
    "sex": "diverse",
}
TOLD |= {"phenomenon": "islamism", "region_id": "DE-SN", "language": "de", "relation": "sibling"}
TOLD |= {"municipality": "Amselheim", "topics": ["conversion"], "label": "Drossel", "notes": "Fink", "advice": "Meise"}
#: Events may say these, or so many rows say the same word that it would be found anywhere.
NOT_LOOKED_FOR = {"kind", "channel", "started_at", "country", "is_hard"}


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from leaves(one)
    else:
        yield str(value)


def leaks(event: Event, told: set[str]) -> set[str]:
    return told & set(leaves(event.data))


def of_dossiers() -> list[Event]:
    """What an organisation offers or covers is no secret: its own settings are left out."""
    kinds = [kind.code for kind in all_kinds().values() if kind.retention == WITH_DOSSIER]
    return list(Event.objects.filter(kind__in=kinds))


def test_no_event_of_a_whole_story_tells_who_somebody_is(own_database: OwnDatabase, settings: Any) -> None:
    settings.TELEPHONY = dict(TELEPHONY)
    people = referrals.ready()
    make_line(people.centre)
    dossier = make_dossier(people, people.colleague)
    caller_type = CallerType.objects.order_by("pk")[0]
    changes = {**TOLD, "caller_type_id": caller_type.pk}
    assert EDITABLE - changes.keys() == NOT_LOOKED_FOR
    by = people.handler
    contact = as_user(by, Contact.objects.get, pk=dossier.contact.pk)
    as_user(by, save_contact, by=by, contact_id=contact.pk, version=contact.version, changes=changes)
    done = as_user(by, complete_contact, by=by, contact_id=contact.pk)
    assert {name: getattr(done, name) for name in changes} == changes  # there is something that could leak
    events = as_user(people.coordinator, of_dossiers)
    kinds = {event.kind for event in events}
    assert {"contact.completed", "assessment.waiting", "case.opened", "referral.accepted", "call.arrived"} <= kinds
    told = {*leaves(TOLD)} - {"de"}
    assert {event.kind: found for event in events if (found := leaks(event, told | {"DE-BY", dossier.canary}))} == {}
    named = {*changes, "region", "caller_type"}
    assert {event.kind for event in events if named & event.data.keys()} == set()


@pytest.mark.parametrize("data", [{"sex": "diverse"}, {"a": [{"b": "diverse"}]}, {"a": ["x", "diverse"]}])
def test_a_leak_is_found_wherever_it_stands(data: dict[str, Any]) -> None:
    assert leaks(Event(data=data), {"diverse"}) == {"diverse"}


def test_an_action_that_writes_no_event_is_found(people: People, monkeypatch: pytest.MonkeyPatch, watch: Watch) -> None:
    """Another function of the same rights stands for an action that forgets its event."""
    code = changes_a_row.__code__
    monkeypatch.setattr("events_left.codes", lambda: {(code.co_filename, code.co_name): "forgets"})
    as_user(people.handler, changes_a_row, by=people.handler, language="en")
    assert watch.without_event() == {"forgets": {"accounts_user"}}
    watch.runs.clear()


def test_an_action_that_raises_or_finds_nothing_to_change_needs_no_event(
    people: People, monkeypatch: pytest.MonkeyPatch, watch: Watch
) -> None:
    code = changes_a_row.__code__
    monkeypatch.setattr("events_left.codes", lambda: {(code.co_filename, code.co_name): "forgets"})
    with pytest.raises(LookupError):
        as_user(people.handler, transaction.atomic(changes_a_row), by=people.handler, language="en", then=LookupError)
    as_user(people.handler, changes_a_row, by=people.handler, language="none")
    assert watch.without_event() == watch.left_by_a_refusal() == {}


def test_an_action_that_raises_without_a_savepoint_and_leaves_a_row_is_found(
    people: People, monkeypatch: pytest.MonkeyPatch, watch: Watch
) -> None:
    code = changes_a_row.__code__
    monkeypatch.setattr("events_left.codes", lambda: {(code.co_filename, code.co_name): "leaves a row"})
    with pytest.raises(LookupError):
        as_user(people.handler, changes_a_row, by=people.handler, language="en", then=LookupError)
    assert (watch.without_event(), watch.left_by_a_refusal()) == ({}, {"leaves a row": {"accounts_user"}})
    watch.runs.clear()
    with pytest.raises(LookupError):
        as_user(people.handler, changes_a_row, by=people.handler, language="none", then=LookupError)
    with pytest.raises(DataError):
        as_user(people.handler, changes_a_row, by=people.handler, language="en", then=DataError)
    assert watch.left_by_a_refusal() == {}


def changes_a_row(*, by: User, language: str, then: type[Exception] | None = None) -> None:
    change(User.objects.filter(pk=by.pk, language=language), language="fr")
    if then is DataError:
        change(User.objects.filter(pk=by.pk), language="too long")
    if then:
        raise then
