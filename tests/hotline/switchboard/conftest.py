from __future__ import annotations

import pytest
from answering import connected, line, provider

__all__ = ["connected", "line", "provider"]


@pytest.fixture(autouse=True)
def _connected(connected: None) -> None:
    """An account is configured in every test of this directory."""
