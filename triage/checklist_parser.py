"""Builds the `Checklist` from its three files; errors name file and line."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from regions.vocabulary import Service
from triage.engine import soundness
from triage.engine.parser import Conditions, codes_of, one_of, read_rules, read_source, text_of
from triage.engine.questionnaire import Question, Text
from triage.engine.yaml_source import YamlValue
from triage.questionnaire import Checklist, Rule
from triage.vocabulary import Disposition, Duty, Urgency


def build(directory: Path, checklist_id: str, version: int) -> Checklist:
    """Raises `QuestionnaireError` for the first error."""
    source = read_source(directory, checklist_id, version, wording=["duties"], rules=["needs"])
    _check_explained(source.wording["questions"])
    rules = read_rules(source, _rule)
    _check_reachable(rules, source.rules["rules"], source.questions)
    return Checklist(
        id=checklist_id,
        version=version,
        digest=source.digest,
        sections=source.sections,
        questions=source.questions,
        rules=rules,
        needs=MappingProxyType(_needs(source.rules["needs"], source.questions)),
        duty_guidance=MappingProxyType(_duty_guidance(source.wording["duties"])),
    )


def _check_explained(wording: YamlValue) -> None:
    """Raises `QuestionnaireError`: during a call no question goes without a word to the handler or the caller."""
    for question_id, words in wording.entries().items():
        if not words.entries().keys() & {"help", "ask"}:
            raise words.error(f"the question '{question_id}' has neither 'help' nor 'ask'")


def _check_reachable(rules: tuple[Rule, ...], place: YamlValue, questions: Mapping[str, Question]) -> None:
    """Raises `QuestionnaireError` for a rule whose disposition earlier ones always decide."""
    deciding = [(rule, item) for rule, item in zip(rules, place.items(), strict=True) if rule.disposition]
    for index, (rule, item) in enumerate(deciding):
        if soundness.always_after(rule.when, [earlier.when for earlier, _ in deciding[:index]], questions):
            raise item.error(
                f"the rule '{rule.id}' is unreachable: earlier rules decide the disposition whenever it holds"
            )


def _rule(place: YamlValue, conditions: Conditions) -> Rule:
    effects = ["disposition", "urgency", "duties", "services"]
    fields = place.fields(["id", "when", "because"], effects)
    if not fields.keys() & set(effects):
        raise place.error(f"the rule '{fields['id'].text()}' has no effect")
    return Rule(
        id=fields["id"].text(),
        line=place.line,
        when=conditions.read(fields["when"]),
        because=text_of(fields["because"]),
        disposition=_disposition(fields["disposition"]) if "disposition" in fields else None,
        urgency=Urgency(one_of(fields["urgency"], ["urgent"], "urgency")) if "urgency" in fields else None,
        duties=tuple(map(Duty, codes_of(fields["duties"], Duty.values, "duty"))) if "duties" in fields else (),
        services=codes_of(fields["services"], Service.values, "service") if "services" in fields else (),
    )


def _disposition(place: YamlValue) -> Disposition:
    proposable = [value for value in Disposition.values if value != Disposition.OPEN]
    return Disposition(one_of(place, proposable, "disposition"))


def _needs(place: YamlValue, questions: Mapping[str, Question]) -> dict[Disposition, tuple[str, ...]]:
    needs = {}
    for key, value in place.entries().items():
        if key not in Disposition.values or key == Disposition.OPEN:
            raise value.error(f"unknown disposition '{key}'")
        needs[Disposition(key)] = codes_of(value, questions, "question")
    return needs


def _duty_guidance(place: YamlValue) -> dict[Duty, Text]:
    fields = place.fields(Duty.values)
    return {Duty(code): text_of(fields[code]) for code in Duty.values}
