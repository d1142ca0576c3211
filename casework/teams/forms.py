"""The forms of case teams."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from casework.cases.forms import LONGEST_LINE, LONGEST_NOTE
from casework.cases.models import Strand
from foundation.accounts.models import Membership, Organisation, OrganisationKind, User
from foundation.accounts.roles import AT_OTHER_BODIES
from foundation.ui.moments import MomentField, from_now

from .models import Member
from .permissions import people_of
from .vocabulary import DECLINING, ENDED_BY_CENTRE, LEAVING, RESPONSIBLE, EndReason, Hat, Purpose, Visibility

LONGEST_REASON = 2_000


def bodies() -> Any:
    """Organisations that can be invited: partners and public bodies in use, where somebody works who can answer."""
    working = Membership.objects.active().with_roles(AT_OTHER_BODIES).filter(organisation=OuterRef("pk"))
    kinds = (OrganisationKind.PARTNER, OrganisationKind.BODY)
    return Organisation.objects.in_use().filter(Exists(working), kind__in=kinds).order_by("name", "pk")


class BodyField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable when it runs
    """``notes``: what is known of an organisation in this case, by its id."""

    notes: Mapping[int, str] = {}

    def label_from_instance(self, obj: Organisation) -> str:
        note = self.notes.get(obj.pk, "")
        return f"{obj.name} ({note})" if note else obj.name


class InviteForm(forms.Form):
    member_id = forms.UUIDField(widget=forms.HiddenInput)
    organisation = BodyField(
        label=_("Which body"), queryset=Organisation.objects.none(), empty_label=_("please choose")
    )
    hats = forms.MultipleChoiceField(
        label=_("What it does in the team"), choices=Hat, widget=forms.CheckboxSelectMultiple, initial=[Hat.WORKS]
    )
    purpose = forms.ChoiceField(
        label=_("Invited for"),
        choices=[("", _("please choose")), *Purpose.choices],
        help_text=_("The body sees this, the reference and what it does in the team before it accepts; nothing else."),
    )
    reason = forms.CharField(
        label=_("Why it is needed"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept encrypted. The whole team reads it, this body as soon as it has accepted."),
    )
    is_settled = forms.BooleanField(
        label=_("An earlier conflict of interest of this body no longer stands"), required=False
    )

    def __init__(
        self, *args: Any, notes: Mapping[int, str], responsible: Organisation | None = None, **kwargs: Any
    ) -> None:
        """``responsible``: the partner that is responsible for the case; it is suggested, and that it coordinates."""
        super().__init__(*args, **kwargs)
        self.fields["member_id"].initial = uuid.uuid4
        if responsible is not None:
            suggested = {"organisation": responsible.pk, "hats": RESPONSIBLE, "purpose": Purpose.PERSON}
            self.initial = {**suggested, **self.initial}
        field = self.fields["organisation"]
        assert isinstance(field, BodyField)
        field.notes = notes
        field.queryset = bodies()


class BodyActionForm(forms.Form):
    """A new action for a body of the team. Former and invited bodies are in the list, so that it is said why not."""

    action_id = forms.UUIDField(widget=forms.HiddenInput)
    organisation = BodyField(
        label=_("Which body"), queryset=Organisation.objects.none(), empty_label=_("please choose")
    )
    text = forms.CharField(
        label=_("What has to be done"),
        max_length=LONGEST_LINE,
        help_text=_("Kept encrypted. The whole team reads it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    strand = forms.ChoiceField(label=_("Strand"), choices=Strand, initial=Strand.SOCIAL, widget=forms.RadioSelect)
    due_at = MomentField(label=_("Due"), earliest=from_now(minutes=1), latest=from_now(days=366))

    def __init__(self, *args: Any, notes: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action_id"].initial = uuid.uuid4
        field = self.fields["organisation"]
        assert isinstance(field, BodyField)
        field.notes = notes
        field.queryset = Organisation.objects.filter(pk__in=list(notes)).order_by("name", "pk")


class OwnNoteForm(forms.Form):
    note_id = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("New note"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept encrypted for the named people of your body. The centre cannot read it unless you share it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note_id"].initial = uuid.uuid4


class MembersField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not subscriptable when it runs
    def label_from_instance(self, obj: Member) -> str:
        return obj.organisation.name


class ShareForm(forms.Form):
    """Who reads a copy of an own note."""

    shared_id = forms.UUIDField(widget=forms.HiddenInput)
    visibility = forms.ChoiceField(
        label=_("Who reads it"), choices=Visibility, initial=Visibility.TEAM, widget=forms.RadioSelect
    )
    readers = MembersField(
        label=_("Only these"), queryset=Member.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    with_centre = forms.BooleanField(label=_("and the centre"), required=False)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shared_id"].initial = uuid.uuid4
        others = Member.objects.in_team().filter(team=member.team_id).exclude(pk=member.pk)
        field = self.fields["readers"]
        assert isinstance(field, MembersField)
        field.queryset = others.select_related("organisation").order_by("organisation__name", "pk")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_named = cleaned.get("readers") or cleaned.get("with_centre")
        if cleaned.get("visibility") == Visibility.MEMBERS and not is_named:
            self.add_error("readers", _("Choose at least one body, or the centre."))
        return cleaned


class StepForm(forms.Form):
    """A step that needs no words. ``version``: of the page."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class ReasonForm(StepForm):
    reason = forms.ChoiceField(label=_("Reason"))
    choices: Collection[EndReason] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("please choose")), *((one.value, one.label) for one in self.choices)]


class DeclineForm(ReasonForm):
    choices = DECLINING


class LeaveForm(ReasonForm):
    choices = LEAVING


class EndForm(ReasonForm):
    """The centre ends the membership of a body."""

    choices = ENDED_BY_CENTRE


class ColleagueField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable when it runs
    def label_from_instance(self, obj: User) -> str:
        return obj.name


class OfBodyForm(StepForm):
    """Names people of the body."""

    def __init__(self, *args: Any, member: Member, without: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(pk__in=people_of(member.organisation_id)).order_by("name", "pk")
        for field in self.fields.values():
            if isinstance(field, ColleagueField):
                field.queryset = people.exclude(pk=without.pk) if without else people


class AcceptForm(OfBodyForm):
    deputy = ColleagueField(
        label=_("Deputy"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("nobody"),
        help_text=_("You work on the case, and this person while you are away. Nobody else of your body does."),
    )


class PeopleForm(OfBodyForm):
    person = ColleagueField(label=_("Works on the case"), queryset=User.objects.none())
    deputy = ColleagueField(label=_("Deputy"), queryset=User.objects.none(), required=False, empty_label=_("nobody"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("person") and cleaned.get("person") == cleaned.get("deputy"):
            self.add_error("deputy", _("The deputy is another person."))
        return cleaned
