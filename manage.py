"""Django's command line. `./lotse manage COMMAND` runs it on the embedded services."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from config.servers import in_one_line, require_database, require_redis, require_servers

# These need neither a database nor keys.
WITHOUT_SERVICES = {"rehearse", "screenshots", "makemessages", "compilemessages", "collectstatic", "help", "version"}
WITH_REDIS = {"relay"}


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    name = arguments[1] if len(arguments) > 1 else "help"
    if name in WITHOUT_SERVICES or {"-h", "--help", "--version"} & set(arguments):
        os.environ["LOTSE_WITHOUT_SERVICES"] = "1"
    require_servers(require_database, *([require_redis] if name in WITH_REDIS else []))
    if "--traceback" in arguments:
        execute_from_command_line(arguments)
    with in_one_line():
        execute_from_command_line(arguments)


if __name__ == "__main__":
    main(sys.argv)
