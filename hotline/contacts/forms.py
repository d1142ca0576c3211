"""The forms of the desk. Invalid fields show an error; all other fields are saved."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.accounts.countries import country_name
from foundation.accounts.models import Organisation, User
from foundation.accounts.roles import Role
from foundation.ui.moments import MomentField, from_now
from regions.lookup import region_for, regions_at
from regions.models import Region
from regions.network import next_opening_of
from regions.phone_field import PhoneField
from regions.phone_numbers import parse_number
from regions.postal_code_table import EXAMPLES, country_of_prefix, read_code
from regions.vocabulary import Language, Phenomenon

from .models import Contact
from .states import ContactState
from .terms import Entry, Terms
from .vocabulary import AgeBand, Channel, Kind, Relation, Sex

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST_TEXT = 50_000
# the lengths of the columns
LONGEST_CODE = 12
LONGEST_TOWN = 120
COUNTRIES = [
    ("DE", _("Germany")),
    ("FR", _("France")),
    ("BE", _("Belgium")),
    ("AT", _("Austria")),
    ("CH", _("Switzerland")),
    ("NL", _("Netherlands")),
    ("LU", _("Luxembourg")),
    ("ZZ", _("Another country")),
]
NOT_STATED = ("", _("Not stated"))
Choice = tuple[str, Any]


def countries_of(contact: Contact) -> list[Choice]:
    """The supported countries; the centre's and the contact's come first if they are others."""
    listed = dict(COUNTRIES)
    own = sorted({contact.centre.country, contact.country} - listed.keys() - {""})
    return [*((code, country_name(code)) for code in own), *COUNTRIES]


def capital(choices: type[models.TextChoices]) -> list[Choice]:
    """Labels with a capital letter, for a select."""
    return [(value, capfirst(label)) for value, label in choices.choices]


def _text_field(label: StrOrPromise, *, rows: int = 0, longest: int = 200, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, required=False, max_length=longest, widget=widget, **options)


def caller_types(terms: list[Entry], selected: str) -> list[Choice]:
    """Two levels as option groups; the group itself can be chosen too. A retired type is kept if it is selected."""
    types = [term for term in terms if not term.is_retired or term.code == selected]
    below: dict[str | None, list[Entry]] = {}
    for term in types:
        below.setdefault(term.parent_id, []).append(term)
    return [_group(term, below.get(term.code, [])) for term in below.get(None, [])]


def _group(term: Entry, children: list[Entry]) -> Choice:
    if not children:
        return (term.code, term.label)
    unspecified = gettext("%(group)s, not specified") % {"group": term.label}
    return (term.label, [(term.code, unspecified), *[(child.code, child.label) for child in children]])


def topics(terms: list[Entry], selected: list[str]) -> list[Choice]:
    return [(t.code, t.label) for t in terms if not t.is_retired or t.code in selected]


#: Keys 1 to 6 end a contact; the following keys move the focus to the four groups of the form.
JUMPS = {
    "caller_type": ("alt+7", _("Caller")),
    "postal_code": ("alt+8", _("Place")),
    "relation": ("alt+9", _("Person of concern")),
    "notes": ("alt+0", _("Notes")),
}
ALWAYS_ANSWERED = {"channel", "kind", "country", "relation", "age_band", "sex", "phenomenon"}


class ContactForm(forms.Form):
    """The whole contact. Only caller type and time are required, and both have initial values."""

    channel = forms.ChoiceField(label=_("Channel"), choices=capital(Channel), required=False)
    kind = forms.ChoiceField(label=_("Kind of contact"), choices=capital(Kind), required=False)
    started_at = MomentField(label=_("Began at"), latest=from_now(minutes=1))
    caller_type = forms.ChoiceField(label=_("Caller"))
    language = forms.ChoiceField(label=_("Language"), choices=[NOT_STATED, *Language.choices], required=False)
    alias = _text_field(_("Name or alias"), help_text=_("Leave empty for anonymous."))
    phone = _text_field(_("Telephone"), longest=60, help_text=_("Empty: withheld, or not to be noted."))
    country = forms.ChoiceField(label=_("Country"), choices=COUNTRIES, required=False)
    postal_code = _text_field(_("Postal code"))
    municipality = _text_field(_("Town or municipality"), longest=LONGEST_TOWN)
    relation = forms.ChoiceField(label=_("For the caller this is"), choices=capital(Relation), required=False)
    age_band = forms.ChoiceField(label=_("Age"), choices=capital(AgeBand), required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=capital(Sex), required=False)
    phenomenon = forms.ChoiceField(label=_("Phenomenon"), choices=Phenomenon, required=False)
    topics = forms.MultipleChoiceField(
        label=_("Topics"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The first letters lead to a topic, Space ticks it."),
    )
    notes = _text_field(
        _("Notes"), rows=6, longest=LONGEST_TEXT, strip=False, help_text=_("No full names of third persons.")
    )
    advice = _text_field(_("Advice given"), rows=3, longest=LONGEST_TEXT, strip=False)
    label = _text_field(
        _("Working title"), longest=120, help_text=_("A few words to find it again. It can be searched: no names.")
    )
    is_hard = forms.BooleanField(
        label=_("This was a hard conversation"),
        required=False,
        help_text=_("The coordinator offers you a debriefing."),
    )

    def __init__(self, data: Any = None, *, contact: Contact, prefix: str | None = None) -> None:
        super().__init__(data, initial=_values(contact), prefix=prefix)
        self.contact = contact
        self.fields["started_at"].stored = contact.started_at  # type: ignore[attr-defined]
        terms, caller_type, chosen = Terms(), contact.caller_type_id or "", contact.topics
        # Read when a value is checked or shown: an autosave of the notes needs neither.
        self.fields["caller_type"].choices = lambda: caller_types(terms.caller_types, caller_type)  # type: ignore[attr-defined]
        self.fields["topics"].choices = lambda: topics(terms.topics, chosen)  # type: ignore[attr-defined]
        self.fields["country"].choices = countries_of(contact)  # type: ignore[attr-defined]
        for name, (key, label) in JUMPS.items():
            self.fields[name].widget.attrs.update({"data-shortcut": key, "data-shortcut-label": label})
        if contact.state == ContactState.DRAFT:
            self.fields["caller_type"].widget.attrs.update(FOCUS)
        for name, field in self.fields.items():
            if name == "topics":
                continue  # a group of checkboxes; its note comes after it
            described = f"id_{name}_helptext note-{name}" if field.help_text else f"note-{name}"
            field.widget.attrs["aria-describedby"] = described

    def clean(self) -> dict[str, Any]:
        """Normalise the postal code, if possible: "D-04109" is 04109; a town in the same field is stored separately."""
        country = self.cleaned_data.get("country") or self.contact.country
        typed = self.cleaned_data.get("postal_code", "")
        town = self.cleaned_data.get("municipality", "")
        found = read_code(country, typed or town)
        if found and (typed or found.town) and (not found.has_zero_added or region_for(country, found.code)):
            self.cleaned_data["postal_code"] = found.code
            if "municipality" in self.cleaned_data:
                self.cleaned_data["municipality"] = (found.town if not typed else town or found.town)[:LONGEST_TOWN]
        elif len(typed) > LONGEST_CODE:
            self.cleaned_data.pop("postal_code")
            example = EXAMPLES.get(country, EXAMPLES["DE"])
            self.add_error(
                "postal_code", gettext("This is no postal code. Write it like %(code)s.") % {"code": example}
            )
        return self.cleaned_data

    def _was_sent(self, name: str) -> bool:
        """Browsers do not send unticked checkboxes; if ``notes`` was sent, the whole form was."""
        return name in self.data or (name in {"topics", "is_hard"} and "notes" in self.data)

    def changes(self) -> dict[str, Any]:
        """The values to save: of fields that are valid and were sent. A list without an answer is not changed."""
        self.is_valid()
        right = {name: value for name, value in self.cleaned_data.items() if self._was_sent(name)}
        return {_COLUMN.get(name, name): value for name, value in right.items() if value or name not in ALWAYS_ANSWERED}

    @property
    def refused(self) -> dict[str, str]:
        """Errors of the fields that were sent; these are not saved."""
        return {name: " ".join(map(str, self.errors[name])) for name in self.errors if self._was_sent(name)}

    def notices(self, contact: Contact) -> dict[str, dict[str, Any]]:
        """Messages per field: errors, and notes about values of ``contact`` that were stored as typed."""
        errors = {name: {"text": text, "error": True} for name, text in self.refused.items()}
        return {**notes_about(contact), **errors}


_COLUMN = {"caller_type": "caller_type_id"}


def _values(contact: Contact) -> dict[str, Any]:
    return {name: getattr(contact, _COLUMN.get(name, name)) for name in ContactForm.base_fields}


def notes_about(contact: Contact) -> dict[str, dict[str, Any]]:
    """Notes about values that were stored as typed although they are not recognised."""
    found = {}
    if contact.phone and parse_number(contact.phone, contact.country) is None:
        found["phone"] = gettext("Kept as typed. It is not a number by which the caller could be recognised.")
    if contact.postal_code and not regions_at(contact.country, contact.postal_code, contact.municipality)[0]:
        found["postal_code"] = _unknown_code(contact)
    return {name: {"text": text, "error": False} for name, text in found.items()}


def _unknown_code(contact: Contact) -> str:
    other = country_of_prefix(contact.postal_code)
    if other and other != contact.country:
        said = gettext(
            "Kept as typed. The letters before it stand for %(country)s: choose that country, or leave them out."
        )
        return said % {"country": country_name(other)}
    return gettext("Kept as typed. We do not know this postal code; please choose the region.")


class BesideAContact(forms.Form):
    """A form on the desk beside a contact's form; its prefix avoids duplicate ids."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"id_{type(self).__name__.lower()}_%s", **kwargs})


class NewContactForm(BesideAContact):
    contact_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    channel = forms.ChoiceField(label=_("Channel"), choices=capital(Channel), initial=Channel.PHONE, required=False)


class RegionForm(forms.Form):
    region = forms.ModelChoiceField(Region.objects.all(), required=False, label=_("Region"))

    def __init__(self, data: Any = None, *, country: str, selected: str | None) -> None:
        super().__init__(data, initial={"region": selected or ""})
        field = self.fields["region"]
        field.widget.choices = list(_regions(country, selected))
        # Outside the contact's form, because the region is saved separately and is not part of the form's version.
        field.widget.attrs.update({"id": "region-select", "form": "region-form", "aria-describedby": "region-help"})


def _regions(country: str, selected: str | None) -> Iterator[Choice]:
    """The country's regions, each with its subregions."""
    yield ("", gettext("By postal code"))
    rows = list(Region.objects.in_country(country).filter(level__gt=0).by_name())
    if selected and selected not in {region.code for region in rows}:
        rows += Region.objects.filter(code=selected)
    codes = {region.code for region in rows}
    for region in (row for row in rows if row.parent_id not in codes):
        below = [(row.code, row.name) for row in rows if row.parent_id == region.code]
        yield (region.name, [(region.code, region.name), *below]) if below else (region.code, region.name)


def in_an_hour() -> datetime:
    """One hour from now, rounded up to a quarter of an hour."""
    later = timezone.localtime(timezone.now() + timedelta(hours=1, minutes=14))
    return later.replace(minute=later.minute - later.minute % 15, second=0, microsecond=0)


FOCUS = {"data-focus-on-load": True}


class _Later(BesideAContact):
    """Proposes a time in one hour, or the next opening of the centre if it is closed then."""

    due_at = MomentField(label=_("When"), earliest=from_now(minutes=-5))

    def __init__(self, *args: Any, centre: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        soon = in_an_hour()
        when = self.fields["due_at"]
        when.initial = next_opening_of(centre, soon)
        if when.initial != soon:
            when.help_text = gettext("An hour from now the centre is closed: this is when it opens next.")


class PutBackForm(_Later):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_at"].widget.attrs.update(FOCUS)


class CallbackForm(_Later):
    callback_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    phone = PhoneField(label=_("Telephone"), dials=False)
    language = forms.ChoiceField(label=_("Language"), choices=[NOT_STATED, *Language.choices], required=False)
    note = _text_field(
        _("Note"), rows=2, longest=2000, help_text=_("What to know before calling. No full names of third persons.")
    )
    is_urgent = forms.BooleanField(label=_("Urgent"), required=False)
    field_order = ["phone", "due_at", "language", "is_urgent", "note"]

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        phone = self.fields["phone"]
        assert isinstance(phone, PhoneField)
        phone.country = country
        phone.widget.attrs.update(FOCUS)


class AccessForm(forms.Form):
    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3, **FOCUS}),
        help_text=_("A coordinator reads it and decides. Both stay in the journal. No names, please."),
    )


class AssignForm(forms.Form):
    to = forms.ModelChoiceField(User.objects.none(), label=_("Handler"), empty_label=_("Choose somebody"))

    def __init__(self, data: Any = None, *, centre: Organisation) -> None:
        super().__init__(data)
        self.fields["to"].queryset = handlers_of(centre)  # type: ignore[attr-defined]
        self.fields["to"].label_from_instance = lambda user: user.name  # type: ignore[attr-defined]


def handlers_of(centre: Organisation) -> Any:
    """People to whom a contact of this centre can be assigned."""
    roles = [Role.HANDLER.value, Role.COORDINATOR.value]
    return (
        User.objects.filter(
            is_active=True,
            memberships__organisation=centre,
            memberships__role__in=roles,
            memberships__ended_at=None,
        )
        .distinct()
        .order_by("name", "pk")
    )
