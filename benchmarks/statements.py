"""Statements as PostgreSQL counts them (pg_stat_statements), with the time that it plans and executes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.place import Scale
from supervisor.environment import WEB

#: Settings of the benchmarks' PostgreSQL. Planning is measured only for the tables of costs: it takes time itself.
COUNTED = {"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.max": "5000"}
WITH_PLANNING = {**COUNTED, "pg_stat_statements.track_planning": "on"}
TRANSACTIONS = ("BEGIN", "COMMIT", "ROLLBACK")
READ = """
select s.calls, s.total_plan_time, s.total_exec_time, s.query
from pg_stat_statements s join pg_database d on d.oid = s.dbid join pg_roles r on r.oid = s.userid
where d.datname = %s and r.rolname = %s
"""


@dataclass(frozen=True)
class Statement:
    """Of one request: how often, and milliseconds of all."""

    calls: float
    planning: float
    execution: float
    sql: str

    @property
    def total(self) -> float:
        return self.planning + self.execution

    @property
    def is_transaction(self) -> bool:
        return self.sql.upper().startswith(TRANSACTIONS)

    @property
    def short(self) -> str:
        """Without lists of columns and values."""
        sql = re.sub(r"/\*.*?\*/|\"|::\w+(\(\d+\))?(\[\])*", "", " ".join(self.sql.split()))
        sql = re.sub(r"^SELECT (.*?) FROM ", lambda one: f"SELECT {_columns(one[1])} FROM ", sql, count=1)
        sql = re.sub(r"^(insert into \S+) \(.*", r"\1 ...", sql, flags=re.IGNORECASE)
        sql = re.sub(r"^(UPDATE \S+ SET) .*? WHERE", r"\1 ... WHERE", sql)
        return (sql if len(sql) <= 150 else f"{sql[:147]}...").replace("|", "\\|")


def _columns(listed: str) -> str:
    return listed if len(listed) < 30 else f"({listed.count(',') + 1} columns)"


def prepare(scale: Scale) -> None:
    scale.do("create extension if not exists pg_stat_statements")


def reset(scale: Scale) -> None:
    scale.do("select pg_stat_statements_reset()")


def since_reset(scale: Scale, times: int) -> list[Statement]:
    """The web role's, each by ``times`` requests, the dearest first."""
    rows = scale.ask(READ, scale.database, WEB)
    found = [Statement(calls / times, plan / times, run / times, sql) for calls, plan, run, sql in rows]
    return sorted(found, key=lambda one: -one.total)


def count(scale: Scale, times: int, do: Callable[[], object]) -> float:
    """Statements for each of ``times`` paths that ``do`` makes, without BEGIN and COMMIT."""
    prepare(scale)
    reset(scale)
    do()
    return sum(one.calls for one in since_reset(scale, times) if not one.is_transaction)
