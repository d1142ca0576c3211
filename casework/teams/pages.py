"""Data of the pages of case teams for one user."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from casework.cases.models import Action, Case
from casework.cases.permissions import may_write as may_write_case
from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import organisations_as
from foundation.accounts.roles import AT_OTHER_BODIES
from foundation.privacy.unshown import read_or
from foundation.ui.pagination import Page, page_of

from .conflicts import bodies_with_conflict
from .forms import AcceptForm, DeclineForm, EndForm, LeaveForm, PeopleForm, StepForm
from .models import Member, MemberQuerySet, OwnNote, SharedNote, Team
from .permissions import is_of_body, leads, may_answer, reads_case_of, reads_own_record, works_for, writes_case_of
from .states import CURRENT, WAITING

#: Invitations that a list shows above its page; a body rarely has more than one.
MOST_WAITING = 50


@dataclass(frozen=True)
class MemberPage:
    """A member of a case team as ``user`` sees it: its own people, or the centre."""

    member: Member
    user: User

    @cached_property
    def is_own(self) -> bool:
        return is_of_body(self.user, self.member)

    @cached_property
    def reads_case(self) -> bool:
        return reads_case_of(self.user, self.member)

    @cached_property
    def works_for(self) -> bool:
        return works_for(self.user, self.member)

    @cached_property
    def reason(self) -> str:
        """Why it was invited; for the team only, so not before it has accepted."""
        if not (self.reads_case or self.works_for):
            return ""
        return read_or(self.member, lambda: str(self.member.reason), "")

    @property
    def may_answer(self) -> bool:
        return may_answer(self.user, self.member)

    @cached_property
    def leads(self) -> bool:
        return leads(self.user, self.member)

    @cached_property
    def may_withdraw(self) -> bool:
        return self.member.is_waiting and writes_case_of(self.user, self.member)

    @cached_property
    def may_end(self) -> bool:
        return self.member.is_in_team and writes_case_of(self.user, self.member)

    @property
    def reads_own_record(self) -> bool:
        return reads_own_record(self.user, self.member)

    @cached_property
    def own_notes(self) -> list[OwnNote]:
        """After the body left, for those who may take them along."""
        if not (self.member.is_ended and self.reads_own_record):
            return []
        found = OwnNote.objects.filter(member=self.member).select_related("written_by", "data_key")
        return list(found.order_by("-written_at", "pk"))

    def forms(self) -> dict[str, forms.Form]:
        """Those of the steps that the user may take."""
        seen: dict[str, Any] = {"version": self.member.version}
        named = {**seen, "person": self.member.person_id, "deputy": self.member.deputy_id}
        found: dict[str, forms.Form] = {}
        if self.may_answer:
            found["accept_form"] = AcceptForm(initial=seen, member=self.member, without=self.user)
            found["decline_form"] = DeclineForm(initial=seen)
        if self.leads:
            found["people_form"] = PeopleForm(initial=named, member=self.member)
        if self.works_for:
            found["leave_form"] = LeaveForm(initial=seen)
        if self.may_withdraw:
            found["withdraw_form"] = StepForm(initial=seen)
        if self.may_end:
            found["end_form"] = EndForm(initial=seen)
        return found


@dataclass(frozen=True)
class TeamOfCase:
    """The bodies of a case as the centre sees them."""

    case: Case
    user: User

    @cached_property
    def members(self) -> list[Member]:
        """Those invited or in the team, then the former ones, the last first."""
        found = Member.objects.with_names().filter(team=self.case.pk).order_by("-invited_at", "pk")
        return sorted(found, key=lambda member: member.is_ended)

    @cached_property
    def shared_notes(self) -> list[SharedNote]:
        return shared_notes(self.case.pk)

    @property
    def has_members(self) -> bool:
        """Whether a body is in the team or invited, so that an action for it can be added."""
        return any(not member.is_ended for member in self.members)

    @cached_property
    def may_invite(self) -> bool:
        return self.case.is_open and may_write_case(self.user, self.case)

    @cached_property
    def to_invite(self) -> Organisation | None:
        """The partner that is responsible for the case, while it is neither in the team nor invited (ADR 49)."""
        partner = self.case.responsible_organisation_id
        if not self.case.is_with_partner or not self.may_invite or partner in bodies_with_conflict(self.case.pk):
            return None
        latest = next((member for member in self.members if member.organisation_id == partner), None)
        if latest and (not latest.is_ended or latest.has_conflict):
            return None
        return self.case.responsible_organisation

    def states(self) -> dict[int, str]:
        """By body, what became of it; of those in the team nothing is said."""
        latest = {member.organisation_id: member for member in reversed(self.members)}
        return {body: "" if member.is_in_team else member.get_state_display() for body, member in latest.items()}

    def notes(self) -> dict[int, str]:
        """What is known of bodies in this case: that they are in, were in, or have a conflict of interest."""
        notes: dict[int, str] = {}
        for member in reversed(self.members):
            if member.state in CURRENT:
                notes[member.organisation_id] = member.get_state_display()
            elif member.has_conflict:
                notes[member.organisation_id] = _("declared a conflict of interest")
            else:
                on = date_format(localtime(member.ended_at), "SHORT_DATE_FORMAT")
                notes[member.organisation_id] = f"{member.get_state_display()} {on}"
        return notes | dict.fromkeys(bodies_with_conflict(self.case.pk), _("conflict of interest noted"))


def shared_notes(case_id: uuid.UUID) -> list[SharedNote]:
    """What the bodies share with the reader, newest first; row-level security leaves out what is for others."""
    found = SharedNote.objects.filter(team=case_id).select_related("organisation", "written_by", "data_key")
    return list(found.order_by("-shared_at", "pk"))


def why_not(member: Member | None) -> str:
    """Why a body gets no action."""
    if member is None or not (member.is_waiting or member.ended_at):
        return _("This body is not in the team.")
    if member.is_waiting:
        return _("%(body)s has not accepted the invitation yet.") % {"body": member.organisation.name}
    day = date_format(localtime(member.ended_at), "SHORT_DATE_FORMAT")
    said = {"body": member.organisation.name, "state": member.get_state_display(), "day": day}
    why = member.get_end_reason_display()
    return _("%(body)s is not in the team: %(state)s on %(day)s (%(why)s).") % {**said, "why": why}


@dataclass(frozen=True)
class BodyList:
    """What the person's bodies were invited to, and the cases that they work on."""

    waiting: list[Member]
    page: Page
    user: User

    @property
    def is_empty(self) -> bool:
        return not self.waiting and not self.page.rows

    @property
    def worked_on(self) -> set[uuid.UUID]:
        """Ids of members for which the person works on the case."""
        return {member.pk for member in self.page.rows if works_for(self.user, member)}


def list_of(user: User, *, after: str = "", before: str = "") -> BodyList:
    """Row-level security leaves out what ended long ago."""
    own = _own(user)
    waiting = [] if after or before else list(own.filter(state__in=WAITING).order_by("due_at", "pk")[:MOST_WAITING])
    others = own.exclude(state__in=WAITING)
    return BodyList(waiting, page_of(others, column="invited_at", after=after, before=before), user)


def _own(user: User) -> MemberQuerySet:
    return Member.objects.with_names().filter(organisation__in=organisations_as(user, *AT_OTHER_BODIES))


@dataclass(frozen=True)
class TeamPage:
    """The case as the named people of its bodies see it."""

    team: Team
    user: User

    @cached_property
    def members(self) -> list[Member]:
        """The bodies in the team, in the order in which they came."""
        found = Member.objects.in_team().with_names().filter(team=self.team)
        return list(found.order_by("answered_at", "pk"))

    @cached_property
    def actions(self) -> list[Action]:
        """What is shared with the team, the open ones as they are due, then the ended ones."""
        found = Action.objects.filter(case=self.team.pk, is_shared=True)
        return list(found.select_related("organisation", "user", "ended_by", "data_key").open_first())

    @property
    def own_actions(self) -> list[Action]:
        bodies = {member.organisation_id for member in self.own}
        return [action for action in self.actions if action.organisation_id in bodies]

    @property
    def actions_of_others(self) -> list[Action]:
        bodies = {member.organisation_id for member in self.own}
        return [action for action in self.actions if action.organisation_id not in bodies]

    @cached_property
    def own_notes(self) -> list[OwnNote]:
        """Of the bodies for which the person works, newest first."""
        found = OwnNote.objects.filter(member__in=self.own).select_related("written_by", "data_key")
        return list(found.order_by("-written_at", "pk"))

    @cached_property
    def shared_notes(self) -> list[SharedNote]:
        return shared_notes(self.team.pk)

    @cached_property
    def own(self) -> list[Member]:
        """Those for which the person works on the case; almost always one."""
        return [member for member in self.members if works_for(self.user, member)]
