"""Data of the page of one action for one user."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms

from foundation.accounts.models import User
from foundation.privacy.unshown import read_or

from . import reasons
from .forms import DoneForm, DropForm, DueForm, GiveForm, StepForm
from .models import Action, Case
from .permissions import (
    carries_at_centre,
    may_assign,
    may_carry,
    may_decide_drop,
    may_read,
    may_take,
    works_for_body,
    works_in_team,
)
from .states import TO_DO, ActionState


@dataclass(frozen=True)
class ActionPage:
    """An action as ``user`` sees it. Who may only take it sees its kind, not its text."""

    action: Action
    user: User

    @cached_property
    def reads_words(self) -> bool:
        """Asked here, because the row of an action that is nobody's is open to the whole shift."""
        return self.may_carry or self.case is not None or self.in_team

    @cached_property
    def what(self) -> str:
        if not (self.action.duty or self.reads_words):
            return ""
        return read_or(self.action, lambda: self.action.what, "")

    @cached_property
    def result(self) -> str:
        return read_or(self.action, lambda: self.action.result, "") if self.reads_words else ""

    @cached_property
    def case(self) -> Case | None:
        """The case, if it is open to the reader."""
        case = Case.objects.filter(pk=self.action.case_id).first() if self.action.case_id else None
        return case if case and may_read(self.user, case) else None

    @property
    def because(self) -> reasons.Reason | None:
        assessment = self.action.assessment
        return reasons.of_duty(assessment, self.action.duty) if assessment and self.action.duty else None

    @property
    def is_mine(self) -> bool:
        return self.action.user_id == self.user.pk

    @cached_property
    def may_carry(self) -> bool:
        return may_carry(self.user, self.action)

    @cached_property
    def in_team(self) -> bool:
        """Whether the reader works on the case for another body."""
        return self.action.case_id is not None and works_in_team(self.user, self.action.case_id)

    @cached_property
    def carries_at_centre(self) -> bool:
        return carries_at_centre(self.user, self.action)

    @property
    def drops_alone(self) -> bool:
        """Whether it is dropped without a second person."""
        return self.carries_at_centre and not self.action.is_protected

    @property
    def is_to_do(self) -> bool:
        return self.action.state in TO_DO and self.may_carry

    @property
    def may_take(self) -> bool:
        return self.action.is_open and self.action.user_id is None and may_take(self.user, self.action)

    @property
    def may_begin(self) -> bool:
        is_own = self.is_mine or (self.action.is_of_body and works_for_body(self.user, self.action))
        return is_own and self.action.state == ActionState.AGREED

    @property
    def may_give(self) -> bool:
        return self.action.is_open and not self.action.is_of_body and (self.is_mine or self.leads)

    @property
    def may_move(self) -> bool:
        return self.carries_at_centre and (self.leads or not self.action.is_protected)

    @property
    def leads(self) -> bool:
        """Whether the reader is a coordinator of the centre."""
        return may_assign(self.user, self.action.centre_id)

    @property
    def may_decide_drop(self) -> bool:
        return self.action.state == ActionState.DROP_PROPOSED and may_decide_drop(self.user, self.action)

    def forms(self) -> dict[str, forms.Form]:
        seen: dict[str, Any] = {"version": self.action.version}
        return {
            "step_form": StepForm(initial=seen),
            "done_form": DoneForm(initial=seen),
            "drop_form": DropForm(initial=seen),
            "due_form": DueForm(initial={**seen, "due_at": self.action.due_at}),
            "give_form": GiveForm(initial={**seen, "to": self.action.user_id}, centre_id=self.action.centre_id),
        }
