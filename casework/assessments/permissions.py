"""Who may see, make and ask for assessments; policies.py says the same in SQL."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from casework.cases.models import Case
from casework.cases.permissions import may_read as may_read_case
from casework.cases.permissions import works_in_team
from casework.teams.models import Member
from casework.teams.permissions import members_of, members_with, writes_case
from casework.teams.vocabulary import COORDINATING
from foundation.accounts.models import Membership, Organisation, User
from foundation.accounts.permissions import Refused, organisations_as
from foundation.accounts.roles import Role
from foundation.journal.actions import look

from .models import AssessmentContent, CaseAssessment

#: Who of the centre makes assessments.
AT_CENTRE = (Role.HANDLER, Role.COORDINATOR)


def reads_case(user: User, case_id: uuid.UUID) -> bool:
    case = Case.objects.filter(pk=case_id).first()
    return case is not None and may_read_case(user, case)


def is_author(user: User, assessment: CaseAssessment) -> bool:
    """Its author, who still works at the centre, or on the case for the same body."""
    if assessment.author_id != user.pk:
        return False
    if assessment.is_of_centre:
        return assessment.centre_id in organisations_as(user, *AT_CENTRE)
    return is_of_body(user, assessment)


def is_of_body(user: User, assessment: CaseAssessment) -> bool:
    """Whether the person works on the case for the author's body, if that is not the centre."""
    return assessment.organisation_id in {one.organisation_id for one in members_of(user, assessment.team_id)}


def assesses(user: User, case_id: uuid.UUID) -> bool:
    """Whether any of the case's assessments is the person's; who was asked at the centre need not work on the case."""
    own = CaseAssessment.objects.filter(team=case_id, author=user)
    return any(is_author(user, assessment) for assessment in own)


def may_see(user: User, assessment: CaseAssessment) -> bool:
    """That it exists, its kind, state and what the team reads: the team, who reads the case, and authors."""
    case_id = assessment.team_id
    return reads_case(user, case_id) or works_in_team(user, case_id) or assesses(user, case_id)


def reads_content(user: User, content: AssessmentContent) -> bool:
    """The author. Once delivered, the people of the author's body if it is not clinical, and whom the author named."""
    assessment = content.assessment
    if is_author(user, assessment):
        return True
    if not assessment.is_complete:
        return False
    at_centre = reads_case(user, assessment.team_id)
    if user.pk in content.readers and (at_centre or works_in_team(user, assessment.team_id)):
        return True
    if assessment.is_clinical:
        return False
    return at_centre if assessment.is_of_centre else is_of_body(user, assessment)


def may_ask(user: User, case_id: uuid.UUID) -> bool:
    """Who works on the case at the centre, and the named people of a body that coordinates content or process."""
    return bool(members_with(user, case_id, COORDINATING)) or writes_case(user, case_id)


def may_withdraw(user: User, assessment: CaseAssessment) -> bool:
    """Who asked and is in the team, who works on the case at the centre, and the people of the author's body."""
    asked = assessment.requested_by_id == user.pk and works_in_team(user, assessment.team_id)
    return asked or is_of_body(user, assessment) or writes_case(user, assessment.team_id)


@dataclass(frozen=True)
class Author:
    """Somebody who can be asked. ``key``: their value in a form."""

    user: User
    organisation: Organisation

    @property
    def key(self) -> str:
        return f"{self.organisation.pk}-{self.user.pk}"

    def __str__(self) -> str:
        return f"{self.user.name} ({self.organisation.name})"


def authors_for(user: User, case: uuid.UUID, centre: Organisation) -> list[Author]:
    """Whom the user may ask, the user first; who may not ask others only makes their own. Empty for anybody else."""
    own = [Author(user, member.organisation) for member in members_of(user, case)]
    if centre.pk in organisations_as(user, *AT_CENTRE) and writes_case(user, case):
        own.append(Author(user, centre))
    if not may_ask(user, case):
        return own
    others = [one for one in people_who_assess(case, centre) if one.user.pk != user.pk]
    return own + others


def people_who_assess(case_id: uuid.UUID, centre: Organisation) -> list[Author]:
    """Handlers and coordinators of the centre, and the named people of the bodies in the team."""
    working = Membership.objects.active().with_roles(AT_CENTRE).filter(organisation=centre)
    staff = User.objects.filter(pk__in=working.values("user"), is_active=True).order_by("name", "pk")
    members = Member.objects.in_team().with_names().filter(team=case_id).order_by("organisation__name", "pk")
    named = [(member, person) for member in members for person in (member.person, member.deputy) if person]
    return [Author(person, centre) for person in staff] + [
        Author(person, member.organisation) for member, person in named
    ]


def assessment_to_see(user: User, assessment_id: uuid.UUID) -> CaseAssessment:
    """An assessment, for whoever sees that it exists; the access is recorded. Raises Refused."""
    found = CaseAssessment.objects.with_names().select_related("data_key").filter(pk=assessment_id).first()
    if found is None or not may_see(user, found):
        raise Refused("case_assessment.read", assessment_id)
    look("case_assessment.read", by=user, subject=found.pk, centre=found.centre_id)
    return found


def assessment_to_write(user: User, assessment_id: uuid.UUID) -> CaseAssessment:
    """As ``assessment_to_see``, for its author alone. Raises Refused."""
    found = CaseAssessment.objects.with_names().select_related("data_key").filter(pk=assessment_id).first()
    if found is None or not is_author(user, found):
        raise Refused("case_assessment.write", assessment_id)
    look("case_assessment.read", by=user, subject=found.pk, centre=found.centre_id)
    return found
