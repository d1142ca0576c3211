"""What is printed of a case team: its sections of the case file, and a body's own record of the case."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.models import Action
from casework.cases.printing import entries_of, whose
from foundation.accounts.models import User
from foundation.ui.printed import Entry, PrintedRecord, PrintedText, Section, joined, moment

from .models import Member, OwnNote, SharedNote
from .pages import TeamOfCase, shared_notes
from .permissions import works_for
from .vocabulary import Visibility


def team_sections(team: TeamOfCase) -> list[Section]:
    """Who is in, and what the bodies share with the centre."""
    sections = [Section(_("Who is in"), entries_of(team.members, _member), _("No other body works on this case."))]
    if team.shared_notes:
        sections.append(_shared(_("Notes that bodies share"), team.shared_notes))
    return sections


def _member(member: Member) -> Entry:
    people = [member.person.name] if member.person else []
    people += [_("%(name)s (deputy)") % {"name": member.deputy.name}] if member.deputy else []
    end = joined(member.get_end_reason_display(), moment(member.ended_at)) if member.is_ended else ""
    return Entry(
        member.organisation.name,
        joined(member.get_state_display(), *member.hat_labels, end),
        facts=[(_("People"), ", ".join(people)), (_("Invited for"), member.get_purpose_display())],
        texts=[PrintedText(_("Why it is needed"), member.reason)],
    )


def _shared(title: str, notes: Iterable[SharedNote]) -> Section:
    return Section(title, entries_of(notes, _shared_note), _("There is none."))


def _shared_note(note: SharedNote) -> Entry:
    is_for_some = note.visibility == Visibility.MEMBERS
    with_whom = _("not the whole team") if is_for_some else note.get_visibility_display()
    return Entry(
        joined(moment(note.written_at), note.organisation.name, note.written_by.name),
        _("shared %(moment)s: %(with_whom)s") % {"moment": moment(note.shared_at), "with_whom": with_whom},
        texts=[PrintedText("", note.text)],
    )


def own_record(member: Member, *, by: User) -> PrintedRecord:
    """A body's own notes; while it is in the team, also what it shared and its own actions.

    Nothing of the centre and of other bodies. What the team shares is encrypted with the team's key, which the body
    has no longer once it has left.
    """
    sections = [_own_notes(member)]
    if works_for(by, member):
        shared = [note for note in shared_notes(member.team_id) if note.member_id == member.pk]
        sections += [_shared(_("What we shared"), shared), _own_actions(member)]
    is_whole = member.is_in_team
    return PrintedRecord(
        reference=member.team.reference,
        title=joined(member.team.reference, member.organisation.name),
        centre=member.organisation.name,
        notice=_("The own record of %(body)s. It is the body’s, and kept under its rules.")
        % {"body": member.organisation.name},
        summary=""
        if is_whole
        else _("Printed after the end: what was shared with the team, and its actions, stay with the team."),
        facts=[
            (_("Case of"), member.centre.name),
            (_("What it does in the team"), ", ".join(member.hat_labels)),
            (_("Invited for"), member.get_purpose_display()),
            (_("In the team since"), moment(member.answered_at)),
            (_("Until"), moment(member.ended_at) if member.ended_at else ""),
        ],
        sections=sections,
        printed_by=by.name,
        printed_at=timezone.now(),
    )


def _own_notes(member: Member) -> Section:
    found = OwnNote.objects.filter(member=member).select_related("written_by", "data_key")
    return Section(_("Our notes"), entries_of(found.order_by("-written_at", "pk"), _own_note), _("There is none."))


def _own_note(note: OwnNote) -> Entry:
    return Entry(joined(moment(note.written_at), note.written_by.name), texts=[PrintedText("", note.text)])


def _own_actions(member: Member) -> Section:
    found = Action.objects.filter(case=member.team_id, organisation=member.organisation_id)
    rows = found.select_related("organisation", "user", "ended_by", "data_key").open_first()
    return Section(_("Our actions"), entries_of(rows, _own_action), _("There is none."))


def _own_action(action: Action) -> Entry:
    when = moment(action.ended_at) if action.ended_at else _("due %(moment)s") % {"moment": moment(action.due_at)}
    result = PrintedText(_("What was done, or why not"), action.result)
    return Entry(action.what, joined(action.get_state_display(), whose(action), when), texts=[result])
