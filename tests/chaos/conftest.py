from __future__ import annotations

from collections.abc import Iterator

import pytest
from chaos.killing import Battered, battered


@pytest.fixture
def tree(request: pytest.FixtureRequest) -> Iterator[Battered]:
    """The one tree of this run that is killed piece by piece. A test that failed half-way leaves no piece dead.

    What its processes have printed meanwhile is shown with a test that fails.
    """
    found = battered(request.config)
    found.revive()
    already = found.log.stat().st_size
    yield found
    print(found.log.read_bytes()[already:].decode(errors="replace")[-20_000:])
