"""`python -m config.workers worker|beat`: Celery's processes as `./lotse up` runs them.

The same as two workers of `celery -A config worker`, one for each queue, and `celery -A config.beat beat`. The two
workers share one process, which saves 60 MB compared with two forked ones. Celery's command line would need 8 MB
more.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

#: Workers need not know of each other.
LEAN = {"without_gossip": True, "without_mingle": True, "without_heartbeat": True}
#: Threads of the telephone queue: each may wait for the provider for seconds, and keeps a PostgreSQL connection.
TELEPHONE = 16
REST = 2
PATIENCE = 10.0  # seconds for the telephone worker to finish running tasks


def work() -> int:
    """Run until a signal (0). If one worker ends by itself, so does the other, so that the supervisor notices."""
    from celery.worker import WorkController, state
    from kombu.asynchronous import set_event_loop

    from config.celery import app, configured

    telephone = WorkController(app=configured("telephone", set_as_current=False), **_options("telephone", TELEPHONE))
    set_event_loop(None)  # each has its own event loop
    rest = app.Worker(loglevel="WARNING", quiet=True, **_options("celery", REST))

    def serve() -> None:
        try:
            telephone.start()
        finally:
            if state.should_stop is None:  # nobody asked it to end
                state.should_stop = 1

    thread = threading.Thread(target=serve, name="telephone", daemon=True)
    thread.start()
    rest.start()
    thread.join(PATIENCE)
    return int(rest.exitcode or 0)


def _options(queue: str, threads: int) -> dict[str, Any]:
    return {"pool_cls": "threads", "concurrency": threads, "queues": [queue], "hostname": f"{queue}@%h", **LEAN}


def beat() -> int:
    from config.beat import app

    app.Beat(loglevel="WARNING", quiet=True).run()
    return 0


if __name__ == "__main__":
    sys.exit({"worker": work, "beat": beat}[sys.argv[1]]())
