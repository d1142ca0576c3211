"""Builds a `Checklist` from its three files; errors name file and line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from regions.vocabulary import Service
from triage import soundness
from triage.conditions import AllOf, AnyOf, Chosen, Condition, Not
from triage.questionnaire import (
    LANGUAGES,
    Answer,
    Checklist,
    Kind,
    Question,
    Rule,
    Section,
    Text,
)
from triage.vocabulary import Disposition, Duty, Urgency
from triage.yaml_source import YamlValue, digest, read

GAP_ANSWERS = ("known", "unknown", "important")
FLAGS = {"yes": True, "no": False}


def build(directory: Path, checklist_id: str, version: int) -> Checklist:
    """Raises `ChecklistError` for the first error."""
    name = f"{checklist_id}-{version}"
    documents = [read(directory / f"{name}{part}.yaml") for part in ("", ".wording", ".rules")]
    structure, wording_file, rules_file = documents
    top = structure.fields(["id", "version", "sections"])
    _expect(top["id"], checklist_id)
    _expect(top["version"], str(version))
    wording = Wording.read(wording_file)
    sections = _sections(top["sections"], wording)
    wording.check_all_used()
    questions = {question.id: question for section in sections for question in section.questions}
    parts = rules_file.fields(["needs", "rules"], ["conditions"])
    rules = _rules(parts, questions)
    return Checklist(
        id=checklist_id,
        version=version,
        digest=digest(documents),
        sections=sections,
        questions=MappingProxyType(questions),
        rules=rules,
        needs=MappingProxyType(_needs(parts["needs"], questions)),
        duty_guidance=MappingProxyType(_duty_guidance(wording.duties)),
    )


def _expect(place: YamlValue, value: str) -> None:
    if place.text() != value:
        raise place.error(f"'{value}' is expected here, as the file is called")


def _text(place: YamlValue) -> Text:
    fields = place.fields(LANGUAGES)
    return Text(**{language: fields[language].text() for language in LANGUAGES})


def _one_of(place: YamlValue, allowed: Iterable[str], what: str) -> str:
    allowed = list(allowed)
    if place.text() not in allowed:
        raise place.error(f"unknown {what} '{place.text()}' (known: {', '.join(allowed)})")
    return place.text()


def _codes(place: YamlValue, allowed: Iterable[str], what: str) -> tuple[str, ...]:
    codes = tuple(_one_of(item, allowed, what) for item in place.items())
    if len(set(codes)) != len(codes):
        raise place.error(f"the same {what} stands here twice")
    return codes


@dataclass
class Wording:
    """The texts of one checklist. Remembers which were used, because an unused text is an error."""

    file: YamlValue
    sections: dict[str, YamlValue]
    questions: dict[str, YamlValue]
    answers: dict[str, YamlValue]
    duties: YamlValue
    used: set[int]

    @classmethod
    def read(cls, file: YamlValue) -> "Wording":
        parts = file.fields(["sections", "questions", "answers", "duties"])
        sections, questions, answers = (parts[key].entries() for key in ("sections", "questions", "answers"))
        return cls(file, sections, questions, answers, parts["duties"], used=set())

    def find(self, table: dict[str, YamlValue], key: str, what: str) -> YamlValue:
        if key not in table:
            raise self.file.error(f"no wording for the {what} '{key}'")
        self.used.add(id(table[key]))
        return table[key]

    def check_all_used(self) -> None:
        for what, table in (
            ("section", self.sections),
            ("question", self.questions),
            ("answer", self.answers),
        ):
            for key, place in table.items():
                if id(place) not in self.used:
                    raise place.error(f"wording for the {what} '{key}', which does not exist")


def _sections(place: YamlValue, wording: Wording) -> tuple[Section, ...]:
    sections: dict[str, Section] = {}
    questions: dict[str, Question] = {}
    for item in place.items():
        fields = item.fields(["id", "questions"])
        section_id = fields["id"].text()
        if section_id in sections:
            raise fields["id"].error(f"the section '{section_id}' exists twice")
        own = tuple(_question(question, questions, wording) for question in fields["questions"].items())
        words = wording.find(wording.sections, section_id, "section").fields(["title", "guidance"])
        sections[section_id] = Section(section_id, _text(words["title"]), _text(words["guidance"]), own)
    return tuple(sections.values())


def _question(place: YamlValue, above: dict[str, Question], wording: Wording) -> Question:
    """Reads one question and adds it to those above it."""
    fields = place.fields(["id", "kind"], ["answers", "unknown", "exclusive", "important", "shown_if"])
    question_id = fields["id"].text()
    if question_id in above:
        raise fields["id"].error(f"the question '{question_id}' exists twice")
    kind = Kind(_one_of(fields["kind"], list(Kind), "kind"))
    codes = _answer_codes(place, fields, kind)
    words = wording.find(wording.questions, question_id, "question")
    texts = words.fields(["label"], ["help", "ask", "answers"])
    if not texts.keys() & {"help", "ask"}:
        raise words.error(f"the question '{question_id}' has neither 'help' nor 'ask'")
    question = Question(
        id=question_id,
        kind=kind,
        unknown=_unknown(place, fields, kind, codes),
        answers=_answers(codes, texts.get("answers"), wording),
        exclusive=frozenset(_codes(fields["exclusive"], codes, "answer")) if "exclusive" in fields else frozenset(),
        important=FLAGS[_one_of(fields["important"], FLAGS, "value")] if "important" in fields else False,
        shown_if=Conditions(above, "question above").read(fields["shown_if"]) if "shown_if" in fields else None,
        label=_text(texts["label"]),
        help=_text(texts["help"]) if "help" in texts else None,
        ask=_text(texts["ask"]) if "ask" in texts else None,
    )
    above[question_id] = question
    return question


def _answer_codes(place: YamlValue, fields: Mapping[str, YamlValue], kind: Kind) -> tuple[str, ...]:
    if kind is Kind.GAP:
        if "answers" in fields:
            raise fields["answers"].error("a gap has fixed answers")
        return GAP_ANSWERS
    if "answers" not in fields:
        raise place.error("'answers' is missing")
    codes = tuple(item.text() for item in fields["answers"].items())
    if len(set(codes)) != len(codes):
        raise fields["answers"].error("the same answer stands here twice")
    return codes


def _unknown(place: YamlValue, fields: Mapping[str, YamlValue], kind: Kind, codes: tuple[str, ...]) -> str:
    """The code for unknown. Every question must have one; on a scale it may not be the most harmless answer."""
    unknown = fields["unknown"].text() if "unknown" in fields else "unknown"
    where = fields.get("answers", place)
    if unknown not in codes:
        raise where.error(f"unknown must always be an answer, and '{unknown}' is not among them")
    if kind is Kind.SCALE and codes.index(unknown) == 0:
        raise where.error("unknown must not be the harmless end of a scale")
    return unknown


def _answers(codes: tuple[str, ...], own: YamlValue | None, wording: Wording) -> tuple[Answer, ...]:
    words = own.entries() if own else {}
    for code, place in words.items():
        if code not in codes:
            raise place.error(f"wording for the answer '{code}', which does not exist")
    places = (words.get(code) or wording.find(wording.answers, code, "answer") for code in codes)
    return tuple(Answer(code, _text(place)) for code, place in zip(codes, places, strict=True))


class Conditions:
    """Parses conditions. They may refer to conditions that were defined before, by name."""

    def __init__(self, questions: Mapping[str, Question], what: str = "question") -> None:
        self.questions = questions
        self.what = what
        self.named: dict[str, Condition] = {}

    def define(self, place: YamlValue) -> None:
        for name, value in place.entries().items():
            self.named[name] = self.read(value)

    def read(self, place: YamlValue) -> Condition:
        if place.is_text:
            return self.named[_one_of(place, self.named, "condition")]
        entries = place.entries()
        if len(entries) != 1:
            raise place.error("a condition is one 'question: answer' or one of all, any, not")
        (key, value) = next(iter(entries.items()))
        match key:
            case "all":
                return AllOf(self._parts(value))
            case "any":
                return AnyOf(self._parts(value))
            case "not":
                return Not(self.read(value))
            case _:
                return self._chosen(key, value)

    def _parts(self, place: YamlValue) -> tuple[Condition, ...]:
        parts = tuple(self.read(item) for item in place.items())
        if len(parts) < 2:
            raise place.error("at least two conditions are expected here")
        return parts

    def _chosen(self, question_id: str, place: YamlValue) -> Chosen:
        if question_id not in self.questions:
            raise place.error(f"unknown {self.what} '{question_id}'")
        codes = self.questions[question_id].codes
        what = f"answer to '{question_id}'"
        chosen = _codes(place, codes, what) if place.is_list else (_one_of(place, codes, what),)
        return Chosen(question_id, frozenset(chosen))


def _rules(parts: Mapping[str, YamlValue], questions: Mapping[str, Question]) -> tuple[Rule, ...]:
    conditions = Conditions(questions)
    if "conditions" in parts:
        conditions.define(parts["conditions"])
    rules: dict[str, Rule] = {}
    for item in parts["rules"].items():
        rule = _rule(item, conditions)
        if rule.id in rules:
            raise item.error(f"the rule '{rule.id}' exists twice")
        fault = soundness.fault(rule, list(rules.values()), questions)
        if fault:
            raise item.error(f"the rule '{rule.id}' {fault}")
        rules[rule.id] = rule
    return tuple(rules.values())


def _rule(place: YamlValue, conditions: Conditions) -> Rule:
    effects = ["disposition", "urgency", "duties", "services"]
    fields = place.fields(["id", "when", "because"], effects)
    if not fields.keys() & set(effects):
        raise place.error(f"the rule '{fields['id'].text()}' has no effect")
    return Rule(
        id=fields["id"].text(),
        line=place.line,
        when=conditions.read(fields["when"]),
        because=_text(fields["because"]),
        disposition=_disposition(fields["disposition"]) if "disposition" in fields else None,
        urgency=Urgency(_one_of(fields["urgency"], ["urgent"], "urgency")) if "urgency" in fields else None,
        duties=tuple(map(Duty, _codes(fields["duties"], Duty.values, "duty"))) if "duties" in fields else (),
        services=_codes(fields["services"], Service.values, "service") if "services" in fields else (),
    )


def _disposition(place: YamlValue) -> Disposition:
    proposable = [value for value in Disposition.values if value != Disposition.OPEN]
    return Disposition(_one_of(place, proposable, "disposition"))


def _needs(place: YamlValue, questions: Mapping[str, Question]) -> dict[Disposition, tuple[str, ...]]:
    needs = {}
    for key, value in place.entries().items():
        if key not in Disposition.values or key == Disposition.OPEN:
            raise value.error(f"unknown disposition '{key}'")
        needs[Disposition(key)] = _codes(value, questions, "question")
    return needs


def _duty_guidance(place: YamlValue) -> dict[Duty, Text]:
    fields = place.fields(Duty.values)
    return {Duty(code): _text(fields[code]) for code in Duty.values}
