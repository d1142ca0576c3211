"""Forms of the page of erasures: which dossier, and why."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import ErasureReason, HoldReason
from .references import dossier_named


class DossierForm(forms.Form):
    """``id``: of the new row, so that a repeated post makes no second one."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    dossier = forms.CharField(
        label=_("Contact or case"), max_length=60, help_text=_("Its reference, such as C-12 or F-3.")
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"id": uuid.uuid4()})

    def clean_dossier(self) -> uuid.UUID:
        found = dossier_named(self.cleaned_data["dossier"])
        if found is None:
            raise forms.ValidationError(_("Your centre has no contact or case with this reference."))
        return found


class EraseForm(DossierForm):
    prefix = "erase"
    reason = forms.ChoiceField(
        label=_("Why"),
        choices=[(code, ErasureReason(code).label) for code in (ErasureReason.REQUEST, ErasureReason.OBJECTION)],
    )
    is_sure = forms.BooleanField(label=_("I know that nobody can bring it back."))


class HoldForm(DossierForm):
    prefix = "hold"
    reason = forms.ChoiceField(label=_("Why"), choices=HoldReason.choices)
