"""`python -m supervisor up|manage|backup|restore|remove ...`; `./lotse` hands over to it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from supervisor import backup, catalogues, manage, removal
from supervisor.account import for_servers
from supervisor.data import PRIVATE, DataDirectory
from supervisor.environment import Outside
from supervisor.errors import Refused
from supervisor.preparation import CHECKOUT
from supervisor.tree import Tree, free_port


def main(arguments: list[str]) -> int:
    """Run the command and return the exit code; a refusal is one sentence on stderr and 1."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    options, rest = _parser().parse_known_args(arguments)
    if rest and options.command != "manage":
        _parser().error(f"unknown: {' '.join(rest)}")
    try:
        catalogues.compile_stale()
        account = for_servers(options.data)
        if options.command == "remove":
            return removal.run(DataDirectory(options.data.absolute(), account), sure=options.yes)
        data = DataDirectory.open(options.data, account)
        outside = Outside(dict(os.environ))
        if options.command == "manage":
            return manage.run(data, options.arguments + rest, outside)
        os.umask(PRIVATE)
        if options.command in ("backup", "restore"):
            return (backup.make if options.command == "backup" else backup.restore)(data, options.file, outside)
        return _up(data, options, outside)
    except Refused as refusal:
        if str(refusal):
            print(f"lotse: {refusal}", file=sys.stderr)
        return 1


def _up(data: DataDirectory, options: argparse.Namespace, outside: Outside) -> int:
    if data.lock() is None:
        raise Refused(f"Another Lotse already uses the data directory {data.root}; it was not disturbed.")
    return Tree(data, free_port(options.port), not options.no_demo, outside, options.telephone_port).run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lotse", description="Lotse, the platform behind an advice centre.")
    commands = parser.add_subparsers(dest="command", required=True)
    default = Path(os.environ.get("LOTSE_DATA") or CHECKOUT / ".data")
    up = commands.add_parser("up", help="start everything and say where to go")
    up.add_argument("--port", type=int, default=8000, help="the port of the web server (0: any free one)")
    up.add_argument("--telephone-port", type=int, default=0, help="the port for the provider's webhooks (any free one)")
    up.add_argument("--data", type=Path, default=default, metavar="DIR", help="where the data lies")
    up.add_argument("--no-demo", action="store_true", help="start with an empty database")
    remove = commands.add_parser("remove", help="remove an installation with all its data; asks first")
    remove.add_argument("--data", type=Path, default=default, metavar="DIR", help="where the data lies")
    remove.add_argument("--yes", action="store_true", help="do not ask")
    for name, what in (
        ("backup", "write the database to a file; the keys are not in it"),
        ("restore", "read a backup into an empty database, and check it"),
    ):
        one = commands.add_parser(name, help=what)
        one.add_argument("file", type=Path, metavar="FILE")
        one.add_argument("--data", type=Path, default=default, metavar="DIR", help="where the data lies")
    run = commands.add_parser("manage", help="run a management command on the embedded services", add_help=False)
    run.add_argument("--data", type=Path, default=default, metavar="DIR")
    run.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
