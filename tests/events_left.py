"""Proves by running that each action writes an event: looks at every write of every test.

The fixture fails the test in which an action changed a row, returned, and had written no event meanwhile. A run of the
whole suite also fails when no test made an action write its event (``Collected``).
"""

from __future__ import annotations

import dis
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from types import CodeType, FrameType
from typing import Any

import pytest
from django.db import connection

WRITE = re.compile(r'\s*(?:insert into|update|delete from) "?(\w+)', re.IGNORECASE)
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


class Watch:
    """An ``execute_wrapper`` that notes which run of which action changed rows of which tables."""

    def __init__(self) -> None:
        self.runs: dict[int, tuple[FrameType, str, set[str]]] = {}

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        written = WRITE.match(str(sql))
        if written and not NO_ROW_OF_OURS.match(written[1]) and context["cursor"].rowcount:
            self._note(written[1])
        return answer

    def _note(self, table: str) -> None:
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            name = name_of(frame.f_code)
            if name and frame.f_locals.get("by", self) is not None:  # commands act as nobody
                self.runs.setdefault(id(frame), (frame, name, set()))[2].add(table)
            frame = frame.f_back

    def _ended(self) -> Iterator[tuple[str, set[str]]]:
        """Runs that returned: what an exception ended is rolled back with what it wrote."""
        for frame, name, tables in self.runs.values():
            if dis.opname[frame.f_code.co_code[frame.f_lasti]].startswith("RETURN"):
                yield name, tables

    def with_event(self) -> set[str]:
        return {name for name, tables in self._ended() if EVENT in tables}

    def without_event(self) -> dict[str, set[str]]:
        from architecture.test_actions import NOT_EACH_TIME

        return {name: tables for name, tables in self._ended() if EVENT not in tables and name not in NOT_EACH_TIME}


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
    """Fails the test in which an action changed a row and wrote no event."""
    watch = Watch()
    connection.execute_wrappers.append(watch)
    yield watch
    connection.execute_wrappers.remove(watch)
    request.config.pluginmanager.get_plugin("events_left_in_run").with_event.update(watch.with_event())
    assert watch.without_event() == {}, "changed a row and wrote no event"
