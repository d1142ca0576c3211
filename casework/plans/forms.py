"""The forms of plans."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.cases.forms import LONGEST_LINE, StepForm, ToColleagueForm
from casework.cases.models import Strand
from casework.teams.models import Member
from foundation.accounts.models import Organisation
from foundation.accounts.permissions import organisations_as
from foundation.accounts.roles import Role
from foundation.ui.dates import DayField, days_from_today
from foundation.ui.moments import MomentField, from_now

from .models import Goal, Plan
from .vocabulary import FactorKind, Outcome

LONGEST_TEXT = 4_000
PLANNED_AHEAD = 2 * 366  # days


def _line(label: Any, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, max_length=LONGEST_LINE, required=required, help_text=help_text, widget=widget)


def _text(label: Any, *, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=LONGEST_TEXT, required=False, help_text=help_text, widget=widget)


PLAIN = _("As you would say it to the person. Printed for them; left empty, it is not.")


def keep_typed(form: forms.Form, version: int) -> None:
    """Show what was typed again, to be saved over what somebody else has saved meanwhile."""
    form.data = {**{name: form.data[name] for name in form.data}, "version": version}
    form.add_error(None, _("Somebody changed this meanwhile. Look at the draft; saved again, yours replaces it."))


class BeginForm(forms.Form):
    plan_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan_id"].initial = uuid.uuid4


class VersionForm(BeginForm):
    """A new version of the plan in force."""

    cause = forms.CharField(
        label=_("Why the plan is changed"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example what you learned since. The team reads it with the new version."),
    )


class TextsForm(StepForm):
    aim = _text(_("What the team wants to reach"), help_text=_("The common aim, in one or two sentences."))
    own_aims = _text(_("What the person wants"))
    strengths = _text(_("What the person can do well"))
    motivation = _text(
        _("What moves the person"), help_text=_("What you have observed, and when. No impressions, no marks.")
    )
    agreed_to = _text(_("What the person has agreed to"))


class RowForm(forms.Form):
    """A row of a draft. ``version``: 0 for a new one."""

    row_id = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput, initial=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["row_id"].initial = self.initial.get("row_id", uuid.uuid4)


class GoalForm(RowForm):
    text = _line(_("Goal"), required=True, help_text=_("One thing that is to be different then."))
    why = _text(_("Why it matters"))
    measure = _line(_("How one sees it"), help_text=_("Something that can be counted or observed."))
    baseline = _line(_("How it is today"))
    target = _line(_("How it should be"))
    due_on = DayField(
        label=_("Until"), required=False, earliest=days_from_today(0), latest=days_from_today(PLANNED_AHEAD)
    )
    plain = _line(_("In plain words"), help_text=PLAIN)


class FactorForm(RowForm):
    kind = forms.ChoiceField(label=_("What it is"), choices=[("", _("please choose")), *FactorKind.choices])
    text = forms.CharField(label=_("Factor"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2}))
    approach = _text(
        _("How to approach the person then"), help_text=_("Whoever meets the person should know this beforehand.")
    )


class GoalField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable when it runs
    def label_from_instance(self, obj: Goal) -> str:
        return str(obj.text)


class PlannedForm(RowForm, ToColleagueForm):
    text = _line(_("What is done"), required=True)
    organisation = forms.ModelChoiceField(
        label=_("Which body"), queryset=Organisation.objects.none(), empty_label=_("please choose")
    )
    strand = forms.ChoiceField(label=_("Strand"), choices=Strand, initial=Strand.SOCIAL, widget=forms.RadioSelect)
    goal = GoalField(
        label=_("For which goal"), queryset=Goal.objects.none(), required=False, empty_label=_("for none of them")
    )
    starts_on = DayField(
        label=_("From"), required=False, earliest=days_from_today(-366), latest=days_from_today(PLANNED_AHEAD)
    )
    due_at = MomentField(label=_("Due"), earliest=from_now(minutes=1), latest=from_now(days=PLANNED_AHEAD))
    plain = _line(_("In plain words"), help_text=PLAIN)
    field_order = ("row_id", "version", "text", "organisation", "to", "strand", "goal", "starts_on", "due_at", "plain")

    def __init__(self, *args: Any, plan: Plan, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, centre_id=plan.centre_id, **kwargs)
        in_team = Member.objects.in_team().filter(team=plan.team_id).values_list("organisation", flat=True)
        bodies = Organisation.objects.filter(pk__in=[plan.centre_id, *in_team])
        self.fields["organisation"].queryset = bodies.order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["goal"].queryset = plan.goals.order_by("position", "pk")  # type: ignore[attr-defined]
        self.fields["to"].label = _("Whose it is, for the centre")
        if plan.centre_id not in organisations_as(user, Role.HANDLER, Role.COORDINATOR):
            del self.fields["to"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts_on, due_at = cleaned.get("starts_on"), cleaned.get("due_at")
        if starts_on and due_at and starts_on > due_at.date():
            self.add_error("starts_on", _("It is due before it begins."))
        cleaned["user"] = cleaned.pop("to", None)
        return cleaned


class ObjectForm(StepForm):
    reason = forms.CharField(
        label=_("Why not"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What has to be different, so that you can agree. The whole team reads it."),
    )


class OutcomeForm(forms.Form):
    outcome_id = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label=_("What became of it"), choices=Outcome, widget=forms.RadioSelect)
    evidence = forms.CharField(
        label=_("What shows it"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome_id"].initial = uuid.uuid4
