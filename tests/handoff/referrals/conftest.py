from __future__ import annotations

import pytest
from people import People
from referrals import ready


@pytest.fixture
def people(db: None) -> People:
    """The people, with a partner in Bavaria and a national one."""
    return ready()
