"""Compares what people get with what is declared."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from security.matrix.declared import ANONYMOUS, DENIED, NO_RECORD, NO_SUCH_METHOD, SIGN_IN, UNKNOWN, Statuses, place_of
from security.matrix.records import World
from security.matrix.visits import Route, Visitor, canaries_in, masked, routes, sample_of

#: Statuses of people who get nothing: signed in, and anonymous.
REFUSALS = ({DENIED, NO_SUCH_METHOD}, {SIGN_IN, NO_SUCH_METHOD})
#: The part of the URLs that refuse a role at any record, that is visited as the role. About twenty are refused each.
OF_REFUSED = 0.5
#: Says whether the servers of this process are there, which depends on the machine.
NOT_VISITED = {"readyz"}
PACKAGES = ("account_", "mfa_", "admin:", "healthz")
#: Django's debug pages aside, an address that leads nowhere.
NOWHERE = "/there/is/no/such/page/"


def undeclared(statuses: Statuses) -> list[str]:
    """URL names without a declaration, and declarations without a URL, each with what to do."""
    names = {route.name for route in routes()}
    missing = [f"{name}: say in {place_of(name)} who gets what (CONTRIBUTING.md, A URL)" for name in names]
    return sorted(
        [line for name, line in zip(names, missing, strict=True) if name not in statuses.names]
        + [f"{name}: there is no such URL any more; take it out of {place_of(name)}" for name in statuses.names - names]
        + [f"{name}: declared twice, or not in {place_of(name)}" for name in statuses.misplaced]
    )


def first_difference(one: str, other: str) -> str:
    lines = zip(one.splitlines(), other.splitlines(), strict=False)
    return next((f"{left.strip()[:200]} | {right.strip()[:200]}" for left, right in lines if left != right), "length")


def is_harmless(method: str, name: str, status: int) -> bool:
    """Whether an undeclared method may be answered so: who is denied need not learn that there is no such method, and
    views of packages take PUT as POST. What they show is checked all the same.
    """
    if method == "HEAD":
        return status == NO_SUCH_METHOD
    refused = {NO_SUCH_METHOD, DENIED, SIGN_IN}
    return method in ("PUT", "PATCH", "DELETE") and (status in refused or (status < 500 and name.startswith(PACKAGES)))


@dataclass
class Checker:
    """``everything``: each record; else two of those with the same status, one or none where all are refused."""

    world: World
    everything: bool = True
    statuses: Statuses = field(default_factory=Statuses.read)

    @cached_property
    def readers(self) -> dict[str, frozenset[str]]:
        """Who may see the content of a record, by ``table@record``."""
        relations, found = self.statuses.relations, {}
        words = relations.readers()
        for place, _name in self.world.canaries.values():
            table, _, record = place.partition("@")
            kind, _, state = record.partition(".")
            found[place] = frozenset(relations.roles(words.get((table, kind), ()), kind, state))
        return found

    def wrong(self, visitor: Visitor, method: str, wanted: list[Route]) -> list[str]:
        nowhere = masked(visitor.visit("GET", NOWHERE).body, NOWHERE)
        return [line for route in wanted for line in self.wrong_at(visitor, method, route, nowhere)]

    def wrong_at(self, visitor: Visitor, method: str, route: Route, nowhere: str) -> Iterator[str]:
        """What this person gets from this URL and should not; one line each, without content.

        ``nowhere``: the page of an address that does not exist. What is denied looks the same.
        """
        if route.name in NOT_VISITED:
            return
        for record in self.records(visitor, method, route):
            path = route.path(self.world, record)
            answer = visitor.visit(method, path, name=route.name)
            where = f"{visitor.name}: {method} {route.name} {record}".rstrip()
            expected = self.expected(visitor, method, route, record)
            if answer.status != expected and not is_harmless(method, route.name, answer.status):
                yield f"{where}: {answer.status} instead of {expected}"
            yield from (f"{where}: shows {leak}" for leak in self.leaks(answer.text, visitor.name))
            if answer.status == DENIED and visitor.name != ANONYMOUS and method != "HEAD":
                body = masked(answer.body, path)
                if body != nowhere and record not in (UNKNOWN, NO_RECORD):  # the navigation of a section may differ
                    unknown = route.path(self.world, UNKNOWN)
                    expected_body = masked(visitor.visit(method, unknown, name=route.name).body, unknown)
                    if body != expected_body:
                        yield f"{where}: 404 differs from unknown: {first_difference(body, expected_body)}"

    def expected(self, visitor: Visitor, method: str, route: Route, record: str) -> int:
        return self.statuses.expected(route.name, method, route.record_kind or "", record, visitor.name)

    def leaks(self, text: str, who: str) -> list[str]:
        seen = canaries_in(text, self.world)
        return sorted(f"{record} {name}" for record, name in seen if who not in self.readers.get(record, ()))

    def records(self, visitor: Visitor, method: str, route: Route) -> list[str]:
        """All records, and one that does not exist; or some of them."""
        known = list(self.world.keys[route.record_kind]) if route.record_kind else [NO_RECORD]
        all_of_them = [*known, UNKNOWN] if route.record_kind else known
        if self.everything:
            return all_of_them
        by_status: dict[int, list[str]] = {}
        for record in known:
            by_status.setdefault(self.expected(visitor, method, route, record), []).append(record)
        seed = f"{visitor.name} {method} {route.name}"
        if by_status.keys() <= REFUSALS[visitor.name == ANONYMOUS]:
            return sample_of(known, 1, seed) if random.Random(seed).random() < OF_REFUSED else []
        some = [one for alike in by_status.values() for one in sample_of(alike, 2, seed)]
        return [one for one in all_of_them if one in some or one == UNKNOWN]
