"""The forms of releases from prison and exit reports."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.cases.forms import LONGEST_LINE, StepForm
from casework.cases.models import Strand
from foundation.ui.dates import DayField, days_from_today

from .models import MOST_DAYS
from .permissions import Responsible
from .vocabulary import PART_LABELS, Phase, Recipient

LONGEST_TEXT = 4_000
LONGEST_PART = 10_000
#: Days. A release that was missed is announced late; long sentences are known long before.
ANNOUNCED_LATE, ANNOUNCED_AHEAD = 30, 10 * 366


def _text(label: Any, *, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=LONGEST_TEXT, required=False, help_text=help_text, widget=widget)


def _date() -> DayField:
    return DayField(
        label=_("Date of the release"),
        earliest=days_from_today(-ANNOUNCED_LATE),
        latest=days_from_today(ANNOUNCED_AHEAD),
    )


class ResponsibleForm(forms.Form):
    """Says who answers for something: of the centre, or of a body in the team."""

    responsible = forms.ChoiceField(label=_("Responsible"), required=False)

    def __init__(self, *args: Any, responsible: Sequence[Responsible], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_key = {one.key: one for one in responsible}
        field = self.fields["responsible"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, _name(one)) for key, one in self.by_key.items()]
        field.initial = responsible[0].key

    def clean_responsible(self) -> Responsible:
        """Without a choice, the shift's."""
        return self.by_key[self.cleaned_data["responsible"] or next(iter(self.by_key))]

    def values(self) -> dict[str, Any]:
        """Only for a valid form."""
        values = dict(self.cleaned_data)
        chosen = values.pop("responsible")
        return {**values, "organisation": chosen.organisation, "user": chosen.user}

    def say_no_longer(self) -> None:
        self.add_error("responsible", _("This person no longer works on the case."))


def _name(one: Responsible) -> str:
    if one.user is None:
        return gettext("%(organisation)s: whoever is on shift") % {"organisation": one.organisation.name}
    return f"{one.user.name} ({one.organisation.name})"


class TextsForm(ResponsibleForm):
    """What is said of a release, and who answers for it."""

    establishment = forms.CharField(
        label=_("Establishment"), max_length=LONGEST_LINE, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    treatment_now = _text(
        _("Treatment in prison"), help_text=_("Therapy, courses, medication, work with an exit programme.")
    )
    treatment_after = _text(_("Treatment afterwards"), help_text=_("Who goes on with it, from when."))
    conditions = _text(
        _("Conditions"), help_text=_("Instructions of the court, supervision, places or people to stay away from.")
    )
    field_order: tuple[str, ...] = ("establishment", "responsible")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["responsible"].help_text = _("Sees that all is prepared, and says how it went.")


class AnnounceForm(TextsForm):
    release_id = forms.UUIDField(widget=forms.HiddenInput)
    release_date = _date()
    field_order = ("release_id", "release_date", "establishment", "responsible")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["release_id"].initial = uuid.uuid4


class ChangeForm(TextsForm, StepForm):
    pass


class MoveForm(StepForm):
    release_date = _date()
    reason = forms.CharField(
        label=_("Why it moves"), max_length=LONGEST_LINE, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class CancelForm(StepForm):
    reason = forms.CharField(
        label=_("Why there is no release"), max_length=LONGEST_LINE, widget=forms.Textarea(attrs={"rows": 2})
    )


class WithoutReportForm(StepForm):
    reason = forms.CharField(
        label=_("Why there is no exit report"), max_length=LONGEST_LINE, widget=forms.Textarea(attrs={"rows": 2})
    )


class AddStepForm(ResponsibleForm):
    """Who does what, so many days before or after the day."""

    step_id = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("What is done"), max_length=LONGEST_LINE, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phase = forms.ChoiceField(label=_("When"), choices=Phase, initial=Phase.BEFORE, widget=forms.RadioSelect)
    days = forms.IntegerField(
        label=_("Days before or after the day"), min_value=0, max_value=MOST_DAYS, required=False, initial=7
    )
    strand = forms.ChoiceField(label=_("Strand"), choices=Strand, initial=Strand.SOCIAL, widget=forms.RadioSelect)
    field_order = ("step_id", "text", "responsible", "phase", "days", "strand")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step_id"].initial = uuid.uuid4

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("phase") == Phase.ON:
            cleaned["days"] = 0
            self.errors.pop("days", None)
        elif cleaned.get("phase") and "days" in cleaned and not cleaned["days"]:
            self.add_error("days", _("Say how many days, or choose the day itself."))
        return cleaned

    def values(self) -> dict[str, Any]:
        values = super().values()
        return {**values, "phase": Phase(values["phase"]), "strand": Strand(values["strand"])}


class BeginReportForm(forms.Form):
    report_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["report_id"].initial = uuid.uuid4


def _part(name: str, help_text: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4})
    label = PART_LABELS[name]
    return forms.CharField(label=label, max_length=LONGEST_PART, required=False, help_text=help_text, widget=widget)


class PartsForm(StepForm):
    """The six parts of an exit report. What is not written yet stays empty."""

    residual_risks = _part("residual_risks", _("What can still go wrong, and what points to it."))
    strategies = _part("strategies", _("What services that meet the person can do, and better leave."))
    risk_of_return = _part("risk_of_return", _("What could draw the person back, and how likely that is."))
    self_assessment = _part("self_assessment", _("By what the person notices how it goes, and when they look at it."))
    behaviours = _part("behaviours", _("As they were observed, and what the person does then."))
    help = _part("help", _("Whom the person can turn to, and how they come back to you."))


class HandOverForm(StepForm):
    recipient_kind = forms.ChoiceField(label=_("Handed over to"), choices=Recipient, widget=forms.RadioSelect)
    recipient = forms.CharField(
        label=_("Name of the service or body"),
        max_length=LONGEST_LINE,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    handed_over_on = DayField(
        label=_("Handed over on"), earliest=days_from_today(-366), latest=days_from_today(0), initial=days_from_today(0)
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("recipient_kind") in (Recipient.SERVICE, Recipient.BODY) and not cleaned.get("recipient"):
            self.add_error("recipient", _("Say which one."))
        return cleaned


def keep_typed(form: forms.Form, version: int) -> None:
    """Show what was typed again, to be saved over what somebody else has saved meanwhile."""
    form.data = {**{name: form.data[name] for name in form.data}, "version": version}
    form.add_error(None, _("Somebody changed this meanwhile. Look at it; saved again, yours replaces it."))
