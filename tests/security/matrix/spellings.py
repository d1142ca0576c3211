"""How people and programs write a telephone number, and how to find it again in a text."""

from __future__ import annotations

import re

#: What stands between the digits of a written number.
BETWEEN = r"[\s\u00a0\u202f()/.+-]*"


def spellings(phone: str) -> list[str]:
    """Six spellings of a German number (+49341...)."""
    area, rest = phone[3:6], phone[6:]
    return [
        phone,
        f"0049{area}{rest}",
        f"0{area}{rest}",
        f"+49 {area} {rest}",
        f"0{area}/{rest[:3]} {rest[3:]}",
        f"+49 (0){area}-{rest[:2]}-{rest[2:]}",
    ]


def written(area: str, first: str, digits: int) -> re.Pattern[str]:
    """Numbers of an area that begin with ``first`` and have so many digits more, however they are written."""
    wanted = [*area, *first, *[r"\d"] * digits]
    return re.compile(BETWEEN.join(wanted))
