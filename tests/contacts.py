"""Contacts, made over HTTP as the desk does, or with the actions."""

from __future__ import annotations

import uuid
from typing import Any

from django.test import Client
from django.urls import reverse
from people import as_user
from web import sign_in

from foundation.accounts.models import User
from foundation.privacy.context import acting_as
from hotline.contacts.actions import open_contact
from hotline.contacts.models import Contact

PHONE = "+49 341 1234567"  # a fictional landline of Leipzig


def browser(user: User) -> Client:
    """A signed-in browser; a second one stands for a second tab, or for a restart after a crash."""
    client = Client()
    sign_in(client, user)
    return client


def url(name: str, *keys: Any) -> str:
    return reverse(f"hotline:{name}", args=keys)


def a_contact(by: User, **details: Any) -> uuid.UUID:
    contact_id = uuid.uuid4()
    as_user(by, open_contact, by=by, contact_id=contact_id, details=details)
    return contact_id


def contact_as(user: User, contact_id: uuid.UUID) -> Contact:
    """The contact as this person sees it, with its encrypted fields decrypted."""
    with acting_as(user, purpose="test"):
        found = Contact.objects.get(pk=contact_id)
        for name in ("alias", "phone", "notes", "advice"):
            getattr(found, name)
    return found


def typed(**values: Any) -> dict[str, Any]:
    """The data that the browser posts: the whole form, with these values."""
    whole = {
        "version": 1, "channel": "phone", "kind": "counselling", "caller_type": "unknown", "language": "",
        "alias": "", "phone": "", "country": "DE", "postal_code": "", "municipality": "", "relation": "unknown",
        "age_band": "unknown", "sex": "unknown", "phenomenon": "unknown", "notes": "", "advice": "", "label": "",
    }  # fmt: skip
    return whole | values


def save(client: Client, contact_id: uuid.UUID, **values: Any) -> Any:
    """Post as autosave.js does."""
    return client.post(url("autosave", contact_id), typed(**values), headers={"Accept": "application/json"})
