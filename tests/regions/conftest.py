from __future__ import annotations

import pytest
from people import People, make_people, make_user

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from regions.loading import load_regions


@pytest.fixture
def regions(db: None) -> None:
    """The region trees of Germany, France and Belgium."""
    load_regions(["DE", "FR", "BE"])


@pytest.fixture
def people(regions: None) -> People:
    return make_people()


@pytest.fixture
def partner_coordinator(people: People) -> User:
    return make_user((people.partner, Role.PARTNER_COORDINATOR))
