"""The lists of cases, and completed triage that has none yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet, UUIDField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.accounts.permissions import organisations_as
from foundation.accounts.roles import Role
from foundation.journal.models import Event
from foundation.privacy.compiled import Given, compiled
from foundation.ui.pagination import Page, page_of
from hotline.contacts.permissions import may_write as may_write_contact
from triage.models import Assessment
from triage.vocabulary import SECURING_DUTIES

from .events import CASE_REASSESSMENT_DUE
from .models import IS_MONITORED, Case, CaseContact, CaseQuerySet, CaseToOpen

LOOKED_AT = 200  # rows of each kind, before those of contacts that the user may not change are left out
Keys = QuerySet[Any, Any]
#: And what tells who may change the contact; notes may be long.
SHOWN_OF_TRIAGE = [
    *("state", "disposition", "urgency", "created_at", "completed_at"),
    *("contact__number", "contact__label", "contact__centre", "contact__handler", "contact__surfaced_at"),
    *("contact__region__name_en", "contact__region__name_fr", "contact__region__name_de"),
]

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Filter:
    """A saved filter. Row-level security limits the rows; only coordinators have the last filters."""

    code: str
    label: StrPromise
    choose: Callable[[CaseQuerySet], CaseQuerySet]
    nothing: StrPromise
    coordinators: bool = False
    #: Of these only the cases for which the person is responsible or contact person.
    is_own: bool = False


FILTERS = (
    Filter("mine", _("Mine"), lambda cases: cases.open(), _("You have no open case."), is_own=True),
    Filter("unassigned", _("Unassigned"), lambda cases: cases.open().unassigned(), _("Every case has somebody.")),
    Filter("open", _("Open"), lambda cases: cases.open(), _("No case is open.")),
    Filter("partner", _("With a partner"), lambda cases: cases.with_partner(), _("No case is with a partner.")),
    Filter("monitored", _("Monitored"), lambda cases: cases.filter(IS_MONITORED), _("No case is monitored.")),
    Filter("closed", _("Closed"), lambda cases: cases.closed(), _("No case has been closed.")),
    Filter("all", _("All of the centre"), lambda cases: cases, _("There is no case yet."), coordinators=True),
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
    return Case.objects.filter(centre__in=organisations_as(user, Role.HANDLER, Role.COORDINATOR)).with_names()


def page_of_cases(user: User, chosen: Filter, *, after: str = "", before: str = "") -> Page:
    """A page of the user's cases, newest first."""
    rows = chosen.choose(cases_of_centre(user))
    if chosen.is_own:
        return page_of(rows, column="opened_at", after=after, before=before, take=partial(_first_own, user))
    return page_of(rows, column="opened_at", after=after, before=before)


def _first_own(user: User, ordered: CaseQuerySet, count: int) -> list[Case]:
    return list(ordered.first_of_user(user, count))


def triage_without_case(user: User, at_most: int = 20) -> list[Assessment]:
    """Completed triage without an open case, those of closed cases first; oldest first. One query for each centre."""
    coordinated = organisations_as(user, Role.COORDINATOR)
    rows: list[Assessment] = []
    for centre in organisations_as(user, Role.HANDLER, Role.COORDINATOR):
        rows += _for_coordinators(centre) if centre in coordinated else _for_handlers(centre)
    rows.sort(key=lambda one: (one.completed_at or one.created_at, one.pk))
    found = [one for one in rows if may_write_contact(user, one.contact)]
    closed = [one for one in found if _has_case(one)]
    without = [one for one in found if not _has_case(one)]
    return [*closed[:at_most], *without[:at_most]]


def _has_case(assessment: Assessment) -> bool:
    return bool(getattr(assessment, "has_case"))  # noqa: B009  set by the annotation


@compiled
def _for_handlers(centre: Given) -> QuerySet[Assessment]:
    return _with_keys(_without_case(centre))


@compiled
def _for_coordinators(centre: Given) -> QuerySet[Assessment]:
    return _with_keys(_without_case(centre).union(_of_closed_cases(centre), all=True))


def _with_keys(keys: Keys) -> QuerySet[Assessment]:
    rows = Assessment.objects.filter(pk__in=keys).select_related("contact__region").only(*SHOWN_OF_TRIAGE)
    return rows.annotate(has_case=Exists(CaseContact.objects.filter(contact=OuterRef("contact"))))


def _without_case(centre: Given) -> Keys:
    """Completed assessments that lead to a case but whose contact has none."""
    marked = CaseToOpen.objects.filter(centre=centre)
    return marked.order_by("completed_at", "pk").values("assessment")[:LOOKED_AT]


def _of_closed_cases(centre: Given) -> Keys:
    """For coordinators: triage with a duty, completed after the case was closed, by somebody who may not reopen it.

    Found by their events, so that not all closed cases have to be read.
    """
    events = Event.objects.filter(centre=centre, kind=CASE_REASSESSMENT_DUE.code)
    keys = events.order_by("-at").values_list(Cast(KeyTextTransform("assessment", "data"), UUIDField()))[:LOOKED_AT]
    since = CaseContact.objects.filter(contact=OuterRef("contact"), case__closed_at__lt=OuterRef("completed_at"))
    found = Assessment.objects.in_force().filter(Exists(since), pk__in=keys, duties__overlap=sorted(SECURING_DUTIES))
    return found.order_by("completed_at", "pk").values("pk")[:LOOKED_AT]
