"""Forms of the network. The views call actions with the cleaned values."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from foundation.accounts.forms import NO_EMAIL
from foundation.accounts.models import Organisation, OrganisationKind
from foundation.ui.dates import DayField, days_from_today, today
from foundation.ui.versioned_form import VersionedForm

from .models import Liaison, PartnerProfile, Region
from .phone_field import PhoneField
from .routing import path_up
from .vocabulary import Language, PauseReason, Phenomenon, Sector, Service

ANY = [("", _("Any"))]
#: Without "unknown", which is an answer about a case, not a field of work.
KNOWN_PHENOMENA = [choice for choice in Phenomenon.choices if choice[0] != Phenomenon.UNKNOWN.value]


#: A pause is planned this far ahead (days).
PLANNED_AHEAD = 5 * 366


class ProfileForm(VersionedForm):
    """What a partner offers."""

    services = forms.MultipleChoiceField(
        label=_("Services"), choices=Service.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    phenomena = forms.MultipleChoiceField(
        label=_("Phenomena"), choices=KNOWN_PHENOMENA, widget=forms.CheckboxSelectMultiple, required=False
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=Language.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    capacity = forms.IntegerField(
        label=_("Places"), min_value=0, max_value=999, help_text=_("Cases that can be open at the same time.")
    )
    phone = PhoneField(
        label=_("Telephone"), required=False, help_text=_("For handing a caller over while they are on the line.")
    )
    is_national = forms.BooleanField(
        label=_("Works nationwide"), required=False, help_text=_("Asked when nobody nearer can take a case.")
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        """``country``: the partner's, where its number is dialled."""
        super().__init__(*args, **kwargs)
        phone = self.fields["phone"]
        assert isinstance(phone, PhoneField)
        phone.country = country
        phone.stored = self.initial.get("phone", "")

    @staticmethod
    def stored(profile: PartnerProfile | None) -> dict[str, Any]:
        """What is stored, as the form's initial values."""
        profile = profile or PartnerProfile()
        names = ("services", "phenomena", "languages", "capacity", "is_national", "version")
        return {**{name: getattr(profile, name) for name in names}, "phone": str(profile.phone or "")}


class CoverageForm(VersionedForm):
    """Where a partner works: a field for each region that has parts, and one for all the others."""

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, choices in coverage_groups(organisation):
            self.fields[name] = forms.MultipleChoiceField(
                label=label, choices=choices, widget=forms.CheckboxSelectMultiple, required=False
            )

    def clean(self) -> dict[str, Any]:
        """`cleaned_data["regions"]` has the regions of all fields."""
        cleaned = super().clean() or self.cleaned_data
        codes = [code for name in self.fields if name != "version" for code in cleaned.get(name, [])]
        cleaned["regions"] = Region.objects.filter(pk__in=codes)
        return cleaned

    @staticmethod
    def stored(organisation: Organisation, profile: PartnerProfile | None) -> dict[str, Any]:
        """What is stored, as the form's initial values."""
        codes = set(organisation.coverage.values_list("region", flat=True))
        groups = {
            name: [code for code, _label in choices if code in codes]
            for name, _label, choices in coverage_groups(organisation)
        }
        return {**groups, "version": profile.version if profile else 0}


def coverage_groups(organisation: Organisation) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(field, label, choices) of the regions an organisation can cover: its country's, and those it covers already."""
    own = Q(country=organisation.country) | Q(coverage__organisation=organisation)
    regions = list(Region.objects.filter(own).distinct().order_by("level", Region.name_column()))
    parents = {region.code: region.parent_id for region in regions}
    parts: dict[str, list[Region]] = {}
    for region in regions:
        if len(path := path_up(region.code, parents)) > 2:
            parts.setdefault(path[-2], []).append(region)
    placed = {*parts, *(part.code for group in parts.values() for part in group)}
    alone = [(r.code, r.name) for r in regions if r.code not in placed]
    grouped = [
        (f"in_{r.code}", r.name, [(r.code, _now("all of it")), *((part.code, part.name) for part in parts[r.code])])
        for r in regions
        if r.code in parts
    ]
    return [("regions_alone", _now("Regions"), alone), *grouped]


class PauseForm(forms.Form):
    """From when to when a partner takes no new cases."""

    starts_on = DayField(label=_("From"), latest=days_from_today(PLANNED_AHEAD))
    ends_on = DayField(
        label=_("Last day"),
        latest=days_from_today(PLANNED_AHEAD),
        required=False,
        help_text=_("Leave empty for “until further notice”."),
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=PauseReason.choices)

    def clean_starts_on(self) -> date:
        """Not in the past: what partners were offered then cannot be changed."""
        day: date = self.cleaned_data["starts_on"]
        if day < today():
            raise forms.ValidationError(_("Choose today or a later day."))
        return day

    def clean(self) -> dict[str, Any]:
        """The end is not before the start."""
        cleaned = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _now("The last day is before the first."))
        return cleaned


class LiaisonForm(VersionedForm):
    """A post that is our contact in a sector of a region."""

    sector = forms.ChoiceField(label=_("Sector"), choices=Sector.choices)
    region = forms.ModelChoiceField(label=_("Region"), queryset=Region.objects.none())
    post = forms.CharField(
        label=_("Post"),
        max_length=200,
        help_text=_("Office and function, not a person's name: people leave, posts stay."),
    )
    email = forms.EmailField(
        label=_("E-mail of the post"), max_length=254, required=False, error_messages={"invalid": NO_EMAIL}
    )
    phone = PhoneField(label=_("Telephone of the post"), required=False, dials=False)
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.filter(kind=OrganisationKind.BODY),
        required=False,
        help_text=_("When this body has its own access here."),
    )
    last_contact_on = DayField(label=_("Last contact"), required=False, help_text=_("Also in quiet times."))

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region = self.fields["region"]
        assert isinstance(region, forms.ModelChoiceField)
        region.queryset = Region.objects.in_country(country).order_by("level", Region.name_column())
        phone = self.fields["phone"]
        assert isinstance(phone, PhoneField)
        phone.country = country
        phone.stored = self.initial.get("phone", "")

    def clean_last_contact_on(self) -> date | None:
        """Not in the future."""
        day: date | None = self.cleaned_data["last_contact_on"]
        if day and day > today():
            raise forms.ValidationError(_("This day has not come yet."))
        return day

    @staticmethod
    def stored(liaison: Liaison) -> dict[str, Any]:
        """What is stored, as the form's initial values."""
        names = ("sector", "region", "post", "email", "phone", "organisation", "last_contact_on", "version")
        return {name: getattr(liaison, name) for name in names}


class SearchForm(forms.Form):
    """The filters of the list of partners; a value that is no choice counts as no filter."""

    country = forms.CharField(widget=forms.HiddenInput, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=120, required=False)
    service = forms.ChoiceField(label=_("Service"), choices=[*ANY, *Service.choices], required=False)
    phenomenon = forms.ChoiceField(label=_("Phenomenon"), choices=[*ANY, *Phenomenon.choices], required=False)
    language = forms.ChoiceField(label=_("Language"), choices=[*ANY, *Language.choices], required=False)
