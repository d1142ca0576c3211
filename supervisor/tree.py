"""`./lotse up`: starts the servers, migrates, then runs web, worker, beat and relay until it is stopped."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from types import FrameType

from supervisor import demo, first_run, process
from supervisor.data import DataDirectory
from supervisor.embedded import Embedded
from supervisor.environment import WEB, WORKER, Outside, addresses, shared, to_prepare
from supervisor.errors import Refused
from supervisor.preparation import CHECKOUT, prepare

HOST = "127.0.0.1"
#: Niceness of worker, beat and relay, so that webhooks of calls have priority (ADR 7).
BACKGROUND_GIVES_WAY = 5
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def niceness_of(name: str) -> int:
    return 0 if name == "web" else BACKGROUND_GIVES_WAY


class Stop(Exception):
    """The supervisor was asked to stop."""


@dataclass
class Tree:
    data: DataDirectory
    port: int
    demo: bool
    outside: Outside
    telephone_port: int = 0
    """Where the provider's webhooks come in; 0: any free one."""
    say: Callable[[str], None] = print
    children: list[process.Child] = field(default_factory=list)
    people: list[tuple[str, str, str]] = field(default_factory=list)
    """The demo's users: email, role, password."""
    first_run: str = ""
    """The one-time code in words, while nobody has an account."""

    def __post_init__(self) -> None:
        self.embedded = Embedded(self.data)
        self.telephone_port = free_port(self.telephone_port)
        self.shared = shared(
            self.embedded, self.outside, port=self.port, telephone_port=self.telephone_port, demo=self.demo
        )
        self.addresses = addresses(self.embedded, self.outside)

    def run(self) -> int:
        """Run until a signal (0) or until a child dies (1). Ends everything in order in either case."""
        for number in SIGNALS:
            signal.signal(number, _raise_stop)
        try:
            self._start()
            self._announce()
            return self._watch()
        except Stop:
            self.say("Stopping ...")
            return 0
        finally:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            self._stop()

    def _start(self) -> None:
        start_servers(self.embedded, self.outside, before=self._settle_demo)
        self.data.write_state({"kind": "up", "shared": self.shared, "addresses": self.addresses})
        report = prepare(self.data, to_prepare(self.shared, self.addresses), may_skip=self.outside.is_empty)
        if not self.outside.has_database:
            self.embedded.forget_heartbeats()
        web, worker, beat, relay = self._processes()
        self._start_children([web, worker])  # they load while the demo is made; they get work only from beat and relay
        if self.shared["LOTSE_DEMO"] == "1":
            self._make_demo()
            self.people = report["people"]
        else:
            variables = self.environment(WORKER, "manage")
            self.first_run = first_run.code(self.embedded, variables, is_own_database=not self.outside.has_database)
        self._start_children([beat, relay])

    def _settle_demo(self) -> None:
        if self.demo:
            demo.start_over_if_cut_off(self.embedded)
        else:
            demo.leave_alone(self.data)

    def _start_children(self, wanted: list[tuple[str, list[str], str]]) -> None:
        for name, command, role in wanted:
            environment = self.environment(role, name)
            child = process.start(
                name, command, environment=environment, directory=CHECKOUT, niceness=niceness_of(name)
            )
            self.children.append(child)

    def _processes(self) -> list[tuple[str, list[str], str]]:
        python = sys.executable
        ports = ["--port", str(self.port), "--telephone-port", str(self.telephone_port)]
        return [
            ("web", [python, "-m", "config.web", "--host", HOST, *ports], WEB),
            ("worker", [python, "-m", "config.workers", "worker"], WORKER),
            ("beat", [python, "-m", "config.workers", "beat"], WORKER),
            ("relay", [python, "manage.py", "relay", "--skip-checks"], WORKER),
        ]

    def environment(self, role: str, name: str) -> dict[str, str]:
        return {**self.shared, "DATABASE_URL": self.addresses[role], "LOTSE_PROCESS": name}

    def _make_demo(self) -> None:
        child = demo.start(self.data, self.environment(WORKER, "demo"))
        if child is not None:
            self.say("Making the demo, which takes half a minute ...")
            self.children.append(child)
            demo.wait(self.data, child)
            self.children.remove(child)

    def _announce(self) -> None:
        """Wait until /readyz is 200, then print the URL."""
        until = time.monotonic() + 90
        while not is_ready(self.port):
            self._check_children()
            if time.monotonic() > until:
                raise Refused("It did not get ready in 90 seconds; /readyz names the part that is missing.")
            time.sleep(0.15)
        self.data.write_state({**self.data.read_state(), "ready": True, "port": self.port})
        self.say(f"\nLotse is ready: http://{HOST}:{self.port}/\n")
        if self.people:
            self.say("This is a demo; everything in it is invented. Sign in as one of:")
            for email, label, password in self.people:
                self.say(f"  {email:<44} {label:<24} password: {password}")
        elif self.first_run:
            self.say(f"Nobody has an account yet. Set it up in the browser.\n  {self.first_run}\n")
        self.say(f"The data lies in {self.data.described()}. Ctrl-C ends Lotse.\n")

    def _watch(self) -> int:
        while True:
            self._check_children()
            time.sleep(0.25)

    def _check_children(self) -> None:
        for child in [*self.embedded.children, *self.children]:
            if child.ended is not None:
                raise Refused(f"{child.name} ended by itself (code {child.ended}); all the rest is stopped with it.")

    def _stop(self) -> None:
        for child in self.children:
            child.stop()
        self.embedded.stop()
        self.data.clear_state()


def start_servers(embedded: Embedded, outside: Outside, *, before: Callable[[], None] = lambda: None) -> None:
    """Start what is not outside, with the database and its roles; `before` is called before the database is made."""
    embedded.start(database=not outside.has_database, broker=not outside.has_redis)
    if not outside.has_database:
        before()
        embedded.prepare_database()


def free_port(wanted: int) -> int:
    """The port `wanted`, or a free one for 0. Raises Refused if it is in use."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise Refused(f"Port {wanted} cannot be used ({reason}); choose another with --port.") from None
        port: int = probe.getsockname()[1]
        return port


def is_ready(port: int) -> bool:
    try:
        with closing(http.client.HTTPConnection(HOST, port, timeout=5)) as connection:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
    except OSError:
        return False


def _raise_stop(_number: int, _frame: FrameType | None) -> None:
    raise Stop
