"""Concurrent posts of one form, each with its own database connection."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from conftest import OwnDatabase
from django.db import connections
from django.utils import timezone
from people import as_user, make_people
from referrals import in_threads

from foundation.accounts.models import User
from foundation.journal.models import Event
from hotline.contacts.access import request_access
from hotline.contacts.actions import open_contact
from hotline.contacts.callbacks import claim_callback, schedule_callback
from hotline.contacts.endings import plan_ending, undo_ending
from hotline.contacts.models import AccessRequest, Callback, Contact
from hotline.contacts.tasks import end_contacts
from hotline.contacts.vocabulary import Kind

AT_ONCE = 4


def at_once(user: User, action: Callable[..., Any], **arguments: Any) -> list[Any]:
    """The responses to four concurrent posts."""
    together = Barrier(AT_ONCE)

    def post(_number: int) -> Any:
        together.wait()
        try:
            return as_user(user, action, by=user, **arguments).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(post, range(AT_ONCE)))


def test_four_concurrent_posts_create_one_row(own_database: OwnDatabase) -> None:
    people = make_people()
    contact, callback, request = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    assert at_once(people.handler, open_contact, contact_id=contact) == [contact] * AT_ONCE
    later = timezone.now() + timedelta(hours=1)
    details = {"callback_id": callback, "phone": "+49 30 123456", "due_at": later}
    assert at_once(people.handler, schedule_callback, **details) == [callback] * AT_ONCE
    asked = {"request_id": request, "contact_id": contact, "reason": "needed"}
    assert at_once(people.colleague, request_access, **asked) == [request] * AT_ONCE
    claimed = at_once(people.colleague, claim_callback, callback_id=callback, contact_id=uuid.uuid4())
    assert len(set(claimed)) == 1
    counted = as_user(
        people.coordinator,
        lambda: (Contact.objects.count(), Callback.objects.count(), AccessRequest.objects.count()),
    )
    assert counted == (2, 1, 1)
    assert own_database.sql("select count(*) from journal_event").strip() == "5"


@pytest.mark.parametrize("is_undone", [False, True])
def test_concurrent_sweeps_and_undo_have_one_result(own_database: OwnDatabase, is_undone: bool) -> None:
    people = make_people()
    contact, me = uuid.uuid4(), people.handler
    as_user(me, open_contact, by=me, contact_id=contact)
    assert at_once(me, plan_ending, contact_id=contact, kind=Kind.SILENT) == [contact] * AT_ONCE
    as_user(me, lambda: Contact.objects.update(ends_at=timezone.now()))
    undoing = [partial(as_user, me, undo_ending, by=me, contact_id=contact)] * is_undone
    assert in_threads(*[end_contacts] * 3, *undoing) == []
    about = Event.objects.filter(subject=contact).exclude(kind="contact.opened").order_by("pk")
    kinds = as_user(me, lambda: list(about.values_list("kind", flat=True)))
    state = as_user(me, lambda: Contact.objects.get().state)
    assert (state, *kinds) in [
        ("completed", "contact.ending_planned", "contact.completed"),
        *[("draft", "contact.ending_planned", "contact.ending_undone")] * is_undone,
    ]
