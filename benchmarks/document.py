"""Replaces one section of docs/benchmarks.md and leaves everything else in it as it was written."""

from __future__ import annotations

from pathlib import Path

BEGIN = "<!-- {name}: written by a command; what stands between the marks is replaced -->"
END = "<!-- end of {name} -->"


def read(file: Path, name: str) -> str:
    """The text of the section; empty if there is none."""
    return _parts(file, name)[1]


def replace(file: Path, name: str, text: str) -> None:
    """A section that the document does not have yet comes to its end."""
    before, _old, after = _parts(file, name)
    section = f"{BEGIN.format(name=name)}\n\n{text.strip()}\n\n{END.format(name=name)}\n"
    file.write_text(f"{before.rstrip()}\n\n{section}{after}".lstrip(), encoding="utf-8")


def _parts(file: Path, name: str) -> tuple[str, str, str]:
    """What stands before the section, in it, and after it."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    before, begins, rest = text.partition(BEGIN.format(name=name) + "\n")
    inside, ends, after = rest.partition(END.format(name=name) + "\n")
    return (before, inside, after) if begins and ends else (text, "", "")
