"""Data of the pages of releases from prison for one user."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.utils import timezone

from casework.cases.forms import StepForm
from casework.cases.models import Case
from foundation.accounts.models import User
from foundation.privacy.unshown import read_or

from .forms import CancelForm, MoveForm
from .models import TEXTS_OF_RELEASE, PrisonRelease
from .permissions import may_announce, may_write


@dataclass(frozen=True)
class ReleasePage:
    """A release as ``user`` sees it."""

    release: PrisonRelease
    user: User

    @cached_property
    def may_write(self) -> bool:
        return may_write(self.user, self.release)

    @cached_property
    def in_case(self) -> bool:
        """Whether the reader reads the case itself, at the centre."""
        return Case.objects.filter(pk=self.release.team_id).exists()

    @cached_property
    def texts(self) -> dict[str, str]:
        """By name; empty where they cannot be decrypted."""
        names = (*TEXTS_OF_RELEASE, "move_reason", "cancel_reason")
        return {name: read_or(self.release, partial(getattr, self.release, name), "") for name in names}

    @property
    def may_change(self) -> bool:
        return self.may_write and self.release.is_current

    @property
    def may_move(self) -> bool:
        return self.may_write and self.release.is_ahead

    @property
    def may_mark_released(self) -> bool:
        return self.may_move and self.release.release_date <= timezone.localdate()

    def forms(self) -> dict[str, Any]:
        """Those of the steps that the user may take."""
        seen = {"version": self.release.version}
        if not self.may_change:
            return {}
        found: dict[str, Any] = {"step_form": StepForm(initial=seen)}
        if self.may_move:
            found["move_form"] = MoveForm(initial={**seen, "release_date": self.release.release_date})
            found["cancel_form"] = CancelForm(initial=seen)
        return found


@dataclass(frozen=True)
class ReleasesOfCase:
    """What the page of the case, and that of the team, says of releases."""

    case_id: uuid.UUID
    user: User
    is_open: bool = True

    @cached_property
    def rows(self) -> list[PrisonRelease]:
        """The newest first."""
        found = PrisonRelease.objects.with_names().filter(team=self.case_id)
        return list(found.order_by("-announced_at", "pk"))

    @cached_property
    def may_announce(self) -> bool:
        has_current = any(one.is_current for one in self.rows)
        return self.is_open and not has_current and may_announce(self.user, self.case_id)
