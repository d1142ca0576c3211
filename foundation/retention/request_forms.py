"""Forms of data subjects' requests. The views call actions with the cleaned values."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Organisation

from .forms import DossierForm
from .models import IdentityProof, LegalBasis, RefusalGround, RequestKind
from .request_actions import OLDEST

LONGEST_TEXT = 4000


class ReceiveForm(forms.Form):
    """``id``: of the new row, so that a repeated post makes no second one."""

    prefix = "receive"
    id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Asked for"), choices=RequestKind.choices)
    received_on = forms.DateField(
        label=_("Received on"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The time to answer, a month, counts from this day."),
    )
    name = forms.CharField(label=_("Name of the person"), max_length=200)
    address = forms.CharField(
        label=_("Where to answer"), max_length=400, help_text=_("An address, a number or an e-mail address.")
    )
    wish = forms.CharField(
        label=_("What exactly"), max_length=LONGEST_TEXT, required=False, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, centre: Organisation, data: Any = None) -> None:
        self.today = timezone.now().astimezone(centre.zone).date()
        super().__init__(data, initial={"id": uuid.uuid4(), "received_on": self.today})

    def clean_received_on(self) -> Any:
        day = self.cleaned_data["received_on"]
        if day > self.today:
            raise forms.ValidationError(_("This day is in the future."))
        if day < self.today - OLDEST:
            raise forms.ValidationError(_("This is more than a year ago. Please check the year."))
        return day


class IdentifyForm(forms.Form):
    prefix = "identify"
    proof = forms.ChoiceField(label=_("How was the identity checked?"), choices=IdentityProof.choices)


class ExtendForm(forms.Form):
    prefix = "extend"
    reason = forms.CharField(
        label=_("Why is more time needed?"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Tell the person within the first month."),
    )


class GrantForm(forms.Form):
    prefix = "grant"
    legal_basis = forms.ChoiceField(label=_("Law"), choices=LegalBasis.choices)
    decision = forms.CharField(
        label=_("What was done and answered"), max_length=LONGEST_TEXT, widget=forms.Textarea({"rows": 3})
    )


class RefuseForm(forms.Form):
    prefix = "refuse"
    legal_basis = forms.ChoiceField(label=_("Law"), choices=LegalBasis.choices)
    ground = forms.ChoiceField(label=_("Ground"), choices=RefusalGround.choices)
    decision = forms.CharField(
        label=_("Reason, as told to the person"), max_length=LONGEST_TEXT, widget=forms.Textarea({"rows": 3})
    )


class ChooseForm(DossierForm):
    prefix = "choose"


class EraseForm(forms.Form):
    """``id``: of the new erasure."""

    id = forms.UUIDField()
