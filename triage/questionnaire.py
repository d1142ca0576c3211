"""The parts of a checklist, as frozen dataclasses."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import get_language

from triage.conditions import Condition
from triage.vocabulary import Disposition, Duty, Urgency

LANGUAGES = ("en", "fr", "de")


@dataclass(frozen=True, slots=True)
class Text:
    """A text in all languages; `str()` gives the active language, and English if there is no translation."""

    en: str
    fr: str
    de: str

    def in_language(self, language: str) -> str:
        code = language[:2].lower()
        return str(getattr(self, code)) if code in LANGUAGES else self.en

    def __str__(self) -> str:
        return self.in_language(get_language() or "en")


class Kind(StrEnum):
    """How a question is answered."""

    ONE = "one"  #: one answer
    SCALE = "scale"  #: one answer, ordered from harmless to grave; unknown is never the most harmless
    MANY = "many"  #: several answers; an exclusive one excludes all others
    GAP = "gap"  #: an information gap: known, unknown, important to find out


@dataclass(frozen=True, slots=True)
class Answer:
    code: str
    label: Text


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """`ask`: a sentence that the handler may read to the caller. `help`: for the handler only.

    Each is made once in a process, so that it can be compared, and looked up in a cache, by identity.
    """

    id: str
    kind: Kind
    answers: tuple[Answer, ...]
    unknown: str
    exclusive: frozenset[str]
    important: bool
    shown_if: Condition | None
    label: Text
    help: Text | None
    ask: Text | None

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(answer.code for answer in self.answers)

    @property
    def takes_many(self) -> bool:
        return self.kind is Kind.MANY


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: Text
    guidance: Text
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """`because`: the explanation that the handler reads."""

    id: str
    line: int
    when: Condition
    because: Text
    disposition: Disposition | None = None
    urgency: Urgency | None = None
    duties: tuple[Duty, ...] = ()
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checklist:
    """`needs`: which questions must have an answer (unknown is one) before a disposition may be proposed."""

    id: str
    version: int
    digest: str
    sections: tuple[Section, ...]
    questions: Mapping[str, Question]
    rules: tuple[Rule, ...]
    needs: Mapping[Disposition, tuple[str, ...]]
    duty_guidance: Mapping[Duty, Text]

    @property
    def name(self) -> str:
        return f"{self.id}-{self.version}"

    def rule(self, rule_id: str) -> Rule:
        """Raises `KeyError` when this version has no such rule."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)
