"""Pins the dependencies of pyproject.toml: `python -m supervisor.requirements` writes, `--check` compares.

The files contain the hash of the sections they were made from, so that the check needs no network. They name no index,
because that depends on the machine that installs them.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PYPROJECT = CHECKOUT / "pyproject.toml"
MARK = "# pyproject.toml sha256:"


def wanted() -> dict[str, tuple[list[str], str]]:
    """By file name: the input of uv, and the hash of the sections of pyproject.toml."""
    content = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    runtime = [content["project"]["requires-python"], content["project"]["dependencies"]]
    tools = [*runtime, content["dependency-groups"]["dev"]]
    return {
        "requirements.txt": ([str(PYPROJECT)], _digest(runtime)),
        "requirements-dev.txt": (["--group", f"{PYPROJECT}:dev", "-c", "requirements.txt"], _digest(tools)),
    }


def differences() -> list[str]:
    """One sentence for each file that does not match the current pyproject.toml."""
    return [
        f"{name} does not agree with pyproject.toml; run: python -m supervisor.requirements"
        for name, (_, digest) in wanted().items()
        if f"{MARK}{digest}" not in (CHECKOUT / name).read_text(encoding="utf-8").splitlines()
    ]


def compile_all() -> None:
    for name, (sources, digest) in wanted().items():
        pins = subprocess.run(
            [*_uv(), *sources],
            cwd=CHECKOUT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        head = f"# Made by `python -m supervisor.requirements`; do not edit.\n{MARK}{digest}\n"
        (CHECKOUT / name).write_text(head + pins, encoding="utf-8")


def _uv() -> list[str]:
    quiet = ["--quiet", "--no-config", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    return [sys.executable, "-m", "uv", "pip", "compile", "--universal", "--generate-hashes", *quiet]


def _digest(sections: list[object]) -> str:
    return hashlib.sha256(json.dumps(sections).encode()).hexdigest()


def main(arguments: list[str]) -> int:
    if arguments != ["--check"]:
        compile_all()
    found = differences()
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
