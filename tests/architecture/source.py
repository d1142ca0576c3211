"""Our source as syntax trees, for the architecture tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from django.apps import apps
from django.conf import settings

from foundation.privacy.rls import Declaration, policy_modules

CHECKOUT = Path(__file__).resolve().parents[2]
#: Dotted names, as in INSTALLED_APPS.
APPS = sorted(app for app in settings.INSTALLED_APPS if (CHECKOUT / app.replace(".", "/") / "__init__.py").exists())
LABELS = {config.label: config.name for config in apps.get_app_configs() if config.name in APPS}
#: Rooms: what stands at the top.
PACKAGES = sorted({app.partition(".")[0] for app in APPS} | {"config", "supervisor"})
Function = ast.FunctionDef | ast.AsyncFunctionDef


def app_of(name: str) -> str:
    """The app, or else the room, in which something with this dotted name lies."""
    parts = name.split(".")
    return next((app for app in (parts[0], ".".join(parts[:2])) if app in APPS), parts[0])


@dataclass(frozen=True)
class Module:
    path: Path

    @property
    def name(self) -> str:
        parts = self.path.relative_to(CHECKOUT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def app(self) -> str:
        return app_of(self.name)

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The functions at the top of the module, by name."""
        return {node.name: node for node in self.tree.body if isinstance(node, Function)}

    @cached_property
    def imports(self) -> dict[str, str]:
        """What each imported name stands for: ``{"record": "foundation.journal.actions.record", "time": "time"}``."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.asname or alias.name.partition(".")[0]: alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                origin = self._origin(node)
                found |= {alias.asname or alias.name: f"{origin}.{alias.name}" for alias in node.names}
        return found

    def _origin(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = list(self.path.relative_to(CHECKOUT).parts[:-1])
        return ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])


@cache
def modules() -> dict[str, Module]:
    """All of ours, without migrations, by dotted name."""
    found = [Module(path) for package in PACKAGES for path in sorted((CHECKOUT / package).rglob("*.py"))]
    return {module.name: module for module in found if "migrations" not in module.path.parts}


def all_functions() -> Iterator[tuple[Module, Function]]:
    for module in modules().values():
        for node in ast.walk(module.tree):
            if isinstance(node, Function):
                yield module, node


def declarations() -> list[Declaration]:
    """What all apps declare about the policies of their tables."""
    return [declared for module in policy_modules().values() for declared in module.DECLARATIONS]


def templates() -> list[Path]:
    return [
        path
        for app in APPS
        for path in sorted((CHECKOUT / app.replace(".", "/") / "templates").rglob("*"))
        if path.is_file()
    ]
