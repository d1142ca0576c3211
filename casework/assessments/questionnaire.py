"""The questionnaires of assessments, in the directory `questionnaires/`. Each is read and checked once per process.

A questionnaire is two files, `suicide-1.yaml` (for which professions, whether clinical, sections, questions, answers)
and `suicide-1.wording.yaml` (all texts in three languages), and a third one, `suicide-1.rules.yaml`, if it advises its
author on some answers. A released version never changes: `DIGESTS` has its digest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from triage.engine import releases
from triage.engine.answers import visible
from triage.engine.conditions import Given, holds
from triage.engine.parser import FLAGS, Conditions, codes_of, one_of, read_rules, read_source, text_of
from triage.engine.questionnaire import Question, Questionnaire, Rule, Text
from triage.engine.yaml_source import QuestionnaireError, YamlValue

from .vocabulary import Profession

DIRECTORY = Path(__file__).parent / "questionnaires"


class UnknownQuestionnaire(LookupError):
    """No files for this questionnaire and version."""


@dataclass(frozen=True, slots=True)
class Template(Questionnaire):
    """The questionnaire of one kind of assessment.

    `is_clinical`: read by the author and people whom the author names, by nobody else. `professions`: of its authors.
    `rules`: what the author is told when an answer calls for it; nothing else follows from them.
    """

    title: Text
    about: Text
    is_clinical: bool
    professions: tuple[Profession, ...]
    rules: tuple[Rule, ...]

    def advice(self, given: Given) -> list[Text]:
        """What the author is told about these answers."""
        return [rule.because for rule in self.rules if holds(rule.when, given)]


def read_template(directory: Path, template_id: str, version: int) -> Template:
    """Raises `QuestionnaireError` with file and line."""
    source = read_source(
        directory, template_id, version, structure=["clinical", "professions"], wording=["title", "about"]
    )
    return Template(
        id=template_id,
        version=version,
        digest=source.digest,
        sections=source.sections,
        questions=source.questions,
        title=text_of(source.wording["title"]),
        about=text_of(source.wording["about"]),
        is_clinical=FLAGS[one_of(source.structure["clinical"], FLAGS, "value")],
        professions=tuple(map(Profession, codes_of(source.structure["professions"], Profession.values, "profession"))),
        rules=read_rules(source, _rule),
    )


def _rule(place: YamlValue, conditions: Conditions) -> Rule:
    fields = place.fields(["id", "when", "because"])
    return Rule(fields["id"].text(), place.line, conditions.read(fields["when"]), text_of(fields["because"]))


def names(directory: Path = DIRECTORY) -> list[str]:
    """The ids of the questionnaires that have files."""
    stems = (path.name.partition(".")[0] for path in directory.glob("*.yaml"))
    return sorted({stem.rpartition("-")[0] for stem in stems})


@cache
def load(template_id: str, version: int, directory: Path = DIRECTORY) -> Template:
    """Raises `QuestionnaireError` with file and line, `UnknownQuestionnaire` when there is no such version."""
    if version not in releases.versions(template_id, directory):
        raise UnknownQuestionnaire(f"{template_id}-{version}")
    return read_template(directory, template_id, version)


@cache
def current() -> Mapping[str, Template]:
    """The newest version of each, by id; new assessments use these."""
    return {name: load(name, releases.versions(name, DIRECTORY)[-1]) for name in names()}


def unanswered(template: Template, given: Given) -> list[Question]:
    """The questions that are shown and have no answer; unknown is one, and words may be left out."""
    shown = visible(template, given)
    return [question for question in shown.questions if not question.is_text and question.id not in shown.given]


def faults(directory: Path = DIRECTORY) -> Iterator[QuestionnaireError]:
    """Errors of the questionnaires: invalid files, none at all, a released version that was changed."""
    if not names(directory):
        yield QuestionnaireError(directory.name, 1, "there is no questionnaire")
    for name in names(directory):
        found = releases.versions(name, directory)
        if not found:
            yield QuestionnaireError(directory.name, 1, f"'{name}' has no file of questions")
        for version in found:
            try:
                releases.check_release(load(name, version, directory), directory)
            except QuestionnaireError as error:
                yield error
