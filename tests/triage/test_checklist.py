"""The checklist files: released versions do not change, errors name file and line."""

import shutil
from collections.abc import Callable
from dataclasses import fields
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from regions.vocabulary import Phenomenon
from triage import checklist
from triage.checklist import DIRECTORY, UnknownChecklist, faults, load
from triage.checks import check_checklists
from triage.engine.questionnaire import LANGUAGES, Kind, Text
from triage.engine.releases import released
from triage.engine.yaml_source import QuestionnaireError
from triage.vocabulary import Disposition, Duty

Edit = Callable[[str, str, str], QuestionnaireError]


@pytest.fixture
def broken(tmp_path: Path) -> Edit:
    """Replaces a text in a copy of the files and returns the resulting error."""
    copy = tmp_path / "checklists"
    shutil.copytree(DIRECTORY, copy)

    def edit(part: str, old: str, new: str) -> QuestionnaireError:
        file = copy / f"core-1{part}.yaml"
        content = file.read_text(encoding="utf-8")
        assert old in content
        file.write_text(content.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(QuestionnaireError) as raised:
            load("core", 1, copy)
        return raised.value

    return edit


def line_of(part: str, text: str) -> int:
    lines = (DIRECTORY / f"core-1{part}.yaml").read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_every_checklist_version_loads_without_errors() -> None:
    assert list(faults()) == []
    assert check_checklists(None) == []


def test_sections_have_the_order_of_the_conversation() -> None:
    assert [section.id for section in checklist.current().sections] == [
        "source",
        "security",
        "radicalisation",
        "minor",
        "standing",
        "gaps",
        "needs",
        "consent",
        "safety",
    ]


def test_a_released_version_is_never_edited() -> None:
    assert released(DIRECTORY)
    for name, digest in released(DIRECTORY).items():
        checklist_id, _, version = name.rpartition("-")
        assert load(checklist_id, int(version)).digest == digest, f"{name} was changed; write a new version instead"


def test_changed_release_is_reported_with_file_and_line(tmp_path: Path) -> None:
    copy = tmp_path / "checklists"
    shutil.copytree(DIRECTORY, copy)
    (copy / "DIGESTS").write_text("core-1 0123\n")
    assert [(fault.file, fault.line) for fault in faults(copy)] == [("core-1.yaml", 1)]


def test_malformed_digests_file_is_reported_with_line(tmp_path: Path) -> None:
    copy = tmp_path / "checklists"
    shutil.copytree(DIRECTORY, copy)
    (copy / "DIGESTS").write_text("# releases\ncore-1\n")
    assert [str(fault) for fault in faults(copy)] == ["DIGESTS:2: 'name-version digest' is expected here"]


def test_comments_do_not_change_the_digest(tmp_path: Path) -> None:
    copy = tmp_path / "checklists"
    shutil.copytree(DIRECTORY, copy)
    with (copy / "core-1.yaml").open("a") as file:
        file.write("\n# a remark\n")
    assert load("core", 1, copy).digest == load("core", 1).digest


def test_missing_checklists_are_a_fault(tmp_path: Path) -> None:
    assert len(list(faults(tmp_path))) == 1


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(UnknownChecklist):
        load("core", 99)


def test_every_question_has_an_unknown_answer() -> None:
    for question in checklist.current().questions.values():
        assert question.unknown in question.codes
        assert question.kind is not Kind.SCALE or question.codes[0] != question.unknown


def all_texts() -> list[Text]:
    current = checklist.current()
    found = [text for section in current.sections for text in (section.title, section.guidance)]
    found += [rule.because for rule in current.rules] + list(current.duty_guidance.values())
    for question in current.questions.values():
        found += [question.label, *(answer.label for answer in question.answers)]
        found += [text for text in (question.ask, question.help) if text]
    return found


def test_every_text_is_there_in_three_languages() -> None:
    assert [field.name for field in fields(Text)] == list(LANGUAGES)
    assert [text for text in all_texts() if not all(text.in_language(language) for language in LANGUAGES)] == []


def test_long_texts_are_translated_and_not_copied() -> None:
    long = [text for text in all_texts() if len(text.en) > 40]
    assert [text.en for text in long if len({text.en, text.fr, text.de}) < 3] == []


def test_text_is_in_the_active_language() -> None:
    title = checklist.current().sections[0].title
    with override("de"):
        assert str(title) == title.de
    with override("fr-be"):
        assert str(title) == title.fr
    with override("nl"):
        assert str(title) == title.en


def test_every_duty_is_explained_and_every_disposition_is_proposed_by_a_rule() -> None:
    current = checklist.current()
    assert set(current.duty_guidance) == set(Duty)
    assert {rule.disposition for rule in current.rules if rule.disposition} == set(Disposition) - {Disposition.OPEN}
    assert {duty for rule in current.rules for duty in rule.duties} == set(Duty)


def test_phenomena_are_those_of_the_network() -> None:
    assert set(checklist.current().questions["phenomena"].codes) == set(Phenomenon.values)


def test_a_rule_is_found_by_its_id() -> None:
    assert checklist.current().rule("imminent_danger").disposition == Disposition.EMERGENCY
    with pytest.raises(KeyError):
        checklist.current().rule("no_such_rule")


FIRST_QUESTION = "      - id: source_reliability\n        kind: one"


@pytest.mark.parametrize(
    ("part", "old", "new", "at", "message"),
    [
        ("", FIRST_QUESTION, FIRST_QUESTION + "\n        colour: red", "        kind: one", "unknown key 'colour'"),
        ("", "id: information_credibility", "id: source_reliability", "id: information_credibility", "exists twice"),
        ("", "  - id: security\n", "  - id: source\n", "  - id: security", "the section 'source' exists twice"),
        ("", "        kind: one", "        kind: some", "        kind: one", "unknown kind 'some'"),
        ("", "version: 1", "version: 2", "version: 1", "'1' is expected here"),
        ("", "version: 1", "version: [1]", "version: 1", "a text is expected here"),
        ("", "version: 1", "version: 1\nversion: 1", "version: 1", "'version' stands here twice"),
        ("", "answers: [first_hand, second_hand, online, unknown]", "answers: unknown", "[first_hand", "a list is"),
        ("", "answers: [first_hand, second_hand, online, unknown]", "important: yes", "[first_hand", "here twice"),
        ("", "      - {id: gap_health, kind: gap}", "      - gap_health", "gap_health", "'key: value' lines"),
        ("", "      - {id: gap_health, kind: gap}", "      - {id: gap_health, kind: one}", "gap_health", "answers"),
        ("", "      - {id: gap_health, kind: gap}", "      - {id: gap_health, kind: many, answers: [unknown, unknown]}",
         "gap_health", "the same answer"),
        (".rules", "duties: [security_information]", "duties: [emergency, emergency]", "duties: [security_information]",
         "the same duty"),
        ("", "id: core", "id: other", "id: core", "'core' is expected here"),
        ("", "[first_hand, second_hand, online, unknown]", "[first_hand, online]",
         "[first_hand", "unknown must always be"),
        ("", "[first_hand, second_hand,", "[first_hand, first_hand,", "[first_hand", "stands here twice"),
        ("", "[none, unknown, possible,", "[unknown, none, possible,", "[none, unknown, pos", "harmless end"),
        ("", "exclusive: [unknown]", "exclusive: [unknwn]", "exclusive: [unknown]", "unknown answer 'unknwn'"),
        ("", "important: yes", "important: maybe", "important: yes", "unknown value 'maybe'"),
        ("", "kind: gap}", "kind: gap, answers: [known]}", "kind: gap}", "fixed answers"),
        ("", "radicalisation: [\"yes\", possible, unknown]", "safety_caller: safe", "radicalisation: [\"yes\", pos",
         "unknown question above 'safety_caller'"),
        ("", "radicalisation: [\"yes\", possible, unknown]", "phenomena: right", "radicalisation: [\"yes\", pos",
         "unknown question above 'phenomena'"),
        (".wording", "title: {en: \"Where does it come from?\", fr: ", "title: {en: \"Where?\", it: ",
         "title: {en: \"Where",
         "unknown key 'it'"),
        (".wording", "  addiction: {en: \"Addiction\",", "  addiction: {", "addiction: {en", "'en' is missing"),
        (".wording", ", de: \"Waffen\"}", "}", "label: {en: \"Weapons\"", "'de' is missing"),
        (".wording", "fr: \"Armes\"", "fr: \"\"", "fr: \"Armes\"", "a text is expected here"),
        (".wording", "  gap_person:", "  gap_persona:", "", "no wording for the question 'gap_person'"),
        (".wording", "  known: {", "  familiar: {", "", "no wording for the answer 'known'"),
        (".wording", "  safe: {", "  spare: {en: a, fr: b, de: c}\n  safe: {", "  safe: {", "does not exist"),
        (".wording", "      online: {en: \"Seen", "      onlin: {en: \"Seen", "online: {en: \"Seen", "does not exist"),
        (".wording", "    help: {en: \"Situation in life", "    ask_: {en: \"Situation in life",
         "help: {en: \"Situation", "ask_"),
        (".rules", "disposition: emergency", "disposition: alarm", "disposition: emergency", "unknown disposition"),
        (".rules", "urgency: urgent", "urgency: standard", "urgency: urgent", "unknown urgency"),
        (".rules", "duties: [emergency]", "duties: [call]", "duties: [emergency]", "unknown duty 'call'"),
        (".rules", "services: [minors]", "services: [kids]", "services: [minors]", "unknown service 'kids'"),
        (".rules", "- id: acute_self_harm", "- id: imminent_danger", "- id: acute_self_harm", "exists twice"),
        (".rules", "      self_harm: acute", "      self_harm: severe", "      self_harm: acute", "'severe'"),
        (".rules", "      self_harm: acute", "      selfharm: acute", "      self_harm: acute", "unknown question"),
        (".rules", "when: child_at_risk", "when: child_in_need", "when: child_at_risk", "unknown condition"),
        (".rules", "all: [standing_case, weak_source]", "all: [standing_case]", "all: [standing_case, weak",
         "at least two"),
        (".rules", "      self_harm: acute", "      self_harm: acute\n      weapons: present",
         "    when:\n", "a condition is one"),
        (".rules", "  advice: [security_signal,", "  advise: [security_signal,", "  advice: [", "unknown disposition"),
        (".rules", "  advice: [security_signal,", "  advice: [signal,", "  advice: [", "unknown question 'signal'"),
        (".rules", "rules:\n", "rules: none\nold:\n", "rules:", "unknown key 'old'"),
    ],
)  # fmt: skip
def test_mistake_in_a_file_is_reported_with_file_and_line(
    broken: Edit, part: str, old: str, new: str, at: str, message: str
) -> None:
    error = broken(part, old, new)
    assert error.file == f"core-1{part}.yaml"
    assert message in error.message
    if at and "\n" not in at:
        assert abs(error.line - line_of(part, at)) <= 1 + new.count("\n")


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("{not: {security_signal: none}}", "holds without any answer"),
        ("{all: [security_signal: none, security_signal: possible]}", "contradicts itself"),
        ("{all: [needs: school, not: {needs: [school, work]}]}", "contradicts itself"),
        ("{all: [security_signal: [none, imminent], not: {security_signal: none}]}", "is unreachable"),
        ("{any: [security_signal: imminent, self_harm: acute]}", "is unreachable"),
    ],
)
def test_a_rule_that_can_never_decide_is_refused(broken: Edit, when: str, message: str) -> None:
    rule = f"  - {{id: extra, when: {when}, disposition: advice, because: {{en: a, fr: b, de: c}}}}\n"
    rules = (DIRECTORY / "core-1.rules.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    error = broken(".rules", rules[-1], rules[-1] + rule)
    assert (error.file, error.line) == ("core-1.rules.yaml", len(rules) + 1)
    assert message in error.message


def test_a_rule_without_effect_is_refused(broken: Edit) -> None:
    rule = "  - {id: extra, when: {self_harm: acute}, because: {en: a, fr: b, de: c}}\n"
    rules = (DIRECTORY / "core-1.rules.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    assert broken(".rules", rules[-1], rules[-1] + rule).message == "the rule 'extra' has no effect"


def test_invalid_yaml_is_reported_with_its_line(broken: Edit) -> None:
    assert broken("", "sections:", "sections: [").line > 1


def test_empty_or_missing_file_is_reported(tmp_path: Path) -> None:
    copy = tmp_path / "checklists"
    shutil.copytree(DIRECTORY, copy)
    (copy / "core-1.wording.yaml").write_text("# nothing\n")
    assert [str(fault) for fault in faults(copy)] == ["core-1.wording.yaml:1: the file is empty"]
    (copy / "core-1.wording.yaml").unlink()
    load.cache_clear()
    assert [fault.file for fault in faults(copy)] == ["core-1.wording.yaml"]


def test_the_checklist_can_be_printed_and_its_digest_released() -> None:
    out = StringIO()
    call_command("describe_checklist", language="fr", stdout=out)
    assert checklist.current().sections[0].title.fr in out.getvalue()
    out = StringIO()
    call_command("describe_checklist", digest=True, stdout=out)
    assert out.getvalue() == f"core-1 {load('core', 1).digest}\n"
    with pytest.raises(CommandError):
        call_command("describe_checklist", 99)
