"""Actions on the lists that a centre can extend: caller types and topics."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from foundation.accounts.audit import subject_of
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.accounts.roles import Permission
from foundation.journal.actions import record

from .events import TERM_ADDED, TERM_CHANGED
from .models import Term


@transaction.atomic
def save_term(*, by: User, term: Term, is_new: bool, changed: Collection[str]) -> None:
    """Store an entry of a list. Without a changed field nothing is written. Raises NotAllowed.

    ``changed``: names of the fields, for the event.
    """
    require(by, Permission.USERS_MANAGE)
    if not (is_new or changed):
        return
    term.save(force_insert=is_new, force_update=not is_new)
    record(
        TERM_ADDED if is_new else TERM_CHANGED,
        by=by,
        subject=subject_of(term),
        centre=by.centre.pk if by.centre else None,
        data={"list": term._meta.model_name, "code": term.pk, "fields": sorted(changed)},
    )
