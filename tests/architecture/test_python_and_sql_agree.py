"""What permissions.py says and what the database shows are the same, for people with any mixture of roles.

A table of rules, one line for each kind of object. Each example draws four people with roles they hold or held, and one
dossier (world.py), built as superuser; then each person looks at each object and tries to write it, as role lotse_web.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from architecture.world import (
    CENTRE,
    OTHER_CENTRE,
    OTHER_PARTNER,
    PARTNER,
    PEOPLE,
    Career,
    Plan,
    World,
    build,
    make_organisations,
)
from django.db import ProgrammingError, connection, models, transaction
from django.db.models import F
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from accounts.models import Organisation, User
from accounts.permissions import can
from accounts.roles import Permission, Role
from cases import permissions as cases
from handoff import permissions as handoff
from handoff.states import SHOWS_SUMMARY, ReferralState
from hotline import permissions as contacts
from triage import permissions as triage

May = Callable[[User, World], bool]


@dataclass(frozen=True)
class Rule:
    name: str
    may_read: May
    may_write: May | None = None
    column: str = ""
    """Written to itself, to try whether the row may be updated."""


def reads_contact(user: User, world: World) -> bool:
    granted = contacts.has_grant(user, world.contact.pk)
    return contacts.may_read(user, world.contact, has_grant=granted) or cases.may_write(user, world.case)


def writes_contact(user: User, world: World) -> bool:
    return contacts.may_write(user, world.contact)


def reads_case(user: User, world: World) -> bool:
    return cases.may_read(user, world.case)


def in_shift(user: User, world: World) -> bool:
    return can(user, Permission.CONTACT_LOG, world.callback.centre_id)


def reads_request(user: User, world: World) -> bool:
    asked = world.access_request.requested_by_id == user.pk
    centre = world.access_request.centre_id
    return asked or can(user, Permission.ACCESS_GRANT, centre) or can(user, Permission.AUDIT_READ, centre)


def decides_request(user: User, world: World) -> bool:
    another = world.access_request.requested_by_id != user.pk
    return another and can(user, Permission.ACCESS_GRANT, world.access_request.centre_id)


def reads_assessment(user: User, world: World) -> bool:
    granted = contacts.has_grant(user, world.contact.pk) or cases.may_write(user, world.case)
    return triage.may_read(user, world.assessment, has_grant=granted)


def moves_referral(user: User, world: World) -> bool:
    return handoff.is_partner_side(user, world.referral) or handoff.is_centre_side(user, world.referral)


def reads_summary(user: User, world: World) -> bool:
    return handoff.may_read_summary(user, world.referral)


def is_offered(user: User, world: World) -> bool:
    return handoff.is_partner_side(user, world.referral) and world.referral.state in SHOWS_SUMMARY


def reads_responsibility(user: User, world: World) -> bool:
    return world.responsibility.user_id == user.pk or reads_case(user, world) or is_offered(user, world)


def moves_responsibility(user: User, world: World) -> bool:
    return cases.may_write(user, world.case) or is_offered(user, world)


RULES = [
    Rule("contact", reads_contact, writes_contact, "label"),
    Rule("access_request", reads_request, decides_request, "reason"),
    Rule("callback", in_shift, in_shift, "language"),
    Rule("assessment", reads_assessment, lambda user, world: triage.may_write(user, world.assessment), "version"),
    Rule("case", reads_case, lambda user, world: cases.may_write(user, world.case), "label"),
    Rule("case_contact", lambda user, world: reads_case(user, world) or reads_contact(user, world)),
    Rule("note", reads_case),
    Rule("referral", lambda user, world: handoff.may_read(user, world.referral), moves_referral, "service"),
    Rule("summary", reads_summary),
    Rule("disclosure", lambda user, world: handoff.may_read_fields(user, world.referral)),
    Rule("message", reads_summary),
    Rule("deadline", reads_summary, reads_summary, "due_at"),
    Rule("responsibility", reads_responsibility, moves_responsibility, "since"),
]

somebody = st.integers(0, PEOPLE - 1)
likely_roles = st.sampled_from([Role.HANDLER, Role.COORDINATOR, Role.PARTNER_WORKER, Role.PARTNER_COORDINATOR, *Role])
likely_places = st.sampled_from([CENTRE, CENTRE, PARTNER, PARTNER, OTHER_CENTRE, OTHER_PARTNER])
rarely = st.sampled_from([False, False, False, True])
careers = st.builds(
    Career,
    st.lists(st.tuples(likely_places, likely_roles, rarely), max_size=3),
    st.sampled_from([True, True, True, False]),
)
plans = st.builds(
    Plan,
    careers=st.lists(careers, min_size=PEOPLE, max_size=PEOPLE),
    handler=st.none() | somebody,
    is_surfaced=rarely,
    grant=st.none() | st.tuples(somebody, st.booleans()),
    contact_person=somebody,
    responsible=st.tuples(st.sampled_from([CENTRE, PARTNER]), st.none() | somebody),
    referral_state=st.sampled_from(ReferralState),
)


@pytest.fixture
def organisations(as_superuser: None) -> list[Organisation]:
    return make_organisations()


@examples(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(plan=plans)
def test_python_and_sql_agree(organisations: list[Organisation], plan: Plan) -> None:
    with transaction.atomic():
        world = build(plan, organisations)
        wrong = [line for user in world.people for line in disagreements(user, world)]
        transaction.set_rollback(True)
    assert wrong == []


def disagreements(user: User, world: World) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("set local role lotse_web")
        cursor.execute("select set_config('app.actor', %s, true)", [str(user.pk)])
    for rule in RULES:
        thing = getattr(world, rule.name)
        yield from _differs(user, f"read {rule.name}", rule.may_read(user, world), is_shown(thing))
        if rule.may_write:
            yield from _differs(user, f"write {rule.name}", rule.may_write(user, world), can_update(thing, rule.column))
    with connection.cursor() as cursor:
        cursor.execute("reset role")


def _differs(user: User, what: str, in_python: bool, in_sql: bool) -> Iterator[str]:
    if in_python != in_sql:
        yield f"{user.name} may {what}: Python says {in_python}, SQL says {in_sql}"


def is_shown(thing: models.Model) -> bool:
    return type(thing)._default_manager.filter(pk=thing.pk).exists()


def can_update(thing: models.Model, column: str) -> bool:
    try:
        with transaction.atomic():
            return type(thing)._default_manager.filter(pk=thing.pk).update(**{column: F(column)}) == 1
    except ProgrammingError:  # the row may be changed, though not into this
        return False
