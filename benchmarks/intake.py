"""Logging a contact over HTTP, compared with the database alone writing the same rows.

Compared: 8 people who log contacts through the real web (form, session, CSRF, permission, audit, encryption, outbox)
with 8 clients of pgbench that write the same rows in 7 round trips and one commit; and the median of one person's
contacts with the median of one client's transactions. A contact is two forms: opened, and completed with every field.
Beside it, for who compares with an application that takes a contact in one form, the first form alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import desk, direct
from benchmarks.measure import Bench, Goal, Line, line

CLIENTS = 8
SECONDS = 4
LIMIT = "pgbench, the same rows in 7 round trips and one commit"


def measure(bench: Bench) -> Iterator[Line]:
    scale = bench.written
    log_contact = desk.logs(scale)
    found = bench.compare(
        lambda: direct.throughput(scale, CLIENTS, SECONDS),
        lambda: desk.throughput(scale, CLIENTS, SECONDS, log_contact, completes=True),
        "/s",
    )
    yield line("log one contact over HTTP, 8 clients", LIMIT, found, Goal(0.08, at_least=True))
    found = bench.compare(
        lambda: direct.throughput(scale, CLIENTS, SECONDS),
        lambda: desk.throughput(scale, CLIENTS, SECONDS, desk.open_contact, completes=False),
        "/s",
    )
    yield line("its first form alone, 8 clients", LIMIT, found)
    found = bench.compare(lambda: direct.latency(scale, SECONDS // 2), desk.latency_of(scale, SECONDS, log_contact))
    yield line("log one contact over HTTP, 1 client, p50", "that transaction's latency", found, Goal(8))
    found = bench.compare(
        lambda: direct.latency(scale, SECONDS // 2), desk.latency_of(scale, SECONDS, desk.open_contact)
    )
    yield line("its first form alone, 1 client, p50", "that transaction's latency", found)
