"""A clock that may run faster than real time.

Whatever lasts in the world of telephones (ringing, waiting, talking) is in simulated seconds, and is divided by the
scale. Time stamps are real: the platform's own clock is real, and would not understand calls from the future.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime


@dataclass
class Clock:
    """``scale`` simulated seconds pass in one real second; 1 is real time."""

    scale: float = 1.0
    _start: float = field(default_factory=time.monotonic)

    def seconds(self) -> float:
        """Simulated seconds since the clock was made."""
        return (time.monotonic() - self._start) * self.scale

    def real(self, seconds: float) -> float:
        """How many real seconds that many simulated ones take."""
        return max(0.0, seconds) / self.scale

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(self.real(seconds))


def now() -> datetime:
    return datetime.now(UTC)


def stamp(moment: datetime | None) -> str | None:
    """As the provider writes time: RFC 2822 in GMT, ``Thu, 01 Jun 2017 20:48:32 +0000``."""
    return format_datetime(moment) if moment else None
