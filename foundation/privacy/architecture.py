"""Generates docs/architecture.md, with rooms, processes and modules, from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.conf import settings

CHECKOUT = Path(settings.BASE_DIR)
PATH = CHECKOUT / "docs" / "architecture.md"
#: Top-level packages that are not described: not ours, or parallel to the source (tests).
NOT_ROOMS = {"tests", "docs"}
HEAD = """# Architecture

Made by `./lotse manage architecture` from the source; a test fails when it is out of date. Why the rooms are cut this
way: docs/adr/0001-rooms.md. The words of the field: docs/domain.md.
"""
ROOMS = """## Rooms

An arrow says that modules of one package import modules of the other. An import of something that further arrows lead
to as well is not drawn, so that the picture can be read. `config` (wiring), `supervisor` (processes) and `benchmarks`
stand beside the rooms and are left out.
"""
PROCESSES = """## Processes

`./lotse up` starts the two servers where they are not given, prepares the database, and starts these processes in this
order. Each signs in to PostgreSQL with the role at its arrow. In operation the worker is two: docs/operations.md.
"""
MODULES = """## Modules

Each with the first sentences of its docstring. Empty packages and migrations are left out.
"""
BESIDE = {"config", "supervisor", "benchmarks"}


@dataclass(frozen=True)
class SourceFile:
    """The source text of a module, which is not imported."""

    path: Path

    @property
    def name(self) -> str:
        parts = self.path.relative_to(CHECKOUT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"))

    @property
    def summary(self) -> str:
        """The first paragraph of the docstring, on one line; empty if there is none."""
        return " ".join((ast.get_docstring(self.tree) or "").split("\n\n")[0].split())

    def imported(self) -> Iterator[str]:
        """Dotted names of everything that the module imports."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def source_files() -> list[SourceFile]:
    """All modules of our packages that are not empty, by path; without migrations."""
    rooms = sorted({path.parent for path in CHECKOUT.glob("*/__init__.py")} - {CHECKOUT / name for name in NOT_ROOMS})
    found = [path for room in rooms for path in sorted(room.rglob("*.py"))]
    return [SourceFile(path) for path in found if path.stat().st_size and "migrations" not in path.parts]


def packages(files: list[SourceFile]) -> dict[str, str]:
    """Rooms and the apps inside them, with their docstrings."""
    described = {file.name: file.summary for file in files if file.path.name == "__init__.py"}
    return {name: summary for name, summary in described.items() if name.count(".") < 2}


def package_of(name: str, known: dict[str, str]) -> str:
    """The app, or else the room, of a dotted name; empty if it is not ours."""
    parts = name.split(".")
    return next((place for place in (".".join(parts[:2]), parts[0]) if place in known), "")


def arrows(files: list[SourceFile]) -> list[tuple[str, str]]:
    """The imports between packages, sorted by name."""
    known = {name: text for name, text in packages(files).items() if name.partition(".")[0] not in BESIDE}
    found = {
        (package_of(file.name, known), package_of(origin, known))
        for file in files
        if package_of(file.name, known)
        for origin in file.imported()
    }
    return sorted((source, target) for source, target in found if target and source != target)


def drawn_arrows(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The arrows without those that follow from others (transitive reduction)."""
    after: dict[str, set[str]] = {}
    for source, target in found:
        after.setdefault(source, set()).add(target)
    return [
        (source, target)
        for source, target in found
        if not any(target in _reached(other, after) for other in after[source] - {target})
    ]


def _reached(start: str, after: dict[str, set[str]]) -> set[str]:
    """The packages that can be reached from there."""
    found: set[str] = set()
    new = {start}
    while new:
        new = {target for place in new for target in after.get(place, set())} - found
        found |= new
    return found


def rooms_picture(files: list[SourceFile]) -> str:
    known = [name for name in packages(files) if name.partition(".")[0] not in BESIDE]
    found = drawn_arrows(arrows(files))
    lines = ["flowchart TB"]
    for room in [name for name in known if "." not in name]:
        inside = [name for name in known if name.startswith(f"{room}.")]
        if any(room in arrow for arrow in found):
            inside.append(room)
        lines.append(f"    subgraph {room}")
        lines += [f"        {_node(name)}[{name.rpartition('.')[2]}]" for name in inside]
        lines.append("    end")
    lines += [f"    {_node(source)} --> {_node(target)}" for source, target in found]
    return _mermaid(lines)


def processes() -> list[tuple[str, str, str]]:
    """Name, command and database role of each process, as supervisor/tree.py lists them."""
    tree = ast.parse((CHECKOUT / "supervisor" / "tree.py").read_text(encoding="utf-8"))
    (function,) = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "_processes"]
    (returned,) = [node for node in ast.walk(function) if isinstance(node, ast.Return)]
    assert isinstance(returned.value, ast.List)
    return [_process(item) for item in returned.value.elts]


def _process(item: ast.expr) -> tuple[str, str, str]:
    assert isinstance(item, ast.Tuple)
    name, command, role = item.elts
    assert isinstance(name, ast.Constant)
    assert isinstance(command, ast.List)
    assert isinstance(role, ast.Name)
    words = [str(word.value) for word in command.elts if isinstance(word, ast.Constant)]
    words = [word for word in words if not word.startswith("--")]
    return str(name.value), " ".join(["python", *words]), f"lotse_{role.id.lower()}"


def processes_picture() -> str:
    lines = [
        "flowchart LR",
        "    browser([browser]) -->|HTTP, WebSocket| web",
        "    provider([telephone provider]) -->|webhooks| web",
        "    worker -->|requests| provider",
        "    database[(PostgreSQL)]",
        "    broker[(Valkey or Redis)]",
    ]
    for name, command, role in processes():
        lines.append(f'    {name}["{name}<br>{command}"] -->|{role}| database')
        lines.append(f"    {name} --- broker")
    return _mermaid(lines)


def modules_list(files: list[SourceFile]) -> str:
    known, lines = packages(files), []
    for package, summary in known.items():
        inside = [file for file in files if package_of(file.name, known) == package and file.name != package]
        lines.append(f"### {package}\n\n{summary}\n")
        lines += [f"- `{file.path.relative_to(CHECKOUT)}`: {file.summary}" for file in inside]
        lines += [""] if inside else []
    return "\n".join(lines)


def document() -> str:
    """The whole file."""
    files = source_files()
    parts = [HEAD, ROOMS, rooms_picture(files), PROCESSES, processes_picture(), MODULES, modules_list(files)]
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def _node(name: str) -> str:
    """An identifier for Mermaid; a room's node and its frame differ."""
    return name.replace(".", "_") if "." in name else f"{name}_itself"


def _mermaid(lines: list[str]) -> str:
    return "\n".join(["```mermaid", *lines, "```"])
