"""Reads the declarations: statuses.txt says who gets which status, readers.txt who may see the content of which record.

Both list only what somebody gets. Everybody else gets 404, anonymous people are sent to the sign-in page (302), and a
method without a line is 405. ``*`` stands for all records without a line of their own; ``@name`` for a group of roles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
ANONYMOUS = "anonymous"
DENIED, SIGN_IN, NO_SUCH_METHOD = 404, 302, 405
SHIFT = frozenset({"handler", "colleague", "coordinator"})
PARTNER = frozenset({"worker", "partner_coordinator"})
GROUPS: dict[str, frozenset[str]] = {
    "@shift": SHIFT,
    "@shifts": SHIFT | {"other_handler", "other_coordinator"},
    "@coordinators": frozenset({"coordinator", "other_coordinator"}),
    "@partner": PARTNER,
    "@partners": PARTNER | {"other_worker", "other_partner_coordinator"},
    "@funders": frozenset({"funder", "other_funder"}),
    "@officers": frozenset({"dpo", "other_dpo"}),
    "@former": frozenset({"former_handler", "former_coordinator", "former_worker"}),
    "@without_content": frozenset({"administrator", "dpo", "other_dpo", "funder", "other_funder", "liaison"}),
}
GROUPS["@signed_in"] = frozenset().union(*GROUPS.values()) | {"no_role"}
GROUPS["@everybody"] = GROUPS["@signed_in"] | {ANONYMOUS}
EVERYBODY = sorted(GROUPS["@everybody"])


def roles(words: Iterable[str]) -> Iterator[str]:
    """Raises LookupError for an unknown role or group."""
    for word in words:
        if word.startswith("@"):
            yield from GROUPS[word]
        elif word in GROUPS["@everybody"]:
            yield word
        else:
            raise LookupError(word)


def blocks(name: str) -> Iterator[tuple[str, list[str]]]:
    """A title, and the indented lines below it."""
    title, lines = "", list[str]()
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(" "):
            lines.append(line.strip())
            continue
        if title:
            yield title, lines
        title, lines = line.strip(), []
    yield title, lines


@dataclass
class Statuses:
    """``lines``: by URL name and method, then by record, the status of each role that is not denied."""

    lines: dict[tuple[str, str], dict[str, dict[str, int]]] = field(default_factory=lambda: defaultdict(dict))
    names: set[str] = field(default_factory=set)

    @classmethod
    def read(cls) -> Statuses:
        found = cls()
        for name, lines in blocks("statuses.txt"):
            found.names.add(name)
            for line in lines:
                found.add(name, line)
        return found

    def add(self, name: str, line: str) -> None:
        """``GET draft done: 200 @shift; 302 dpo``, or ``GET: 200 @shift`` for a URL without a record."""
        left, _, right = line.partition(":")
        method, *records = left.split()
        gets: dict[str, int] = {}
        for part in filter(None, right.split(";")):
            status, *who = part.split()
            gets |= dict.fromkeys(roles(who), int(status))
        for record in records or [""]:
            self.lines[name, method][record] = gets

    def expected(self, name: str, method: str, record: str, who: str) -> int:
        lines = self.lines.get((name, "GET" if method == "HEAD" else method))
        if lines is None:
            return NO_SUCH_METHOD
        everywhere = {} if record == "unknown" else lines.get("*", {})
        return lines.get(record, everywhere).get(who, SIGN_IN if who == ANONYMOUS else DENIED)

    def is_open_to(self, name: str, method: str, who: str) -> bool:
        """Whether the role gets anything but a refusal at some record."""
        return any(who in gets for gets in self.lines.get((name, method), {}).values())


def readers() -> dict[str, frozenset[str]]:
    """Who may see content, by ``table@record``."""
    found: dict[str, frozenset[str]] = {}
    for table, lines in blocks("readers.txt"):
        for line in lines:
            records, _, who = line.partition(":")
            found |= {f"{table}@{record}": frozenset(roles(who.split())) for record in records.split()}
    return found
