"""The checklists in `triage/checklists/`. Each is read and checked once per process.

A checklist is three files: `core-1.yaml` (sections, questions and answer codes in the order of the conversation),
`core-1.wording.yaml` (all texts in three languages) and `core-1.rules.yaml` (the rule table).
A released version never changes: `DIGESTS` has its digest, and every change needs a new version.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from triage.checklist_parser import build
from triage.questionnaire import Checklist
from triage.yaml_source import ChecklistError

DIRECTORY = Path(__file__).parent / "checklists"


class UnknownChecklist(LookupError):
    """No files for this checklist and version."""


def versions(checklist_id: str = "core", directory: Path = DIRECTORY) -> list[int]:
    """The versions that have files, oldest first."""
    stems = (path.stem.rpartition("-") for path in directory.glob(f"{checklist_id}-*.yaml"))
    return sorted(int(number) for name, _, number in stems if name == checklist_id and number.isdigit())


@cache
def load(checklist_id: str, version: int, directory: Path = DIRECTORY) -> Checklist:
    """Raises `ChecklistError` with file and line, `UnknownChecklist` when there is no such version."""
    if version not in versions(checklist_id, directory):
        raise UnknownChecklist(f"{checklist_id}-{version}")
    return build(directory, checklist_id, version)


@cache
def current(checklist_id: str = "core") -> Checklist:
    """The newest version; new assessments use it."""
    return load(checklist_id, versions(checklist_id)[-1])


def released(directory: Path = DIRECTORY) -> Mapping[str, str]:
    """Released versions and their digests, from the file `DIGESTS`."""
    return dict(_released_lines(directory))


def _released_lines(directory: Path) -> Iterator[tuple[str, str]]:
    path = directory / "DIGESTS"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else (), start=1):
        if line.strip() and not line.startswith("#"):
            words = line.split()
            if len(words) != 2:
                raise ChecklistError(path.name, number, "'name-version digest' is expected here")
            yield words[0], words[1]


def faults(directory: Path = DIRECTORY) -> Iterator[ChecklistError]:
    """Errors of the checklists: invalid files, no files at all, a released version that was changed."""
    if not versions(directory=directory):
        yield ChecklistError(directory.name, 1, "there is no checklist 'core'")
    for version in versions(directory=directory):
        try:
            _check_release(load("core", version, directory), directory)
        except ChecklistError as error:
            yield error


def _check_release(checklist: Checklist, directory: Path) -> None:
    if released(directory).get(checklist.name, checklist.digest) != checklist.digest:
        message = "was changed after its release; assessments were made with it, so write a new version instead"
        raise ChecklistError(f"{checklist.name}.yaml", 1, message)
