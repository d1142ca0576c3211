from __future__ import annotations

from collections.abc import Iterator

import pytest
from cluster import OwnDatabase
from django.db import connections


@pytest.fixture
def as_superuser(own_database: OwnDatabase) -> Iterator[None]:
    """Django connects as superuser to a separate database, without policies; `set local role` reduces its rights."""
    default = connections["default"]
    user = default.settings_dict["USER"]
    default.close()
    default.settings_dict["USER"] = "postgres"
    try:
        yield
    finally:
        default.close()
        default.settings_dict["USER"] = user
