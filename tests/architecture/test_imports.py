"""An app imports only apps of earlier stages, and there are no import cycles between apps."""

from __future__ import annotations

import subprocess
import sys

from architecture.source import APPS, CHECKOUT, PACKAGES, app_of, modules

ORDER = [
    "demo", "reporting.publishing", "reporting.figures", "handoff.referrals",
    "casework.closures", "casework.releases", "casework.reviews", "casework.assessments",
    "casework.consultations", "casework.plans", "casework.teams", "casework.cases",
    "triage", "hotline.texting", "hotline.switchboard", "hotline.contacts", "regions",
    "foundation.retention", "foundation.worklist", "foundation.journal", "foundation.accounts", "foundation.privacy",
]  # fmt: skip


def known() -> set[tuple[str, str]]:
    """Pairs of different apps, the first importing the second."""
    pairs = {(module.app, app_of(origin)) for module in modules().values() for origin in module.imports.values()}
    return {(app, other) for app, other in pairs if app != other and other in APPS}


def test_no_two_apps_import_each_other() -> None:
    assert {(app, other) for app, other in known() if (other, app) in known()} == set()


def test_each_app_imports_only_earlier_apps() -> None:
    assert set(APPS) - {"foundation.ui"} <= set(ORDER)
    wrong = {(app, other) for app, other in known() if app in ORDER and other in ORDER[: ORDER.index(app)]}
    assert wrong == set()
    assert {other for app, other in known() if app == "foundation.ui"} == set()


def test_the_contracts_of_import_linter_hold() -> None:
    """In a process of its own: it would switch off the log of this one."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--no-cache"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_no_app_hides_a_module_of_the_standard_library() -> None:
    assert set(PACKAGES) & sys.stdlib_module_names == set()


def test_actions_see_no_request_and_pure_modules_no_database() -> None:
    pure = {"regions.routing", "regions.working_hours", "triage.rules", "triage.questionnaire"}
    wrong = []
    for module in modules().values():
        origins = set(module.imports.values())
        if module.name.endswith("actions") and any(origin.startswith("django.http.HttpRe") for origin in origins):
            wrong.append(module.name)
        is_pure = module.name in pure or module.name.startswith("triage.engine.")
        if is_pure and any(origin.startswith("django.db") for origin in origins):
            wrong.append(module.name)
    assert wrong == []
