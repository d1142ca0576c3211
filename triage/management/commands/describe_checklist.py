"""Prints a checklist as Markdown (questions, answers, rules), or its digest, which a release needs."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from triage import checklist
from triage.engine.questionnaire import LANGUAGES, Question
from triage.engine.releases import versions
from triage.engine.yaml_source import QuestionnaireError
from triage.questionnaire import Checklist, Rule


class Command(BaseCommand):
    help = "Prints a checklist as Markdown, or its digest for the file DIGESTS."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("version", nargs="?", type=int, help="the newest without one")
        parser.add_argument("--language", choices=LANGUAGES, default="en")
        parser.add_argument("--digest", action="store_true", help="print the line for the file DIGESTS")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            version = options["version"] or versions("core", checklist.DIRECTORY)[-1]
            chosen = checklist.load("core", version)
        except (QuestionnaireError, checklist.UnknownChecklist) as error:
            raise CommandError(str(error)) from error
        lines = [f"{chosen.name} {chosen.digest}"] if options["digest"] else describe(chosen, options["language"])
        for line in lines:
            self.stdout.write(line)


def describe(chosen: Checklist, language: str) -> Iterator[str]:
    """Markdown lines."""
    yield f"# {chosen.name}"
    for section in chosen.sections:
        yield f"\n## {section.title.in_language(language)}\n"
        yield section.guidance.in_language(language)
        for question in section.questions:
            yield from _question(question, language)
    yield "\n## Rules\n"
    for rule in chosen.rules:
        yield _rule(rule, language)


def _question(question: Question, language: str) -> Iterator[str]:
    yield f"\n### {question.label.in_language(language)} (`{question.id}`)\n"
    for text in (question.ask, question.help):
        if text:
            yield text.in_language(language) + "\n"
    yield " · ".join(answer.label.in_language(language) for answer in question.answers)


def _rule(rule: Rule, language: str) -> str:
    effects = [rule.disposition, rule.urgency, *rule.duties, *rule.services]
    codes = ", ".join(f"`{effect!s}`" for effect in effects if effect)
    return f"- **{rule.id}**: {rule.because.in_language(language)} ({codes})"
