"""The forms of the case file."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Membership, User
from foundation.accounts.roles import Role
from hotline.contacts.models import Contact

LONGEST_NOTE = 20_000


class NoteForm(forms.Form):
    note_id = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("New note"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept encrypted. Whoever may read the case reads it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note_id"].initial = uuid.uuid4


class RenameForm(forms.Form):
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    label = forms.CharField(
        label=_("Working title"),
        max_length=120,
        required=False,
        help_text=_("It can be searched, so do not write names."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class CloseForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is it closed although duties are open?"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "For example: “The youth welfare office was informed on 3 March and has taken over.” "
            "Kept encrypted among the notes of the case."
        ),
    )


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable when it runs
    def label_from_instance(self, obj: User) -> str:
        return obj.name


class AssignForm(forms.Form):
    seen = forms.UUIDField(widget=forms.HiddenInput)
    to = PersonField(
        label=_("Responsible"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("nobody: whoever is on shift may take it"),
    )

    def __init__(self, *args: Any, centre_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        working = (
            Membership.objects.active().with_roles([Role.HANDLER, Role.COORDINATOR]).filter(organisation=centre_id)
        )
        people = User.objects.filter(is_active=True, pk__in=working.values("user")).order_by("name", "pk")
        self.fields["to"].queryset = people  # type: ignore[attr-defined]


class ContactReferenceForm(forms.Form):
    """Names a contact by its reference, as people write it: C-123, c123, 123."""

    contact = forms.CharField(
        label=_("Reference of the contact"),
        max_length=20,
        help_text=_("For example C-1204. Only add it when it is about the same person."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_contact(self) -> Contact:
        digits = self.cleaned_data["contact"].strip().upper().removeprefix("C").lstrip("- ")
        found = None
        if digits.isascii() and digits.isdigit() and len(digits) < 16:
            found = Contact.objects.filter(number=int(digits)).first()
        if found is None:
            raise forms.ValidationError(gettext("There is no such contact, or it is not open to you."))
        return found
