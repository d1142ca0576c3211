"""The parts of a questionnaire, as frozen dataclasses."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import get_language

from .conditions import Condition

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
    TEXT = "text"  #: words; no condition looks at them


@dataclass(frozen=True, slots=True)
class Answer:
    code: str
    label: Text


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """`ask`: a sentence that may be read to the person. `help`: for the one who asks only.

    `unknown`: the code of that answer; empty for a text, which has no codes.
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

    @property
    def is_text(self) -> bool:
        return self.kind is Kind.TEXT

    def step(self, code: str) -> int | None:
        """Where an answer stands on a scale, from 0, the harmless end. None for unknown, and for other questions."""
        known = [answer.code for answer in self.answers if answer.code != self.unknown]
        return known.index(code) if self.kind is Kind.SCALE and code in known else None


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: Text
    guidance: Text
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """`because`: the explanation that people read. What follows from a rule is for the questionnaire to say."""

    id: str
    line: int
    when: Condition
    because: Text


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """`digest`: of its files, so that answers keep their meaning."""

    id: str
    version: int
    digest: str
    sections: tuple[Section, ...]
    questions: Mapping[str, Question]

    @property
    def name(self) -> str:
        return f"{self.id}-{self.version}"
