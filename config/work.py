"""`python -m config.work worker|beat`: Celery's processes as `./lotse up` runs them.

The same as `celery -A config worker` and `celery -A config.beat beat`, whose command line brings a shell along and so
takes 8 MB more in each. The two workers are made from one process that has loaded everything, and share that memory;
they end together: if one dies, so does the other, and whoever watches us knows.
"""

from __future__ import annotations

import gc
import os
import signal
import sys

from supervisor.process import last_will

LEAN = {"without_gossip": True, "without_mingle": True, "without_heartbeat": True}  # they have nothing to tell others
#: Threads by queue. On the telephone's, each may wait for the provider for seconds; it keeps a connection to PostgreSQL.
THREADS = {"telephone": 16, "celery": 2}


def work() -> int:
    _load()
    children = {_fork(queue) for queue in THREADS}

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


def _load() -> None:
    """What both need, before they part. A collection would write to the pages that they share."""
    from django.db import connections

    from config.celery import app

    app.finalize()
    app.loader.import_default_modules()
    connections.close_all()  # a connection cannot be shared
    gc.collect()
    gc.freeze()


def _fork(queue: str) -> int:
    """The number of a new process that works for this queue and dies with us."""
    parent = os.getpid()
    child = os.fork()
    if child == 0:  # pragma: no cover  ends by itself, before anything is measured
        last_will(signal.SIGKILL, parent)()
        os._exit(_work(queue))
    return child


def _work(queue: str) -> int:  # pragma: no cover  in a process that _fork made
    from config.celery import app

    worker = app.Worker(
        pool_cls="threads",
        concurrency=THREADS[queue],
        queues=[queue],
        hostname=f"{queue}@%h",
        loglevel="WARNING",
        quiet=True,
        **LEAN,
    )
    try:
        worker.start()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return int(worker.exitcode or 0)


def beat() -> int:
    from config.beat import app

    app.Beat(loglevel="WARNING", quiet=True).run()
    return 0


if __name__ == "__main__":
    sys.exit({"worker": work, "beat": beat}[sys.argv[1]]())
