"""The forms of consultations."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from casework.cases.forms import LONGEST_NOTE
from foundation.accounts.models import Organisation
from foundation.ui.moments import MomentField, from_now

from .models import LONGEST_TIME
from .permissions import Consultant

#: Until when an answer is asked for, if nothing else is said (ADR 47). Weekends count.
USUAL_TIME = timedelta(hours=48)
LONGEST_REASON = 2_000


def _in_two_days() -> Any:
    return timezone.now() + USUAL_TIME


class AskForm(forms.Form):
    consultation_id = forms.UUIDField(widget=forms.HiddenInput)
    asking_body = forms.ChoiceField(label=_("On behalf of"), help_text=_("Whose people read question and answer."))
    consultant = forms.ChoiceField(
        label=_("Who is asked"),
        help_text=_("Bodies with a conflict of interest in this case are left out."),
    )
    question = forms.CharField(
        label=pgettext_lazy("consultation", "Question"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("No names, and nothing by which the person is recognised. Kept encrypted."),
    )
    due_at = MomentField(
        label=_("Answer due"),
        earliest=from_now(hours=1),
        latest=from_now(seconds=LONGEST_TIME.total_seconds()),
        initial=_in_two_days,
        help_text=_("Set to 48 hours from now, weekends included; at most 14 days."),
    )
    is_shared = forms.BooleanField(
        label=_("The centre reads question and answer too"),
        required=False,
        help_text=_("Otherwise it does not see that you ask. What the centre asks, it always reads."),
    )

    def __init__(
        self,
        *args: Any,
        bodies: Sequence[Organisation],
        centre: Organisation,
        consultants: Sequence[Consultant],
        away: Collection[int],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.bodies = {str(one.pk): one for one in bodies}
        self.consultants = {one.key: one for one in consultants}
        self.fields["consultation_id"].initial = uuid.uuid4
        _choose(self.fields["asking_body"], [(key, one.name) for key, one in self.bodies.items()])
        _choose(self.fields["consultant"], [("", _("please choose")), *_by_organisation(consultants, away)])
        if len(bodies) == 1:
            self.fields["asking_body"].initial = bodies[0].pk
            self.fields["asking_body"].widget = forms.HiddenInput()
        if all(one.pk == centre.pk for one in bodies):
            del self.fields["is_shared"]

    def values(self) -> dict[str, Any]:
        """What is asked; only for a valid form."""
        chosen = self.consultants[self.cleaned_data["consultant"]]
        return {
            **{name: self.cleaned_data[name] for name in ("consultation_id", "question", "due_at")},
            "asking_body": self.bodies[self.cleaned_data["asking_body"]],
            "consultant": chosen.user,
            "organisation": chosen.organisation,
            "is_shared": self.cleaned_data.get("is_shared", False),
        }


def _by_organisation(consultants: Sequence[Consultant], away: Collection[int]) -> list[Any]:
    """Groups of choices."""
    return [
        (organisation.name, [(one.key, _named(one, away)) for one in people])
        for organisation, people in groupby(consultants, key=lambda one: one.organisation)
    ]


def _named(one: Consultant, away: Collection[int]) -> str:
    return gettext("%(name)s (absent)") % {"name": one.user.name} if one.user.pk in away else one.user.name


def _choose(field: forms.Field, choices: Sequence[Any]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class StepForm(forms.Form):
    """A step that needs no words. ``version``: of the page."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class AnswerForm(StepForm):
    answer = forms.CharField(
        label=_("Answer"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Kept encrypted for who asked. It cannot be changed afterwards."),
    )


class DeclineForm(StepForm):
    reason = forms.CharField(
        label=_("Why not"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept encrypted for who asked."),
    )
