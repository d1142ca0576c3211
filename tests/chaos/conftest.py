from __future__ import annotations

import pytest
from chaos.killing import Battered, battered


@pytest.fixture
def tree(request: pytest.FixtureRequest) -> Battered:
    """The one tree of this run that is killed piece by piece. A test that failed half-way leaves no piece dead."""
    found = battered(request.config)
    found.revive()
    return found
