"""Who may see and change a case; policies.py says the same in SQL."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import Refused, can, organisations_as
from foundation.accounts.roles import AT_OTHER_BODIES, Permission, Role
from foundation.journal.actions import look
from foundation.journal.models import Look
from hotline.contacts.models import Contact
from hotline.contacts.permissions import running_grants

from .models import Action, BodyWorker, Case, CaseContact, CaseQuestion

SAME_LOOK = timedelta(minutes=10)


def may_read(user: User, case: Case) -> bool:
    """People who may write, and those who were granted access to a contact of the case."""
    return may_write(user, case) or has_grant(user, case)


def has_grant(user: User, case: Case) -> bool:
    """Whether access to one of the case's contacts was granted and has not expired."""
    contacts = CaseContact.objects.filter(case=case).values("contact")
    return running_grants(user).filter(contact__in=contacts).exists()


def may_write(user: User, case: Case) -> bool:
    """Coordinators of the centre; handlers who are responsible, contact person or have an open action in it, or all if
    nobody is responsible.
    """
    if case.centre_id in organisations_as(user, Role.COORDINATOR):
        return True
    if case.centre_id not in organisations_as(user, Role.HANDLER):
        return False
    if user.pk in (case.contact_person_id, case.responsible_user_id) or case.is_nobodys:
        return True
    return Action.objects.open().filter(case=case, user=user).exists()


def may_print(user: User, case: Case) -> bool:
    """Coordinators of the centre, and the handler who is responsible: while a partner is, its contact person."""
    if case.centre_id in organisations_as(user, Role.COORDINATOR):
        return True
    answers_for_it = case.contact_person_id if case.is_with_partner else case.responsible_user_id
    return user.pk == answers_for_it and case.centre_id in organisations_as(user, Role.HANDLER)


def works_in_team(user: User, case_id: uuid.UUID) -> bool:
    """Whether the person works on the case for another body, named by it and still there."""
    bodies = organisations_as(user, *AT_OTHER_BODIES)
    return bool(bodies) and BodyWorker.objects.filter(case=case_id, user=user, organisation__in=bodies).exists()


def is_open(case_id: uuid.UUID) -> bool:
    """Whether somebody works on the case; also for people of other bodies, who do not read it."""
    with connection.cursor() as cursor:
        cursor.execute("select ntk.case_is_open(%s)", [case_id])
        return bool(cursor.fetchone()[0])


def works_for_body(user: User, action: Action) -> bool:
    """The named people of the body whose action it is."""
    if action.case_id is None or action.organisation_id not in organisations_as(user, *AT_OTHER_BODIES):
        return False
    named = BodyWorker.objects.filter(case=action.case_id, organisation=action.organisation_id, user=user)
    return named.exists()


def may_carry(user: User, action: Action) -> bool:
    """Who carries it at the centre, and the named people of the body whose it is."""
    return carries_at_centre(user, action) or works_for_body(user, action)


def carries_at_centre(user: User, action: Action) -> bool:
    """Coordinators of the centre; unless it is theirs alone, handlers whose action it is, who work on its case, or who
    see its contact.
    """
    if action.centre_id in organisations_as(user, Role.COORDINATOR):
        return True
    if action.role or action.centre_id not in organisations_as(user, Role.HANDLER):
        return False
    if user.pk == action.user_id:
        return True
    if action.case_id:
        case = Case.objects.filter(pk=action.case_id).first()
        return case is not None and may_write(user, case)
    return action.contact_id is not None and Contact.objects.filter(pk=action.contact_id).exists()


def may_take(user: User, action: Action) -> bool:
    """Who may carry it, and every handler of the centre while it is nobody's."""
    is_shift = action.centre_id in organisations_as(user, Role.HANDLER)
    return (action.is_free and is_shift) or may_carry(user, action)


def may_read_action(user: User, action: Action) -> bool:
    """Who may take it or read its case; of shared actions, all people of other bodies who work on the case."""
    if may_take(user, action) or (action.case and may_read(user, action.case)):
        return True
    return action.is_shared and action.case_id is not None and works_in_team(user, action.case_id)


def may_decide_drop(user: User, action: Action) -> bool:
    """The second person: a coordinator of the centre who did not propose to drop it."""
    return may_assign(user, action.centre_id) and action.drop_proposed_by_id != user.pk


def may_assign(user: User, centre_id: int) -> bool:
    """Whether the user may assign cases of the centre."""
    return can(user, Permission.CASE_ASSIGN, centre_id)


def case_to_read(user: User, case_id: uuid.UUID) -> Case:
    """Return the case and record the access. Raises Refused."""
    case = _checked(user, case_id, may_read, "case.read")
    look("case.read", by=user, subject=case.pk, centre=case.centre_id)
    return case


def case_to_reread(user: User, case_id: uuid.UUID) -> Case:
    """As ``case_to_read``, for fragments: fetching one soon after the page is not recorded again. Raises Refused."""
    case = _checked(user, case_id, may_read, "case.read")
    looks = Look.objects.filter(subject=case.pk, actor=user, what="case.read", at__gt=timezone.now() - SAME_LOOK)
    if not looks.exists():
        look("case.read", by=user, subject=case.pk, centre=case.centre_id)
    return case


def looked_before(user: User, case: Case) -> datetime | None:
    """When the user looked at the case before this visit; None the first time.

    Looks of the last minutes belong to this visit: reloading the page, or coming back from an action, takes nothing
    away. One query, along the index of the case's looks.
    """
    looks = Look.objects.filter(subject=case.pk, actor=user, what="case.read", at__lt=timezone.now() - SAME_LOOK)
    return looks.order_by("-pk").values_list("at", flat=True).first()


def case_to_write(user: User, case_id: uuid.UUID) -> Case:
    """The case, if the user may change it. Raises Refused."""
    return _checked(user, case_id, may_write, "case.write")


def case_to_print(user: User, case_id: uuid.UUID) -> Case:
    """The case, if the user may print its file. Raises Refused."""
    return _checked(user, case_id, may_print, "case.print")


def action_to_read(user: User, action_id: uuid.UUID) -> Action:
    """An action that the user may read; the access is recorded. Raises Refused."""
    found = Action.objects.select_related(
        "case", "contact", "assessment", "organisation", "user", "drop_proposed_by", "ended_by"
    )
    action = found.filter(pk=action_id).first()
    if action is None or not may_read_action(user, action):
        raise Refused("action.read", action_id)
    look("action.read", by=user, subject=action.pk, centre=action.centre_id)
    return action


def question_to_read(user: User, question_id: uuid.UUID) -> CaseQuestion:
    """A question of a case that the user may read; the access is recorded. Raises Refused."""
    found = CaseQuestion.objects.select_related("case", "assessment", "added_by", "ended_by", "data_key")
    question = found.filter(pk=question_id).first()
    if question is None or not may_read(user, question.case):
        raise Refused("question.read", question_id)
    look("question.read", by=user, subject=question.pk, centre=question.centre_id)
    return question


def contact_in_case(user: User, case: Case, contact_id: uuid.UUID) -> Contact:
    """Return a contact of a readable case and record the access. Raises Refused.

    People who work on a case may read all its contacts; a grant is only for its own contact.
    """
    linked = CaseContact.objects.filter(case=case, contact=contact_id)
    contact = Contact.objects.filter(pk__in=linked.values("contact")).first()
    if contact is None:
        raise Refused("contact.read", contact_id)
    look("contact.read", by=user, subject=contact.pk, centre=contact.centre_id)
    return contact


def _checked(user: User, case_id: uuid.UUID, may: Callable[[User, Case], bool], refused: str) -> Case:
    case = Case.objects.with_people().filter(pk=case_id).first()
    if case is None or not may(user, case):
        raise Refused(refused, case_id)
    return case
