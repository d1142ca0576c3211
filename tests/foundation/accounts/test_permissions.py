from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from past_policies import change
from people import People, as_user, give_role, make_centre, make_partner, make_place_for, make_user

from foundation.accounts.actions import deactivate_user, end_role
from foundation.accounts.models import Membership, Organisation, User
from foundation.accounts.permissions import NotAllowed, can, organisations_as, require
from foundation.accounts.roles import ROLES, Permission, Role
from foundation.accounts.vocabulary import ROLES_AT
from foundation.privacy.context import acting_as


def stored(user: User) -> User:
    return User.objects.get(pk=user.pk)


def sql_orgs_as(user: User, *roles: Role) -> list[int]:
    with acting_as(user, purpose="test"), connection.cursor() as cursor:
        cursor.execute("select ntk.orgs_as(variadic %s::text[])", [[str(role) for role in roles]])
        return sorted(cursor.fetchone()[0])


@pytest.mark.parametrize("role", Role)
def test_a_role_carries_its_permissions_in_its_organisation_only(role: Role, db: None) -> None:
    here, elsewhere = make_place_for(role), make_centre("Elsewhere")
    user = make_user((here, role))
    carried = ROLES[role].permissions
    assert {permission for permission in Permission if can(user, permission)} == carried
    assert {permission for permission in Permission if can(user, permission, here.pk)} == carried
    assert [permission for permission in Permission if can(user, permission, elsewhere.pk)] == []
    assert user.role_labels == [str(ROLES[role].label)]


def test_require_raises_where_can_says_no(people: People) -> None:
    require(people.handler, Permission.CONTACT_LOG, people.centre.pk)
    with pytest.raises(NotAllowed):
        require(people.handler, Permission.CONTACT_LOG, people.other_centre.pk)
    with pytest.raises(NotAllowed):
        require(people.handler, Permission.USERS_MANAGE)


def test_ended_role_gives_no_permission(people: People) -> None:
    (membership,) = people.handler.active_memberships
    as_user(people.administrator, end_role, by=people.administrator, membership=membership)
    user = stored(people.handler)
    assert (user.active_memberships, user.centre, user.role_labels) == ([], None, [])
    assert [permission for permission in Permission if can(user, permission)] == []
    assert organisations_as(user, *Role) == set()
    assert sql_orgs_as(user, *Role) == []


def test_deactivated_user_has_no_permission(people: People) -> None:
    change(User.objects.filter(pk=people.handler.pk), is_active=False)
    user = stored(people.handler)
    assert organisations_as(user, *Role) == set()
    assert sql_orgs_as(user, *Role) == []
    assert not can(user, Permission.CONTACT_LOG)


def test_deactivation_ends_every_role(people: People) -> None:
    give_role(people.handler, people.other_centre, Role.DPO)
    as_user(people.administrator, deactivate_user, by=people.administrator, user=people.handler)
    assert list(Membership.objects.active().filter(user=people.handler)) == []
    assert stored(people.handler).is_active is False


@st.composite
def careers(draw: st.DrawFn) -> list[tuple[int, Role, bool]]:
    """Any combination of roles in three organisations, each ended or not."""
    return draw(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(Role), st.booleans()), max_size=8))


@pytest.fixture
def organisations(db: None) -> list[Organisation]:
    return [make_centre(), make_centre("Elsewhere"), make_partner()]


@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(career=careers(), is_active=st.booleans(), asked=st.sets(st.sampled_from(Role)))
def test_python_and_sql_know_the_same_roles(
    organisations: list[Organisation], career: list[tuple[int, Role, bool]], is_active: bool, asked: set[Role]
) -> None:
    before = transaction.savepoint()
    user = make_user()
    change(User.objects.filter(pk=user.pk), is_active=is_active)
    for where, role, is_over in career:
        _employ(user, organisations[where], role, is_over)
    assert sorted(organisations_as(stored(user), *asked)) == sql_orgs_as(user, *asked)
    transaction.savepoint_rollback(before)


def _employ(user: User, organisation: Organisation, role: Role, is_over: bool) -> None:
    now = timezone.now()
    if role not in ROLES_AT[organisation.kind]:
        return
    if Membership.objects.active().filter(user=user, organisation=organisation, role=role).exists():
        return
    give_role(
        user,
        organisation,
        role,
        started_at=now - timedelta(days=2),
        ended_at=now if is_over else None,
        ended_by=user if is_over else None,
    )


@pytest.mark.parametrize("role", Role)
def test_each_role_says_what_it_is(role: Role) -> None:
    assert str(ROLES[role].label) != ""
    assert str(ROLES[role].description).endswith(".")


@pytest.mark.parametrize("permission", Permission)
def test_each_permission_is_carried_by_some_role(permission: Permission) -> None:
    assert [role for role in Role if permission in ROLES[role].permissions] != []


def test_administrators_have_no_permission_for_content() -> None:
    content = {p for p in Permission if p.split(".")[0] in ("contact", "triage", "case", "referral", "access")}
    assert ROLES[Role.ADMINISTRATOR].permissions & content == set()
