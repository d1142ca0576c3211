"""`python -m config.work worker|beat`: Celery's processes as `./lotse up` runs them.

The same as `celery -A config worker` and `celery -A config.beat beat`, whose command line brings a shell along and so
takes 8 MB more in each.
"""

from __future__ import annotations

import sys

LEAN = {"without_gossip": True, "without_mingle": True, "without_heartbeat": True}  # one worker has nobody to talk to


def work() -> int:
    from config.celery import app

    worker = app.Worker(pool_cls="threads", concurrency=2, loglevel="WARNING", quiet=True, **LEAN)
    worker.start()
    return worker.exitcode or 0


def beat() -> int:
    from config.beat import app

    app.Beat(loglevel="WARNING", quiet=True).run()
    return 0


if __name__ == "__main__":
    sys.exit({"worker": work, "beat": beat}[sys.argv[1]]())
