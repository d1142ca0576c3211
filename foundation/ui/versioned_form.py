"""A form that detects concurrent changes."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _


class VersionedForm(forms.Form):
    """A form with the version of the row that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def now_stored(self, stored: dict[str, Any]) -> list[str]:
        """The labels of fields whose stored value differs from the input."""
        typed = self.cleaned_data
        return [
            str(self.fields[name].label)
            for name, value in stored.items()
            if name != "version" and _plain(value) != _plain(typed.get(name))
        ]

    def outdated(self, stored: dict[str, Any]) -> None:
        """Show that the row was changed meanwhile, and take the current version, so that saving again overwrites it."""
        differing = ", ".join(self.now_stored(stored))
        self.add_error(
            None,
            _("Somebody changed this after you opened it. What is stored now differs in: %(fields)s. "
                 "Your entries are still here; save again to replace what is stored.") % {"fields": differing},
        )  # fmt: skip
        typed = cast(QueryDict, self.data).copy()
        typed["version"] = str(stored["version"])
        self.data = typed


def _plain(value: Any) -> Any:
    """A comparable value: lists without order, rows as ids."""
    if isinstance(value, list | tuple | set) or hasattr(value, "values_list"):
        return sorted(str(getattr(item, "pk", item)) for item in value)
    return getattr(value, "pk", value) or ""
