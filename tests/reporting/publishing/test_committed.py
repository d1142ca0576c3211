"""Releases with real commits: two at once, and what another database role sees of them."""

from __future__ import annotations

from functools import partial

import pytest
from cluster import OwnDatabase
from people import as_user, make_people, make_user
from referrals import in_threads
from releases import count, prepare

from foundation.accounts.roles import Role
from reporting.publishing import actions
from reporting.publishing.periods import Refusal
from reporting.publishing.tasks import typeset


def test_two_concurrent_preparations_leave_one(own_database: OwnDatabase) -> None:
    people = make_people()
    count()
    second = make_user((people.centre, Role.COORDINATOR))
    tries = [partial(prepare, user, people, "2026-01") for user in (people.coordinator, second)] * 3
    refused = in_threads(*tries)
    assert [type(one) for one in refused] == [Refusal] * 3
    assert own_database.sql("select count(*) from publishing_release where first = '2026-01-01'") == "1"


def test_missing_pdfs_are_made_after_a_crash(own_database: OwnDatabase) -> None:
    """Beat calls the task again without an event; existing PDFs are not made again."""
    people = make_people()
    count()
    prepare(people.coordinator, people, "2026-01")
    typeset()
    made = own_database.sql("select string_agg(language, ',' order by language) from publishing_paper")
    typeset(1)
    assert made == "de,en,fr"
    assert own_database.sql("select count(*) from publishing_paper") == "3"


def test_the_stats_role_reads_released_documents_and_nothing_else(own_database: OwnDatabase) -> None:
    people = make_people()
    count()
    release = prepare(people.coordinator, people, "2026-01")
    ask = partial(own_database.sql, role="lotse_stats")
    assert ask("select count(content) from publishing_release") == "0"
    second = make_user((people.centre, Role.COORDINATOR))
    as_user(second, actions.release_figures, by=second, release_id=release.pk)
    assert ask("select digest from publishing_release") == release.digest
    tables = own_database.sql("select string_agg(tablename, ',') from pg_tables where schemaname = 'public'").split(",")
    for table in tables:
        with pytest.raises(Exception, match="permission denied"):
            ask(f'select * from "{table}"')
