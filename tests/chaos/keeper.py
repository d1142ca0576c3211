"""Starts and kills the processes of a tree for the tests that batter it.

A program of its own, because the supervisor starts processes from a program with one thread only, and the tests have
several. `python -m chaos.keeper PLACE` prints the port of the web and the address of the database when all is ready.
Then it reads `start NAME`, `kill NAME` and `revive` from stdin and prints `done` after each. Meanwhile it does what
whoever watches the processes does: one that ended by itself is started again. The end of stdin ends everything, and
PLACE is removed.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from running import CHECKOUT, bare_environment

from supervisor import process
from supervisor.account import for_servers
from supervisor.data import DataDirectory
from supervisor.embedded import Embedded
from supervisor.environment import OWNER, WORKER, Outside
from supervisor.postgres import working_in
from supervisor.preparation import prepare
from supervisor.tree import Tree, free_port, is_ready, niceness_of, start_servers

SERVERS = ("postgres", "valkey")
PROCESSES = ("web", "worker", "beat", "relay")
NETWORK = """
import django; django.setup()
from django.core.management import call_command
from django.utils import timezone
from demo.make import make_network, make_staff
call_command("load_regions", verbosity=0); call_command("load_postal_codes", country=["DE", "FR", "BE"], verbosity=0)
from demo.telephone import make_lines
organisations, people = make_staff(timezone.now())
make_network(people["crane"], organisations, timezone.now())
make_lines(people["stork"], organisations["centre"], timezone.now())
"""


class Keeper:
    """PostgreSQL runs with fsync, as in production. The network of the demo is made, without its invented year."""

    def __init__(self, place: Path) -> None:
        self.place = place
        data = DataDirectory.open(place / "data", for_servers())
        more = {"DJANGO_SETTINGS_MODULE": "chaos.settings", "LOTSE_CHAOS_MAIL": str(place / "mail")}
        paths = f"{CHECKOUT}{os.pathsep}{CHECKOUT / 'tests'}"
        outside = Outside(bare_environment(measured=False, PYTHONPATH=paths, **more))
        self.tree = Tree(data, free_port(0), demo=True, outside=outside)
        self.embedded = self.tree.embedded
        # After a crash PostgreSQL syncs its directory file by file, or all at once where that is allowed.
        self.embedded.postgres.settings["recovery_init_sync_method"] = "syncfs"
        self.log = (place / "log").open("ab")
        self.children: dict[str, process.Child] = {}
        self.killed: set[str] = set()

    def begin(self) -> None:
        self._make_database()
        _ = self.tree.data.sockets  # made again after a stop
        for name in (*SERVERS, *PROCESSES):
            self.start(name)
        for_commands = self.tree.environment(WORKER, "command")
        (self.place / "environment.json").write_text(json.dumps(for_commands), encoding="utf-8")
        until = time.monotonic() + 120
        while not is_ready(self.tree.port) and time.monotonic() < until:
            time.sleep(0.1)

    def end(self) -> None:
        """Without order, since nothing is kept."""
        for name in self.children:
            self.kill(name)
        for place in (self.tree.data.sockets, self.tree.data.servers, self.place):
            shutil.rmtree(place, ignore_errors=True)

    def start(self, name: str) -> None:
        """Start it; the servers also answer then, the other processes only a while later."""
        self.killed.discard(name)
        if name == "postgres":
            self.children[name] = self.embedded.postgres.start()
        elif name == "valkey":
            self.children[name] = self.embedded.valkey.start()
        else:
            command, role = {n: (command, role) for n, command, role in self.tree._processes()}[name]
            self._start(name, command, role)

    def _start(self, name: str, command: list[str], role: str) -> None:
        environment = self.tree.environment(role, name)
        self.children[name] = process.start(
            name, command, environment=environment, directory=CHECKOUT, log=self.log, niceness=niceness_of(name)
        )

    def kill(self, name: str) -> None:
        """SIGKILL; for PostgreSQL every process of the server, as if the machine had lost its memory."""
        self.killed.add(name)
        self.children[name].kill_group()
        if name == "postgres":
            for pid in working_in(self.embedded.postgres.data):
                os.kill(pid, signal.SIGKILL)
        self.children[name].popen.wait()

    def revive(self) -> None:
        """Start whatever is dead."""
        self.killed.clear()
        self.restart()

    def restart(self) -> None:
        """Start what ended by itself: a process that begins while PostgreSQL or Valkey is away ends with code 1."""
        for name, child in list(self.children.items()):
            if child.ended is not None and name not in self.killed:
                self.start(name)

    def obey(self) -> None:
        """Commands from stdin until its end. The other side waits for each answer, so that one line comes at a time."""
        while True:
            if not select.select([sys.stdin], [], [], 0.5)[0]:
                self.restart()
                continue
            command, _space, name = sys.stdin.readline().strip().partition(" ")
            if not command:
                return
            if command == "revive":
                self.revive()
            else:
                {"start": self.start, "kill": self.kill}[command](name)
            print("done", flush=True)

    def _make_database(self) -> None:
        """Without fsync, for speed: PostgreSQL writes everything down when it ends in order."""
        hasty = Embedded(self.tree.data, hasty=True)
        try:
            start_servers(hasty, self.tree.outside)
            prepare(self.tree.data, self.tree.environment(OWNER, "prepare"), may_skip=False)
            command = [sys.executable, "-c", NETWORK]
            environment = self.tree.environment(WORKER, "demo")
            subprocess.run(command, env=environment, cwd=CHECKOUT, check=True, stdout=self.log)
        finally:
            hasty.stop()


def main(place: Path) -> None:
    keeper = Keeper(place)
    try:
        keeper.begin()
        print(keeper.tree.port, keeper.embedded.url("postgres"), flush=True)
        keeper.obey()
    finally:
        keeper.end()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
