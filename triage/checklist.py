"""The checklists in `triage/checklists/`. Each is read and checked once per process.

A checklist is three files: `core-1.yaml` (sections, questions and answer codes in the order of the conversation),
`core-1.wording.yaml` (all texts in three languages) and `core-1.rules.yaml` (the rule table).
A released version never changes: `DIGESTS` has its digest, and every change needs a new version.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from triage.checklist_parser import build
from triage.engine import releases
from triage.engine.yaml_source import QuestionnaireError
from triage.questionnaire import Checklist

DIRECTORY = Path(__file__).parent / "checklists"


class UnknownChecklist(LookupError):
    """No files for this checklist and version."""


@cache
def load(checklist_id: str, version: int, directory: Path = DIRECTORY) -> Checklist:
    """Raises `QuestionnaireError` with file and line, `UnknownChecklist` when there is no such version."""
    if version not in releases.versions(checklist_id, directory):
        raise UnknownChecklist(f"{checklist_id}-{version}")
    return build(directory, checklist_id, version)


@cache
def current(checklist_id: str = "core") -> Checklist:
    """The newest version; new assessments use it."""
    return load(checklist_id, releases.versions(checklist_id, DIRECTORY)[-1])


def faults(directory: Path = DIRECTORY) -> Iterator[QuestionnaireError]:
    """Errors of the checklists: invalid files, no files at all, a released version that was changed."""
    found = releases.versions("core", directory)
    if not found:
        yield QuestionnaireError(directory.name, 1, "there is no checklist 'core'")
    for version in found:
        try:
            releases.check_release(load("core", version, directory), directory)
        except QuestionnaireError as error:
            yield error
