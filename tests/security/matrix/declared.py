"""Reads the declarations: urls/ says who gets which status, readers.txt who sees whose content.

relations.txt says how people stand to each record, by docs/domain.md; the others refer to it. They list only what
somebody gets: everybody else gets 404, anonymous people are sent to the sign-in page (302), and a method without a line
is 405. A word is a role, a group of roles (``@shift``), or a relation to the record that the URL names (``reads``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
ANONYMOUS = "anonymous"
DENIED, SIGN_IN, NO_SUCH_METHOD = 404, 302, 405
#: The record that does not exist, and the missing record of a URL without one. Nobody stands in a relation to them.
UNKNOWN, NO_RECORD = "unknown", ""
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
    "@others": frozenset({"administrator", "liaison", "no_role"}),
}
GROUPS["@signed_in"] = frozenset().union(*GROUPS.values())
GROUPS["@everybody"] = GROUPS["@signed_in"] | {ANONYMOUS}
EVERYBODY = sorted(GROUPS["@everybody"])
#: Where a room's URLs are declared: names without a namespace are in root.txt.
URLS = HERE / "urls"


class Undeclared(LookupError):
    """A word that is no role, group or relation."""


def place_of(name: str) -> str:
    """The file that has to declare a URL name."""
    namespace, colon, _rest = name.partition(":")
    return f"{URLS.relative_to(HERE.parents[2])}/{namespace if colon else 'root'}.txt"


def blocks(path: Path) -> Iterator[tuple[str, list[str]]]:
    """A title, and the indented lines below it."""
    title, lines = "", list[str]()
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(" "):
            lines.append(line.strip())
            continue
        if title:
            yield title, lines
        title, lines = line.strip(), []
    if title:
        yield title, lines


@dataclass
class Relations:
    """``people``: by kind of record, relation and record, the roles."""

    people: dict[tuple[str, str], dict[str, frozenset[str]]] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Relations:
        found = cls()
        for title, lines in blocks(HERE / "relations.txt"):
            *kinds, relation = title.split()
            records: dict[str, frozenset[str]] = {}
            for line in lines:
                names, _, who = line.partition(":")
                records |= dict.fromkeys(names.split(), frozenset(found.roles(who.split())))
            found.people |= {(kind, relation): records for kind in kinds}
        return found

    def roles(self, words: Iterable[str], kind: str = "", record: str = NO_RECORD) -> Iterator[str]:
        """Raises Undeclared for an unknown role, group or relation."""
        for word in words:
            if word.startswith("@") and word in GROUPS:
                yield from GROUPS[word]
            elif word in GROUPS["@everybody"]:
                yield word
            elif (kind, word) in self.people:
                yield from self.people[kind, word].get(record, ())
            else:
                raise Undeclared(f"{word} is no role, no group and no relation to a {kind or 'record'}")

    def readers(self) -> dict[tuple[str, str], list[str]]:
        """The words of readers.txt by table and kind of record."""
        found = {}
        for table, lines in blocks(HERE / "readers.txt"):
            for line in lines:
                kind, _, words = line.partition(":")
                found[table, kind] = words.split()
        return found


@dataclass
class Statuses:
    """``lines``: by URL name and method, then by record or NO_RECORD for all of them: statuses and their words."""

    relations: Relations = field(default_factory=Relations.read)
    lines: dict[tuple[str, str], dict[str, list[tuple[int, list[str]]]]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    misplaced: list[str] = field(default_factory=list)

    @classmethod
    def read(cls) -> Statuses:
        found = cls()
        for path in sorted(URLS.glob("*.txt")):
            for name, lines in blocks(path):
                if name in found.names or not place_of(name).endswith(f"/{path.name}"):
                    found.misplaced.append(name)
                found.names.add(name)
                for line in lines:
                    found.add(name, line)
        return found

    def add(self, name: str, line: str) -> None:
        """``line``: ``GET: 200 reads``, or ``POST draft: 302 has; 409 reads`` for a record. The last part counts."""
        left, _, right = line.partition(":")
        method, *records = left.split()
        parts = [(int(status), who) for status, *who in map(str.split, filter(None, right.split(";")))]
        for record in records or [NO_RECORD]:
            self.lines.setdefault((name, method), {})[record] = parts

    def expected(self, name: str, method: str, kind: str, record: str, who: str) -> int:
        lines = self.lines.get((name, "GET" if method == "HEAD" else method))
        if lines is None:
            return NO_SUCH_METHOD
        everywhere = [] if record == UNKNOWN else lines.get(NO_RECORD, [])
        got = SIGN_IN if who == ANONYMOUS else DENIED
        for status, words in lines.get(record, everywhere):
            if who in self.relations.roles(words, kind, record):
                got = status
        return got
