"""The forms of assessments."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.cases.forms import LONGEST_NOTE
from foundation.ui.moments import MomentField, from_now
from triage.engine.answers import LONGEST_TEXT, AnswerError, normalised
from triage.engine.questionnaire import Question, Section

from .permissions import Author
from .questionnaire import Template, current
from .vocabulary import DeclineReason, Profession, Shares

LONGEST_REASON = 2_000
#: Until when an assessment is asked for, if nothing else is said.
USUAL_TIME = timedelta(days=14)
#: Before the ids of questions in the form.
PREFIX = "q-"


def _in_two_weeks() -> Any:
    return timezone.now() + USUAL_TIME


class RequestForm(forms.Form):
    assessment_id = forms.UUIDField(widget=forms.HiddenInput)
    template = forms.ChoiceField(label=_("Which assessment"))
    author = forms.ChoiceField(
        label=_("Who makes it"), help_text=_("If it is you, it begins at once. Others are asked and may decline.")
    )
    reason = forms.CharField(
        label=_("Why it is needed"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept encrypted. The whole team reads it."),
    )
    due_at = MomentField(label=_("Due"), earliest=from_now(minutes=1), latest=from_now(days=366), initial=_in_two_weeks)

    def __init__(self, *args: Any, authors: Sequence[Author], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.authors = {one.key: one for one in authors}
        self.fields["assessment_id"].initial = uuid.uuid4
        _choose(self.fields["template"], sorted(_titles().items(), key=lambda item: item[1]))
        _choose(self.fields["author"], [(key, str(one)) for key, one in self.authors.items()])

    def values(self) -> dict[str, Any]:
        """What is asked for; only for a valid form."""
        chosen = self.authors[self.cleaned_data["author"]]
        return {
            **{name: self.cleaned_data[name] for name in ("assessment_id", "reason", "due_at")},
            "template": current()[self.cleaned_data["template"]],
            "author": chosen.user,
            "organisation": chosen.organisation,
        }


def _titles() -> dict[str, str]:
    clinical = _("%(title)s (clinical)")
    return {
        name: str(clinical) % {"title": one.title} if one.is_clinical else str(one.title)
        for name, one in current().items()
    }


def _choose(field: forms.Field, choices: Iterable[tuple[str, str]]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", _("please choose")), *choices]


class StepForm(forms.Form):
    """A step that needs no words. ``version``: of the page."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class DeclineForm(StepForm):
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", _("please choose")), *DeclineReason.choices])


class ContentForm(StepForm):
    """The questions that the stored answers show, each as a field; notes and conclusion."""

    notes = forms.CharField(
        label=_("Notes for yourself"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Never part of what the team reads."),
    )
    conclusion = forms.CharField(
        label=_("Conclusion"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What follows, in words that others understand. You choose at delivery who reads it."),
    )

    def __init__(self, *args: Any, template: Template, shown: Sequence[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.template, self.shown = template, shown
        self.fields = {**{PREFIX + question.id: _field(question) for question in shown}, **self.fields}

    def sections(self) -> list[tuple[Section, list[forms.BoundField]]]:
        """The fields of the questions by section; a section without any is left out."""
        ids = {question.id for question in self.shown}
        found = (
            (section, [self[PREFIX + question.id] for question in section.questions if question.id in ids])
            for section in self.template.sections
        )
        return [(section, fields) for section, fields in found if fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for question in self.shown:
            try:
                normalised(question, cleaned.get(PREFIX + question.id, ""))
            except AnswerError:
                self.add_error(PREFIX + question.id, _("One of these answers stands alone."))
        return cleaned

    def answers(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """The stored answers with those of the form; what it does not show is kept."""
        given = {question.id: self.cleaned_data[PREFIX + question.id] for question in self.shown}
        return {key: value for key, value in {**stored, **given}.items() if value}


def _field(question: Question) -> forms.Field:
    said: dict[str, Any] = {"label": question.label, "help_text": question.help or "", "required": False}
    choices = [(answer.code, answer.label) for answer in question.answers]
    if question.is_text:
        return forms.CharField(max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3}), **said)
    if question.takes_many:
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **said)
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **said)


class DeliverForm(StepForm):
    """``version``: of the content, so that what is delivered is what the author looked at."""

    profession = forms.ChoiceField(label=_("Your profession"))
    shares = forms.ChoiceField(label=_("What the team reads"), choices=Shares, widget=forms.RadioSelect)
    readers = forms.MultipleChoiceField(
        label=_("Who else reads the whole"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only while they work on the case."),
    )

    def __init__(self, *args: Any, template: Template, people: Sequence[Author], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self.fields["profession"], [(one.value, str(one.label)) for one in template.professions])
        readers = self.fields["readers"]
        assert isinstance(readers, forms.MultipleChoiceField)
        named = {str(one.user.pk): str(one) for one in people}
        readers.choices = list(named.items())

    def values(self) -> dict[str, Any]:
        """Only for a valid form."""
        return {
            "version": self.cleaned_data["version"],
            "profession": Profession(self.cleaned_data["profession"]),
            "shares": Shares(self.cleaned_data["shares"]),
            "readers": [int(key) for key in self.cleaned_data["readers"]],
        }
