"""The database login of funders' programs reads the documents of released figures, and learns nothing else."""

from __future__ import annotations

import time

import pytest
from assessments import make_contact
from cluster import OwnDatabase
from people import People, make_people, new_id

from foundation.accounts.models import User
from foundation.privacy import signing
from hotline.contacts.models import Contact
from supervisor.errors import Refused

ROLE = "lotse_stats"


@pytest.fixture
def people(own_database: OwnDatabase) -> People:
    return make_people()


@pytest.fixture
def contact(people: People) -> Contact:
    return make_contact(people.handler, label="canary", age_band="adult")


def refused(database: OwnDatabase, statement: str, *, before: str = "") -> bool:
    try:
        said = database.sql(f"begin; {before}; {statement}; rollback;", role=ROLE)
    except Refused as error:
        return "permission denied" in str(error)
    return said == ""


def test_nobody_but_the_application_may_call_a_function(own_database: OwnDatabase) -> None:
    granted = own_database.sql(
        "select p.oid::regprocedure from pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner)))"
        " where pronamespace = 'ntk'::regnamespace and grantee = 0"
    )
    assert granted == ""
    callable_ = (
        "select count(*) from pg_proc where pronamespace = 'ntk'::regnamespace"
        " and has_function_privilege('{}', oid, 'execute')"
    )
    assert own_database.sql(callable_.format(ROLE)) == "0"
    assert int(own_database.sql(callable_.format("lotse_web"))) > 30


@pytest.mark.parametrize("who", ["nobody", "coordinator", "statistics"])
def test_a_funders_program_learns_nothing_of_a_contact(
    own_database: OwnDatabase, people: People, contact: Contact, who: str
) -> None:
    actor = {"coordinator": people.coordinator, "statistics": User.objects.get(service="statistics")}.get(who)
    before = f"set local app.actor = '{actor.pk}'" if actor else "select"
    case = new_id()
    for asked in (
        "select array_agg(x) from ntk.contacts_with('{canary}', '') x",
        f"select measure, key from ntk.counted(array['{contact.pk}']::uuid[])",
        f"select ntk.centre_of_contact('{contact.pk}')",
        f"select id from ntk.earlier_contacts('', '', '', '', '{case}')",
        f"select caller, person from ntk.consent_of_case('{case}')",
        "select organisation_id, open_cases from ntk.partner_record()",
        "select ntk.chain_length()",
        "select ntk.actor()",
        "select count(*) from hotline_contact",
        "select count(*) from accounts_user",
        "select prepared_by_id from publishing_release",
    ):
        assert refused(own_database, asked, before=before), asked


def test_a_funders_program_still_reads_releases(own_database: OwnDatabase) -> None:
    assert own_database.sql("select count(*) from publishing_release", role=ROLE) == "0"


def test_no_signature_of_the_application_serves_a_funders_program(own_database: OwnDatabase, people: People) -> None:
    server = signing.Server(1, time.time(), time.monotonic())
    value = signing.value(people.coordinator.pk, server, signing.signing_keys()[0])
    assert refused(own_database, "select count(*) from hotline_contact", before=f"set local app.actor = '{value}'")
