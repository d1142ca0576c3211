"""Forms of the telephone: a handler's settings, and whom to consult."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Organisation, OrganisationKind
from foundation.privacy.unshown import read_or
from hotline.contacts.forms import BesideAContact
from regions.models import PartnerProfile
from regions.phone_field import PhoneField
from regions.vocabulary import Language

from .models import Agent
from .vocabulary import Skill


class AgentForm(forms.Form):
    phone = PhoneField(
        label=_("Your telephone"),
        required=False,
        help_text=_("It is rung for each call that you take. With the country's code, or as dialled at home."),
    )
    is_browser = forms.BooleanField(
        label=_("Talk in the browser instead"), required=False, help_text=_("Only where the softphone is installed.")
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=Language,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Calls in these reach you."),
    )
    skills = forms.MultipleChoiceField(
        label=_("Skills"), choices=Skill, widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, agent: Agent, **kwargs: Any) -> None:
        stored = read_or(agent, lambda: agent.phone, "")
        known = {"phone": stored, "is_browser": agent.is_browser, "languages": agent.languages, "skills": agent.skills}
        super().__init__(*args, **{"initial": known, **kwargs})
        phone = self.fields["phone"]
        assert isinstance(phone, PhoneField)
        phone.country = agent.centre.country
        phone.stored = stored


class ConsultForm(BesideAContact):
    """Whom to ring: a partner of the network that has a telephone, or any number."""

    leg_id = forms.UUIDField(widget=forms.HiddenInput)
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Partner"), required=False, empty_label=_("Another number")
    )
    phone = PhoneField(label=_("Number"), required=False)

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        """``country``: the centre's, for numbers without a country code."""
        super().__init__(*args, **{"initial": {"leg_id": uuid.uuid4()}, **kwargs})
        phone = self.fields["phone"]
        assert isinstance(phone, PhoneField)
        phone.country = country
        reachable = PartnerProfile.objects.exclude(phone="").values("organisation_id")
        partners = Organisation.objects.filter(kind=OrganisationKind.PARTNER, pk__in=reachable)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = partners

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("organisation") and not data.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Choose a partner, or give a number."))
        return data

    @property
    def number(self) -> str:
        """The number to ring (E.164): the typed one, else the partner's."""
        typed: str = self.cleaned_data["phone"]
        if typed:
            return typed
        return str(PartnerProfile.objects.get(organisation=self.cleaned_data["organisation"]).phone)
