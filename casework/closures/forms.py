"""The forms of closing a case together, and of opening it again."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casework.assessments.models import CaseAssessment
from casework.cases.forms import StepForm
from casework.cases.vocabulary import CloseReason, ReopenCause

LONGEST_TEXT = 4_000
#: Of opening a case again; a proposal is about what happened since.
CAUSES = [(one.value, one.label) for one in ReopenCause if one != ReopenCause.MISTAKE]


def _text(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=LONGEST_TEXT, required=required, help_text=help_text, widget=widget)


class AssessmentField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable when it runs
    def label_from_instance(self, obj: Any) -> str:
        return _("%(title)s, %(author)s") % {"title": obj.title, "author": obj.author.name}


class ProposeForm(forms.Form):
    closure_id = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=_("Why the case is closed"),
        choices=CloseReason,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )
    reached = _text(
        _("What was reached"), help_text=_("And what was not. All bodies of the team read what you write here.")
    )
    earlier = AssessmentField(
        label=_("Assessment of the risk at the beginning"),
        queryset=CaseAssessment.objects.none(),
        empty_label=_("none of them"),
        required=False,
    )
    repeated = AssessmentField(
        label=_("Repeated assessment"),
        queryset=CaseAssessment.objects.none(),
        empty_label=_("none of them"),
        required=False,
    )
    without_assessment = _text(_("Why there are not both"), required=False)
    services = _text(
        _("Which general services take over"),
        help_text=_("Who stays in touch, and under which name. Write it too if nobody does."),
    )
    family_knows = forms.BooleanField(
        label=_("The person and the family know that the case can be opened again"), required=False
    )
    is_monitored = forms.BooleanField(
        label=_("A year of monitoring follows: four reviews, one a quarter"), required=False, initial=True
    )

    def __init__(self, *args: Any, delivered: QuerySet[CaseAssessment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["closure_id"].initial = uuid.uuid4
        for name in ("earlier", "repeated"):
            self.fields[name].queryset = delivered  # type: ignore[attr-defined]

    def clean_reason(self) -> CloseReason:
        return CloseReason(self.cleaned_data["reason"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        earlier, repeated = cleaned.get("earlier"), cleaned.get("repeated")
        if earlier and earlier == repeated:
            self.add_error("repeated", _("Choose another one than at the beginning."))
        elif not (earlier and repeated) and not cleaned.get("without_assessment"):
            self.add_error("without_assessment", _("Choose both assessments, or say why there are not both."))
        return cleaned


class _WordsForm(StepForm):
    """A yes, or a no that needs words. ``choice`` and ``words``: names of the fields."""

    choice = ""
    words = ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.choice in cleaned:
            cleaned[self.choice] = cleaned[self.choice] == "yes"
            if not cleaned[self.choice] and not cleaned.get(self.words):
                self.add_error(self.words, _("Say why."))
        return cleaned


class OpinionForm(_WordsForm):
    choice, words = "is_for", "reason"
    is_for = forms.ChoiceField(
        label=_("What your body thinks"),
        choices=[("yes", _("For closing the case")), ("no", _("Against it"))],
        widget=forms.RadioSelect,
    )
    reason = _text(_("Why"), required=False, help_text=_("Needed if you are against it. The whole team reads it."))


class DecideForm(_WordsForm):
    choice, words = "agrees", "decision"
    agrees = forms.ChoiceField(
        label=_("Your decision"),
        choices=[("yes", _("The case is closed")), ("no", _("It is not closed"))],
        widget=forms.RadioSelect,
    )
    decision = _text(
        _("Why"),
        required=False,
        help_text=_("Needed if it is not closed, or closed although a body is against it. The whole team reads it."),
    )


class WithdrawForm(StepForm):
    reason = _text(_("Why the proposal is withdrawn"))


class ReopeningForm(forms.Form):
    reopening_id = forms.UUIDField(widget=forms.HiddenInput)
    cause = forms.ChoiceField(
        label=_("Cause"),
        choices=CAUSES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a cause.")},
    )
    words = _text(_("What was seen or said"), help_text=_("The centre and the whole team read it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reopening_id"].initial = uuid.uuid4

    def clean_cause(self) -> ReopenCause:
        return ReopenCause(self.cleaned_data["cause"])


class AnswerForm(_WordsForm):
    choice, words = "reopens", "answer"
    reopens = forms.ChoiceField(
        label=_("Your decision"),
        choices=[("yes", _("Open the case again")), ("no", _("Do not open it again"))],
        widget=forms.RadioSelect,
    )
    answer = _text(_("Why"), required=False, help_text=_("Needed if it is not opened again. The whole team reads it."))
