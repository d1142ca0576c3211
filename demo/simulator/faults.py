"""Random faults of the provider: of its REST API, of recordings, and lost callbacks."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from enum import StrEnum

from demo.simulator.errors import Refused

#: What a status is called in an answer.
CODES = {
    401: (20003, "Authenticate"),
    429: (20429, "Too Many Requests"),
    500: (20500, "Internal Server Error"),
    503: (20503, "Service Unavailable"),
}
NEVER = float("inf")


class Trouble(StrEnum):
    """What may happen to a REST request."""

    FAILED = "failed"  # 500, and nothing has happened
    ACCEPTED = "accepted"  # it is done, and then answered 500
    UNAUTHORISED = "unauthorised"  # 401
    TOO_MANY = "too many"  # 429
    SLOW = "slow"  # done at once, and answered late
    DELAYED = "delayed"  # done late, and answered then


@dataclass(frozen=True)
class Faults:
    """Shares from 0 to 1, and real seconds: whoever waits for the provider has a real clock."""

    failed: float = 0.0
    accepted: float = 0.0
    unauthorised: float = 0.0
    too_many: float = 0.0
    slow: float = 0.0  # half of them done at once, half late
    slow_by: float = 8.0  # at most
    late_sound: float = 0.0  # of recordings: the sound is not there yet when the caller has spoken
    late_by: float = 5.0  # at most
    no_sound: float = 0.0  # of recordings: it never comes ("absent")
    lost_ends: float = 0.0  # of notices that a call or room has ended or somebody has left it: never sent

    @classmethod
    def of(cls, share: float) -> Faults:
        """The same share of each fault."""
        return cls(share, share, share, share, share, late_sound=share, no_sound=share, lost_ends=share)


@dataclass
class Luck:
    """Random draws of faults. ``happened``: the number of each."""

    faults: Faults
    chance: random.Random
    happened: dict[str, int] = field(default_factory=dict)

    def trouble(self) -> Trouble | None:
        """Of the next REST request; at most one."""
        one = self.faults
        drawn = self.chance.random()
        shares = {
            Trouble.FAILED: one.failed,
            Trouble.ACCEPTED: one.accepted,
            Trouble.UNAUTHORISED: one.unauthorised,
            Trouble.TOO_MANY: one.too_many,
            Trouble.SLOW: one.slow / 2,
            Trouble.DELAYED: one.slow / 2,
        }
        for trouble, share in shares.items():
            if drawn < share:
                return self._noted(trouble)
            drawn -= share
        return None

    def sound_after(self) -> float:
        """Real seconds until the sound of a recording can be fetched; NEVER."""
        if self.chance.random() < self.faults.no_sound:
            self._note("no sound")
            return NEVER
        if self.chance.random() < self.faults.late_sound:
            self._note("late sound")
            return self.chance.uniform(0.2, 1) * self.faults.late_by
        return 0.0

    def is_end_lost(self) -> bool:
        lost = self.chance.random() < self.faults.lost_ends
        if lost:
            self._note("lost end")
        return lost

    async def wait(self) -> None:
        await asyncio.sleep(self.chance.uniform(0.3, 1) * self.faults.slow_by)

    def _noted(self, trouble: Trouble) -> Trouble:
        self._note(trouble)
        return trouble

    def _note(self, name: str) -> None:
        self.happened[name] = self.happened.get(name, 0) + 1


def refusal(status: int) -> Refused:
    code, message = CODES.get(status, (20000 + status, "Injected"))
    return Refused(status, code, message)
