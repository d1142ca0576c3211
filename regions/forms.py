"""What people fill in about the network. Nothing is written here; the views call actions with the cleaned values."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from accounts.models import Organisation, OrganisationKind
from ui.versioned_form import VersionedForm

from .actions import Span
from .models import Liaison, PartnerProfile, Region
from .network import calendar_for
from .routing import path_up
from .vocabulary import Language, PauseReason, Phenomenon, Sector, Service, Weekday

ANY = [("", _("Any"))]
#: "Unknown" is an answer about a case, nothing that a partner works on.
KNOWN_PHENOMENA = [choice for choice in Phenomenon.choices if choice[0] != Phenomenon.UNKNOWN.value]
_HOW_TO_WRITE = _("Write times like 9:00-12:00, 13:00-17:00, from early to late; empty when closed.")
_SPAN = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–]\s*(\d{1,2})[:.](\d{2})", re.ASCII)


class DayInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


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
    phone = PhoneNumberField(
        label=_("Telephone"), required=False, help_text=_("For handing a caller over while they are on the line.")
    )
    is_national = forms.BooleanField(
        label=_("Works nationwide"), required=False, help_text=_("Asked when nobody nearer can take a case.")
    )

    @staticmethod
    def stored(profile: PartnerProfile | None) -> dict[str, Any]:
        """What is stored, as the form's initial values."""
        profile = profile or PartnerProfile()
        names = ("services", "phenomena", "languages", "capacity", "phone", "is_national", "version")
        return {name: getattr(profile, name) for name in names}


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


class HoursForm(VersionedForm):
    """Opening times, a line of text for each weekday: "9:00-12:00, 13:00-17:00"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday in Weekday:
            self.fields[f"day_{weekday.value}"] = forms.CharField(
                label=weekday.label, required=False, max_length=100, widget=forms.TextInput({"autocomplete": "off"})
            )
        self.fields["day_0"].help_text = _HOW_TO_WRITE

    def clean(self) -> dict[str, Any]:
        """Read each day's text; `cleaned_data["spans"]` has them all."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["spans"] = [span for weekday in Weekday for span in self._day(weekday)]
        return cleaned

    def _day(self, weekday: Weekday) -> list[Span]:
        name = f"day_{weekday.value}"
        try:
            return read_spans(weekday, self.cleaned_data.get(name) or "")
        except ValueError:
            self.add_error(name, str(_HOW_TO_WRITE))
            return []

    @staticmethod
    def stored(organisation: Organisation, profile: PartnerProfile | None) -> dict[str, Any]:
        """The hours that count, as the form's initial values: the usual ones while none are stored."""
        hours = calendar_for(organisation).hours
        days: dict[str, Any] = {
            f"day_{weekday.value}": ", ".join(
                f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in sorted(hours.get(weekday.value, ()))
            )
            for weekday in Weekday
        }
        return {**days, "version": profile.version if profile else 0}


def read_spans(weekday: int, text: str) -> list[Span]:
    """The spans of a day's line. Raises ValueError for anything that is not a list of times in order."""
    spans: list[Span] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _SPAN.fullmatch(part)
        if match is None:
            raise ValueError(part)
        hour, minute, last_hour, last_minute = (int(group) for group in match.groups())
        span = Span(weekday, time(hour, minute), time(last_hour, last_minute))
        if span.opens >= span.closes or (spans and spans[-1].closes > span.opens):
            raise ValueError(part)
        spans.append(span)
    return spans


class PauseForm(forms.Form):
    """From when to when a partner takes no new cases."""

    starts_on = forms.DateField(label=_("From"), widget=DayInput)
    ends_on = forms.DateField(
        label=_("Last day"), widget=DayInput, required=False, help_text=_("Leave empty for “until further notice”.")
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=PauseReason.choices)

    def clean_starts_on(self) -> date:
        """Not in the past: what partners were offered then cannot be changed."""
        day: date = self.cleaned_data["starts_on"]
        if day < timezone.localdate():
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
    email = forms.EmailField(label=_("E-mail of the post"), max_length=254, required=False)
    phone = forms.CharField(label=_("Telephone of the post"), max_length=30, required=False)
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.filter(kind=OrganisationKind.BODY),
        required=False,
        help_text=_("When this body has its own access here."),
    )
    last_contact_on = forms.DateField(
        label=_("Last contact"), widget=DayInput, required=False, help_text=_("Also in quiet times.")
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region = self.fields["region"]
        assert isinstance(region, forms.ModelChoiceField)
        region.queryset = Region.objects.in_country(country).order_by("level", Region.name_column())

    def clean_last_contact_on(self) -> date | None:
        """Not in the future."""
        day: date | None = self.cleaned_data["last_contact_on"]
        if day and day > timezone.localdate():
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
    postal_code = forms.CharField(label=_("Postal code"), max_length=12, required=False)
    service = forms.ChoiceField(label=_("Service"), choices=[*ANY, *Service.choices], required=False)
    phenomenon = forms.ChoiceField(label=_("Phenomenon"), choices=[*ANY, *Phenomenon.choices], required=False)
    language = forms.ChoiceField(label=_("Language"), choices=[*ANY, *Language.choices], required=False)
