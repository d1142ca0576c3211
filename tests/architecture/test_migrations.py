"""Models, policies and functions are what the migrations say."""

from __future__ import annotations

import os
import subprocess
import sys

from cluster import CHECKOUT


def test_nothing_was_changed_without_a_migration() -> None:
    """In a process of its own: what makemigrations compares with is read once, when settings are as they are."""
    done = subprocess.run(
        [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
        cwd=CHECKOUT,
        env={**os.environ, "LOTSE_WITHOUT_SERVICES": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"run makemigrations:\n{done.stdout}{done.stderr}"
