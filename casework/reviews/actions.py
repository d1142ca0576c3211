"""All writes to reviews: one is planned, accepted, held, moved, dropped or missed."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from casework.cases.models import Case
from casework.cases.states import CaseState
from casework.teams.actions import team_of
from casework.teams.locking import lock_team
from casework.teams.models import Member, Team
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.push_groups import organisation_group, user_group
from foundation.accounts.roles import Permission
from foundation.accounts.services import Service
from foundation.journal.actions import NewEvent, record_all
from foundation.journal.stale import stale
from foundation.privacy.event_kinds import EventKind

from .events import (
    REVIEW_DROPPED,
    REVIEW_HELD,
    REVIEW_MISSED,
    REVIEW_MOVED,
    REVIEW_PLANNED,
    REVIEW_REMINDED,
)
from .following import follow_review
from .locking import lock_reviews, lock_to_change
from .models import Review, ReviewQuerySet
from .permissions import Holder, holders_for, may_hold, may_plan_reviews
from .states import TRANSITIONS, ReviewState
from .vocabulary import Adjustment, Occasion, OnTrack, ReviewKind
from .work import Step

S = ReviewState


class CannotHold(Exception):
    """The person is not in the team and not of the centre, or no longer."""


class NotInTeam(Exception):
    """A body is said to have taken part that is not in the team."""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The four questions of a review. ``took_part``: ids of bodies; ``has_warning_sign``: of monitoring."""

    on_track: OnTrack
    findings: str
    side_effects: str = ""
    events_outside: str = ""
    adjustment: Adjustment | None = None
    changes: str = ""
    took_part: Collection[int] = ()
    has_warning_sign: bool = False


@dataclass(frozen=True, kw_only=True)
class Following:
    """The review that follows."""

    review_id: uuid.UUID
    due_at: datetime
    holder: Holder


@transaction.atomic
def plan_review(
    *,
    by: User,
    review_id: uuid.UUID,
    case_id: uuid.UUID,
    kind: ReviewKind,
    due_at: datetime,
    holder: Holder,
    topic: str = "",
    occasion: Occasion = Occasion.CHOSEN,
    about: uuid.UUID | None = None,
) -> Review:
    """Plan a review of a case that is not closed. A repeated post plans one.

    ``about``: what it belongs to. Raises Stale for a closed case, CannotHold.
    """
    team = _team_to_plan(by, case_id)
    known = Review.objects.of_case(case_id).filter(pk=review_id).first()
    if known:
        return known
    review = Review(pk=review_id, team=team, centre_id=team.centre_id, data_key_id=team.data_key_id)
    review.kind, review.occasion, review.about, review.topic = kind, occasion, about, topic
    return _insert(by, review, due_at, holder)


def _team_to_plan(by: User, case_id: uuid.UUID) -> Team:
    """The team, made if who works on the case is the first to need it. Raises NotAllowed, Stale."""
    case = Case.objects.select_for_update(no_key=True).filter(pk=case_id).first()
    lock_team(case_id)
    if not may_plan_reviews(by, case_id):
        raise NotAllowed(Permission.TEAM_WORK)
    if case is not None:
        if case.state == CaseState.CLOSED:
            raise stale(case_id)
        return team_of(case)
    return Team.objects.select_related("centre").get(pk=case_id)


def _insert(by: User, review: Review, due_at: datetime, holder: Holder) -> Review:
    _give(by, review, holder)
    review.due_at, review.made_by = due_at, by
    review.save(force_insert=True)
    _record(REVIEW_PLANNED, by, review)
    return review


def _give(by: User, review: Review, holder: Holder) -> None:
    """Raises CannotHold."""
    if holder not in holders_for(by, review.team_id, review.centre):
        raise CannotHold
    review.organisation, review.user = holder.organisation, holder.user


@transaction.atomic
def accept_review(
    *, by: User, review_id: uuid.UUID, version: int, due_at: datetime, holder: Holder, topic: str = ""
) -> None:
    """Plan a proposed review. Raises Stale, CannotHold. A repeat has no effect."""
    review = lock_to_change(by, review_id, _may_plan)
    if review.state == S.PLANNED and review.due_at == due_at:
        return
    _check(review, version, S.PLANNED)
    _give(by, review, holder)
    given = {"organisation": review.organisation, "user": review.user}
    _move(by, review, S.PLANNED, REVIEW_PLANNED, None, due_at=due_at, topic=topic, **given)


@transaction.atomic
def hold_review(
    *, by: User, review_id: uuid.UUID, version: int, answers: Answers, following: Following | None, reason: str = ""
) -> None:
    """Note what was found. ``reason``: why no review follows. Raises Stale, CannotHold, NotInTeam.

    A repeat has no effect.
    """
    review = lock_to_change(by, review_id, may_hold)
    if review.is_held and review.held_by_id == by.pk:
        return
    _check(review, version, S.HELD)
    in_team = Member.objects.in_team().filter(team=review.team_id).values_list("organisation", flat=True)
    if not set(answers.took_part) <= {review.centre_id, *in_team}:
        raise NotInTeam
    values = {
        "on_track": answers.on_track,
        "findings": answers.findings,
        "side_effects": answers.side_effects,
        "events_outside": answers.events_outside,
        "adjustment": answers.adjustment or "",
        "changes": answers.changes,
        "took_part": sorted(set(answers.took_part)),
        "has_warning_sign": answers.has_warning_sign and review.is_monitoring,
        "reason": reason,
        "next": _follow(by, review, following, Occasion.FOLLOWING) if following else None,
    }
    facts = {"on_track": answers.on_track, "adjustment": values["adjustment"]}
    _move(by, review, S.HELD, REVIEW_HELD, facts, held_at=timezone.now(), held_by=by, **values)
    follow_review(by, review)


@transaction.atomic
def move_review(*, by: User, review_id: uuid.UUID, version: int, reason: str, following: Following) -> None:
    """Put a review off: it is over, and another one has the new time. Raises Stale, CannotHold.

    A repeat has no effect.
    """
    review = lock_to_change(by, review_id, may_hold)
    if review.state == S.MOVED and review.next_id == following.review_id:
        return
    _check(review, version, S.MOVED)
    later = _follow(by, review, following, Occasion(review.occasion))
    _move(by, review, S.MOVED, REVIEW_MOVED, next=later, reason=reason, **_ended(by))


def _follow(by: User, review: Review, following: Following, occasion: Occasion) -> Review:
    later = Review(pk=following.review_id, team_id=review.team_id, centre=review.centre)
    later.data_key_id, later.kind, later.about = review.data_key_id, review.kind, review.about
    later.occasion = occasion
    later.topic = review.topic if occasion == review.occasion else ""
    return _insert(by, later, following.due_at, following.holder)


@transaction.atomic
def drop_review(*, by: User, review_id: uuid.UUID, version: int, reason: str) -> None:
    """It is not needed. Raises Stale. A repeat has no effect."""
    review = lock_to_change(by, review_id, _may_plan)
    if review.state == S.DROPPED and review.ended_by_id == by.pk:
        return
    _check(review, version, S.DROPPED)
    _move(by, review, S.DROPPED, REVIEW_DROPPED, reason=reason, **_ended(by))


def drop_reviews_about(*, by: User, case_id: uuid.UUID, about: uuid.UUID) -> None:
    """Drop what is open of something that is over. Called by the actions that end it."""
    lock_reviews(case_id)
    _drop(by, Review.objects.open().of_case(case_id).filter(about=about))


def record_moved_with(*, by: User, case_id: uuid.UUID, about: uuid.UUID) -> None:
    """Say which reviews a trigger moves, before what they belong to has another date."""
    for review in _planned_about(case_id, about):
        _record(REVIEW_MOVED, by, review)


def record_dropped_with(*, by: User, case_id: uuid.UUID, about: uuid.UUID) -> None:
    """Say which reviews a trigger drops, before what they belong to is cancelled."""
    for review in _planned_about(case_id, about):
        _record(REVIEW_DROPPED, by, review)


def _planned_about(case_id: uuid.UUID, about: uuid.UUID) -> list[Review]:
    lock_reviews(case_id)
    return list(Review.objects.of_case(case_id).filter(about=about, state=S.PLANNED).order_by("pk"))


def end_with_case(*, by: User, case_id: uuid.UUID, organisation_id: int | None) -> None:
    """Drop what is open when the case is closed. What a body that leaves has, a trigger gives to the centre."""
    if organisation_id is None:
        lock_reviews(case_id)
        _drop(by, Review.objects.open().of_case(case_id))


def _drop(by: User, reviews: ReviewQuerySet) -> None:
    for review in reviews.order_by("pk"):
        _move(by, review, S.DROPPED, REVIEW_DROPPED, **_ended(by))


def run_step(*, by: User, subject: uuid.UUID, step: str, now: datetime) -> None:
    """It is due, or nobody has held it a working day later. The review is locked."""
    if by.service != Service.DEADLINES:
        raise NotAllowed(Permission.CASE_READ)
    review = Review.objects.filter(pk=subject, state=S.PLANNED).first()
    if review is None:
        return
    if step == Step.REMIND:
        _record(REVIEW_REMINDED, by, review)
    elif step == Step.ESCALATE:
        _move(by, review, S.MISSED, REVIEW_MISSED, missed_at=now)


def _may_plan(user: User, review: Review) -> bool:
    return may_plan_reviews(user, review.team_id)


def _check(review: Review, version: int, to: ReviewState) -> None:
    if review.version != version or to not in TRANSITIONS[ReviewState(review.state)]:
        raise stale(review.pk)


def _ended(by: User) -> dict[str, Any]:
    return {"ended_at": timezone.now(), "ended_by": by}


def _move(
    by: User, review: Review, to: ReviewState, kind: EventKind, facts: dict[str, Any] | None = None, **values: Any
) -> None:
    for name, value in {**values, "state": to}.items():
        setattr(review, name, value)
    review.version += 1
    review.save(update_fields=[*values, "state", "version"])
    _record(kind, by, review, facts)


def _record(kind: EventKind, by: User, review: Review, facts: dict[str, Any] | None = None) -> None:
    data = {"kind": review.kind, "organisation": review.organisation_id, "to": review.user_id, **(facts or {})}
    tell = [organisation_group(review.centre_id), organisation_group(review.organisation_id)]
    tell += [user_group(review.user_id)] if review.user_id else []
    event = NewEvent(kind=kind, subject=review.pk, case=review.team_id, centre=review.centre_id, data=data, tell=tell)
    record_all([event], by=by)
