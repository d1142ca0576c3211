"""The one-time code of an installation in which nobody has an account yet."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

from supervisor.embedded import DATABASE, Embedded
from supervisor.preparation import CHECKOUT

SOMEBODY = "SELECT 1 FROM accounts_user WHERE service = '' LIMIT 1"


def code(embedded: Embedded, environment: Mapping[str, str], *, is_own_database: bool) -> str:
    """What `first_run_code` says; nothing where somebody can sign in already."""
    if is_own_database and embedded.postgres.sql(SOMEBODY, database=DATABASE):
        return ""
    command = [sys.executable, "manage.py", "first_run_code", "--if-empty", "--skip-checks"]
    done = subprocess.run(command, env=dict(environment), cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout.strip()
