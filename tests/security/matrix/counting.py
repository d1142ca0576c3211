"""Prints at the end of a run how many combinations of URL, method, role and record the access matrix tried."""

from __future__ import annotations

from typing import Any

import pytest

_total = 0


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    global _total
    if report.when == "teardown":
        _total += sum(int(str(value)) for name, value in report.user_properties if name == "matrix")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _total:
        terminalreporter.write_line(f"access matrix: {_total} combinations of URL, method, role and record")
