"""The lists of cases, and triage that has none yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.accounts.permissions import organisations_as
from foundation.accounts.roles import Role
from foundation.journal.models import Event
from hotline.contacts.permissions import may_write as may_write_contact
from hotline.contacts.states import ContactState
from triage.models import Assessment
from triage.vocabulary import SECURING_DUTIES

from .events import CASE_REASSESSMENT_DUE
from .models import Case, CaseContact, CaseQuerySet
from .opening import DUTIES_THAT_OPEN, OPENS_CASE

LOOKED_AT = 200  # number of newest events

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Filter:
    """A saved filter. Row-level security limits the rows; only coordinators have the last filters."""

    code: str
    label: StrPromise
    choose: Callable[[CaseQuerySet, User], CaseQuerySet]
    nothing: StrPromise
    coordinators: bool = False


FILTERS = (
    Filter("mine", _("Mine"), lambda cases, user: cases.open().of_user(user), _("You have no open case.")),
    Filter(
        "unassigned", _("Unassigned"), lambda cases, _user: cases.open().unassigned(), _("Every case has somebody.")
    ),
    Filter("open", _("Open"), lambda cases, _user: cases.open(), _("No case is open.")),
    Filter("partner", _("With a partner"), lambda cases, _user: cases.with_partner(), _("No case is with a partner.")),
    Filter("closed", _("Closed"), lambda cases, _user: cases.closed(), _("No case has been closed.")),
    Filter("all", _("All of the centre"), lambda cases, _user: cases, _("There is no case yet."), coordinators=True),
)


def is_coordinator(user: User) -> bool:
    return bool(organisations_as(user, Role.COORDINATOR))


def filters_for(user: User) -> list[Filter]:
    return [one for one in FILTERS if not one.coordinators or is_coordinator(user)]


def chosen(user: User, code: str) -> Filter:
    """The filter with this code, or the default. Raises LookupError for one that the user may not use."""
    code = code or ("open" if is_coordinator(user) else "mine")
    found = next((one for one in filters_for(user) if one.code == code), None)
    if found is None:
        raise LookupError(code)
    return found


def cases_of_centre(user: User) -> CaseQuerySet:
    """Cases of the user's centre, without those that are only readable by a grant."""
    return Case.objects.filter(centre__in=organisations_as(user, Role.HANDLER, Role.COORDINATOR)).with_people()


def triage_without_case(user: User, at_most: int = 20) -> list[Assessment]:
    """Completed assessments that lead to a case but whose contact has none, oldest first."""
    leads = Q(disposition__in=OPENS_CASE) | Q(duties__overlap=sorted(DUTIES_THAT_OPEN))
    centres = organisations_as(user, Role.HANDLER, Role.COORDINATOR)
    linked = Exists(CaseContact.objects.filter(contact=OuterRef("contact")))
    found = Assessment.objects.in_force().filter(leads, ~linked, centre__in=centres)
    oldest = found.select_related("contact", "contact__region", "completed_by").order_by("completed_at", "pk")[:at_most]
    return [assessment for assessment in oldest if may_write_contact(user, assessment.contact)]


def triage_of_closed_cases(user: User, at_most: int = 20) -> list[Assessment]:
    """For coordinators: triage with a duty, completed after the case was closed, by somebody who may not reopen it.

    Found by their events, so that not all closed cases have to be read.
    """
    events = Event.objects.filter(centre__in=organisations_as(user, Role.COORDINATOR), kind=CASE_REASSESSMENT_DUE.code)
    keys = [data["assessment"] for data in events.order_by("-at").values_list("data", flat=True)[:LOOKED_AT]]
    since = CaseContact.objects.filter(contact=OuterRef("contact"), case__closed_at__lt=OuterRef("completed_at"))
    found = Assessment.objects.in_force().filter(Exists(since), pk__in=keys, duties__overlap=sorted(SECURING_DUTIES))
    return list(found.select_related("contact", "contact__region", "completed_by").order_by("completed_at")[:at_most])


def unfinished_with_duties(user: User, at_most: int = 20) -> list[Assessment]:
    """Drafts of completed contacts whose answers ask for a duty of security or child protection, oldest first.

    A call may end before its triage is completed; the duty must not be overlooked.
    """
    centres = organisations_as(user, Role.HANDLER, Role.COORDINATOR)
    drafts = Assessment.objects.open().filter(contact__state=ContactState.COMPLETED, centre__in=centres)
    oldest = drafts.select_related("contact", "contact__region", "created_by").order_by("created_at", "pk")
    found = (one for one in oldest.iterator(100) if one.is_draft and one.securing_duties)
    return list(islice((one for one in found if may_write_contact(user, one.contact)), at_most))
