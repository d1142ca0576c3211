from __future__ import annotations

from collections.abc import Iterator

import pytest
from cluster import OwnDatabase
from django.db import connections


@pytest.fixture
def as_superuser(own_database: OwnDatabase) -> Iterator[None]:
    """Django works as superuser in a database of its own, past every policy; `set local role` makes it less."""
    default = connections["default"]
    user = default.settings_dict["USER"]
    default.close()
    default.settings_dict["USER"] = "postgres"
    try:
        yield
    finally:
        default.close()
        default.settings_dict["USER"] = user
