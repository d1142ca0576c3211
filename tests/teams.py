"""Case teams for tests, made with the real actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from case_rows import make_case
from people import People, as_user, make_organisation, make_user, new_id

from casework.cases.models import Case
from casework.teams import actions
from casework.teams.models import Member
from casework.teams.vocabulary import EndReason, Hat, Purpose
from foundation.accounts.models import Organisation, OrganisationKind, User
from foundation.accounts.roles import Role
from foundation.privacy.context import acting_as

REASON = "He has threatened a teacher."


@dataclass(frozen=True)
class Body:
    """A public body with two people."""

    organisation: Organisation
    person: User
    deputy: User


def make_body(name: str, role: Role = Role.LIAISON) -> Body:
    kind = OrganisationKind.BODY if role == Role.LIAISON else OrganisationKind.PARTNER
    organisation = make_organisation(name, kind)
    return Body(organisation, make_user((organisation, role)), make_user((organisation, role)))


def invited(by: User, case: Case, organisation: Organisation, **values: Any) -> Member:
    asked = {"hats": [Hat.WORKS], "purpose": Purpose.SAFETY, "reason": REASON, "member_id": new_id(), **values}
    made: Member = as_user(by, actions.invite, by=by, case_id=case.pk, organisation=organisation, **asked)
    return made


def accepted(member: Member, person: User, deputy: User | None = None) -> Member:
    answer = {"member_id": member.pk, "version": member.version, "deputy": deputy}
    as_user(person, actions.accept, by=person, **answer)
    return stored(member, person)


def left(member: Member, by: User, reason: EndReason = EndReason.WORK_DONE) -> None:
    now = stored(member, by)
    as_user(by, actions.leave, by=by, member_id=member.pk, version=now.version, reason=reason)


def stored(member: Member, reader: User) -> Member:
    with acting_as(reader, purpose="test"):
        return Member.objects.with_names().get(pk=member.pk)


def in_team(people: People, body: Body, case: Case | None = None) -> Member:
    """The body accepted, with person and deputy."""
    case = case or make_case(people.handler)
    return accepted(invited(people.handler, case, body.organisation), body.person, body.deputy)
