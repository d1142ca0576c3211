"""Writes the declarations from what people got, as a draft to be read: `LOTSE_MATRIX=draft`, tests/security/matrix.

Who reads the draft decides whether each line is right; a draft is never taken over unread.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from security.matrix.declared import ANONYMOUS, DENIED, GROUPS, NO_SUCH_METHOD, SIGN_IN

Seen = dict[tuple[str, str], dict[str, dict[str, int]]]
"""Status by URL name and method, record, and role."""


def words(who: Iterable[str]) -> str:
    left, said = set(who), []
    for name, members in sorted(GROUPS.items(), key=lambda one: -len(one[1])):
        if members <= left:
            said.append(name)
            left -= members
    return " ".join([*said, *sorted(left)])


def outcome(gets: dict[str, int]) -> str:
    by_status: dict[int, set[str]] = defaultdict(set)
    for who, status in gets.items():
        if status != (SIGN_IN if who == ANONYMOUS else DENIED):
            by_status[status].add(who)
    return "; ".join(f"{status} {words(who)}" for status, who in sorted(by_status.items()))


def statuses(names: Iterable[str], seen: Seen) -> str:
    lines: list[str] = []
    for name in names:
        lines.append(name)
        for method in ("GET", "POST"):
            records = seen.get((name, method), {})
            if any(status != NO_SUCH_METHOD for gets in records.values() for status in gets.values()):
                lines += [f"    {method}{where}: {said}".rstrip() for where, said in grouped(records)]
    return "\n".join(lines) + "\n"


def grouped(records: dict[str, dict[str, int]]) -> list[tuple[str, str]]:
    """Records and what people get there; ``*`` for what most records have, and none for an unknown that is denied."""
    by_outcome: dict[str, list[str]] = defaultdict(list)
    for record, gets in records.items():
        if record != "unknown":
            by_outcome[outcome(gets)].append(record)
    most = max(by_outcome, key=lambda said: len(by_outcome[said]))
    found = [
        ("" if names == [""] else " *" if said == most else f" {' '.join(names)}", said)
        for said, names in sorted(by_outcome.items(), key=lambda one: one[0] != most)
    ]
    unknown = outcome(records.get("unknown", {}))
    return [*found, *([(" unknown", unknown)] if unknown else [])]


def readers(seen: dict[str, set[str]]) -> str:
    """``seen``: who saw content, by ``table@record``."""
    tables: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for key, who in sorted(seen.items()):
        table, _, record = key.partition("@")
        tables[table][words(who)].append(record)
    lines = []
    for table, by_words in sorted(tables.items()):
        lines += [table, *(f"    {' '.join(names)}: {said}" for said, names in by_words.items())]
    return "\n".join(lines) + "\n"
