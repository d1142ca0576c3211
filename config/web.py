"""`python -m config.web --port N`: the web as `./lotse up` runs it, two processes on one port.

One interpreter runs one thread at a time, and a caller on the telephone waits for every page that is being made: with
two processes, which share the memory of what they loaded before they parted, webhooks wait half as long (ADR 7).
Whichever is free takes the next connection. They end together: if one dies, so does the other, and whoever watches us
knows.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys

import uvicorn

from supervisor.process import last_will

PROCESSES = 2


def serve(listener: socket.socket) -> int:
    """Serve until a signal ends us (0) or one process dies (1)."""
    from config.asgi import application

    config = uvicorn.Config(
        application,
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=8,
    )
    children = {_fork(config, listener) for _number in range(PROCESSES)}

    def end(_number: int = 0, _frame: object = None) -> None:
        for child in children:
            os.kill(child, signal.SIGTERM)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    first, status = os.wait()
    children.remove(first)
    end()
    for child in children:
        os.waitpid(child, 0)
    return 0 if status == 0 else 1


def _fork(config: uvicorn.Config, listener: socket.socket) -> int:
    """The number of a new process that serves and dies with us."""
    parent = os.getpid()
    child = os.fork()
    if child == 0:  # pragma: no cover  ends by itself, before anything is measured
        last_will(signal.SIGKILL, parent)()
        uvicorn.Server(config).run([listener])
        os._exit(0)
    return child


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.web")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    at = parser.parse_args()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((at.host, at.port))
        listener.set_inheritable(True)
        return serve(listener)


if __name__ == "__main__":
    sys.exit(main())
