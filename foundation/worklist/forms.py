"""The form for e-mails about due work."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


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
