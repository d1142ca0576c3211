"""Proves by running that an action which changes a row writes an event: looks at every write of a test."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import cache
from types import CodeType, FrameType
from typing import Any

from architecture.test_actions import OF_ACCOUNTS, WITHOUT_EVENT, action_modules, actions

WRITE = re.compile(r'\s*(?:insert into|update|delete from) "?(\w+)', re.IGNORECASE)
#: Tables of the journal itself, and of Django.
NO_ROW_OF_OURS = re.compile(r"journal_(?!event$)|django_|account_|auth_|privacy_datakey")


@cache
def codes() -> dict[tuple[str, str], str]:
    """The actions that must leave an event, by file and name of their code."""
    excused = {name for name, why in WITHOUT_EVENT.items() if why != OF_ACCOUNTS}
    paths = {module.name: str(module.path) for module in action_modules()}
    found = [(name, *name.rpartition(".")[::2]) for name, _function in actions() if name not in excused]
    return {(paths[module], function): name for name, module, function in found}


class Watch:
    """An ``execute_wrapper``. The outermost action of each write is what has to leave the event."""

    def __init__(self) -> None:
        self.runs: dict[int, tuple[FrameType, str, set[str], bool]] = {}

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        written = WRITE.match(str(sql))
        if written and not NO_ROW_OF_OURS.match(written[1]):
            self._note(written[1])
        return answer

    def _note(self, table: str) -> None:
        outermost: FrameType | None = None
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            if name_of(frame.f_code):
                outermost = frame
            frame = frame.f_back
        if outermost is not None and outermost.f_locals.get("by", self) is not None:  # commands act as nobody
            _frame, name, tables, left = self.runs.get(id(outermost), (None, name_of(outermost.f_code), set(), False))
            left = left or table == "journal_event"
            self.runs[id(outermost)] = (outermost, name, tables | {table}, left)

    def ran(self) -> set[str]:
        return {name for _frame, name, _tables, _left in self.runs.values()}

    def without_event(self) -> dict[str, set[str]]:
        return {name: tables for _frame, name, tables, left in self.runs.values() if not left}


def name_of(code: CodeType) -> str:
    return codes().get((code.co_filename, code.co_name), "")
