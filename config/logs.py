"""One line per log record, as `key=value` pairs: time in UTC, level, logger, message.

Request paths may be logged (they hold ids only, and one-time links are cut off); tracebacks name the exception and
where it was raised, not its message, because the message of a database error quotes the row.
"""

from __future__ import annotations

import logging
import re
import time
import traceback
from typing import Any

#: Whoever reads a log must not be able to use a link.
ONE_TIME_LINKS = re.compile(r"(/accounts/(?:link|address/confirm|password/reset/key)/)[^/\s]+")


class LineFormatter(logging.Formatter):
    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        return ONE_TIME_LINKS.sub(r"\1...", super().format(record))

    def __init__(self) -> None:
        super().__init__("at=%(asctime)s level=%(levelname)s logger=%(name)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")

    def formatException(self, ei: Any) -> str:  # noqa: N802  the name is logging's
        frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(ei[2])]
        return "\n".join([f"exception={ei[0].__name__}", *[f"  {frame}" for frame in frames]])
