"""The form for telephone lines."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Organisation
from foundation.ui.versioned_form import VersionedForm
from regions.phone_field import PhoneField
from regions.phone_numbers import examples
from regions.vocabulary import Language

from .lines import MOST_LANGUAGES, LineSettings, settings_of
from .models import Line
from .vocabulary import Skill

KEYS = range(1, MOST_LANGUAGES + 1)


class LineForm(VersionedForm):
    """A line, with a field for each key of the menu."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("As the desk shows it, like “Advice line”. Callers do not hear it.")
    )
    number = PhoneField(label=_("Number"))
    skill = forms.ChoiceField(
        label=_("What it is for"),
        required=False,
        choices=[("", _("Everything")), *Skill.choices],
        help_text=_("Only handlers who chose it under “My telephone” are rung for such a line."),
    )
    is_round_the_clock = forms.BooleanField(
        label=_("Open round the clock"),
        required=False,
        help_text=_("Without it, the centre's opening hours and closing days hold."),
    )
    is_active = forms.BooleanField(
        label=_("In use"),
        required=False,
        initial=True,
        help_text=_("Out of use, callers hear that something does not work; the calls so far stay."),
    )

    def __init__(self, *args: Any, centre: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number = self.fields["number"]
        number.country = centre.country  # type: ignore[attr-defined]
        number.stored = self.initial.get("number", "")  # type: ignore[attr-defined]
        number.help_text = _now("As in %(country)s, or with + and the country's code: %(example)s") % {
            "country": centre.country_name,
            "example": examples(centre.country)[1],
        }
        for key in KEYS:
            self.fields[f"language_{key}"] = forms.ChoiceField(
                label=_now("Key %(key)s") % {"key": key},
                required=key == 1,
                choices=[("", "–" if key > 1 else _now("Choose …")), *Language.choices],
            )

    @property
    def menu(self) -> list[forms.BoundField]:
        return [self[f"language_{key}"] for key in KEYS]

    def clean_name(self) -> str:
        name: str = " ".join(self.cleaned_data["name"].split())
        return name

    def clean(self) -> dict[str, Any]:
        """``languages``: the chosen ones in order; gaps between keys are closed."""
        cleaned = super().clean() or self.cleaned_data
        chosen: list[str] = []
        for key in KEYS:
            language = cleaned.get(f"language_{key}")
            if language and language in chosen:
                self.add_error(f"language_{key}", _now("This language has a key already."))
            elif language:
                chosen.append(language)
        cleaned["languages"] = chosen
        return cleaned

    def settings(self) -> LineSettings:
        """The settings; only for a valid form."""
        given = self.cleaned_data
        return LineSettings(
            given["number"],
            given["name"],
            given["languages"],
            given["skill"],
            given["is_round_the_clock"],
            given["is_active"],
        )

    @staticmethod
    def stored(line: Line) -> dict[str, Any]:
        """The stored line as the form's initial values."""
        stored = settings_of(line)
        languages = {f"language_{key}": code for key, code in zip(KEYS, stored.languages, strict=False)}
        plain = {name: getattr(stored, name) for name in ("name", "skill", "is_round_the_clock", "is_active")}
        return {**plain, **languages, "number": stored.number, "version": line.version}
