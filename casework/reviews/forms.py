"""The forms of reviews."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.cases.forms import StepForm
from foundation.accounts.models import Organisation
from foundation.ui.moments import MomentField, from_now

from .actions import Answers, Following
from .models import Review
from .permissions import Holder
from .vocabulary import CHOSEN_KINDS, Adjustment, OnTrack, ReviewKind

LONGEST_TEXT = 4_000
#: Until the next one, if nothing else is said.
USUAL_TIME = timedelta(days=28)


def _in_four_weeks() -> Any:
    return timezone.now() + USUAL_TIME


def _text(label: Any, *, required: bool = False, help_text: Any = "", rows: int = 3) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=LONGEST_TEXT, required=required, help_text=help_text, widget=widget)


def _due(label: Any, **kwargs: Any) -> MomentField:
    return MomentField(label=label, earliest=from_now(minutes=1), latest=from_now(days=2 * 366), **kwargs)


class HolderField(forms.ChoiceField):
    """Chooses who holds it; its value is a ``Holder``, of those that it offers."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.holders: dict[str, Holder] = {}

    def offer(self, holders: Sequence[Holder], usual: Holder | None) -> None:
        self.holders = {holder.key: holder for holder in holders}
        self.choices = [(key, _words(holder)) for key, holder in self.holders.items()]
        self.initial = usual.key if usual else None

    def clean(self, value: Any) -> Holder | None:
        return self.holders.get(super().clean(value))


def _words(holder: Holder) -> str:
    return str(holder) if holder.user else str(_("%(centre)s: the shift")) % {"centre": holder}


class TimeAndHolder(forms.Form):
    """When, and who holds it."""

    due_at = _due(_("When"), initial=_in_four_weeks)
    holder = HolderField(label=_("Who holds it"))

    def __init__(self, *args: Any, holders: Sequence[Holder], usual: Holder | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["holder"]
        assert isinstance(field, HolderField)
        field.offer(holders, usual)


class PlanForm(TimeAndHolder):
    review_id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("What kind"),
        choices=[(kind.value, kind.label) for kind in CHOSEN_KINDS],
        initial=ReviewKind.PLAN,
        widget=forms.RadioSelect,
    )
    topic = _text(_("What to look at in particular"), help_text=_("Kept encrypted. The whole team reads it."))
    field_order = ("review_id", "kind", "due_at", "holder", "topic")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["review_id"].initial = uuid.uuid4


class AcceptForm(TimeAndHolder, StepForm):
    topic = _text(_("What to look at in particular"), help_text=_("Kept encrypted. The whole team reads it."))
    field_order = ("version", "due_at", "holder", "topic")


class DropForm(StepForm):
    reason = _text(_("Why it is not needed"), required=True, rows=2)


class MoveForm(TimeAndHolder, StepForm):
    next_id = forms.UUIDField(widget=forms.HiddenInput)
    reason = _text(_("Why it is moved"), required=True, rows=2)
    field_order = ("version", "next_id", "due_at", "holder", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["next_id"].initial = uuid.uuid4

    def following(self) -> Following:
        """Only for a valid form."""
        given = self.cleaned_data
        return Following(review_id=given["next_id"], due_at=given["due_at"], holder=given["holder"])


class HoldForm(StepForm):
    """The four questions, who took part, and what follows. Monitoring has a short form."""

    on_track = forms.ChoiceField(label=_("Is the work on track?"), choices=OnTrack, widget=forms.RadioSelect)
    findings = _text(_("What shows it"), required=True)
    has_warning_sign = forms.BooleanField(
        label=_("There was a warning sign"),
        required=False,
        help_text=_("Then the centre decides whether the case is reopened."),
    )
    side_effects = _text(_("Are there side effects?"), help_text=_("What the work has done that nobody wanted."))
    events_outside = _text(
        _("What happened outside?"), help_text=_("Events in the place, in the country, online that matter here.")
    )
    adjustment = forms.ChoiceField(label=_("What has to change?"), choices=Adjustment, widget=forms.RadioSelect)
    changes = _text(_("What exactly"))
    took_part = forms.MultipleChoiceField(label=_("Who took part"), required=False, widget=forms.CheckboxSelectMultiple)
    next_id = forms.UUIDField(widget=forms.HiddenInput)
    next_due_at = _due(_("The next review"), required=False)
    next_holder = HolderField(label=_("Who holds it"), required=False)
    reason = _text(_("Why no review follows"), help_text=_("Only if you plan none."), rows=2)

    def __init__(
        self,
        *args: Any,
        review: Review,
        holders: Sequence[Holder],
        usual: Holder | None,
        bodies: Sequence[Organisation],
        has_next: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.has_next = has_next
        self.fields["next_id"].initial = uuid.uuid4
        took_part, holder = self.fields["took_part"], self.fields["next_holder"]
        assert isinstance(took_part, forms.MultipleChoiceField)
        assert isinstance(holder, HolderField)
        took_part.choices = [(str(body.pk), body.name) for body in bodies]
        holder.offer(holders, usual)
        if has_next:
            for name in ("next_due_at", "next_holder", "reason"):
                del self.fields[name]
        else:
            self.fields["next_due_at"].initial = _in_four_weeks
        if review.is_monitoring:
            self.fields["on_track"].label = _("Is the person doing well?")
            self.fields["findings"].label = _("What was seen")
            for name in ("side_effects", "events_outside", "adjustment", "changes"):
                del self.fields[name]
        else:
            del self.fields["has_warning_sign"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.has_next and not self.errors and not cleaned.get("next_due_at") and not cleaned.get("reason"):
            self.add_error("next_due_at", _("Plan the next review, or say below why none follows."))
        return cleaned

    def answers(self) -> Answers:
        """Only for a valid form."""
        given = self.cleaned_data
        return Answers(
            on_track=OnTrack(given["on_track"]),
            findings=given["findings"],
            side_effects=given.get("side_effects", ""),
            events_outside=given.get("events_outside", ""),
            adjustment=Adjustment(given["adjustment"]) if given.get("adjustment") else None,
            changes=given.get("changes", ""),
            took_part=[int(key) for key in given["took_part"]],
            has_warning_sign=given.get("has_warning_sign", False),
        )

    def following(self) -> Following | None:
        """The next one, if one is to follow; only for a valid form."""
        given = self.cleaned_data
        if not given.get("next_due_at"):
            return None
        holder = given["next_holder"]
        return Following(review_id=given["next_id"], due_at=given["next_due_at"], holder=holder)
