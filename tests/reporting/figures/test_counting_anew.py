"""What was there before a measure is counted by it too, so that releases of the past can still be made."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from cluster import OwnDatabase
from contacts import a_contact
from django.db import connection
from django.db.migrations import RunSQL
from django.db.migrations.loader import MigrationLoader
from django_migrate_sql.operations import AlterSQL
from people import as_user, make_people
from releases import count

from hotline.contacts.callbacks import complete_contact
from reporting.figures.counting_anew import count_anew
from reporting.figures.measures import BY_CODE
from reporting.figures.populations import Of
from reporting.publishing.gathering import is_behind
from tests.reporting.figures.test_counting import cells
from tests.reporting.figures.test_importing import checked, take

MEASURE = re.compile(r"^ +\('(\w+)', ", re.MULTILINE)
#: What a database held before there was the measure.
FORGET = """
update reporting_counted set cells = array(
    select unnest(cells) except select id from reporting_cell where measure = 'repeat');
delete from reporting_importedcount where cell_id in (select id from reporting_cell where measure = 'repeat');
delete from reporting_cell where measure = 'repeat';
"""


def test_past_is_counted_by_a_new_measure(own_database: OwnDatabase, tmp_path: Path) -> None:
    people, file = make_people(), tmp_path / "past.csv"
    for kind in (None, None, "prank"):
        contact = a_contact(people.handler)
        as_user(people.handler, complete_contact, by=people.handler, contact_id=contact, kind=kind)
    count()
    for days in ("2019-04-03,parent\n2019-04-30,school\n", "2019-04-04,parent\n2018-01-02,school\n"):
        file.write_text(f"day,who\n{days}", encoding="utf-8")
        take(people, checked(people, file))
    before = cells(people.coordinator)
    assert before["repeat", date(2019, 4, 1), "first"] == 3
    own_database.sql(FORGET)
    assert "repeat" not in {measure for measure, _month, _key in cells(people.coordinator)}
    own_database.sql(f"begin; {count_anew('repeat', 'first').sql} commit", role="lotse_owner")
    assert as_user(people.coordinator, is_behind)
    count()
    assert not as_user(people.coordinator, is_behind)
    assert cells(people.coordinator) == before
    imported = "select count(*), sum(i.number) from reporting_importedcount i join reporting_cell c on c.id = i.cell_id"
    assert own_database.sql(f"{imported} where c.measure = 'repeat'") == "3|4"


def measures_of(sql: str) -> set[str]:
    return set(MEASURE.findall(sql))


@pytest.mark.django_db
def test_migration_that_adds_a_measure_counts_the_past_by_it() -> None:
    found = MigrationLoader(connection).disk_migrations
    forgotten = []
    for (app, name), migration in found.items():
        changes = [one for one in migration.operations if isinstance(one, AlterSQL) and one.name == "counted"]
        new = {code for one in changes for code in measures_of(one.sql) - measures_of(one.reverse_sql)}
        steps = [one.hints for one in migration.operations if isinstance(one, RunSQL) and "measure" in one.hints]
        unsaid = {hints["measure"]: hints["unsaid"] for hints in steps}
        forgotten += [f"{app}.{name}: count_anew({code!r})" for code in sorted(new - unsaid.keys())]
        for code in sorted(new & unsaid.keys() & BY_CODE.keys()):
            if BY_CODE[code].of == Of.CONTACT and not unsaid[code]:
                forgotten.append(f"{app}.{name}: the key of imported contacts of {code}")
    assert forgotten == []


def test_measures_are_found_in_the_function() -> None:
    counted = MigrationLoader(None).disk_migrations["reporting", "0001_initial"].operations
    (function,) = [one for one in counted if getattr(one, "name", "") == "counted"]
    assert {"contacts", "minor", "other_kind", "case_outcome"} <= measures_of(function.sql)
