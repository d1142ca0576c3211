"""The form for standing conflicts of interest, and their description in words."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Organisation, OrganisationKind
from foundation.ui.dates import DayField
from foundation.ui.versioned_form import VersionedForm

from .callers import caller_types
from .conflicts import With
from .models import Conflict, Region
from .vocabulary import ConflictReason, Phenomenon

CRITERIA = ("region", "phenomenon", "caller_type", "other")


class ConflictForm(VersionedForm):
    """A partner that the ranking excludes, for which cases, why and how long."""

    organisation = forms.ModelChoiceField(
        label=_("Partner"),
        queryset=Organisation.objects.in_use().filter(kind=OrganisationKind.PARTNER).order_by("name"),
        empty_label=_("Choose …"),
    )
    region = forms.ModelChoiceField(
        label=_("Cases from"),
        queryset=Region.objects.none(),
        required=False,
        empty_label=_("anywhere"),
        help_text=_("With everything below it."),
    )
    phenomenon = forms.ChoiceField(label=_("Phenomenon"), required=False)
    caller_type = forms.ChoiceField(
        label=_("Caller"), required=False, help_text=_("A group counts for all of its parts.")
    )
    other = forms.ModelChoiceField(
        label=_("Another organisation is or was responsible for the case"),
        queryset=Organisation.objects.order_by("name"),
        required=False,
        empty_label=_("any or none"),
    )
    reason = forms.ChoiceField(
        label=_("Reason"), help_text=_("It stands beside the partner in the ranking, for everybody who sees that.")
    )
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Last day"), required=False, help_text=_("Leave empty for “until further notice”."))

    def __init__(self, *args: Any, conflict: Conflict | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if conflict:
            del self.fields["organisation"]
        self.partner = conflict.organisation if conflict else None
        region = self.fields["region"]
        assert isinstance(region, forms.ModelChoiceField)
        region.queryset = Region.objects.order_by("country", "level", Region.name_column())
        self._choices("phenomenon", [("", _now("any")), *Phenomenon.choices])
        self._choices("caller_type", [("", _now("anybody")), *caller_types()])
        self._choices("reason", [("", _now("Choose …")), *ConflictReason.choices])

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Checks that there is at least one criterion, and that the end is not before the start."""
        cleaned = super().clean() or self.cleaned_data
        if not any(cleaned.get(name) for name in CRITERIA) and not set(CRITERIA) & set(self.errors):
            words = _now("Say for which cases: a region, a phenomenon, a caller or an organisation. ")
            self.add_error("region", words + _now("For a time without any new cases, use an intake pause."))
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _now("The last day is before the first."))
        partner = self.partner or cleaned.get("organisation")
        if partner and partner == cleaned.get("other"):
            self.add_error("other", _now("Choose another organisation than the partner itself."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Of a valid form, as the actions take them."""
        given = self.cleaned_data
        about = With(given["region"], given["phenomenon"], given["caller_type"], given["other"])
        return {"about": about, **{name: given[name] for name in ("reason", "starts_on", "ends_on")}}

    @staticmethod
    def stored(conflict: Conflict) -> dict[str, Any]:
        """What is stored, as the form's initial values."""
        names = ("region", "phenomenon", "caller_type", "other", "reason", "starts_on", "ends_on", "version")
        return {name: getattr(conflict, name) for name in names}


def in_words(conflict: Conflict) -> str:
    """For which cases, and how long."""
    labels = dict(caller_types())
    named = [
        conflict.region.name if conflict.region else "",
        str(conflict.get_phenomenon_display()) if conflict.phenomenon else "",
        labels.get(conflict.caller_type, conflict.caller_type).removeprefix("– "),
        conflict.other.name if conflict.other else "",
    ]
    return f"{' · '.join(filter(None, named))}; {_period(conflict.starts_on, conflict.ends_on)}"


def _period(starts_on: date, ends_on: date | None) -> str:
    first = date_format(starts_on, "SHORT_DATE_FORMAT")
    if ends_on is None:
        return _now("from %(first)s until further notice") % {"first": first}
    return _now("from %(first)s to %(last)s") % {"first": first, "last": date_format(ends_on, "SHORT_DATE_FORMAT")}
