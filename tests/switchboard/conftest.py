from __future__ import annotations

from typing import Any

import pytest
from people import People
from telephone import TELEPHONY, make_line

from switchboard.models import Line


@pytest.fixture(autouse=True)
def connected(settings: Any) -> None:
    """An account is configured; nothing is sent anywhere."""
    settings.TELEPHONY = dict(TELEPHONY)


@pytest.fixture
def line(people: People) -> Line:
    return make_line(people.centre)
