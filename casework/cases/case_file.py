"""Data of the case file for one user."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from foundation.accounts.models import User
from foundation.accounts.permissions import can
from foundation.accounts.roles import Permission
from foundation.journal.permissions import may_read_looks
from hotline.contacts.models import Contact
from triage.checklist import current
from triage.due_times import NOT_TASKS
from triage.models import Assessment
from triage.states import AssessmentState
from triage.vocabulary import Duty

from . import reasons
from .closing_needs import needs_of
from .in_brief import in_brief
from .models import Action, Case, CaseContact, CaseQuestion, Note, Responsibility
from .open_duties import open_duties
from .permissions import may_assign, may_print, may_write
from .questions import words_of
from .timeline import SIZE, Timeline, timeline_of
from .timeline_filters import NEWEST, Wish

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NOTES_AT_ONCE = 10


@dataclass(frozen=True)
class ShownAction:
    """``because``: why a duty has to be done; None for other actions, or when the triage is not open to the reader."""

    action: Action
    because: reasons.Reason | None


@dataclass(frozen=True)
class ShownQuestion:
    """``assessment``: that asked it; None for others, or when the triage is not open to the reader."""

    question: CaseQuestion
    assessment: Assessment | None

    @property
    def words(self) -> str:
        """Raises WrongKey."""
        return words_of(self.question, self.assessment)


def _why(action: Action, assessment: Assessment | None) -> reasons.Reason | None:
    return reasons.of_duty(assessment, action.duty) if assessment and action.duty else None


@dataclass(frozen=True)
class CaseFile:
    """A case as ``user`` sees it. Its parts are queried when they are shown."""

    case: Case
    user: User

    @cached_property
    def may_write(self) -> bool:
        return may_write(self.user, self.case)

    @property
    def may_see_looks(self) -> bool:
        return may_read_looks(self.user, self.case.centre_id)

    @property
    def may_assign(self) -> bool:
        return may_assign(self.user, self.case.centre_id)

    @property
    def may_print(self) -> bool:
        return may_print(self.user, self.case)

    @property
    def may_offer(self) -> bool:
        return self.may_write and self.case.is_open and can(self.user, Permission.REFERRAL_OFFER, self.case.centre_id)

    @property
    def responsible(self) -> Responsibility:
        return self.case.now_responsible

    @property
    def partner(self) -> str:
        """The responsible organisation, if it is not the centre."""
        elsewhere = self.responsible.organisation_id != self.case.centre_id
        return self.responsible.organisation.name if elsewhere else ""

    @property
    def is_mine(self) -> bool:
        return self.responsible.user_id == self.user.pk

    @property
    def may_take(self) -> bool:
        return self.may_write and not self.case.is_closed and self.case.is_nobodys

    @cached_property
    def _links(self) -> list[CaseContact]:
        return list(CaseContact.objects.filter(case=self.case).order_by("linked_at", "pk"))

    @cached_property
    def contacts(self) -> list[Contact]:
        """Contacts that the reader may see, oldest first."""
        keys = [link.contact_id for link in self._links]
        return list(Contact.objects.filter(pk__in=keys).select_related("caller_type", "handler").order_by("started_at"))

    @property
    def hidden_contacts(self) -> int:
        return len(self._links) - len(self.contacts)

    @cached_property
    def _all_assessments(self) -> list[Assessment]:
        """All assessments of the visible contacts, newest first."""
        shown = Assessment.objects.filter(contact__in=self.contacts)
        return list(shown.select_related("contact", "completed_by", "confirmed_by").newest_first())

    @property
    def assessments(self) -> list[Assessment]:
        """Without discarded ones, which only the timeline shows."""
        return [one for one in self._all_assessments if one.state != AssessmentState.DISCARDED]

    @property
    def assessment(self) -> Assessment | None:
        """The assessment that opened the case; None if the reader may not see its contact."""
        return next((one for one in self.assessments if one.pk == self.case.assessment_id), None)

    @property
    def because(self) -> reasons.Reason | None:
        return reasons.of_disposition(self.assessment) if self.assessment else None

    @property
    def brief(self) -> str:
        """Whom it is about, the concern and the risk, who is responsible, what is next."""
        return in_brief(self)

    @cached_property
    def actions(self) -> list[Action]:
        """Open ones as they are due, then the ended ones."""
        found = self.case.actions.select_related("organisation", "user", "ended_by", "drop_proposed_by", "data_key")
        return list(found.open_first())

    @property
    def shown_actions(self) -> list[ShownAction]:
        triage = {one.pk: one for one in self.assessments}
        return [
            ShownAction(one, _why(one, triage.get(one.assessment_id) if one.assessment_id else None))
            for one in self.actions
        ]

    @property
    def open_actions(self) -> list[Action]:
        return [one for one in self.actions if one.is_open]

    @cached_property
    def shown_questions(self) -> list[ShownQuestion]:
        """Open ones in the order in which they were asked, then the others, the last ended first."""
        triage = {one.pk: one for one in self.assessments}
        found = self.case.questions.select_related("ended_by", "data_key").open_first()
        return [ShownQuestion(one, triage.get(one.assessment_id) if one.assessment_id else None) for one in found]

    @property
    def open_questions(self) -> list[ShownQuestion]:
        """In the order of the checklist, then those that people asked."""
        places = {code: place for place, code in enumerate(current().questions)}
        found = [one for one in self.shown_questions if one.question.is_open]
        return sorted(found, key=lambda one: places.get(one.question.code, len(places)))

    @property
    def ended_questions(self) -> list[ShownQuestion]:
        return [one for one in self.shown_questions if not one.question.is_open]

    @property
    def standing_duties(self) -> list[reasons.Reason]:
        """Duties that are no tasks: they hold as long as the case."""
        held = self.assessment.duties if self.assessment else []
        return [reasons.of_duty(self.assessment, duty) for duty in held if duty in NOT_TASKS and self.assessment]

    @cached_property
    def duties_in_the_way(self) -> list[Duty]:
        """Protected duties that are open; the case is not closed before."""
        return [] if self.case.is_closed else open_duties(self.case)

    @cached_property
    def needed_to_close(self) -> list[StrOrPromise]:
        """What else has to be done before."""
        return [] if self.case.is_closed else needs_of(self.case)

    def timeline(self, wish: Wish = NEWEST, *, size: int = SIZE) -> Timeline:
        subjects = [one.pk for one in (*self.contacts, *self._all_assessments)]
        return timeline_of(self.case.pk, subjects, wish, reader=self.user.pk, size=size)


@dataclass(frozen=True)
class Notes:
    notes: list[Note]
    has_more: bool


def notes_of(case: Case, *, every: bool = False) -> Notes:
    """Newest first; the latest ones, or all."""
    notes = case.notes.select_related("written_by").order_by("-written_at", "-pk")
    found = list(notes if every else notes[: NOTES_AT_ONCE + 1])
    return Notes(found if every else found[:NOTES_AT_ONCE], not every and len(found) > NOTES_AT_ONCE)
