"""The reviews of the demo case with five bodies: one held, one moved, one that nobody held in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from casework.reviews import actions
from casework.reviews.actions import Answers, Following
from casework.reviews.models import Review
from casework.reviews.permissions import Holder
from casework.reviews.vocabulary import Adjustment, OnTrack, ReviewKind
from foundation.accounts.models import User

from .team import WRITERS, CaseOfTeam, Step

FOUND = Answers(
    on_track=OnTrack.PARTLY,
    findings="Er kommt zu den Gesprächen und fehlt seltener. Die Familie ist noch nicht im Gespräch. (Demo)",
    side_effects="Die kleine Schwester wird in der Schule auf den Bruder angesprochen. (Demo)",
    events_outside="Ein Prozess in der Stadt beschäftigt die Gruppe. (Demo)",
    adjustment=Adjustment.PLAN,
    changes="Ein Praktikum; jemand für die Schwester. (Demo)",
)


@dataclass(frozen=True)
class ReviewsOfCase:
    """Who coordinates the process plans and holds them; the plan has planned one by itself."""

    team: CaseOfTeam

    def steps(self) -> Iterator[Step]:
        now = self.team.now
        who = self.team.people[WRITERS["youth"]]
        held, moved, missed = (self.team.player.new_id() for _number in range(3))
        yield Step(now - timedelta(days=9), who, lambda: self._plan(who, held, "Beginn der Zusammenarbeit", 4))
        yield Step(now - timedelta(days=5), who, lambda: self._hold(who, held))
        yield Step(now - timedelta(days=8), who, lambda: self._plan(who, moved, "Hausbesuch auswerten", 1))
        yield Step(now - timedelta(days=7), who, lambda: self._move(who, moved, missed))

    def _holder(self, who: User) -> Holder:
        return Holder(self.team.organisations["youth"], who)

    def _plan(self, by: User, key: UUID, topic: str, days_ago: int) -> None:
        actions.plan_review(
            by=by,
            review_id=key,
            case_id=self.team.case.pk,
            kind=ReviewKind.PLAN,
            due_at=self.team.now - timedelta(days=days_ago),
            holder=self._holder(by),
            topic=f"{topic} (Demo)",
        )

    def _hold(self, by: User, key: UUID) -> None:
        bodies = [self.team.case.centre_id, *(self.team.organisations[name].pk for name in ("youth", "school", "body"))]
        answers = Answers(**{**vars(FOUND), "took_part": bodies})
        version = Review.objects.get(pk=key).version
        actions.hold_review(by=by, review_id=key, version=version, answers=answers, following=None)

    def _move(self, by: User, key: UUID, later: UUID) -> None:
        """Nobody holds the later one either."""
        due_at = self.team.now - timedelta(days=3)
        actions.move_review(
            by=by,
            review_id=key,
            version=Review.objects.get(pk=key).version,
            reason="Die Familie war krank. (Demo)",
            following=Following(review_id=later, due_at=due_at, holder=self._holder(by)),
        )
