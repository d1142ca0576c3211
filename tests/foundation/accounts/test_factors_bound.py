"""The migration that binds sealed secrets to their person keeps each of them."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys

from cluster import CHECKOUT, environment

from foundation.accounts.factor_adapter import CONTEXT, FactorAdapter, key_named
from foundation.privacy.keys import keyring, seal
from supervisor.embedded import Embedded

NAME = "lotse_factors_bound"


def test_secrets_of_before_are_sealed_anew(servers: Embedded) -> None:
    def sql(statement: str) -> str:
        return servers.postgres.sql(statement, database=NAME)

    def migrate(*target: str) -> None:
        command = [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity", "0", *target]
        variables = {**os.environ, **environment(servers.data.root, NAME, "lotse_owner")}
        subprocess.run(command, cwd=CHECKOUT, env=variables, check=True)

    active = keyring().active
    before = f"{active}:{base64.b64encode(seal(key_named(active), b'a secret', CONTEXT)).decode()}"
    servers.postgres.make_database(NAME)
    try:
        migrate("accounts", "0013")
        migrate("mfa")
        person = sql("select min(id) from accounts_user")
        for kind, data in (("totp", {"secret": before}), ("webauthn", {"name": "Laptop"})):
            sql(
                "insert into mfa_authenticator (user_id, type, data, created_at)"
                f" values ({person}, '{kind}', '{json.dumps(data)}', now())"
            )
        migrate()
        bound = sql("select data ->> 'secret' from mfa_authenticator where type = 'totp'")
        assert bound.split(":")[:2] == [active, person]
        assert FactorAdapter().decrypt(bound) == "a secret"
        assert sql("select data ->> 'name' from mfa_authenticator where type = 'webauthn'") == "Laptop"
    finally:
        servers.postgres.sql(f'drop database if exists "{NAME}" with (force)')
