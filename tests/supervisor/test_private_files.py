"""What Lotse writes into its data directory is for its account alone."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

import pytest
from running import Running, supervise

from supervisor.account import for_servers
from supervisor.data import DataDirectory
from supervisor.embedded import Embedded
from supervisor.postgres import RULES, Postgres

pytestmark = pytest.mark.xdist_group("private")


def open_to_others(root: Path) -> dict[str, str]:
    """Modes of what others may read, write or enter; sockets lie in a directory of their own."""
    found = {}
    for path in [root, *root.rglob("*")]:
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode) and mode & 0o077 and not stat.S_ISSOCK(mode):
            found[str(path.relative_to(root))] = oct(stat.S_IMODE(mode))
    return found


def test_nothing_of_a_running_installation_is_open_to_others(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        data = tmp_path / "data"
        done = supervise("manage", "--data", data, "shell", "-c", SENDS_A_MAIL)
        assert done.returncode == 0, done.stderr
        assert [path.name for path in (data / "mail").iterdir()]
        assert open_to_others(data) == {}
        for path in [data / "mail", *(data / "mail").iterdir(), data / "log", data / "roles-made"]:
            path.chmod(0o755)  # as earlier versions left them
        up = Running.start(data, "--no-demo")
        try:
            assert (data / "state.json").exists()
            assert open_to_others(data) == {}
        finally:
            up.end(signal.SIGTERM)
    finally:
        os.umask(before)


SENDS_A_MAIL = "from django.core.mail import send_mail; send_mail('a', 'https://link', None, ['a@lotse.example'])"


def test_directory_that_is_shared_with_others_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir(mode=0o755)
    tmp_path.chmod(0o755)
    data = DataDirectory.open(tmp_path, for_servers())
    assert data.root.stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "mail").stat().st_mode & 0o777 == 0o755, "there is no installation yet"


@pytest.fixture
def postgres(tmp_path: Path) -> Postgres:
    return Embedded(DataDirectory.open(tmp_path / "data", for_servers()), hasty=True).postgres


def rules_of(postgres: Postgres) -> str:
    return postgres.sql("select string_agg(distinct auth_method, ' ') from pg_hba_file_rules")


def test_new_and_older_clusters_ask_who_is_there(postgres: Postgres) -> None:
    child = postgres.start()
    try:
        assert rules_of(postgres) == "peer"
        (postgres.data / "pg_hba.conf").write_text("local all all trust\n")  # as earlier versions made it
        postgres.sql("select pg_reload_conf()")
    finally:
        child.stop()
    child = postgres.start()
    try:
        assert rules_of(postgres) == "peer"
        assert (postgres.data / "pg_hba.conf").read_text() == RULES
    finally:
        child.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
def test_another_account_that_reaches_the_socket_is_refused(postgres: Postgres) -> None:
    """The account of the servers too: they need no login."""
    child = postgres.start()
    try:
        from supervisor import process

        for role in ("postgres", "lotse_web"):
            command = [
                postgres.programs / "psql",
                "-h",
                postgres.socket,
                "-U",
                role,
                "-d",
                "postgres",
                "-c",
                "select 1",
            ]
            done = process.run(command, directory=postgres.socket, account=postgres.account)
            assert done.returncode, done.stdout
            assert "Peer authentication failed" in done.stderr
    finally:
        child.stop()


def test_a_link_in_place_of_a_file_is_not_followed(postgres: Postgres, tmp_path: Path) -> None:
    child = postgres.start()
    child.stop()
    other = tmp_path / "other"
    other.write_text("mine")
    rules = postgres.data / "pg_hba.conf"
    rules.unlink()
    rules.symlink_to(other)
    postgres.start().stop()
    assert (other.read_text(), rules.is_symlink()) == ("mine", False)
