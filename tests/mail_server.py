"""A slow mail server in a thread of this process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class MailServer:
    """``pause``: seconds before each response. ``mails``: accepted e-mails as text; ``at_end`` is called after each."""

    port: int
    pause: float
    mails: list[str] = field(default_factory=list)

    def talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as lines, suppress(OSError):
            self._say(lines, "220 here")
            while line := lines.readline():
                word = line[:4].strip().upper()
                if word == b"DATA":
                    self._say(lines, "354 go on")
                    self._take(lines)
                self._say(lines, "221 bye" if word == b"QUIT" else "250 fine")

    def _say(self, lines: object, text: str) -> None:
        time.sleep(self.pause)
        lines.write(f"{text}\r\n".encode())  # type: ignore[attr-defined]
        lines.flush()  # type: ignore[attr-defined]

    def _take(self, lines: object) -> None:
        body = []
        while (line := lines.readline()) and line != b".\r\n":  # type: ignore[attr-defined]
            body.append(line.decode())
        self.mails.append("".join(body))


@contextmanager
def mail_server(pause: float) -> Iterator[MailServer]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = MailServer(listening.getsockname()[1], pause)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _address = listening.accept()
                    threading.Thread(target=server.talk, args=[connection], daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield server
