"""The database knows the declared kinds of events, and takes no other from the application."""

from __future__ import annotations

import pytest
from cluster import OwnDatabase
from django.db import ProgrammingError, connection, transaction
from erasing import REFUSED, rows, tried
from people import People, make_people

from foundation.journal.registry import all_kinds
from foundation.privacy.context import acting_as

INSERT = (
    "insert into journal_event (kind, at, actor_id, subject, data, tell, wake)"
    " values (%s, now(), %s, gen_random_uuid(), '{}', '{}', '')"
)


@pytest.mark.parametrize(("kind", "is_refused"), [("contact.saved", False), ("contact.forged", True), ("", True)])
def test_an_event_of_a_kind_that_no_app_declares_is_refused(people: People, kind: str, is_refused: bool) -> None:
    with acting_as(people.handler, purpose="test"), connection.cursor() as cursor:
        if is_refused:
            with pytest.raises(ProgrammingError, match="no app declares"), transaction.atomic():
                cursor.execute(INSERT, [kind, people.handler.pk])
        else:
            cursor.execute(INSERT, [kind, people.handler.pk])


def test_migrating_stores_the_kinds_and_the_application_cannot(own_database: OwnDatabase) -> None:
    people = make_people()
    assert set(rows(own_database, "select code from journal_declaredkind")) == set(all_kinds())
    for role in ("lotse_web", "lotse_worker", "lotse_stats"):
        for statement in ("select * from journal_declaredkind", "insert into journal_declaredkind values ('x.y')"):
            assert tried(own_database, statement, actor=people.administrator, role=role) == REFUSED
