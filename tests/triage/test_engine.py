"""The engine of questionnaires without the checklist: texts, scales, rules that may be absent, differences."""

from pathlib import Path

import pytest

from triage.engine.answers import LONGEST_TEXT, AnswerError, given_answers, still_valid
from triage.engine.differences import Direction, differences
from triage.engine.parser import Conditions, read_rules, read_source, text_of
from triage.engine.questionnaire import Questionnaire, Rule
from triage.engine.yaml_source import QuestionnaireError, YamlValue

STRUCTURE = """
id: small
version: 1
sections:
  - id: all
    questions:
      - {id: danger, kind: scale, answers: ["no", unknown, some, much]}
      - {id: helpers, kind: many, answers: [family, school, unknown], exclusive: [unknown]}
      - {id: words, kind: text}
      - {id: why, kind: text, shown_if: {danger: [some, much]}}
"""
WORDING = """
sections: {all: {title: &t {en: e, fr: f, de: d}, guidance: *t}}
questions: {danger: {label: *t}, helpers: {label: *t}, words: {label: *t}, why: {label: *t}}
answers: {"no": *t, unknown: *t, some: *t, much: *t, family: *t, school: *t}
"""


def write(directory: Path, structure: str = STRUCTURE, rules: str = "") -> Path:
    (directory / "small-1.yaml").write_text(structure)
    (directory / "small-1.wording.yaml").write_text(WORDING)
    if rules:
        (directory / "small-1.rules.yaml").write_text(rules)
    return directory


@pytest.fixture
def small(tmp_path: Path) -> Questionnaire:
    source = read_source(write(tmp_path), "small", 1)
    assert source.rules == {}
    return Questionnaire("small", 1, source.digest, source.sections, source.questions)


def read_rule(place: YamlValue, conditions: Conditions) -> Rule:
    fields = place.fields(["id", "when", "because"])
    return Rule(fields["id"].text(), place.line, conditions.read(fields["when"]), text_of(fields["because"]))


def test_rules_may_be_absent_or_empty(tmp_path: Path) -> None:
    assert read_rules(read_source(write(tmp_path), "small", 1), read_rule) == ()
    assert read_rules(read_source(write(tmp_path, rules="rules: []"), "small", 1), read_rule) == ()


def test_a_rule_that_can_never_hold_is_an_error_with_file_and_line(tmp_path: Path) -> None:
    rules = "rules:\n- id: both\n  when: {all: [{danger: some}, {danger: much}]}\n  because: {en: e, fr: f, de: d}\n"
    source = read_source(write(tmp_path, rules=rules), "small", 1)
    with pytest.raises(QuestionnaireError, match=r"small-1\.rules\.yaml:2: the rule 'both' contradicts itself"):
        read_rules(source, read_rule)


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("kind: text}\n      - {id: why", "kind: text, answers: [a]}\n      - {id: why", "a text has no answers"),
        ("{danger: [some, much]}", "{words: much}", "unknown answer to 'words'"),
        ('["no", unknown, some, much]', "[unknown, some, much]", "harmless end of a scale"),
        ("version: 1", "version: 1\nclinical: yes", "unknown key 'clinical'"),
    ],
)
def test_a_hole_is_an_error_with_file_and_line(tmp_path: Path, old: str, new: str, error: str) -> None:
    assert old in STRUCTURE
    with pytest.raises(QuestionnaireError, match=error) as raised:
        read_source(write(tmp_path, STRUCTURE.replace(old, new)), "small", 1)
    assert raised.value.file == "small-1.yaml"
    assert raised.value.line > 1


def test_a_text_is_kept_without_blanks_at_its_ends(small: Questionnaire) -> None:
    assert given_answers(small, {"words": " two words \n"}) == {"words": frozenset({"two words"})}
    assert given_answers(small, {"words": "  "}) == {}


def test_a_text_that_is_too_long_is_no_answer(small: Questionnaire) -> None:
    with pytest.raises(AnswerError):
        given_answers(small, {"words": "a" * (LONGEST_TEXT + 1)})


def test_the_step_of_an_answer_counts_the_known_ones(small: Questionnaire) -> None:
    danger = small.questions["danger"]
    assert [danger.step(code) for code in danger.codes] == [0, None, 1, 2]
    assert small.questions["helpers"].step("family") is None


@pytest.mark.parametrize(
    ("earlier", "later", "direction"),
    [
        ("no", "some", Direction.WORSE),
        ("much", "some", Direction.BETTER),
        ("unknown", "some", Direction.OTHER),
        ("some", "unknown", Direction.OTHER),
        ("", "some", Direction.OTHER),
    ],
)
def test_a_change_on_a_scale_has_a_direction(
    small: Questionnaire, earlier: str, later: str, direction: Direction
) -> None:
    [found] = differences(small, {"danger": earlier}, {"danger": later})
    assert (found.question.id, found.direction) == ("danger", direction)


def test_what_is_the_same_is_no_difference(small: Questionnaire) -> None:
    answers = {"danger": "some", "helpers": ["family", "school"], "words": "the same"}
    assert differences(small, answers, {**answers, "helpers": ["school", "family"]}) == []


def test_other_changes_have_no_direction_and_the_order_of_the_questions(small: Questionnaire) -> None:
    found = differences(small, {"words": "a", "helpers": ["family"]}, {"words": "b", "helpers": ["unknown"]})
    assert [(one.question.id, one.direction) for one in found] == [("helpers", "other"), ("words", "other")]


def test_answers_to_questions_that_are_not_shown_do_not_differ(small: Questionnaire) -> None:
    assert [one.question.id for one in differences(small, {"danger": "no", "why": "a"}, {"danger": "some"})] == [
        "danger"
    ]


def test_what_this_version_no_longer_has_counts_as_not_answered(small: Questionnaire) -> None:
    old = {"danger": "extreme", "gone": "yes", "helpers": ["family"]}
    assert still_valid(small, old) == {"helpers": ["family"]}
    assert [one.question.id for one in differences(small, old, {"helpers": ["family"], "danger": "no"})] == ["danger"]
