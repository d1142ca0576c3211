"""The questionnaires of assessments: sound, worded in three languages, comparable."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from casework.assessments.checks import check_questionnaires
from casework.assessments.questionnaire import DIRECTORY, Template, current, faults, load, names, unanswered
from casework.assessments.vocabulary import Profession
from triage.engine.questionnaire import LANGUAGES, Kind, Text
from triage.engine.releases import released
from triage.engine.yaml_source import QuestionnaireError

TEMPLATES = sorted(current().items())


def texts(template: Template) -> list[Text]:
    found = [template.title, template.about, *(rule.because for rule in template.rules)]
    for section in template.sections:
        found += [section.title, section.guidance]
        for question in section.questions:
            found += [question.label, *(answer.label for answer in question.answers)]
            found += [text for text in (question.help, question.ask) if text]
    return found


def test_every_questionnaire_loads_without_errors() -> None:
    assert list(faults()) == []
    assert check_questionnaires(None) == []
    assert names() == sorted(current())


def test_a_released_version_is_never_edited() -> None:
    assert {one.name: one.digest for _name, one in TEMPLATES} == dict(released(DIRECTORY))


@pytest.mark.parametrize(("name", "template"), TEMPLATES)
def test_each_is_short_and_worded_in_three_languages(name: str, template: Template) -> None:
    assert 5 <= len(template.questions) <= 20
    assert template.professions
    for text in texts(template):
        assert all(text.in_language(language).strip() for language in LANGUAGES)
        for sign in (" :", " ?", " !", " ;", " »", "« "):
            assert sign not in text.fr, text.fr
    assert len({str(text.de) for text in texts(template)}) > len(template.questions)


@pytest.mark.parametrize(("name", "template"), TEMPLATES)
def test_not_known_is_always_an_answer_and_some_can_be_measured_again(name: str, template: Template) -> None:
    for question in template.questions.values():
        assert question.is_text or question.unknown in question.codes
    assert any(question.kind is Kind.SCALE for question in template.questions.values())
    assert {question.id for question in unanswered(template, {})} == {
        question.id for question in template.questions.values() if not question.is_text and question.shown_if is None
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "error"),
    [
        ("psychosocial-1.yaml", "clinical: no", "clinical: maybe", "unknown value 'maybe'"),
        ("psychosocial-1.yaml", "[social_work, ", "[juggling, ", "unknown profession 'juggling'"),
        ("psychosocial-1.wording.yaml", "  housing:\n", "  house:\n", "no wording for the question 'housing'"),
        ("psychosocial-1.rules.yaml", "in_danger}", "lost}", "unknown answer to 'dependants_burden' 'lost'"),
    ],
)
def test_a_hole_is_named_with_file_and_line(tmp_path: Path, file: str, old: str, new: str, error: str) -> None:
    copy = tmp_path / "questionnaires"
    shutil.copytree(DIRECTORY, copy)
    text = (copy / file).read_text()
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1))
    with pytest.raises(QuestionnaireError, match=error) as raised:
        load("psychosocial", 1, copy)
    assert (raised.value.file, raised.value.line > 0) == (file, True)
    assert [str(fault) for fault in faults(copy)] == [str(raised.value)]


def test_an_empty_directory_is_a_fault(tmp_path: Path) -> None:
    assert [fault.message for fault in faults(tmp_path)] == ["there is no questionnaire"]


def test_clinical_ones_are_for_clinical_professions() -> None:
    clinical = {Profession.PSYCHOLOGY, Profession.PSYCHOTHERAPY, Profession.PSYCHIATRY, Profession.MEDICINE}
    for template in current().values():
        assert not template.is_clinical or set(template.professions) <= clinical
