"""Django's command line. `./lotse manage COMMAND` runs it on the embedded services."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

# These need neither a database nor keys.
WITHOUT_SERVICES = {"rehearse", "screenshots", "makemessages", "compilemessages", "help", "version"}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if len(sys.argv) < 2 or sys.argv[1] in WITHOUT_SERVICES:
        os.environ["LOTSE_WITHOUT_SERVICES"] = "1"
    execute_from_command_line(sys.argv)
