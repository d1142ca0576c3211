"""Reads questionnaires from their files; errors name file and line.

Each is `NAME-VERSION.yaml` (sections, questions, answer codes), `NAME-VERSION.wording.yaml` (all texts in three
languages) and, if it has rules, `NAME-VERSION.rules.yaml`. What only some kinds have in them is read by those.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from . import soundness
from .conditions import AllOf, AnyOf, Chosen, Condition, Not
from .questionnaire import LANGUAGES, Answer, Kind, Question, Rule, Section, Text
from .yaml_source import YamlValue, digest, read

GAP_ANSWERS = ("known", "unknown", "important")
FLAGS = {"yes": True, "no": False}
AnyRule = TypeVar("AnyRule", bound=Rule)


@dataclass(frozen=True, slots=True)
class Source:
    """A questionnaire as read. `structure`, `wording`, `rules`: the fields of the three files, for further reading."""

    digest: str
    sections: tuple[Section, ...]
    questions: Mapping[str, Question]
    structure: Mapping[str, YamlValue]
    wording: Mapping[str, YamlValue]
    rules: Mapping[str, YamlValue]


def read_source(
    directory: Path,
    questionnaire_id: str,
    version: int,
    *,
    structure: Iterable[str] = (),
    wording: Iterable[str] = (),
    rules: Iterable[str] = (),
) -> Source:
    """`structure`, `wording`, `rules`: the fields that this kind of questionnaire has more than all have.

    With fields of its own the file of rules is required. Raises `QuestionnaireError` for the first error.
    """
    name = f"{questionnaire_id}-{version}"
    rules_path = directory / f"{name}.rules.yaml"
    documents = [read(directory / f"{name}{part}.yaml") for part in ("", ".wording")]
    documents += [read(rules_path)] if [*rules] or rules_path.exists() else []
    top = documents[0].fields(["id", "version", "sections", *structure])
    _expect(top["id"], questionnaire_id)
    _expect(top["version"], str(version))
    words = Wording.read(documents[1], wording)
    sections = _sections(top["sections"], words)
    words.check_all_used()
    return Source(
        digest=digest(documents),
        sections=sections,
        questions=MappingProxyType({question.id: question for section in sections for question in section.questions}),
        structure=top,
        wording=words.fields,
        rules=documents[2].fields(["rules", *rules], ["conditions"]) if documents[2:] else {},
    )


def read_rules(source: Source, read_rule: Callable[[YamlValue, "Conditions"], AnyRule]) -> tuple[AnyRule, ...]:
    """The rules in their order; none without a file of rules. Raises `QuestionnaireError`."""
    conditions = Conditions(source.questions)
    if "conditions" in source.rules:
        conditions.define(source.rules["conditions"])
    rules: dict[str, AnyRule] = {}
    for item in source.rules["rules"].items() if source.rules else ():
        rule = read_rule(item, conditions)
        if rule.id in rules:
            raise item.error(f"the rule '{rule.id}' exists twice")
        fault = soundness.fault(rule.when, source.questions)
        if fault:
            raise item.error(f"the rule '{rule.id}' {fault}")
        rules[rule.id] = rule
    return tuple(rules.values())


def _expect(place: YamlValue, value: str) -> None:
    if place.text() != value:
        raise place.error(f"'{value}' is expected here, as the file is called")


def text_of(place: YamlValue) -> Text:
    fields = place.fields(LANGUAGES)
    return Text(**{language: fields[language].text() for language in LANGUAGES})


def one_of(place: YamlValue, allowed: Iterable[str], what: str) -> str:
    allowed = list(allowed)
    if place.text() not in allowed:
        raise place.error(f"unknown {what} '{place.text()}' (known: {', '.join(allowed)})")
    return place.text()


def codes_of(place: YamlValue, allowed: Iterable[str], what: str) -> tuple[str, ...]:
    codes = tuple(one_of(item, allowed, what) for item in place.items())
    if len(set(codes)) != len(codes):
        raise place.error(f"the same {what} stands here twice")
    return codes


@dataclass
class Wording:
    """The texts of one questionnaire. Remembers which were used, because an unused text is an error."""

    file: YamlValue
    fields: dict[str, YamlValue]
    sections: dict[str, YamlValue]
    questions: dict[str, YamlValue]
    answers: dict[str, YamlValue]
    used: set[int]

    @classmethod
    def read(cls, file: YamlValue, more: Iterable[str]) -> "Wording":
        fields = file.fields(["sections", "questions", "answers", *more])
        sections, questions, answers = (fields[key].entries() for key in ("sections", "questions", "answers"))
        return cls(file, fields, sections, questions, answers, used=set())

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
        sections[section_id] = Section(section_id, text_of(words["title"]), text_of(words["guidance"]), own)
    return tuple(sections.values())


def _question(place: YamlValue, above: dict[str, Question], wording: Wording) -> Question:
    """Reads one question and adds it to those above it."""
    fields = place.fields(["id", "kind"], ["answers", "unknown", "exclusive", "important", "shown_if"])
    question_id = fields["id"].text()
    if question_id in above:
        raise fields["id"].error(f"the question '{question_id}' exists twice")
    kind = Kind(one_of(fields["kind"], list(Kind), "kind"))
    codes = _answer_codes(place, fields, kind)
    words = wording.find(wording.questions, question_id, "question")
    texts = words.fields(["label"], ["help", "ask", "answers"])
    question = Question(
        id=question_id,
        kind=kind,
        unknown=_unknown(place, fields, kind, codes),
        answers=_answers(codes, texts.get("answers"), wording),
        exclusive=frozenset(codes_of(fields["exclusive"], codes, "answer")) if "exclusive" in fields else frozenset(),
        important=FLAGS[one_of(fields["important"], FLAGS, "value")] if "important" in fields else False,
        shown_if=Conditions(above, "question above").read(fields["shown_if"]) if "shown_if" in fields else None,
        label=text_of(texts["label"]),
        help=text_of(texts["help"]) if "help" in texts else None,
        ask=text_of(texts["ask"]) if "ask" in texts else None,
    )
    above[question_id] = question
    return question


def _answer_codes(place: YamlValue, fields: Mapping[str, YamlValue], kind: Kind) -> tuple[str, ...]:
    if kind in (Kind.GAP, Kind.TEXT):
        if "answers" in fields:
            raise fields["answers"].error("a gap has fixed answers" if kind is Kind.GAP else "a text has no answers")
        return GAP_ANSWERS if kind is Kind.GAP else ()
    if "answers" not in fields:
        raise place.error("'answers' is missing")
    codes = tuple(item.text() for item in fields["answers"].items())
    if len(set(codes)) != len(codes):
        raise fields["answers"].error("the same answer stands here twice")
    return codes


def _unknown(place: YamlValue, fields: Mapping[str, YamlValue], kind: Kind, codes: tuple[str, ...]) -> str:
    """The code for unknown. Every question must have one; on a scale it may not be the most harmless answer."""
    if kind is Kind.TEXT:
        return ""
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
    return tuple(Answer(code, text_of(place)) for code, place in zip(codes, places, strict=True))


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
            return self.named[one_of(place, self.named, "condition")]
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
        chosen = codes_of(place, codes, what) if place.is_list else (one_of(place, codes, what),)
        return Chosen(question_id, frozenset(chosen))
