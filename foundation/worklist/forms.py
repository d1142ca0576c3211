"""The forms of an absence, and of the choice of e-mails."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.accounts.forms import PersonField
from foundation.accounts.models import Organisation, User
from foundation.ui.dates import DayField, days_from_today, today

from .absences import people_at

PLANNED_AHEAD = 2 * 366  # days


class AbsenceForm(forms.Form):
    """``person`` is asked of those who may enter it for others."""

    absence_id = forms.UUIDField(widget=forms.HiddenInput)
    person = PersonField(label=_("Who"), queryset=User.objects.none(), empty_label=None)
    starts_on = DayField(label=_("First day"), earliest=today, latest=days_from_today(PLANNED_AHEAD))
    ends_on = DayField(
        label=_("Last day"),
        earliest=today,
        latest=days_from_today(PLANNED_AHEAD),
        required=False,
        help_text=_("Leave empty if it is not known."),
    )
    deputy = PersonField(
        label=_("Deputy"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("nobody: whoever is on shift may take the work"),
        help_text=_("Gets the work and reads what belongs to it."),
    )

    def __init__(self, *args: Any, place: Organisation, user: User, is_leading: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [user_id for user_id, _place in people_at([place.pk])]
        colleagues = User.objects.filter(pk__in=keys).order_by("name", "pk")
        self.fields["absence_id"].initial = uuid.uuid4
        self.fields["starts_on"].initial = today
        self.fields["person"].initial = user.pk
        self.fields["person"].queryset = colleagues  # type: ignore[attr-defined]
        self.fields["deputy"].queryset = colleagues  # type: ignore[attr-defined]
        if not is_leading:
            del self.fields["person"]
        self._user = user

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned.setdefault("person", self._user)
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", gettext("The last day is before the first one."))
        if cleaned.get("deputy") == cleaned["person"]:
            self.add_error("deputy", gettext("Choose somebody else."))
        return cleaned


class MailsForm(forms.Form):
    daily = forms.BooleanField(
        label=_("In the morning, if something is due or overdue"),
        help_text=_("From Monday to Friday at 7, at most one e-mail a day."),
        required=False,
    )
    urgent = forms.BooleanField(
        label=_("At once, if something urgent comes to you"),
        help_text=_("Also if it is nobody’s yet and you may take it. You are told of each only once."),
        required=False,
    )
