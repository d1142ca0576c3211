"""The record of a printed case file."""

from __future__ import annotations

from django.db import transaction

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.push_groups import organisation_group
from foundation.accounts.roles import Permission
from foundation.journal.actions import look, record

from .events import CASE_PRINTED
from .models import Case
from .permissions import may_print
from .vocabulary import PrintPurpose


@transaction.atomic
def record_printed(*, by: User, case: Case, purpose: PrintPurpose) -> None:
    """Say in the journal who printed the file and what for; each print is one. Raises NotAllowed."""
    if not may_print(by, case):
        raise NotAllowed(Permission.CASE_READ)
    look("case.print", by=by, subject=case.pk, centre=case.centre_id)
    record(
        CASE_PRINTED,
        by=by,
        subject=case.pk,
        case=case.pk,
        centre=case.centre_id,
        data={"purpose": purpose.value},
        tell=[organisation_group(case.centre_id)],
    )
