"""Who may see and change a contact. policies.py says the same in SQL; a test compares them."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import Refused, organisations_as
from foundation.accounts.roles import Role
from foundation.journal.actions import look
from foundation.privacy.compiled import Given, compiled

from .models import AccessRequest, Contact, ContactQuerySet, ContactReader


def may_read(user: User, contact: Contact, *, has_grant: bool = False) -> bool:
    return has_grant or may_write(user, contact)


def may_write(user: User, contact: Contact) -> bool:
    """Coordinators of the centre; handlers if it is theirs, has no handler, or has surfaced to the shift."""
    if contact.centre_id in organisations_as(user, Role.COORDINATOR):
        return True
    if contact.centre_id not in organisations_as(user, Role.HANDLER):
        return False
    return contact.handler_id in (None, user.pk) or contact.surfaced_at is not None


def running_grants(user: User, at: datetime | None = None) -> models.QuerySet[AccessRequest]:
    """The user's grants that have not expired. A grant also ends with the role in which it was requested."""
    centres = organisations_as(user, Role.HANDLER, Role.COORDINATOR, Role.DPO)
    return AccessRequest.objects.filter(
        requested_by=user, granted_until__gt=at or timezone.now(), centre_id__in=centres
    )


def has_grant(user: User, contact_id: uuid.UUID, at: datetime | None = None) -> bool:
    return running_grants(user, at).filter(contact_id=contact_id).exists()


def first_readable(user: User, ordered: ContactQuerySet, count: int) -> list[Contact]:
    """The first of these that the user may read: of each reason to read a contact the first, each by its index.

    Row-level security alone would look at all contacts of colleagues until it has found so many.
    """
    if organisations_as(user, Role.COORDINATOR):
        return list(ordered[:count])
    reasons = (
        ordered.filter(handler=user),
        ordered.for_anybody(),
        ordered.filter(pk__in=ContactReader.objects.values("contact")),
        ordered.filter(pk__in=running_grants(user).values("contact")),
    )
    first, *others = (one[:count].values("pk") for one in reasons)
    return list(ordered.filter(pk__in=first.union(*others))[:count])


def contact_to_read(user: User, contact_id: uuid.UUID) -> Contact:
    """Return the contact and record the access. Raises Refused.

    Only row-level security decides, because later apps add policies (for people who work on the case).
    """
    contact = _visible(user, contact_id)
    if contact is None:
        raise Refused("contact.read", contact_id)
    look("contact.read", by=user, subject=contact.pk, centre=contact.centre_id)
    return contact


def contact_to_write(user: User, contact_id: uuid.UUID) -> Contact:
    """The contact, if the user may change it. Raises Refused."""
    return _checked(user, contact_id, _visible(user, contact_id))


def contact_to_change(user: User, contact_id: uuid.UUID) -> Contact:
    """As ``contact_to_write``, locked until the end of the transaction."""
    return _checked(user, contact_id, _locked.one(contact_id))


@compiled
def _locked(contact: Given) -> ContactQuerySet:
    return Contact.objects.to_write().select_related("data_key").filter(pk=contact)


def _checked(user: User, contact_id: uuid.UUID, contact: Contact | None) -> Contact:
    if contact is None or not may_write(user, contact):
        raise Refused("contact.write", contact_id)
    return with_known_centre(user, contact)


def _visible(user: User, contact_id: uuid.UUID) -> Contact | None:
    contact = _shown.one(contact_id)
    return with_known_centre(user, contact) if contact else None


@compiled
def _shown(contact: Given) -> ContactQuerySet:
    return Contact.objects.select_related("caller_type", "region", "handler").filter(pk=contact)


def with_known_centre(user: User, contact: Contact) -> Contact:
    """The contact with the user's own centre, if it is that one, so that it is not read again."""
    if user.centre and user.centre.pk == contact.centre_id:
        contact.centre = user.centre
    return contact
