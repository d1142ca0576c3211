"""The form of a reply to a message."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .actions import LONGEST


class ReplyForm(forms.Form):
    message_id = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Answer"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is read on a telephone that others may see. Write nothing that could put somebody in danger."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"message_id": uuid.uuid4()}, **kwargs})
