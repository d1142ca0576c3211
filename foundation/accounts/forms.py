"""Forms of administrators. The views call actions with the cleaned values."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language_info, pgettext_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from foundation.ui.versioned_form import VersionedForm

from . import first_run
from .countries import countries_of, country_choices, country_name, is_zone, time_zones_of, zone_choices, zone_or_utc
from .models import Organisation, OrganisationKind, User
from .roles import ROLES, Role
from .vocabulary import ROLES_AT

PASSWORD_HELP = _("At least 12 characters, for example four words that do not belong together.")
NO_EMAIL = _("This is no e-mail address. Write it like name@example.org.")


def language_choices() -> list[tuple[str, str]]:
    """The languages of the interface, each with its own name, so that it can be found on a page in another language."""
    return [(code, str(get_language_info(code)["name_local"]).capitalize()) for code, _name in settings.LANGUAGES]


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable when it runs
    def label_from_instance(self, obj: User) -> str:
        return obj.name


class PlaceFields(forms.Form):
    """Country and time zone, as choices. A zone outside the country has to be confirmed once."""

    country = forms.ChoiceField(label=_("Country"))
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        help_text=_("Leave it as the country's own unless the house lies elsewhere, like an island."),
    )
    is_confirmed = forms.CharField(widget=forms.HiddenInput, required=False)

    def offer_places(self, country: str, stored_zone: str = "") -> None:
        """Fill the lists; the zones of the country come first."""
        self.fields["country"].choices = country_choices()  # type: ignore[attr-defined]
        main = (time_zones_of(country) or ["UTC"])[0]
        first = [("", _now("The country's own (%(zone)s)") % {"zone": main.replace("_", " ")})]
        known = is_zone(stored_zone) or not stored_zone
        kept = [] if known else [(stored_zone, stored_zone)]
        self.fields["time_zone"].choices = [*first, *kept, *zone_choices(country)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """``time_zone`` is never empty afterwards."""
        cleaned = super().clean() or self.cleaned_data
        country = cleaned.get("country")
        if country:
            cleaned["time_zone"] = cleaned.get("time_zone") or (time_zones_of(country) or ["UTC"])[0]
        return cleaned

    def ask(self, field: str, question: str) -> None:
        """Add an error that disappears when the same values are posted again."""
        typed = cast(QueryDict, self.data).copy()
        typed["is_confirmed"] = self._place()
        self.add_error(field, question)
        self.data = typed

    def is_asked(self) -> bool:
        return self.cleaned_data.get("is_confirmed") == self._place()

    def _place(self) -> str:
        return f"{self.cleaned_data.get('country')} {self.cleaned_data.get('time_zone')}"

    def zone_elsewhere(self) -> str:
        """A question if the zone is not one of the country; else empty."""
        country = self.cleaned_data["country"]
        zone = self.cleaned_data["time_zone"]
        if zone in time_zones_of(country) or not time_zones_of(country):
            return ""
        places = ", ".join(country_name(code) for code in countries_of(zone)) or zone
        return _now(
            "%(zone)s is the time of %(places)s, not of %(country)s, whose own is %(own)s. "
            "Choose another, or save once more if it is meant."
        ) % {"zone": zone, "places": places, "country": country_name(country), "own": time_zones_of(country)[0]}


class OrganisationForm(VersionedForm, PlaceFields):
    """An organisation; the kind is chosen once."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=OrganisationKind.choices,
        widget=forms.RadioSelect,
        help_text=_("It cannot be changed afterwards: what hangs on an organisation is of its kind."),
    )
    field_order = ["name", "kind", "country", "time_zone"]

    def __init__(self, *args: Any, organisation: Organisation | None, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        if organisation:
            del self.fields["kind"]
        chosen = self.data.get("country") if self.is_bound else None
        self.offer_places(str(chosen or country), organisation.time_zone if organisation else "")

    def clean_name(self) -> str:
        name: str = " ".join(self.cleaned_data["name"].split())
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("country") and cleaned.get("time_zone") and not self.errors and not self.is_asked():
            if question := self.zone_elsewhere():
                self.ask("time_zone", question)
            elif effects := self.effects():
                self.ask("time_zone" if "time_zone" in self.changed_places() else "country", effects)
        return cleaned

    def changed_places(self) -> list[str]:
        if self.organisation is None:
            return []
        return [
            field for field in ("country", "time_zone") if self.cleaned_data[field] != getattr(self.organisation, field)
        ]

    def effects(self) -> str:
        """Consequences of a change of country or time zone, to be confirmed; empty for a new organisation."""
        changed = self.changed_places()
        sentences = []
        assert self.organisation or not changed
        if "time_zone" in changed and self.organisation:
            now = timezone.now()
            zone, _known = zone_or_utc(self.cleaned_data["time_zone"])
            sentences.append(
                _now(
                    "There it is %(then)s now, and %(before)s by the stored time zone. Opening hours, deadlines of new "
                    "offers and the days of figures follow; deadlines that run already stay."
                )
                % {"then": f"{now.astimezone(zone):%H:%M}", "before": f"{now.astimezone(self.organisation.zone):%H:%M}"}
            )
        if "country" in changed and self.organisation:
            sentences.append(
                _now(
                    "The public holidays of %(country)s count from now on, numbers without a country code are read as "
                    "those of %(country)s, and its regions are offered. Regions that are covered already stay."
                )
                % {"country": country_name(self.cleaned_data["country"])}
            )
        return " ".join([*sentences, _now("Save once more if that is right.")]) if sentences else ""

    @staticmethod
    def stored(organisation: Organisation) -> dict[str, Any]:
        """What is stored, as the form's initial values."""
        return {name: getattr(organisation, name) for name in ("name", "country", "time_zone", "version")}


class RoleChoice(forms.ChoiceField):
    """A role at an organisation in one choice, so that what does not fit cannot be chosen. Cleans to a pair."""

    def offer(self) -> None:
        organisations = Organisation.objects.in_use().order_by("kind", "name")
        groups = [
            (organisation.name, [(f"{organisation.pk}:{role}", str(ROLES[role].label)) for role in roles])
            for organisation in sorted(organisations, key=lambda one: (one.kind != OrganisationKind.CENTRE, one.name))
            if (roles := ROLES_AT[organisation.kind])
        ]
        self.choices = [("", _now("Choose …")), *groups]

    def clean(self, value: Any) -> tuple[int, Role] | None:
        chosen = super().clean(value)
        if not chosen:
            return None
        organisation, _colon, role = chosen.partition(":")
        return int(organisation), Role(role)


class RoleForm(forms.Form):
    """One more role for a person."""

    role = RoleChoice(label=_("Role"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, RoleChoice)
        role.offer()


class UserForm(VersionedForm):
    """What is known of a person."""

    name = forms.CharField(
        label=pgettext_lazy("of a person", "Name"), max_length=120, help_text=_("As colleagues see it.")
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("The person signs in with it, and gets notices there."),
        error_messages={"invalid": NO_EMAIL},
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=language_choices, widget=forms.RadioSelect, help_text=_("Of pages and e-mails.")
    )

    def clean_name(self) -> str:
        name: str = " ".join(self.cleaned_data["name"].split())
        return name

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        return email

    @staticmethod
    def stored(user: User) -> dict[str, Any]:
        """What is stored, as the form's initial values."""
        return {name: getattr(user, name) for name in ("name", "email", "language", "version")}


class AddressForm(forms.Form):
    """A new address for one's own account."""

    email = forms.EmailField(
        label=_("New address"),
        max_length=254,
        help_text=_("You get an e-mail there, with a link that you open to confirm it."),
        error_messages={"invalid": NO_EMAIL},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        return email


class NewUserForm(UserForm):
    """A new person, with a first role."""

    role = RoleChoice(
        label=_("First role"),
        required=False,
        help_text=_(
            "Without a role nothing can be seen. Most roles take effect when a second person has confirmed them."
        ),
    )
    field_order = ["name", "email", "language", "role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, RoleChoice)
        role.offer()


class PasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """The password that a person chooses with a one-time link. The view calls the action."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["new_password1"].help_text = PASSWORD_HELP


class FirstRunForm(PlaceFields):
    """Code, person and centre of an empty installation, on one page."""

    code = forms.CharField(
        label=_("One-time code"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("Like ABCD-EFGH-JKMN; it was shown where Lotse was started."),
    )
    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Your e-mail"),
        max_length=254,
        help_text=_("You sign in with it."),
        error_messages={"invalid": NO_EMAIL},
    )
    language = forms.ChoiceField(label=_("Your language"), choices=language_choices, widget=forms.RadioSelect)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}, render_value=True),
        help_text=PASSWORD_HELP,
    )
    centre = forms.CharField(label=_("Name of the advice centre"), max_length=200)
    field_order = ["code", "name", "email", "language", "password", "centre", "country", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_places(str(self.data.get("country") or "DE") if self.is_bound else "DE")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        return email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        password = cleaned.get("password")
        if password:
            try:
                validate_password(password, User(email=cleaned.get("email", ""), name=cleaned.get("name", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        if not self.errors and not self.is_asked() and (question := self.zone_elsewhere()):
            self.ask("time_zone", question)
        return cleaned

    def person(self) -> first_run.FirstPerson:
        given = self.cleaned_data
        return first_run.FirstPerson(given["name"], given["email"], given["language"], given["password"])

    def place(self) -> first_run.FirstCentre:
        given = self.cleaned_data
        return first_run.FirstCentre(" ".join(given["centre"].split()), given["country"], given["time_zone"])
