"""The environment of each process of Lotse. Variables of the caller override the embedded defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from supervisor.embedded import DATABASE, Embedded

OWNER = "lotse_owner"
WEB = "lotse_web"
WORKER = "lotse_worker"
# What config.prepare is given to try, one variable for each role.
TRIED = {OWNER: "LOTSE_OWNER_DATABASE_URL", WEB: "LOTSE_WEB_DATABASE_URL", WORKER: "LOTSE_WORKER_DATABASE_URL"}
# An outside database may bring an address per role; where it does not, DATABASE_URL serves them all.
OUTSIDE = {OWNER: "LOTSE_OWNER_DATABASE_URL", WEB: "DATABASE_URL", WORKER: "LOTSE_WORKER_DATABASE_URL"}

SLOW = {"PYTHONDONTWRITEBYTECODE"}  # without compiled modules a start takes twice as long and 20 MB more per process


@dataclass(frozen=True)
class Outside:
    """Variables that the caller has set."""

    variables: Mapping[str, str]

    @property
    def has_database(self) -> bool:
        return bool(self.variables.get("DATABASE_URL"))

    @property
    def is_empty(self) -> bool:
        """Whether all servers are ours."""
        return not (self.has_database or self.has_redis)

    @property
    def has_redis(self) -> bool:
        return bool(self.variables.get("REDIS_URL"))


def shared(
    embedded: Embedded, outside: Outside, *, port: int | None, telephone_port: int | None = None, demo: bool
) -> dict[str, str]:
    """The variables that every process has in common, apart from its DATABASE_URL."""
    data = embedded.data
    defaults = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOTSE_DATA": str(data.root),
        "LOTSE_DEMO": "1" if demo and not outside.has_database else "0",
        "PYTHONUNBUFFERED": "1",
        "C_FORCE_ROOT": "1",
        "CELERY_SKIP_CHECKS": "1",  # config.prepare has made them; they load every form and template
        "MALLOC_ARENA_MAX": "2",
    }
    if port:
        defaults["LOTSE_PUBLIC_BASE_URL"] = f"http://127.0.0.1:{port}"
    if not outside.has_redis:
        defaults["REDIS_URL"] = embedded.valkey.url
    if not outside.variables.get("LOTSE_KEYS_FILE"):
        defaults["LOTSE_KEYS_FILE"] = str(data.keys)
    if not (outside.variables.get("LOTSE_SECRET_KEY") or outside.variables.get("LOTSE_SECRET_KEY_FILE")):
        defaults["LOTSE_SECRET_KEY_FILE"] = str(data.secret_key)
    if defaults["LOTSE_DEMO"] == "1" and not outside.variables.get("LOTSE_TELEPHONY_ACCOUNT"):
        defaults |= _telephone_of_the_demo(data.telephone_token, port, telephone_port)
    given = {name: value for name, value in outside.variables.items() if value and name not in SLOW}
    path = os.pathsep.join([str(embedded.postgres.programs), given.get("PATH", os.defpath)])  # psql for dbshell
    return {**defaults, **given, "LOTSE_DATA": str(data.root), "PATH": path}


def _telephone_of_the_demo(token: Path, port: int | None, telephone_port: int | None) -> dict[str, str]:
    """An account at the simulator, which answers beside the web as long as `manage simulate_calls` runs."""
    here = {"LOTSE_TELEPHONY_PUBLIC_URL": f"http://127.0.0.1:{telephone_port}"} if telephone_port else {}
    return {
        **here,
        "LOTSE_TELEPHONY_ACCOUNT": "AC" + "d" * 32,
        "LOTSE_TELEPHONY_TOKEN_FILE": str(token),
        "LOTSE_TELEPHONY_API_URL": f"http://127.0.0.1:{(port or 8000) + 1}",
    }


def to_prepare(common: Mapping[str, str], by_role: Mapping[str, str]) -> dict[str, str]:
    """The environment of config.prepare, which migrates as the owner and tries the addresses of all roles."""
    tried = {TRIED[role]: address for role, address in by_role.items()}
    return {**common, **tried, "DATABASE_URL": by_role[OWNER], "LOTSE_PROCESS": "prepare"}


def addresses(embedded: Embedded, outside: Outside) -> dict[str, str]:
    """DATABASE_URL by role."""
    if not outside.has_database:
        return {role: embedded.url(role, DATABASE) for role in OUTSIDE}
    fallback = outside.variables["DATABASE_URL"]
    return {role: outside.variables.get(variable) or fallback for role, variable in OUTSIDE.items()}
