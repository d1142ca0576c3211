"""Forms about referrals."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hotline.contacts.models import Contact
from regions.vocabulary import ConflictReason

from .consent import Consent, Objection, not_covered, what_else
from .disclosure import Preview, previews
from .names import Finding, KnownNames, find
from .vocabulary import DeclineReason, Disclosable, Feedback, LegalBasis, Outcome

#: Feedback that partners choose; "ended" is set when the outcome is given.
FEEDBACK_ON_THE_WAY = (Feedback.FIRST_CONTACT, Feedback.IN_COUNSELLING, Feedback.NOT_REACHED)
LONGEST = 4000
LONGEST_REMARK = 500


def words(label: Any, *, required: bool, rows: int = 3, help_text: Any = "") -> forms.CharField:
    """A field for a few sentences. Its input is kept when the surrounding fragment is fetched again."""
    area = forms.Textarea(attrs={"rows": rows, "hx-preserve": True})
    return forms.CharField(label=label, required=required, widget=area, max_length=LONGEST, help_text=help_text)


class OutwardForm(forms.Form):
    """A text that is sent to a partner before it accepts. Words that may be names have to be confirmed."""

    no_names = forms.MultipleChoiceField(
        label=_("Looked at"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick a word only where it is neither a name nor the place. Otherwise take it out of the text."),
    )

    def __init__(self, *args: Any, known: KnownNames, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        text = self["text"].value() if self.is_bound else ""
        self.asked: list[Finding] = [finding for finding in find(text or "", known) if finding.word]
        boxes = self.fields["no_names"]
        assert isinstance(boxes, forms.MultipleChoiceField)
        said = gettext("“%(word)s” is no name and no place here")
        boxes.choices = [(finding.word, said % {"word": finding.word}) for finding in self.asked]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        looked_at = set(self["no_names"].value() or [])
        if found := [finding.said for finding in find(text, self.known) if finding.word not in looked_at]:
            raise forms.ValidationError(found)
        return text


class OfferForm(OutwardForm):
    """The summary, and the fields that the partner sees after acceptance."""

    text = words(
        _("Summary for the partner"),
        required=True,
        rows=6,
        help_text=_("Shown before the partner answers. Leave out names, addresses and numbers."),
    )
    fields_agreed = forms.MultipleChoiceField(
        label=_("Disclosed on acceptance"), required=False, widget=forms.CheckboxSelectMultiple
    )
    legal_basis = forms.ChoiceField(
        label=_("Legal basis"),
        required=False,
        choices=[("", _("Please choose")), *LegalBasis.choices],
        help_text=_("Needed as soon as one field is disclosed."),
    )
    may_pass_on = forms.BooleanField(label=_("The partner may pass it on within its task"), required=False)

    def __init__(self, *args: Any, contact: Contact, known: KnownNames, consent: Consent, **kwargs: Any) -> None:
        super().__init__(*args, known=known, **kwargs)
        self.consent = consent
        self.previews: list[Preview] = previews(contact)
        agreed = self.fields["fields_agreed"]
        assert isinstance(agreed, forms.MultipleChoiceField)
        agreed.choices = [(preview.name, preview.label) for preview in self.previews]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("fields_agreed") and not cleaned.get("legal_basis"):
            self.add_error("legal_basis", gettext("Choose on what basis the fields are disclosed."))
        if cleaned.get("legal_basis") == LegalBasis.CONSENT:
            refused = not_covered(self.consent, [Disclosable(name) for name in cleaned.get("fields_agreed", ())])
            if refused:
                self.add_error("legal_basis", self.said(refused))
        return cleaned

    @property
    def consent_problem(self) -> str:
        """The fields that consent does not cover, shown before a legal basis is chosen; "" if it covers every field."""
        return self.said(not_covered(self.consent, [Disclosable(one.name) for one in self.previews]))

    @property
    def consent_covers_nothing(self) -> bool:
        return len(not_covered(self.consent, list(Disclosable))) == len(Disclosable)

    def said(self, refused: dict[Disclosable, Objection]) -> str:
        """Why consent does not cover these fields, and what is possible instead."""
        if not refused:
            return ""
        without = () if self.consent_covers_nothing else list(refused)
        return what_else(next(iter(refused.values())), without)

    @property
    def chosen(self) -> list[str]:
        """The fields that are selected."""
        return [str(name) for name in self["fields_agreed"].value() or []]


class AnswerForm(OutwardForm):
    message_id = forms.UUIDField(widget=forms.HiddenInput)
    text = words(_("Answer"), required=True, help_text=_("The partner's time to answer starts anew."))


class QuestionForm(forms.Form):
    message_id = forms.UUIDField(widget=forms.HiddenInput)
    text = words(
        _("Your question"), required=True, help_text=_("The offer does not expire while your question is open.")
    )


class DeclineForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=DeclineReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )
    text = words(_("A word to the centre"), required=False, rows=2)


class ConflictForm(forms.Form):
    """Why a partner must not get one case."""

    conflict_id = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=ConflictReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
        help_text=_("It stands beside the partner in the ranking."),
    )
    text = forms.CharField(
        label=_("More about it (optional)"),
        required=False,
        max_length=LONGEST_REMARK,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For those of the centre who work on this case; the partner never reads it."),
    )


class FeedbackForm(forms.Form):
    message_id = forms.UUIDField(widget=forms.HiddenInput)
    feedback = forms.ChoiceField(choices=[(item.value, item.label) for item in FEEDBACK_ON_THE_WAY])
    text = words(_("Note (optional)"), required=False, rows=2)


class CompleteForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an outcome.")},
    )
    text = words(_("A word to the centre"), required=False, rows=2)


class ReturnForm(forms.Form):
    text = words(_("Why do you give it back?"), required=True, rows=2)
