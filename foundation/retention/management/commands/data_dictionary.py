"""Writes docs/data-dictionary.md from the models."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import models
from django.utils import translation

from foundation.privacy.fields import EncryptedField
from foundation.retention.rules import Rules, rules

PLACE = Path(settings.BASE_DIR) / "docs" / "data-dictionary.md"
HEAD = """# Data dictionary

Made by `./lotse manage data_dictionary`; a test fails when it is out of date. Times are stored in UTC. "sealed":
encrypted under the data key of the dossier, neither filtered nor searched. Codes stand for the labels of the lists in
`*/vocabulary.py` and `*/states.py`.

The last column says how long a field is kept; the rules are below (config/data_retention.yaml).
"""


class Command(BaseCommand):
    help = "Writes docs/data-dictionary.md from the models."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether it is up to date")

    def handle(self, *args: Any, **options: Any) -> None:
        text = dictionary()
        if not options["check"]:
            PLACE.write_text(text, encoding="utf-8")
        elif PLACE.read_text(encoding="utf-8") != text:
            raise CommandError("docs/data-dictionary.md is out of date: run ./lotse manage data_dictionary")


def dictionary() -> str:
    with translation.override("en"):
        return HEAD + "".join([*_rules(rules()), *(part for app in own_apps() for part in _app(app))])


def _rules(given: Rules) -> Iterator[str]:
    yield "\n## How long\n\n| rule | what happens | why |\n|---|---|---|\n"
    yield from (f"| {rule.name} | {rule.words} | {rule.why} |\n" for rule in given.rules.values())
    yield (
        "\nA dossier is due when all of its parts are; its coordinators are told " + given.warn_before + " before.\n\n"
    )
    yield "| part of a dossier | is due after |\n|---|---|\n"
    yield from (f"| {name} | {period} |\n" for name, period in given.dossiers.items())
    yield "\n## In clear\n\nTexts of dossiers are encrypted, except these.\n\n| why | fields |\n|---|---|\n"
    reasons = dict.fromkeys(given.clear.values())
    yield from (
        f"| {why} | {', '.join(place for place, said in given.clear.items() if said == why)} |\n" for why in reasons
    )
    yield "\n## Outside of the tables\n"
    yield "\n| what | |\n|---|---|\n"
    yield from (f"| {what} | {kept} |\n" for what, kept in given.elsewhere.items())


def own_apps() -> list[str]:
    """The apps of this checkout, in the order of the settings."""
    places = {config.label: Path(config.path) for config in apps.get_app_configs()}
    return [label for label, place in places.items() if Path(settings.BASE_DIR) in place.parents[:2]]


def _app(label: str) -> Iterator[str]:
    for model in sorted(apps.get_app_config(label).get_models(), key=lambda model: model._meta.db_table):
        yield f"\n## {model._meta.db_table}\n\n{_first_paragraph(model.__doc__)}"
        yield "| column | type | | rule |\n|---|---|---|---|\n"
        yield from (_row(field) for field in model._meta.concrete_fields)


def _first_paragraph(text: str | None) -> str:
    if not text or text.startswith(("Term(", "CallerType(")) or "(" in text.split(" ")[0]:
        return ""
    return " ".join(text.strip().split("\n\n")[0].split()) + "\n\n"


def _row(field: models.Field[Any, Any]) -> str:
    rule = rules().fields[field.model._meta.db_table][field.name].name
    return f"| {field.column} | {_type(field)} | {'; '.join(_remarks(field))} | {rule} |\n"


def _type(field: models.Field[Any, Any]) -> str:
    if isinstance(field, EncryptedField):
        return "sealed"
    if field.related_model and not isinstance(field.related_model, str):
        return f"→ {field.related_model._meta.db_table}"
    length = f"({field.max_length})" if field.max_length else ""
    return field.get_internal_type().removesuffix("Field").lower() + length


def _remarks(field: models.Field[Any, Any]) -> Iterator[str]:
    if field.primary_key:
        yield "key"
    if field.null and not isinstance(field, EncryptedField):
        yield "may be empty"
    if field.choices:
        yield ", ".join(f"`{code}`" for code, _label in field.flatchoices)
    if field.help_text:
        yield str(field.help_text)
