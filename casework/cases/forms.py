"""The forms of the case file."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.accounts.forms import PersonField
from foundation.accounts.models import Membership, User
from foundation.accounts.roles import Role
from foundation.ui.moments import MomentField, from_now
from hotline.contacts.models import Contact

from .models import Strand
from .questions import credibility_choices, reliability_choices
from .vocabulary import CHOSEN, CloseReason, PrintPurpose, ReopenCause

LONGEST_NOTE = 20_000
LONGEST_LINE = 1_000


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


class ToColleagueForm(forms.Form):
    """Names a person of the centre, or nobody."""

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


class AssignForm(ToColleagueForm):
    seen = forms.UUIDField(widget=forms.HiddenInput)


class ActionForm(ToColleagueForm):
    """A new action of a case."""

    action_id = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("What has to be done"),
        max_length=LONGEST_LINE,
        help_text=_("Kept encrypted. Whoever may read the case reads it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    strand = forms.ChoiceField(label=_("Strand"), choices=Strand, initial=Strand.SOCIAL, widget=forms.RadioSelect)
    due_at = MomentField(label=_("Due"), earliest=from_now(minutes=1), latest=from_now(days=366))
    field_order = ("action_id", "text", "strand", "to", "due_at")

    def __init__(self, *args: Any, centre_id: int, **kwargs: Any) -> None:
        super().__init__(*args, centre_id=centre_id, **kwargs)
        self.fields["action_id"].initial = uuid.uuid4


class StepForm(forms.Form):
    """A step of an action that needs no words. ``version``: of the page."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class DoneForm(StepForm):
    result = forms.CharField(
        label=_("What was done"),
        max_length=LONGEST_LINE,
        help_text=_("One sentence, for example: “Spoke with the youth welfare office, they call the family today.”"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    met_person = forms.BooleanField(
        label=_("The person concerned was met"),
        required=False,
        help_text=_("Face to face, by video or on the telephone. It counts how soon somebody met the person."),
    )


class DropForm(StepForm):
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=CHOSEN,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )
    result = forms.CharField(
        label=_("Why it is not done"), max_length=LONGEST_LINE, widget=forms.Textarea(attrs={"rows": 2})
    )


class CloseForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why the case is closed"),
        choices=CloseReason,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )

    def clean_reason(self) -> CloseReason:
        return CloseReason(self.cleaned_data["reason"])


class ReopenForm(forms.Form):
    cause = forms.ChoiceField(
        label=_("Why the case is opened again"),
        choices=ReopenCause,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a cause.")},
    )

    def clean_cause(self) -> ReopenCause:
        return ReopenCause(self.cleaned_data["cause"])


class PrintForm(forms.Form):
    purpose = forms.ChoiceField(
        label=_("What for"),
        choices=[("", "–"), *PrintPurpose.choices],
        help_text=_("Who works on the case sees in its timeline that the file was printed, by whom and what for."),
    )


class QuestionForm(forms.Form):
    question_id = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("What is not known"),
        max_length=LONGEST_LINE,
        help_text=_("Kept encrypted. Whoever may read the case reads it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["question_id"].initial = uuid.uuid4


class AnswerForm(StepForm):
    """An answer to an open question. Source and information are graded apart, with the words of the checklist."""

    answer = forms.CharField(label=_("Answer"), max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3}))
    source = forms.CharField(
        label=_("Where it comes from"),
        max_length=LONGEST_LINE,
        help_text=_("Who said it, or where it was read."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reliability = forms.ChoiceField(label=_("How reliable is the source?"), choices=reliability_choices)
    credibility = forms.ChoiceField(label=_("How credible is the information?"), choices=credibility_choices)


class NoLongerAskedForm(StepForm):
    reason = forms.CharField(
        label=_("Why it is no longer asked"), max_length=LONGEST_LINE, widget=forms.Textarea(attrs={"rows": 2})
    )


class GiveForm(ToColleagueForm, StepForm):
    pass


class DueForm(StepForm):
    due_at = MomentField(label=_("Due"), earliest=from_now(minutes=1), latest=from_now(days=366))


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
