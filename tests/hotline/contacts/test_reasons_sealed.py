"""The migration that encrypts reasons for access keeps each reason, and leaves none in clear."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid

from cluster import CHECKOUT, environment

from foundation.privacy.keys import keyring, unseal
from supervisor.embedded import Embedded

NAME = "lotse_reasons_sealed"
REASON = "Her aunt called again"


def test_reasons_are_encrypted_under_keys_of_their_own(servers: Embedded) -> None:
    def sql(statement: str) -> str:
        return servers.postgres.sql(statement, database=NAME)

    def migrate(*target: str) -> None:
        command = [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity", "0", *target]
        variables = {**os.environ, **environment(servers.data.root, NAME, "lotse_owner")}
        subprocess.run(command, cwd=CHECKOUT, env=variables, check=True)

    servers.postgres.make_database(NAME)
    try:
        migrate("hotline", "0007")
        keys = sorted(str(uuid.uuid4()) for _request in range(2))
        for key in keys:
            sql(
                "set session_replication_role = replica; insert into hotline_accessrequest (id, contact_id, centre_id,"
                " requested_by_id, requested_at, decided_by_id, decided_at, reason)"
                f" values ('{key}', gen_random_uuid(), 1, 1, now(), 2, now(), '{REASON}')"
            )
        migrate()
        columns = "r.id, k.id, k.master_key, encode(k.wrapped, 'hex'), encode(r.reason, 'hex')"
        tables = "hotline_accessrequest r join privacy_datakey k on k.id = r.data_key_id"
        rows = [line.split("|") for line in sql(f"select {columns} from {tables} order by r.id").splitlines()]
        assert [row[0] for row in rows] == keys
        assert len({row[1] for row in rows}) == 2
        for request, key, master, wrapped, sealed in rows:
            opened = unseal(keyring().master[master], bytes.fromhex(wrapped), f"data key {key}")
            context = f"hotline_accessrequest:{request}:reason"
            assert unseal(opened, bytes.fromhex(sealed)[17:], context).decode() == REASON
    finally:
        servers.postgres.sql(f'drop database if exists "{NAME}" with (force)')
