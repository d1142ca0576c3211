"""A caller type that is added to the initial list also reaches the databases that began without it."""

from __future__ import annotations

from functools import partial

import pytest
from django.apps import apps
from django.db.migrations import RunPython
from django.db.migrations.loader import MigrationLoader

from hotline.contacts.initial_lists import CALLER_TYPES, add_caller_type
from hotline.contacts.models import CallerType

#: What the first release's databases have; nothing is added here.
FIRST = {
    "relative", "parent", "sibling", "partner", "other_family", "private_circle", "friend", "neighbour", "colleague",
    "professional", "social_work", "youth_work", "health", "counselling", "religious_community", "school", "employer",
    "authority", "affected", "other", "unknown",
}  # fmt: skip
CODES = [code for code, *_ in CALLER_TYPES]


def codes() -> list[str]:
    return list(CallerType.objects.values_list("code", flat=True))


def added_by_migrations() -> list[str]:
    loaded = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    operations = [one for (app, _name), migration in loaded.items() if app == "hotline" for one in migration.operations]
    run = [one.code for one in operations if isinstance(one, RunPython)]
    return [one.keywords["code"] for one in run if isinstance(one, partial) and one.func is add_caller_type]


def test_each_later_caller_type_has_a_migration_for_existing_databases() -> None:
    assert sorted(added_by_migrations()) == sorted(set(CODES) - FIRST)


@pytest.mark.django_db
def test_new_database_has_the_list_in_its_order() -> None:
    assert codes() == CODES


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["social_work", "school", "unknown"])
def test_missing_type_is_added_at_its_place(code: str) -> None:
    CallerType.objects.filter(code=code).delete()
    for position, entry in enumerate(CallerType.objects.all()):
        CallerType.objects.filter(pk=entry.pk).update(position=position)
    add_caller_type(apps, None, code=code)
    assert codes() == CODES
    added = CallerType.objects.get(code=code)
    entry = CALLER_TYPES[CODES.index(code)]
    assert (code, added.parent_id or "", added.label_en, added.label_fr, added.label_de) == entry


@pytest.mark.django_db
def test_type_that_the_centre_has_already_stays_as_the_centre_wrote_it() -> None:
    CallerType.objects.filter(code="school").update(label_en="Schools and colleges", position=3)
    before = list(CallerType.objects.values())
    add_caller_type(apps, None, code="school")
    assert list(CallerType.objects.values()) == before
