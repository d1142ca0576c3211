"""Whose work waits though they are not there: on days off, gone, or not signed in for two working days. Read-only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db.models import Count, DateTimeField, ExpressionWrapper, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest

from foundation.accounts.models import Membership, Organisation, Session, User
from foundation.accounts.permissions import organisations_as
from foundation.accounts.roles import Role

from .kinds import all_kinds
from .models import Absence, WorkItem, WorkItemQuerySet
from .today import WORKING

#: Who is there in spite of an entered absence is not disturbed.
AT_WORK = timedelta(hours=1)
UNSEEN_WORKING_DAYS = 2
LEADING = (Role.COORDINATOR, Role.PARTNER_COORDINATOR)


class Why(StrEnum):
    LEFT = "left"
    AWAY = "away"
    NOT_SEEN = "not_seen"


@dataclass(frozen=True)
class Missing:
    """Somebody who is not there for an organisation. ``deputy``: who is there instead, if anybody was named."""

    user: User
    organisation_id: int
    why: Why
    deputy: User | None = None

    def items(self, now: datetime) -> WorkItemQuerySet:
        """What has to be taken from them: of those who only have not signed in what is due at their centre."""
        found = WorkItem.objects.of_user(self.user).filter(organisation=self.organisation_id)
        if self.why == Why.NOT_SEEN:
            found = found.filter(centre=self.organisation_id, due_at__lte=now)
        released = [kind.code for kind in all_kinds().values() if kind.release]
        at_the_centre = Q(kind__in=released, centre=F("organisation"))
        return found.filter(at_the_centre | Q(is_escalated=False)).order_by("due_at", "pk")


def missing(now: datetime) -> list[Missing]:
    """Who has work on the worklist and is not there. For the service of the deadlines."""
    pairs = set(WorkItem.objects.filter(user__isnull=False).values_list("user", "organisation").distinct())
    people = _seen(user for user, _place in pairs)
    places = Organisation.objects.in_bulk({place for _user, place in pairs})
    working = people_at(places)
    absences = list(
        Absence.objects.not_ended().filter(organisation__in=places).select_related("deputy", "organisation")
    )
    return [
        found
        for user, place in sorted(pairs)
        if (found := _find(people[user], places[place], working, absences, now)) is not None
    ]


def is_away(user: User, now: datetime) -> bool:
    """Whether the person has a day off where they work."""
    rows = Absence.objects.not_ended().filter(user=user).select_related("organisation")
    places = organisations_as(user, *WORKING)
    off = {one.organisation_id for one in rows if one.runs_at(now)}
    return bool(places) and places <= off


def people_away(now: datetime) -> set[int]:
    """Ids of those with a day off, as far as the acting person sees absences: those of colleagues."""
    rows = Absence.objects.not_ended().select_related("organisation")
    return {one.user_id for one in rows if one.runs_at(now)}


def current_led_by(user: User, now: datetime) -> list[Absence]:
    """For coordinators: who is away now; ``waiting``: how much of the work is still theirs."""
    theirs = WorkItem.objects.filter(user=OuterRef("user"), organisation=OuterRef("organisation")).order_by()
    number = theirs.values("user").annotate(number=Count("pk")).values("number")
    rows = Absence.objects.not_ended().filter(organisation__in=organisations_as(user, Role.COORDINATOR))
    rows = rows.select_related("user", "deputy", "organisation").annotate(waiting=Coalesce(Subquery(number), 0))
    return [one for one in rows if one.runs_at(now)]


def planned(place: Organisation) -> list[Absence]:
    """Those that have begun, and coming ones."""
    return list(Absence.objects.not_ended().filter(organisation=place).select_related("user", "deputy"))


def workplace(user: User) -> Organisation | None:
    """The organisation whose work the person does."""
    return next((one.organisation for one in user.active_memberships if one.role in WORKING), None)


def may_enter(user: User, organisation_id: int, person: int) -> bool:
    """The person themselves, and coordinators of the organisation."""
    if organisation_id in organisations_as(user, *LEADING):
        return True
    return person == user.pk and organisation_id in organisations_as(user, *WORKING)


def people_at(organisation_ids: Iterable[int]) -> set[tuple[int, int]]:
    """User and organisation of all who work there and may sign in."""
    members = Membership.objects.active().with_roles(WORKING).filter(organisation__in=list(organisation_ids))
    return set(members.filter(user__is_active=True).values_list("user", "organisation"))


def working_days_before(now: datetime, days: int) -> datetime:
    """The same time so many Mondays to Fridays earlier."""
    while days:
        now -= timedelta(days=1)
        days -= now.weekday() < 5
    return now


def _seen(user_ids: Iterable[int]) -> dict[int, User]:
    """The people with ``seen_at``: when they last signed in or used a session, else when they got their account."""
    idle = timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    sessions = Session.objects.filter(user=OuterRef("pk")).order_by().values("user")
    used = ExpressionWrapper(Max("expire_date") - idle, output_field=DateTimeField())
    seen = Coalesce(
        Greatest("last_login", Subquery(sessions.annotate(used=used).values("used"))), "last_login", "date_joined"
    )
    return {one.pk: one for one in User.objects.annotate(seen_at=seen).filter(pk__in=set(user_ids))}


def _find(
    person: User, place: Organisation, working: set[tuple[int, int]], absences: list[Absence], now: datetime
) -> Missing | None:
    if (person.pk, place.pk) not in working:
        return Missing(person, place.pk, Why.LEFT)
    away = {one.user_id: one for one in absences if one.organisation_id == place.pk and one.runs_at(now)}
    seen_at = person.seen_at  # type: ignore[attr-defined]
    if person.pk in away and seen_at < now - AT_WORK:
        deputy = away[person.pk].deputy
        is_there = deputy is not None and (deputy.pk, place.pk) in working and deputy.pk not in away
        return Missing(person, place.pk, Why.AWAY, deputy if is_there else None)
    if seen_at < working_days_before(now, UNSEEN_WORKING_DAYS):
        return Missing(person, place.pk, Why.NOT_SEEN)
    return None
