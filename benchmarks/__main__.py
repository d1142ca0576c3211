"""`python -m benchmarks --data DIR`: separate servers, databases, all benchmarks, a table."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks import statements
from benchmarks.place import Place, Scale
from supervisor.environment import WEB
from supervisor.errors import Refused
from supervisor.preparation import CHECKOUT

SCALES = "1000000,10000000"


def main(arguments: list[str]) -> int:
    """Returns 0 if every benchmark gave its figures, whether or not they reach the goals."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    place = Place(options.data)
    place.scales += [Scale(place, contacts) for contacts in sorted(map(int, options.scales.split(",")))]
    # This process makes values and asks others; its own settings are those of the first database.
    os.environ.update(place.environment(place.scales[0].database, WEB))
    import django

    django.setup()
    from benchmarks import run

    settings = statements.WITH_PLANNING if options.costs else statements.COUNTED
    place.embedded.postgres = replace(place.embedded.postgres, settings=settings)
    with place.running():
        return run.everything(place, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="of the benchmarks' own; kept between runs"
    )
    parser.add_argument(
        "--scales", default=SCALES, help="numbers of contacts; the first is measured, the last is its growth"
    )
    parser.add_argument("--only", default="", help="names of benchmarks, separated by commas (default: all)")
    parser.add_argument("--rounds", type=int, default=7, help="pairs of measurements for each figure")
    parser.add_argument(
        "--answer-requests", type=int, default=18, help="for the answers of a full triage (18: one each)"
    )
    parser.add_argument(
        "--costs", action="store_true", help="instead: what a request of each hot path costs, on the first database"
    )
    parser.add_argument("--fresh", action="store_true", help="make the databases anew")
    parser.add_argument("--out", type=Path, default=CHECKOUT / "docs" / "benchmarks.md", help="where the table goes")
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refused as refusal:
        sys.exit(f"benchmarks: {refusal}")
