"""Forms of the triage: a note, the completion, the second person's review."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .actions import Choice, ChoiceError
from .rules import Proposal
from .vocabulary import Disposition, Duty, Urgency, WaiverReason

CHOOSABLE = [choice for choice in Disposition.choices if choice[0] != Disposition.OPEN]


class NoteForm(forms.Form):
    about = forms.SlugField(max_length=40)
    version = forms.IntegerField(min_value=0)
    text = forms.CharField(max_length=4000, required=False, strip=False)


class CompleteForm(forms.Form):
    """The decision. Its initial value is the proposal; a different choice needs a reason."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    disposition = forms.ChoiceField(
        label=gettext_lazy("What follows"), choices=CHOOSABLE, widget=forms.RadioSelect, required=False
    )
    urgency = forms.ChoiceField(label=gettext_lazy("Urgency"), choices=Urgency.choices, widget=forms.RadioSelect)
    duties = forms.MultipleChoiceField(
        label=gettext_lazy("Duties"),
        choices=Duty.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("Taking a security or child-protection duty away needs a coordinator."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
        help_text=gettext_lazy("Only where you choose otherwise than proposed. No names."),
    )

    def __init__(self, *args: Any, proposal: Proposal | None = None, version: int = 0, **kwargs: Any) -> None:
        """``proposal``: for a form that nothing was posted to."""
        if proposal:
            kwargs["initial"] = {
                "version": version,
                "disposition": proposal.disposition,
                "urgency": proposal.urgency,
                "duties": sorted(duty.value for duty in proposal.duties),
            }
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned["disposition"]:
            self.refuse(ChoiceError("disposition"))
        return cleaned

    def refuse(self, error: ChoiceError) -> None:
        if error.field == "disposition":
            self.add_error("disposition", _("The answers do not carry a proposal yet: choose what follows."))
        else:
            self.add_error("reason", _("This differs from the proposal: say why."))

    def choice(self) -> Choice:
        """The posted decision; only for a valid form."""
        return Choice(
            Disposition(self.cleaned_data["disposition"]),
            Urgency(self.cleaned_data["urgency"]),
            frozenset(Duty(code) for code in self.cleaned_data["duties"]),
            self.cleaned_data["reason"],
        )


class WaiveForm(forms.Form):
    """Why the contact needs no triage."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why"), choices=WaiverReason.choices, widget=forms.RadioSelect(attrs={"id": "waive-reason"})
    )
    words = forms.CharField(
        label=gettext_lazy("In words"),
        widget=forms.Textarea(attrs={"rows": 2, "id": "waive-words"}),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("Required for another reason. No names."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reason") == WaiverReason.OTHER and not cleaned.get("words", "").strip():
            self.add_error("words", _("Say why."))
        return cleaned


class ReviewForm(forms.Form):
    """The second person's decision."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[("confirm", gettext_lazy("Confirm")), ("send_back", gettext_lazy("Send back"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("Note for the handler"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("decision") == "send_back" and not cleaned.get("note", "").strip():
            self.add_error("note", _("Say what has to change."))
        return cleaned

    @property
    def is_confirmed(self) -> bool:
        return bool(self.cleaned_data["decision"] == "confirm")

    def decided(self) -> dict[str, Any]:
        """Arguments that `confirm` and `send_back` share."""
        return {"version": self.cleaned_data["version"], "note": self.cleaned_data["note"]}
