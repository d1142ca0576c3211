"""Compares what people get with what is declared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from security.matrix.declared import ANONYMOUS, DENIED, Statuses, readers
from security.matrix.records import World
from security.matrix.visits import UNKNOWN, Route, Visitor, canaries_in, masked, routes, sample_of


def undeclared(statuses: Statuses) -> list[str]:
    """URL names without a declaration, and declarations without a URL."""
    return sorted({route.name for route in routes()} ^ statuses.names)


def first_difference(one: str, other: str) -> str:
    lines = zip(one.splitlines(), other.splitlines(), strict=False)
    return next((f"{left.strip()[:200]} | {right.strip()[:200]}" for left, right in lines if left != right), "length")


#: Says whether the servers of this process are there, which depends on the machine.
NOT_VISITED = {"readyz"}


@dataclass
class Checker:
    """``most``: how many records of a kind are visited, besides one that does not exist; 0 for all."""

    world: World
    most: int = 0
    statuses: Statuses = field(default_factory=Statuses.read)
    readers: dict[str, frozenset[str]] = field(default_factory=readers)

    def wrong(self, visitor: Visitor, method: str, wanted: list[Route]) -> list[str]:
        return [line for route in wanted for line in self.wrong_at(visitor, method, route)]

    def wrong_at(self, visitor: Visitor, method: str, route: Route) -> Iterator[str]:
        """What this person gets from this URL and should not; one line each, without content."""
        if route.name in NOT_VISITED:
            return
        denied: dict[str, str] = {}
        for record in self.records(route, f"{visitor.name} {method} {route.name}"):
            path = route.path(self.world, record)
            answer = visitor.visit(method, path, name=route.name)
            where = f"{visitor.name}: {method} {route.name} {record}"
            expected = self.statuses.expected(route.name, method, record, visitor.name)
            if answer.status != expected:
                yield f"{where}: {answer.status} instead of {expected}"
            yield from (f"{where} shows {leak}" for leak in self.leaks(answer.text, visitor.name))
            if answer.status == DENIED and visitor.name != ANONYMOUS:
                denied[record] = masked(answer.body, path)
        if UNKNOWN in denied:
            for record, body in denied.items():
                if body != denied[UNKNOWN]:
                    line = first_difference(body, denied[UNKNOWN])
                    yield f"{visitor.name}: {method} {route.name} {record}: 404 differs from unknown: {line}"

    def leaks(self, text: str, who: str) -> list[str]:
        seen = canaries_in(text, self.world)
        return sorted(f"{record} {name}" for record, name in seen if who not in self.readers.get(record, ()))

    def records(self, route: Route, seed: str) -> list[str]:
        if route.record_kind is None:
            return [""]
        known = list(self.world.keys[route.record_kind])
        return [*(sample_of(known, self.most, seed) if self.most else known), UNKNOWN]
