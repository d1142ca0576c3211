"""E-mails about due work: which ones a person wants, and which ones are to be sent."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, QuerySet

from foundation.accounts.countries import zone_or_utc
from foundation.accounts.models import Membership, Organisation, User
from foundation.accounts.permissions import NotAllowed, require
from foundation.accounts.roles import Permission, Role
from foundation.accounts.services import Service
from foundation.accounts.time_zones import zone_of

from .kinds import all_kinds
from .models import MailChoice, MailKind, WorkItem, WorkMail
from .today import WORKING

#: From this hour on, in the person's time zone, from Monday to Friday. Holidays are not looked at.
MORNING = 7
SATURDAY = 5
AT_ONCE = 500


@transaction.atomic
def choose_mails(*, by: User, daily: bool, urgent: bool) -> None:
    """Store which e-mails the person wants. A repeat has no effect. Raises NotAllowed for who has no worklist."""
    require(by, Permission.WORK_READ)
    MailChoice.objects.update_or_create(user=by, defaults={"daily": daily, "urgent": urgent})


@transaction.atomic
def order_daily_mails(*, by: User, now: datetime) -> None:
    """Order today's e-mail for everybody who works, once their morning has come.

    Whether they want it and whether something is due is asked when it is sent. The unique key prevents a second one
    for the day; a day that was missed is not made up for.
    """
    _require_deadlines(by)
    mornings = {zone.key: day for zone in _zones() if (day := _morning(now, zone))}
    for day in sorted(set(mornings.values())):
        ordered = WorkMail.objects.filter(kind=MailKind.DAILY, day=day)
        mails = [
            WorkMail(user=person, kind=MailKind.DAILY, day=day, due_at=now)
            for person in _people_without(ordered)
            if mornings.get(zone_of(person).key) == day
        ]
        WorkMail.objects.bulk_create(mails, ignore_conflicts=True)


@transaction.atomic
def order_urgent_mails(*, by: User, now: datetime) -> None:
    """Order an e-mail for those to whom something urgent has come: it is theirs, or nobody's and they may take it.

    Nobody is told of the same item twice. Kinds that have e-mails of their own are left to these.
    """
    _require_deadlines(by)
    kinds = [kind.code for kind in all_kinds().values() if not kind.has_own_mails]
    urgent = WorkItem.objects.filter(is_urgent=True, kind__in=kinds).exclude(told__contains=[F("user_id")])
    newest = urgent.order_by("-listed_at", "pk")
    items = list(newest.select_for_update(no_key=True, skip_locked=True, of=("self",))[:AT_ONCE])
    if not items:
        return
    workers = _workers({item.organisation_id for item in items if item.user_id is None})
    told: set[int] = set()
    for item in items:
        if new := _whose(item, workers) - set(item.told):
            item.told = sorted({*item.told, *new})
            item.save(update_fields=["told"])
            told |= new
    # One that is not sent yet says it for all.
    mails = [WorkMail(user_id=person, kind=MailKind.URGENT, due_at=now) for person in sorted(told)]
    WorkMail.objects.bulk_create(mails, ignore_conflicts=True)


def _whose(item: WorkItem, workers: dict[tuple[int, Role], set[int]]) -> set[int]:
    if item.user_id is not None:
        return {item.user_id}
    roles = [Role(item.role)] if item.role else WORKING
    return {person for role in roles for person in workers[item.organisation_id, role]} - set(item.besides)


def _workers(organisations: set[int]) -> dict[tuple[int, Role], set[int]]:
    """Ids of people by organisation and role."""
    found: dict[tuple[int, Role], set[int]] = defaultdict(set)
    rows = Membership.objects.active().with_roles(WORKING).filter(organisation__in=organisations, user__is_active=True)
    for organisation, role, person in rows.values_list("organisation", "role", "user"):
        found[organisation, Role(role)].add(person)
    return found


def _people_without(mails: QuerySet[WorkMail]) -> list[User]:
    """Everybody who works and has none of these, with their memberships; one query."""
    at_work = Membership.objects.active().with_roles(WORKING).exclude(user__in=mails.values("user")).values("user")
    rows = Membership.objects.active().filter(user__in=at_work, user__is_active=True, user__service="")
    people: dict[int, User] = {}
    memberships: dict[int, list[Membership]] = defaultdict(list)
    for row in rows.select_related("user", "organisation").order_by("pk"):
        people.setdefault(row.user_id, row.user)
        memberships[row.user_id].append(row)
    for key, person in people.items():
        person.active_memberships = memberships[key]
    return list(people.values())


def _zones() -> set[ZoneInfo]:
    names = Organisation.objects.in_use().order_by().values_list("time_zone", flat=True).distinct()
    return {zone_or_utc(name)[0] for name in names}


def _morning(now: datetime, zone: ZoneInfo) -> date | None:
    """The day there, if it is a working day and the morning has come."""
    there = now.astimezone(zone)
    return there.date() if there.hour >= MORNING and there.weekday() < SATURDAY else None


def _require_deadlines(by: User) -> None:
    if by.service != Service.DEADLINES:
        raise NotAllowed(Permission.WORK_READ)
