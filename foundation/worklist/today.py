"""What is due, for one person and for what they lead. Read-only; row-level security limits the rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse

from foundation.accounts.models import User
from foundation.accounts.permissions import organisations_as
from foundation.accounts.roles import Role
from foundation.ui.pagination import DuePage, page_by_due

from .kinds import WorkKind, all_kinds
from .models import WITH_NOBODY, WorkItem, WorkItemQuerySet

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

WORKING = (Role.HANDLER, Role.COORDINATOR, Role.PARTNER_WORKER, Role.PARTNER_COORDINATOR, Role.LIAISON)


@dataclass(frozen=True)
class ShownItem:
    item: WorkItem
    kind: WorkKind
    is_overdue: bool
    #: Whether it is shown to the centre, whosever work it is.
    by_centre: bool = False

    @property
    def url(self) -> str:
        """Of the page on which it is done."""
        if self.kind.row:
            return f"{reverse(self.kind.page)}#{self.kind.row}-{self.item.subject}"
        is_elsewhere = self.item.organisation_id != self.item.centre_id and not self.by_centre
        page = self.kind.page_elsewhere if is_elsewhere and self.kind.page_elsewhere else self.kind.page
        return reverse(page, args=[self.item.subject])

    @property
    def what(self) -> StrPromise | str:
        return self.kind.details.get(self.item.detail, self.kind.label)


@dataclass(frozen=True)
class Part:
    """A page of a list."""

    shown: list[ShownItem]
    page: DuePage


def own(user: User) -> WorkItemQuerySet:
    return WorkItem.objects.of_user(user)


def to_take(user: User) -> WorkItemQuerySet:
    """What is nobody's in the person's organisations, and not for another role."""
    leading = organisations_as(user, Role.COORDINATOR)
    working = organisations_as(user, *WORKING)
    open_to = Q(role="") | Q(role=Role.COORDINATOR, organisation__in=leading)
    found = WorkItem.objects.filter(WITH_NOBODY, open_to, organisation__in=working)
    return found.exclude(besides__contains=[user.pk])


def escalated(user: User) -> WorkItemQuerySet:
    """For coordinators: what nobody did in time, whosever it is."""
    return WorkItem.objects.filter(is_escalated=True, centre__in=organisations_as(user, Role.COORDINATOR))


def of_colleagues(user: User) -> WorkItemQuerySet:
    """For coordinators: what is with others at the centre."""
    centres = organisations_as(user, Role.COORDINATOR)
    return WorkItem.objects.filter(centre__in=centres, user__isnull=False).exclude(user=user)


def part(rows: WorkItemQuerySet, now: datetime, after: str = "", before: str = "", by_centre: bool = False) -> Part:
    """A page of the rows, the first due first. ``by_centre``: others' work, shown to those who lead the centre."""
    page = page_by_due(rows.select_related("user", "organisation"), column="due_at", after=after, before=before)
    return Part(shown(page.rows, now, by_centre), page)


def shown(items: Iterable[WorkItem], now: datetime, by_centre: bool = False) -> list[ShownItem]:
    kinds = all_kinds()
    return [ShownItem(item, kinds[item.kind], item.due_at <= now, by_centre) for item in items]


def is_leading(user: User) -> bool:
    return bool(organisations_as(user, Role.COORDINATOR))
