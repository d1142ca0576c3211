"""A server that sends its response one byte at a time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HEAD = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
PAUSE = 0.1  # seconds between two bytes


@contextmanager
def trickling() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Event()

        def serve() -> None:
            with suppress(OSError):
                connection, _address = server.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(HEAD)
                    while not ended.is_set():
                        connection.sendall(b" ")
                        time.sleep(PAUSE)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            ended.set()
