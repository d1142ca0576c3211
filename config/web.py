"""`python -m config.web --port N [--telephone-port M]`: the web as `./lotse up` runs it, in two processes.

One interpreter runs one thread at a time, so webhooks of calls wait for pages that are being rendered. With a port for
the provider, one process serves only the telephone, and the other one, with lower priority, the pages; without, both
serve both (ADR 7). They are forked after loading and so share memory. If one dies, the other one ends too, so that the
supervisor notices.
"""

from __future__ import annotations

import argparse
import errno
import os
import signal
import socket
import sys
import time
from contextlib import ExitStack

import uvicorn

from supervisor.process import last_will

#: Niceness of the pages' process if the telephone has a separate process.
PAGES_GIVE_WAY = 19
#: Seconds to wait for a port, which processes of a killed predecessor may still use.
PORT_PATIENCE = 10.0


def serve(pages: socket.socket, telephone: socket.socket | None) -> int:
    """Serve until a signal ends us (0) or one process dies (1)."""
    from config.servers import require_servers

    require_servers()
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
    children = {_fork(config, pages, PAGES_GIVE_WAY if telephone else 0), _fork(config, telephone or pages, 0)}
    signalled: set[int] = set()  # once each: a second signal would interrupt what the first one began

    def end(_number: int = 0, _frame: object = None) -> None:
        for child in children - signalled:
            signalled.add(child)
            os.kill(child, signal.SIGTERM)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    first, status = os.wait()
    children.remove(first)
    end()
    for child in children:
        os.waitpid(child, 0)
    return 0 if status == 0 else 1


def _fork(config: uvicorn.Config, listener: socket.socket, niceness: int) -> int:
    """Fork a process that serves and ends with this one; returns its pid."""
    parent = os.getpid()
    child = os.fork()
    if child == 0:  # pragma: no cover  ends by itself, before anything is measured
        last_will(signal.SIGKILL, parent)()
        os.nice(niceness)
        uvicorn.Server(config).run([listener])
        os._exit(0)
    return child


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.web")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--telephone-port", type=int, help="where the provider's webhooks come in")
    at = parser.parse_args()
    with ExitStack() as stack:
        pages = stack.enter_context(_listener(at.host, at.port))
        telephone = stack.enter_context(_listener(at.host, at.telephone_port)) if at.telephone_port else None
        return serve(pages, telephone)


def _listener(host: str, port: int) -> socket.socket:
    """Raises OSError for an unusable port; for one that is in use, after PORT_PATIENCE."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    until = time.monotonic() + PORT_PATIENCE
    if not _bound(listener, host, port):
        print(f"Port {port} is in use; waiting for it ...", file=sys.stderr, flush=True)
        while not _bound(listener, host, port):
            if time.monotonic() > until:
                raise OSError(errno.EADDRINUSE, f"Port {port} is in use")
            time.sleep(0.1)
    listener.set_inheritable(True)
    return listener


def _bound(listener: socket.socket, host: str, port: int) -> bool:
    try:
        listener.bind((host, port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
