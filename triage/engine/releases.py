"""The versions of questionnaires in a directory. A released one never changes: the file `DIGESTS` has its digest."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from .questionnaire import Questionnaire
from .yaml_source import QuestionnaireError


def versions(questionnaire_id: str, directory: Path) -> list[int]:
    """The versions that have files, oldest first."""
    stems = (path.stem.rpartition("-") for path in directory.glob(f"{questionnaire_id}-*.yaml"))
    return sorted(int(number) for name, _, number in stems if name == questionnaire_id and number.isdigit())


def released(directory: Path) -> Mapping[str, str]:
    """Released versions and their digests, from the file `DIGESTS`. Raises `QuestionnaireError`."""
    return dict(_released_lines(directory))


def _released_lines(directory: Path) -> Iterator[tuple[str, str]]:
    path = directory / "DIGESTS"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else (), start=1):
        if line.strip() and not line.startswith("#"):
            words = line.split()
            if len(words) != 2:
                raise QuestionnaireError(path.name, number, "'name-version digest' is expected here")
            yield words[0], words[1]


def check_release(questionnaire: Questionnaire, directory: Path) -> None:
    """Raises `QuestionnaireError` for a released version that was changed."""
    if released(directory).get(questionnaire.name, questionnaire.digest) != questionnaire.digest:
        message = "was changed after its release; assessments were made with it, so write a new version instead"
        raise QuestionnaireError(f"{questionnaire.name}.yaml", 1, message)
