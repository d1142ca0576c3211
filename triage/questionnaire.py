"""The checklist: a questionnaire whose rules lead to a disposition, an urgency, duties and services."""

from collections.abc import Mapping
from dataclasses import dataclass

from triage.engine.questionnaire import Questionnaire, Text
from triage.engine.questionnaire import Rule as EngineRule
from triage.vocabulary import Disposition, Duty, Urgency


@dataclass(frozen=True, slots=True)
class Rule(EngineRule):
    disposition: Disposition | None = None
    urgency: Urgency | None = None
    duties: tuple[Duty, ...] = ()
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checklist(Questionnaire):
    """`needs`: which questions must have an answer (unknown is one) before a disposition may be proposed."""

    rules: tuple[Rule, ...]
    needs: Mapping[Disposition, tuple[str, ...]]
    duty_guidance: Mapping[Duty, Text]

    def rule(self, rule_id: str) -> Rule:
        """Raises `KeyError` when this version has no such rule."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)
