"""Proves by running that each action writes an event, and that one which raises leaves no rows: looks at every write.

The fixture fails the test in which an action changed a row, returned, and had written no event meanwhile; and the test
in which an action changed a row and raised, without a savepoint that took the row back: a refusal (404, 409) does not
roll back the request's transaction. A run of the whole suite also fails when no test made an action write its event
(``Collected``).
"""

from __future__ import annotations

import dis
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from types import CodeType, FrameType
from typing import Any

import pytest
from django.db import connection

WRITE = re.compile(r'\s*(?:insert into|update|delete from) "?(\w+)', re.IGNORECASE)
ROLLED_BACK = re.compile(r'ROLLBACK TO SAVEPOINT "(\w+)"')
EVENT = "journal_event"
#: Tables of the journal itself, and of Django.
NO_ROW_OF_OURS = re.compile(r"journal_(?!event$)|django_|account_|auth_|privacy_datakey")


@cache
def codes() -> dict[tuple[str, str], str]:
    """The actions that must leave an event, by file and name of their code."""
    from architecture.test_actions import WITHOUT_EVENT, action_modules, actions

    paths = {module.name: str(module.path) for module in action_modules()}
    found = [(name, *name.rpartition(".")[::2]) for name, _function in actions() if name not in WITHOUT_EVENT]
    return {(paths[module], function): name for name, module, function in found}


@dataclass
class Run:
    """One run of an action. ``left``: what it wrote and was not taken back, with the savepoints that still could."""

    frame: FrameType
    name: str
    tables: set[str] = field(default_factory=set)
    left: list[tuple[str, set[str]]] = field(default_factory=list)

    @property
    def has_returned(self) -> bool:
        return dis.opname[self.frame.f_code.co_code[self.frame.f_lasti]].startswith("RETURN")


class Watch:
    """An ``execute_wrapper`` that notes which run of which action changed rows of which tables."""

    def __init__(self) -> None:
        self.runs: dict[int, Run] = {}

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        try:
            answer = execute(sql, params, many, context)
        except Exception:
            for run in self._running():
                run.left.clear()  # PostgreSQL takes back the whole transaction, or what a savepoint held
            raise
        written = WRITE.match(str(sql))
        if written and not NO_ROW_OF_OURS.match(written[1]) and context["cursor"].rowcount:
            self._note(written[1], savepoints_within())
        elif rolled_back := ROLLED_BACK.match(str(sql)):
            for run in self.runs.values():
                run.left = [write for write in run.left if rolled_back[1] not in write[1]]
        return answer

    def _note(self, table: str, savepoints: set[str]) -> None:
        for run in self._running():
            run.tables.add(table)
            run.left.append((table, savepoints))

    def _running(self) -> Iterator[Run]:
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            name = name_of(frame.f_code)
            if name and frame.f_locals.get("by", self) is not None:  # commands act as nobody
                yield self.runs.setdefault(id(frame), Run(frame, name))
            frame = frame.f_back

    def with_event(self) -> set[str]:
        return {run.name for run in self.runs.values() if run.has_returned and EVENT in run.tables}

    def without_event(self) -> dict[str, set[str]]:
        from architecture.test_actions import NOT_EACH_TIME

        returned = [run for run in self.runs.values() if run.has_returned and run.tables]
        return {run.name: run.tables for run in returned if EVENT not in run.tables and run.name not in NOT_EACH_TIME}

    def left_by_a_refusal(self) -> dict[str, set[str]]:
        raised = [run for run in self.runs.values() if not run.has_returned]
        return {run.name: {table for table, _savepoints in run.left} for run in raised if run.left}


def savepoints_within() -> set[str]:
    """The open savepoints within the request's transaction, or within what stands for it in a test."""
    blocks = connection.atomic_blocks
    of_the_request = [at for at, block in enumerate(blocks) if block.durable or block._from_testcase]
    # The first block begins the transaction and has no savepoint.
    return {sid for sid in connection.savepoint_ids[max(of_the_request, default=0) :] if sid}


def name_of(code: CodeType) -> str:
    return codes().get((code.co_filename, code.co_name), "")


class Collected:
    """The actions that left an event in this run. Workers of pytest-xdist hand theirs to the main process."""

    def __init__(self) -> None:
        self.with_event: set[str] = set()
        self.missing: list[str] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self.with_event |= set(getattr(node, "workeroutput", {}).get("with_event", ()))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["with_event"] = sorted(self.with_event)
        elif is_whole(session):
            self.missing = sorted(set(codes().values()) - self.with_event)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED if self.missing else session.exitstatus

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for name in self.missing:
            terminalreporter.write_line(f"FAILED no test makes {name} write an event", red=True)


def is_whole(session: pytest.Session) -> bool:
    """Every test of the suite was run, and none failed."""
    options = session.config.option
    chosen = options.keyword or options.markexpr or options.deselect or options.ignore or options.collectonly
    is_all = session.config.args_source == pytest.Config.ArgsSource.TESTPATHS and not chosen
    return is_all and not getattr(options, "lf", False) and session.exitstatus == pytest.ExitCode.OK


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Collected(), "events_left_in_run")


@pytest.fixture(autouse=True)
def watch(request: pytest.FixtureRequest) -> Iterator[Watch]:
    """Fails the test in which an action changed a row and wrote no event, or raised and left a row."""
    watch = Watch()
    connection.execute_wrappers.append(watch)
    yield watch
    connection.execute_wrappers.remove(watch)
    request.config.pluginmanager.get_plugin("events_left_in_run").with_event.update(watch.with_event())
    assert watch.without_event() == {}, "changed a row and wrote no event"
    assert watch.left_by_a_refusal() == {}, "changed a row and raised, without a savepoint around both"
