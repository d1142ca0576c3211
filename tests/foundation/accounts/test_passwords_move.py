"""The migration that moves password hashes into a table of their own keeps each password, and makes none."""

from __future__ import annotations

import os
import subprocess
import sys

from cluster import CHECKOUT, environment
from django.contrib.auth.hashers import make_password
from people import PASSWORD

from supervisor.embedded import Embedded

NAME = "lotse_passwords_move"
INSERT = (
    "insert into accounts_user (email, name, password, language, is_active, service, date_joined, version)"
    " values ('{name}@example.org', '{name}', '{encoded}', 'en', true, '', now(), 0)"
)


def test_hashes_move_with_their_people(servers: Embedded) -> None:
    def sql(statement: str) -> str:
        return servers.postgres.sql(statement, database=NAME)

    def migrate(*target: str) -> None:
        command = [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity", "0", *target]
        variables = {**os.environ, **environment(servers.data.root, NAME, "lotse_owner")}
        subprocess.run(command, cwd=CHECKOUT, env=variables, check=True)

    servers.postgres.make_database(NAME)
    try:
        migrate("accounts", "0007")
        encoded = make_password(PASSWORD)
        sql(INSERT.format(name="with", encoded=encoded))
        sql(INSERT.format(name="without", encoded="!unusable"))
        migrate()
        assert sql("select u.name, encoded from accounts_passwordhash join accounts_user u on u.id = user_id") == (
            f"with|{encoded}"
        )
        assert sql("select stamp ~ '^[0-9a-f]{32}$' from accounts_user where name = 'with'") == "t"
        assert sql("select name from accounts_user where service = '' and stamp ^@ '!'") == "without"
        assert sql("select count(*) from accounts_user where service <> '' and not stamp ^@ '!'") == "0"
        assert sql("select count(*) = count(distinct stamp) from accounts_user") == "t"
    finally:
        servers.postgres.sql(f'drop database if exists "{NAME}" with (force)')
